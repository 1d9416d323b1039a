"""Writes Moodle XML. All-or-nothing choices become the kind of the plug-in `multichoiceset`, as Moodle has none."""

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final

from lxml import etree

from rollcall.domain.quizzes.numbers import percent_text
from rollcall.domain.quizzes.questions import FreeText, Multiple, Number, Order, Question, Single
from rollcall.wire.banks.accepted import short_answer
from rollcall.wire.banks.gift_out import WEIGHT_PLACES
from rollcall.wire.banks.weights import weights

Element = etree._Element
_UNSAYABLE: Final = re.compile("[^\\n\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def write_moodle(questions: Sequence[Question]) -> bytes:
    """Return the questions as a bank; raises Malformed for one that the format cannot say."""
    root, pool = etree.Element("quiz"), None
    for question in questions:
        if question.pool != pool:
            pool = question.pool
            category = etree.SubElement(root, "question", type="category")
            _say(
                etree.SubElement(category, "category"),
                "$course$/top" if pool is None else f"$course$/top/{pool}",
            )
        _question(root, question)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)


def _question(root: Element, question: Question) -> None:
    element = etree.SubElement(root, "question", type=_kind(question))
    _say(etree.SubElement(element, "name"), question.title or "")
    _say(etree.SubElement(element, "questiontext", format="plain_text"), question.text)
    _set(element, "defaultgrade", str(question.points))
    match question:
        case Single(choices=choices):
            _set(element, "single", "true")
            _answers(element, ((choice.text, Fraction(choice.right)) for choice in choices))
        case Multiple(choices=choices, grading="all_or_nothing"):
            _answers(element, ((choice.text, Fraction(choice.right)) for choice in choices))
        case Multiple(choices=choices):
            _set(element, "single", "false")
            _answers(element, zip((choice.text for choice in choices), weights(choices), strict=True))
        case Order(items=items, grading=grading):
            _set(element, "layouttype", "VERTICAL")
            _set(element, "selecttype", "ALL")
            _set(
                element, "gradingtype", "ABSOLUTE_POSITION" if grading == "right_places" else "ALL_OR_NOTHING"
            )
            _answers(element, ((item, Fraction(place, 100)) for place, item in enumerate(items, 1)))
        case Number(answer=answer, tolerance=tolerance):
            _answers(element, [(answer, Fraction(1))])
            _set(element[-1], "tolerance", tolerance)
        case FreeText(accepted=accepted):
            _answers(element, ((short_answer(text), Fraction(1)) for text in accepted))


def _kind(question: Question) -> str:
    match question:
        case Multiple(grading="all_or_nothing"):
            return "multichoiceset"
        case Single() | Multiple():
            return "multichoice"
        case Order():
            return "ordering"
        case Number():
            return "numerical"
        case FreeText(accepted=accepted):
            return "shortanswer" if accepted else "essay"


def _answers(element: Element, answers: Iterable[tuple[str, Fraction]]) -> None:
    for text, part in answers:
        fraction = percent_text(part, WEIGHT_PLACES)
        _say(etree.SubElement(element, "answer", fraction=fraction, format="plain_text"), text)


def _say(element: Element, text: str) -> None:
    _set(element, "text", text)


def _set(element: Element, name: str, text: str) -> None:
    """Add an element with a text; signs that no XML can have become a sign that says so."""
    etree.SubElement(element, name).text = _UNSAYABLE.sub("\ufffd", text)
