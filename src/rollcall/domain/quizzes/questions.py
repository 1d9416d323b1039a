"""The questions of a quiz: five kinds, each with all it takes to judge an answer. It knows no participant.

Choices and items are named by their place in the question, from 0. Numbers are decimal text, so nothing is rounded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from rollcall.domain.errors import Malformed, Problem
from rollcall.domain.quizzes.numbers import decimal_of

Kind = Literal["single", "multiple", "order", "number", "text"]
Grading = Literal["right_minus_wrong", "all_or_nothing"]
OrderGrading = Literal["right_places", "all_or_nothing"]

MOST_QUESTIONS: Final = 2_000
LEAST_CHOICES, MOST_CHOICES = 2, 20
MOST_TEXT, MOST_CHOICE_TEXT, MOST_NAME = 4_000, 1_000, 100
MOST_POINTS = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the choices of a question."""

    text: str
    right: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    text: str
    title: str | None = None  # for the organiser alone
    pool: str | None = None
    points: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Single(_Question):
    """Exactly one choice is right."""

    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiple(_Question):
    """Any number of choices may be chosen; at least one is right."""

    choices: tuple[Choice, ...]
    grading: Grading = "right_minus_wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(_Question):
    """Items to be put in order; they stand here in the right one."""

    items: tuple[str, ...]
    grading: OrderGrading = "all_or_nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(_Question):
    """A number that may be off by `tolerance`."""

    answer: str
    tolerance: str = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeText(_Question):
    """A text. One that is `accepted` is right, any other wrong; with none accepted a person reviews each."""

    accepted: tuple[str, ...] = ()


Question = Single | Multiple | Order | Number | FreeText
KINDS: Final[dict[Kind, type[Question]]] = {
    "single": Single,
    "multiple": Multiple,
    "order": Order,
    "number": Number,
    "text": FreeText,
}


def kind_of(question: Question) -> Kind:
    """Return what kind of question it is."""
    return next(kind for kind, class_ in KINDS.items() if isinstance(question, class_))


def shown_choices(question: Question) -> tuple[str, ...]:
    """Return the texts that a participant chooses from or orders; none where they write."""
    match question:
        case Single(choices=choices) | Multiple(choices=choices):
            return tuple(choice.text for choice in choices)
        case Order(items=items):
            return items
        case Number() | FreeText():
            return ()


def check_question(question: Question, at: str = "$") -> None:
    """Raise Malformed, with a path under `at`, when the question cannot be asked or judged."""
    _check_head(question, at)
    match question:
        case Single(choices=choices):
            _check_texts([choice.text for choice in choices], f"{at}.choices", LEAST_CHOICES)
            if sum(choice.right for choice in choices) != 1:
                raise Malformed(Problem(f"{at}.choices", "Exactly one choice must be right."))
        case Multiple(choices=choices):
            _check_texts([choice.text for choice in choices], f"{at}.choices", LEAST_CHOICES)
            if not any(choice.right for choice in choices):
                raise Malformed(Problem(f"{at}.choices", "At least one choice must be right."))
        case Order(items=items):
            _check_texts(items, f"{at}.items", LEAST_CHOICES)
        case Number(answer=answer, tolerance=tolerance):
            _check_number(answer, f"{at}.answer")
            _check_number(tolerance, f"{at}.tolerance")
            if tolerance.startswith("-"):
                raise Malformed(Problem(f"{at}.tolerance", "A tolerance is not negative."))
        case FreeText(accepted=accepted):
            _check_texts(accepted, f"{at}.accepted", 0)


def _check_head(question: Question, at: str) -> None:
    if not question.text.strip() or len(question.text) > MOST_TEXT:
        raise Malformed(
            Problem(f"{at}.text", f"A question has 1-{MOST_TEXT} characters, not all of them blank.")
        )
    if not 1 <= question.points <= MOST_POINTS:
        raise Malformed(Problem(f"{at}.points", f"A question is worth 1-{MOST_POINTS} whole points."))
    for name, value in (("title", question.title), ("pool", question.pool)):
        if value is not None and not 1 <= len(value) <= MOST_NAME:
            raise Malformed(Problem(f"{at}.{name}", f"This has 1-{MOST_NAME} characters, or is left out."))


def _check_texts(texts: Sequence[str], at: str, least: int) -> None:
    if not least <= len(texts) <= MOST_CHOICES:
        raise Malformed(Problem(at, f"There must be {least}-{MOST_CHOICES} of them."))
    for index, text in enumerate(texts):
        if not text.strip() or len(text) > MOST_CHOICE_TEXT:
            sentence = f"This has 1-{MOST_CHOICE_TEXT} characters, not all of them blank."
            raise Malformed(Problem(f"{at}[{index}]", sentence))
    if len(set(texts)) < len(texts):
        raise Malformed(Problem(at, "Two of them are the same."))


def _check_number(text: str, at: str) -> None:
    if decimal_of(text) is None:
        raise Malformed(
            Problem(at, "Write a number such as 12 or -0.5, with up to 15 digits before the point.")
        )
