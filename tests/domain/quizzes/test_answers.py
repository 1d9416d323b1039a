"""What answers are worth: exactly, within bounds, and whatever order things are displayed in."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.errors import Malformed
from rollcall.domain.quizzes.answers import Answer, fits, is_empty, share
from rollcall.domain.quizzes.numbers import decimal_of, decimal_text, number_written, percent_text
from rollcall.domain.quizzes.questions import (
    Choice,
    FreeText,
    Multiple,
    Number,
    Order,
    Question,
    Single,
    check_question,
    shown_choices,
)
from tests.domain.quizzes.questions import multiples, orders, questions

FOUR = (Choice("а", right=True), Choice("б"), Choice("в", right=True), Choice("г"))


@st.composite
def answered(draw: st.DrawFn) -> tuple[Question, Answer]:
    question = draw(questions)
    places = st.permutations(range(len(shown_choices(question))))
    if isinstance(question, Order):
        return question, tuple(draw(places))
    if isinstance(question, Single):
        return question, tuple(draw(places)[:1])
    if isinstance(question, Multiple):
        return question, tuple(draw(places)[: draw(st.integers(0, len(question.choices)))])
    return question, draw(st.text(max_size=20))


@given(answered())
def test_a_share_is_between_nothing_and_all_and_known_unless_a_person_has_to_say(given_: Any) -> None:
    question, answer = given_
    assert fits(question, answer)
    found = share(question, answer)
    waits = isinstance(question, FreeText) and not question.accepted and not is_empty(answer)
    assert (found is None) == waits
    assert found is None or 0 <= found <= 1


@given(questions)
def test_the_right_answer_is_worth_all(question: Question) -> None:
    check_question(question)
    match question:
        case Single(choices=choices) | Multiple(choices=choices):
            answer: Answer = tuple(index for index, choice in enumerate(choices) if choice.right)
        case Order(items=items):
            answer = tuple(range(len(items)))
        case Number(answer=number):
            answer = number
        case FreeText(accepted=accepted):
            answer = accepted[0] if accepted else ""
    assert share(question, answer) == (0 if is_empty(answer) else 1)


@given(multiples, st.data())
def test_choosing_everything_is_worth_no_more_than_right_minus_wrong(question: Multiple, data: Any) -> None:
    right = sum(choice.right for choice in question.choices)
    wrong = len(question.choices) - right
    everything = tuple(range(len(question.choices)))
    by_part = replace(question, grading="right_minus_wrong")
    assert share(by_part, everything) == max(Fraction(0), Fraction(right - wrong, right))
    assert share(replace(question, grading="all_or_nothing"), everything) == int(wrong == 0)


@pytest.mark.parametrize(
    ("chosen", "worth"),
    [((0, 2), 1), ((0,), Fraction(1, 2)), ((0, 1), 0), ((1, 3), 0), ((0, 1, 2), Fraction(1, 2)), ((), 0)],
)
def test_right_minus_wrong_is_never_below_nothing(chosen: Answer, worth: Fraction) -> None:
    assert share(Multiple(text="?", choices=FOUR), chosen) == worth


@given(orders)
def test_items_in_other_places_are_worth_what_stands_right(question: Order) -> None:
    turned = (*range(1, len(question.items)), 0)
    assert share(question, turned) == 0
    swapped = (1, 0, *range(2, len(question.items)))
    rest = Fraction(len(question.items) - 2, len(question.items))
    assert share(question, swapped) == (rest if question.grading == "right_places" else 0)


@pytest.mark.parametrize(
    ("written", "worth"),
    [("0,3", 1), ("0.3", 1), (" 0,30 ", 1), ("0,35", 1), ("0.25", 1), ("0.3500001", 0), ("+0.3", 1), ("\u22120,3", 0),
     ("1e-1", 0), ("0,3 мг", 0), ("٠,٣", 0), ("", 0), ("nan", 0), (".3", 0), ("9" * 4000, 0)],
)  # fmt: skip
def test_a_number_is_right_up_to_its_tolerance_exactly(written: str, worth: int) -> None:
    # 0.1 + 0.2 in binary fractions is not 0.3: here it is.
    assert share(Number(text="?", answer="0.3", tolerance="0.05"), written) == worth


@pytest.mark.parametrize(
    ("written", "worth"),
    [("Ёлка", 1), ("  елка. ", 1), ("ЕЛКА", 1), ("ёлки", 0), (" ", 0), ("e\u0308лка", 0)],
)
def test_accepted_texts_are_compared_as_people_read_them(written: str, worth: int) -> None:
    assert share(FreeText(text="?", accepted=("ёлка", "сосна")), written) == worth


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (Single(text="?", choices=FOUR), (0, 1)),
        (Single(text="?", choices=FOUR), "0"),
        (Multiple(text="?", choices=FOUR), (0, 0)),
        (Multiple(text="?", choices=FOUR), (4,)),
        (Multiple(text="?", choices=FOUR), (-1,)),
        (Order(text="?", items=("а", "б", "в")), (0, 1)),
        (Order(text="?", items=("а", "б", "в")), (0, 1, 1)),
        (Number(text="?", answer="1"), (1,)),
        (FreeText(text="?"), ()),
        (FreeText(text="?"), "я" * 10_001),
    ],
)
def test_answers_of_another_form_do_not_fit(question: Question, answer: Answer) -> None:
    assert not fits(question, answer)


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        (Single(text="?", choices=FOUR), "$.choices"),
        (Single(text="?", choices=(Choice("а", right=True), Choice("а"))), "$.choices"),
        (Single(text="?", choices=(Choice("а", right=True),)), "$.choices"),
        (Multiple(text="?", choices=(Choice("а"), Choice("б"))), "$.choices"),
        (Order(text="?", items=("а", " ")), "$.items[1]"),
        (Number(text="?", answer="1e3"), "$.answer"),
        (Number(text="?", answer="1", tolerance="-1"), "$.tolerance"),
        (FreeText(text=" "), "$.text"),
        (FreeText(text="?", points=0), "$.points"),
        (FreeText(text="?", pool=""), "$.pool"),
    ],
)
def test_a_question_that_cannot_be_judged_is_refused_with_its_place(wrong: Question, path: str) -> None:
    with pytest.raises(Malformed) as refused:
        check_question(wrong)
    assert [problem.path for problem in refused.value.problems] == [path]


@given(st.decimals(-(10**14), 10**14, places=10, allow_nan=False))
def test_decimal_texts_lose_nothing(number: Any) -> None:
    value = Fraction(number)
    assert decimal_of(decimal_text(value)) == value == number_written(decimal_text(value))


def test_percent_is_rounded_half_up_and_thousands_may_be_apart() -> None:
    assert [percent_text(Fraction(n, 3), 5) for n in (1, 2, 3, -1)] == [
        "33.33333",
        "66.66667",
        "100",
        "-33.33333",
    ]
    assert number_written("12 345\u202f678,5") == Fraction(24691357, 2)
    with pytest.raises(ValueError, match="1/3"):
        decimal_text(Fraction(1, 3))
