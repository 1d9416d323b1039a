"""What an attempt has earned: counted when it is read, so a corrected key or a review changes every result at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from rollcall.domain.quizzes.answers import Answer, is_empty, share
from rollcall.domain.quizzes.questions import Question
from rollcall.domain.quizzes.rule import Score

Verdict = Literal["right", "partly", "wrong", "pending", "unanswered"]


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that was given; `reviewed` are the hundredths of points that a reviewer gave it."""

    answer: Answer
    reviewed: int | None = None


def earned(question: Question, given: Given | None) -> Fraction | None:
    """Return the points that an answer earns; None while it waits for a reviewer."""
    if given is None:
        return Fraction(0)
    if given.reviewed is not None:
        return Fraction(given.reviewed, 100)
    part = share(question, given.answer)
    return None if part is None else part * question.points


def verdict(question: Question, given: Given | None) -> Verdict:
    """Return how an answer stands."""
    points = earned(question, given)
    if given is None or is_empty(given.answer):
        return "unanswered"
    if points is None:
        return "pending"
    return "right" if points == question.points else "partly" if points else "wrong"


def score(asked: Iterable[tuple[Question, Given | None]]) -> Score:
    """Return what the answers to all questions of an attempt earn together."""
    points, of, pending = Fraction(0), 0, 0
    for question, given in asked:
        found = earned(question, given)
        of += question.points
        if found is None:
            pending += question.points
        else:
            points += found
    return Score(points, of, pending)
