"""Reads Moodle XML: choices, true or false, short and numerical answers, ordering, essays.

The document is read without entities, DTDs and network: one that declares any is refused before it is parsed. Feedback,
hints and tags are not kept; pictures and other files are refused with their question.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import islice
from typing import Any, Final

from lxml import etree

from rollcall.domain.errors import Malformed, Problem
from rollcall.domain.quizzes.numbers import decimal_of, decimal_text
from rollcall.domain.quizzes.questions import FreeText, Number, Order, Question
from rollcall.wire.banks.accepted import accepted_text
from rollcall.wire.banks.bank import Bank, checked_text, named, one_line, pool_of, refused
from rollcall.wire.banks.gift_in import FEEDBACK_NOTE
from rollcall.wire.banks.html_text import is_markup, text_of
from rollcall.wire.banks.weights import Weighed, all_or_nothing_of, multiple_of, single_of, weight_of

Element = etree._Element
MOST_PARTS: Final = 500
_DECLARED: Final = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_PROLOG: Final = re.compile(r"\s*<\?xml[^>]*\?>")
_FEEDBACK: Final = (
    "feedback",
    "generalfeedback",
    "correctfeedback",
    "partiallycorrectfeedback",
    "incorrectfeedback",
)
_TRUTH: Final = {"true": "Верно", "false": "Неверно"}


def read_moodle(body: bytes) -> Bank:
    """Return the questions of a bank; raises Malformed or TooLarge for it as a whole."""
    root = _parsed(checked_text(body))
    bank, category = Bank(), ""
    for element in root.iterchildren("question"):
        if element.get("type") == "category":
            category = element.findtext("category/text") or ""
        else:
            bank.add(_line(element), partial(_question, element, category))
    if bank.count == 0:
        raise Malformed(Problem("$", "There is no question in this document."))
    return bank


def _line(element: Element) -> int | None:
    line: Any = element.sourceline  # the stubs do not know its type
    return int(line) if line else None


def _parsed(text: str) -> Element:
    if (declared := _DECLARED.search(text)) is not None:
        line = text.count("\n", 0, declared.start()) + 1
        raise Malformed(Problem(f"line {line}", "A bank declares no document type and no entities."))
    prolog = _PROLOG.match(text)
    # The lines that are named in remarks are those of the document as it came.
    plain = "\n" * text.count("\n", 0, prolog.end()) + text[prolog.end() :] if prolog else text
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(plain.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise Malformed(Problem(f"line {error.lineno}", f"This is not XML: {error.msg}.")) from error
    if root.tag != "quiz":
        raise Malformed(Problem("$", "The root element of Moodle XML is 'quiz'."))
    return root


def _question(element: Element, category: str, notes: list[str]) -> Question:
    kind = element.get("type") or ""
    reader = _READERS.get(kind)
    if reader is None:
        raise refused(f"'{kind[:50]}' is no kind of question here.")
    if sum(1 for _ in islice(element.iter(), MOST_PARTS + 1)) > MOST_PARTS:
        raise refused(f"It has more than {MOST_PARTS} parts.")
    if next(element.iter("file"), None) is not None:
        raise refused("It contains files; questions are plain text here.")
    if any((part.findtext("text") or "").strip() for name in _FEEDBACK for part in element.iter(name)):
        notes.append(FEEDBACK_NOTE)
    question = named(reader(element, notes), element.findtext("name/text") or "", pool_of(category))
    return replace(question, text=_text(element.find("questiontext")), points=_points(element))


def _text(element: Element | None) -> str:
    if element is None:
        return ""
    said, kind = element.findtext("text") or "", element.get("format") or "moodle_auto_format"
    is_html = kind == "html" or (kind == "moodle_auto_format" and is_markup(said))
    return text_of(said) if is_html else said.strip()


def _points(element: Element) -> int:
    said = decimal_of((element.findtext("defaultgrade") or "1").strip())
    if said is None or said.denominator != 1:
        raise refused("Its points ('defaultgrade') are no whole number.")
    return int(said)


def _weighed(element: Element) -> Weighed:
    return [
        (_choice(answer, element), weight_of(answer.get("fraction") or "0"))
        for answer in element.iter("answer")
    ]


def _choice(answer: Element, question: Element) -> str:
    """Return the text of an answer; one without a format has that of its question."""
    if answer.get("format") is None and (outer := question.find("questiontext")) is not None:
        answer.set("format", outer.get("format") or "moodle_auto_format")
    return one_line(_text(answer))


def _multichoice(element: Element, notes: list[str]) -> Question:
    is_single = (element.findtext("single") or "true").strip().lower() in {"true", "1"}
    return (single_of if is_single else multiple_of)(_weighed(element), notes)


def _truefalse(element: Element, notes: list[str]) -> Question:
    truths = sorted(_weighed(element), key=lambda said: said[0].lower(), reverse=True)
    if [text.lower() for text, _ in truths] != ["true", "false"]:
        raise refused("Its answers must be 'true' and 'false'.")
    return single_of([(_TRUTH[text.lower()], weight) for text, weight in truths], notes)


def _shortanswer(element: Element, notes: list[str]) -> Question:
    weighed = _weighed(element)
    if not weighed or any(weight != 100 for _, weight in weighed):
        raise refused("A text is right or wrong here: each answer must have 100 %.")
    if (element.findtext("usecase") or "0").strip() == "1":
        notes.append("Capital letters matter in the bank; here they do not.")
    return FreeText(text="", accepted=tuple(accepted_text(text) for text, _ in weighed))


def _numerical(element: Element, notes: list[str]) -> Question:
    answers = list(element.iter("answer"))
    if len(answers) != 1 or weight_of(answers[0].get("fraction") or "0") != 100:
        raise refused("A number has one right answer here, with 100 %.")
    if element.find("units/unit") is not None:
        notes.append("Units are not kept: participants write the number alone.")
    answer, tolerance = _number(answers[0].findtext("text")), _number(answers[0].findtext("tolerance") or "0")
    return Number(text="", answer=decimal_text(answer), tolerance=decimal_text(tolerance))


def _number(said: str | None) -> Fraction:
    number = decimal_of((said or "").strip())
    if number is None:
        raise refused(f"'{(said or '')[:50]}' is no decimal number.")
    return number


def _ordering(element: Element, notes: list[str]) -> Question:
    items = tuple(_choice(answer, element) for answer in element.iter("answer"))
    if (element.findtext("selecttype") or "ALL").strip().upper() not in {"ALL", "0"}:
        raise refused("Only some of its items are asked; here all of them are.")
    grading = (element.findtext("gradingtype") or "ABSOLUTE_POSITION").strip().upper()
    if grading in {"ALL_OR_NOTHING", "-1"}:
        return Order(text="", items=items, grading="all_or_nothing")
    if grading not in {"ABSOLUTE_POSITION", "0"}:
        notes.append("It is graded otherwise in the bank; here by how many items stand in their places.")
    return Order(text="", items=items, grading="right_places")


_READERS: Final[dict[str, Callable[[Element, list[str]], Question]]] = {
    "multichoice": _multichoice,
    "multichoiceset": lambda element, _: all_or_nothing_of(_weighed(element)),
    "truefalse": _truefalse,
    "shortanswer": _shortanswer,
    "numerical": _numerical,
    "ordering": _ordering,
    "essay": lambda *_: FreeText(text=""),
}
