"""Reads Moodle GIFT: choices, true or false, short and numerical answers, ordering, essays.

Feedback is not kept, which is noted. Matching, descriptions and partly right answers are refused.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Final

from rollcall.domain.errors import Malformed
from rollcall.domain.quizzes.numbers import decimal_of, decimal_text
from rollcall.domain.quizzes.questions import Choice, FreeText, Number, Order, Question, Single
from rollcall.wire.banks.accepted import accepted_text
from rollcall.wire.banks.bank import Bank, checked_text, named, one_line, pool_of, refused
from rollcall.wire.banks.gift_text import Block, blocks, cut, find, format_of, plain
from rollcall.wire.banks.weights import multiple_of, single_of, weight_of

TRUTH: Final = {"T": True, "TRUE": True, "F": False, "FALSE": False}
TRUE, FALSE = "Верно", "Неверно"
GAP: Final = "_____"
FEEDBACK_NOTE: Final = "Feedback is not kept."
_ORDERING: Final = re.compile(r">\s*(\d*)((?:\s+[A-Za-z_]+|\s+-?\d)*)\s*")
_WEIGHT: Final = re.compile(r"\s*%(-?[0-9.,]+)%")


def read_gift(body: bytes) -> Bank:
    """Return the questions of a bank; raises Malformed or TooLarge for it as a whole."""
    bank = Bank()
    for block in blocks(checked_text(body)):
        bank.add(block.line, partial(_question, block))
    if bank.count == 0:
        raise Malformed(*refused("There is no question in this text.").problems)
    return bank


def _question(block: Block, notes: list[str]) -> Question:
    title, text = _title(block.text())
    text, kind = format_of(text)
    opens = find(text, "{")
    if opens < 0:
        raise refused("It has no answers in braces: a description asks nothing.")
    closes = _last_brace(text, opens)
    outer = kind or "moodle"
    inside = _without_feedback(text[opens + 1 : closes], notes)
    asked = _asked(text[:opens], text[closes + 1 :], outer)
    return replace(
        named(_answers(inside, outer, notes), title, pool_of(block.category)), text=asked, points=block.points
    )


def _title(text: str) -> tuple[str, str]:
    if not text.startswith("::"):
        return "", text
    end = 2
    while (end := find(text, ":", end)) >= 0 and text[end : end + 2] != "::":
        end += 1
    if end < 0:
        raise refused("Its title has no end ('::').")
    return one_line(plain(text[2:end], "plain")), text[end + 2 :].lstrip()


def _last_brace(text: str, start: int) -> int:
    last = at = start
    while (at := find(text, "}", at + 1)) >= 0:
        last = at
    if last == start:
        raise refused("Its answers have no closing brace.")
    return last


def _asked(before: str, after: str, outer: str) -> str:
    if not after.strip():
        return plain(before, outer)
    return plain(f"{before.rstrip()} {GAP} {after.strip()}", outer)


def _without_feedback(inside: str, notes: list[str]) -> str:
    at = -1
    while (at := find(inside, "#", at + 1)) >= 0:
        if inside[at : at + 4] == "####":
            notes.append(FEEDBACK_NOTE)
            return inside[:at].strip()
    return inside.strip()


def _answers(inside: str, outer: str, notes: list[str]) -> Question:
    """Return a question without its text."""
    if not inside:
        return FreeText(text="")
    if inside.startswith("#"):
        return _number(inside[1:].strip(), notes)
    if inside.startswith(">"):
        return _order(inside, outer)
    word, feedback = cut(inside, "#")
    if (truth := TRUTH.get(word.strip().upper())) is not None:
        _note(feedback, notes)
        return Single(text="", choices=(Choice(TRUE, truth), Choice(FALSE, not truth)))
    options = list(_options(inside, notes))
    if all(sign == "=" for sign, _, _ in options):
        return _short(options, outer)
    return _choices(options, outer, notes)


def _options(inside: str, notes: list[str]) -> Iterator[tuple[str, str | None, str]]:
    """Yield the sign, weight and text of each answer."""
    at = find(inside, "~=")
    if at < 0 or inside[:at].strip():
        raise refused("Each answer must begin with '=' or '~'.")
    while at >= 0:
        end = find(inside, "~=", at + 1)
        said, feedback = cut(inside[at + 1 : end] if end >= 0 else inside[at + 1 :], "#")
        _note(feedback, notes)
        weight = _WEIGHT.match(said)
        yield inside[at], weight[1] if weight else None, said[weight.end() :] if weight else said
        at = end


def _short(options: list[tuple[str, str | None, str]], outer: str) -> FreeText:
    if any("->" in said for _, _, said in options):
        raise refused("Matching is no kind of question here.")
    if any(weight is not None and weight_of(weight) != 100 for _, weight, _ in options):
        raise refused("A text is right or wrong here, not partly right.")
    return FreeText(
        text="", accepted=tuple(accepted_text(one_line(plain(said, outer))) for _, _, said in options)
    )


def _choices(options: list[tuple[str, str | None, str]], outer: str, notes: list[str]) -> Question:
    marked = [sign for sign, _, _ in options].count("=")
    if marked > 1:
        raise refused(
            "Several choices are marked '='; say with weights such as ~%50% that all of them are right."
        )
    weighed = [
        (
            one_line(plain(said, outer)),
            weight_of(weight) if weight is not None else Fraction(100 * (sign == "=")),
        )
        for sign, weight, said in options
    ]
    return single_of(weighed, notes) if marked else multiple_of(weighed, notes)


def _order(inside: str, outer: str) -> Order:
    head, _, rest = inside.partition("\n")
    said = _ORDERING.fullmatch(head)
    if said is None:
        raise refused(
            "The head of its items is not understood; write '>0 ALL VERTICAL ALL_OR_NOTHING SHOW none'."
        )
    items = tuple(one_line(plain(line, outer)) for line in rest.split("\n") if line.strip())
    words = said[2].upper().split()
    if int(said[1] or 0) not in {0, len(items)} and "ALL" not in words:
        raise refused("Only some of its items are asked; here all of them are.")
    grading = "right_places" if "ABSOLUTE_POSITION" in words else "all_or_nothing"
    return Order(text="", items=items, grading=grading)  # type: ignore[arg-type]


def _number(said: str, notes: list[str]) -> Number:
    options = [said]
    if said.startswith("="):
        options = [text for _, _, text in _options(said, []) if text]
    if len(options) != 1 or (find(said, "%") >= 0 and not said.startswith("=%100%")):
        raise refused("A number has one right answer here, and none that is partly right.")
    text, feedback = cut(options[0], "#")
    _note(feedback, notes)
    low, dots, high = text.partition("..")
    if dots:
        least, most = _decimal(low), _decimal(high)
        return Number(
            text="", answer=decimal_text((least + most) / 2), tolerance=decimal_text((most - least) / 2)
        )
    answer, _, tolerance = text.partition(":")
    return Number(
        text="", answer=decimal_text(_decimal(answer)), tolerance=decimal_text(_decimal(tolerance or "0"))
    )


def _decimal(text: str) -> Fraction:
    number = decimal_of(text.strip())
    if number is None:
        raise refused(f"'{text.strip()[:50]}' is no decimal number.")
    return number


def _note(feedback: str | None, notes: list[str]) -> None:
    if feedback is not None and FEEDBACK_NOTE not in notes:
        notes.append(FEEDBACK_NOTE)
