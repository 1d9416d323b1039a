"""Points are counted from answers and reviews alone: exact, never above what there is; a review is the last word."""

from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.quizzes.questions import Choice, FreeText, Multiple, Question
from rollcall.domain.quizzes.score import Given, earned, score, verdict
from tests.domain.quizzes.questions import questions

GIVEN = st.none() | st.builds(
    Given,
    st.just("") | st.text(max_size=5) | st.lists(st.integers(0, 1), max_size=2, unique=True).map(tuple),
    st.none(),
)


def answers_of(question: Question, given: Given | None) -> Given | None:
    """Return an answer in the form that the question asks for."""
    if given is None or isinstance(given.answer, str) == (
        not hasattr(question, "choices") and not hasattr(question, "items")
    ):
        return given
    return Given(() if isinstance(given.answer, str) else "12")


@given(st.lists(st.tuples(questions, GIVEN), max_size=6))
def test_what_is_earned_and_what_waits_never_exceed_what_there_is(asked: list[Any]) -> None:
    asked = [(question, answers_of(question, given)) for question, given in asked]
    total = score(asked)
    assert 0 <= total.points <= total.points + total.pending <= total.of
    assert total.of == sum(question.points for question, _ in asked)
    assert total.points == sum((earned(question, given) or 0 for question, given in asked), Fraction(0))
    for question, said in asked:
        assert (verdict(question, said) == "pending") == (earned(question, said) is None)


@given(questions, st.integers(0, 10_000))
def test_a_review_is_the_last_word(question: Question, hundredths: int) -> None:
    given = Given("так", reviewed=hundredths)
    assert score([(question, given)]).points == Fraction(hundredths, 100)
    assert score([(question, given)]).pending == 0


def test_thirds_make_a_whole() -> None:
    three = tuple(Choice(text, right=True) for text in "абв")
    part = (Multiple(text="?", choices=three), Given((0,)))
    assert score([part] * 3).points == 1
    assert score([part, (FreeText(text="?", points=4), Given("да"))]).pending == 4
