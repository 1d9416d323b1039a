"""Answers, and what each is worth. An answer is kept in the words of the question, never of what was displayed.

*Single*: all or nothing. *Multiple*, `right_minus_wrong`: chosen right ones minus chosen wrong ones, divided by the
number of right ones, never below 0. *Order*, `right_places`: the part of the items that stand where they should.
*Number*: all when it is within the tolerance, border included. *Text*: all when it is accepted, whatever the case,
spaces, `ё` and a point at the end.
"""

import unicodedata
from collections.abc import Sequence
from fractions import Fraction

from rollcall.domain.quizzes.numbers import decimal_of, number_written
from rollcall.domain.quizzes.questions import (
    Choice,
    FreeText,
    Multiple,
    Number,
    Order,
    Question,
    Single,
    shown_choices,
)

Answer = tuple[int, ...] | str  # places of choices (of all items in the order given), or what was written
MOST_ANSWER_TEXT = 10_000


def fits(question: Question, answer: Answer) -> bool:
    """Tell whether an answer has the form that the question asks for. An empty one takes an answer back."""
    count = len(shown_choices(question))
    if isinstance(answer, str):
        return count == 0 and len(answer) <= MOST_ANSWER_TEXT
    places = set(answer)
    if len(places) < len(answer) or not places <= set(range(count)) or count == 0:
        return False
    match question:
        case Single():
            return len(answer) <= 1
        case Order():
            return len(answer) in {0, count}
        case _:
            return True


def is_empty(answer: Answer) -> bool:
    """Tell whether it answers nothing."""
    return not (answer.strip() if isinstance(answer, str) else answer)


def share(question: Question, answer: Answer) -> Fraction | None:
    """Return which part of the question's points the answer earns, 0-1; None when a person has to say."""
    if is_empty(answer):
        return Fraction(0)
    match question:
        case Single(choices=choices):
            return Fraction(_all_right(choices, answer))
        case Multiple(choices=choices, grading=grading):
            return (
                _minus_wrong(choices, answer)
                if grading == "right_minus_wrong"
                else Fraction(_all_right(choices, answer))
            )
        case Order(grading=grading):
            places = Fraction(sum(place == index for index, place in enumerate(answer)), len(answer))
            return places if grading == "right_places" else Fraction(places == 1)
        case Number():
            return Fraction(_is_near(question, str(answer)))
        case FreeText(accepted=accepted):
            return Fraction(_plain(str(answer)) in {_plain(text) for text in accepted}) if accepted else None


def _all_right(choices: Sequence[Choice], answer: Answer) -> bool:
    return set(answer) == {index for index, choice in enumerate(choices) if choice.right}


def _minus_wrong(choices: Sequence[Choice], answer: Answer) -> Fraction:
    right = {index for index, choice in enumerate(choices) if choice.right}
    chosen = set(answer)
    return max(Fraction(0), Fraction(len(chosen & right) - len(chosen - right), len(right)))


def _is_near(question: Number, written: str) -> bool:
    number, answer, tolerance = (
        number_written(written),
        decimal_of(question.answer),
        decimal_of(question.tolerance),
    )
    if number is None or answer is None or tolerance is None:
        return False
    return abs(number - answer) <= tolerance


def _plain(text: str) -> str:
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().replace("ё", "е").split())
    return plain.removesuffix(".").rstrip()
