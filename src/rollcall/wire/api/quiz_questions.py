"""Questions of a quiz as organisers write and read them; the right answers are in them."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from rollcall.domain.ids import QuestionId
from rollcall.domain.quizzes.questions import (
    KINDS,
    MOST_CHOICE_TEXT,
    MOST_CHOICES,
    MOST_NAME,
    MOST_POINTS,
    MOST_QUESTIONS,
    MOST_TEXT,
    Question,
    kind_of,
)
from rollcall.wire.api.values import PLAIN, Code, In

# Line breaks are text in a question; every other control character is not.
QuestionText = Annotated[
    str, Meta(min_length=1, max_length=MOST_TEXT, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$(?!\n)")
]
ChoiceText = Annotated[str, Meta(min_length=1, max_length=MOST_CHOICE_TEXT, pattern=PLAIN)]
ShortName = Annotated[str, Meta(min_length=1, max_length=MOST_NAME, pattern=PLAIN)]
Decimal = Annotated[
    str, Meta(pattern=r"^-?[0-9]{1,15}(\.[0-9]{1,10})?$(?!\n)", description="A decimal number as text.")
]


class QuizChoice(In, frozen=True, kw_only=True):
    """One choice; `right` says whether it should be chosen."""

    text: ChoiceText
    right: bool = False


class _Question(In, frozen=True, kw_only=True, tag_field="kind"):
    """`id` is given by the server: name it in a PATCH to keep the question. `title` is for the organiser alone."""

    id: Code | None = None
    text: QuestionText
    title: ShortName | None = None
    pool: ShortName | None = None
    points: Annotated[int, Meta(ge=1, le=MOST_POINTS)] = 1


Choices = Annotated[list[QuizChoice], Meta(min_length=2, max_length=MOST_CHOICES)]


class SingleQuestion(_Question, frozen=True, kw_only=True, tag="single"):
    """Exactly one choice is right."""

    choices: Choices


class MultipleQuestion(_Question, frozen=True, kw_only=True, tag="multiple"):
    """Several choices may be right.

    `right_minus_wrong`: right ones chosen minus wrong ones chosen, of all right ones, never below 0.
    """

    choices: Choices
    grading: Literal["right_minus_wrong", "all_or_nothing"] = "right_minus_wrong"


class OrderQuestion(_Question, frozen=True, kw_only=True, tag="order"):
    """Items to be put in order; give them in the right one. `right_places`: the part that stands in its place."""

    items: Annotated[list[ChoiceText], Meta(min_length=2, max_length=MOST_CHOICES)]
    grading: Literal["right_places", "all_or_nothing"] = "all_or_nothing"


class NumberQuestion(_Question, frozen=True, kw_only=True, tag="number"):
    """A number, right when it is off by `tolerance` at most."""

    answer: Decimal
    tolerance: Decimal = "0"


class TextQuestion(_Question, frozen=True, kw_only=True, tag="text"):
    """A text. One of `accepted` is right, any other wrong; without any a person reviews each answer."""

    accepted: Annotated[list[ChoiceText], Meta(max_length=MOST_CHOICES)] = msgspec.field(default_factory=list)


QuizQuestion = SingleQuestion | MultipleQuestion | OrderQuestion | NumberQuestion | TextQuestion
QuizQuestions = Annotated[list[QuizQuestion], Meta(max_length=MOST_QUESTIONS)]


class QuestionBank(In, frozen=True, kw_only=True):
    """A bank of questions in our own format: what an export gives and an import takes."""

    questions: QuizQuestions


def to_question(said: QuizQuestion) -> Question:
    """Return a question as it is judged; whether it can be is not looked at."""
    fields = msgspec.to_builtins(said)
    del fields["id"]
    question: Question = msgspec.convert(fields, KINDS[fields.pop("kind")])
    return question


def from_question(question: Question, name: QuestionId | None) -> QuizQuestion:
    """Return a question as it is written."""
    fields = msgspec.to_builtins(question) | {"kind": kind_of(question), "id": name}
    said: QuizQuestion = msgspec.convert(fields, QuizQuestion)
    return said
