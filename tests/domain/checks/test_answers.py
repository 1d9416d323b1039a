"""What answers a check of each kind, whatever order the answers come in."""

import random

import pytest

from rollcall.domain.checks.answers import Choice, Click, TypedCode, acceptable, is_correct
from rollcall.domain.checks.marks import MarkRow
from tests.domain.checks.marks import mark


def answers(*given: str | None) -> list[MarkRow]:
    return [mark("answered", 1_000 * at, seq=at, answer=text) for at, text in enumerate(given, 2)]


def test_a_click_needs_no_words() -> None:
    given = answers(None, "anything")
    assert acceptable(Click(), given) == given
    assert is_correct(Click(), None) is None


def test_up_to_five_wrong_codes_may_be_corrected() -> None:
    code = TypedCode("0417")
    given = answers("417", "0471", "", None, "0417 ", "0417")
    assert acceptable(code, given) == [given[-1]]
    assert acceptable(code, answers("1", "2", "3", "4", "5", "6", "0417")) == []
    first = answers("0417", "1", "2", "3", "4", "5", "6")
    assert acceptable(code, first) == [first[0]]
    shuffled = random.Random(1).sample(given, len(given))
    assert acceptable(code, shuffled) == [given[-1]]


@pytest.mark.parametrize("text", [None, "", "3", "-1", "01", " 1", "1.0", "one"])
def test_only_one_of_the_choices_answers_a_question(text: str | None) -> None:
    assert acceptable(Choice(3), answers(text)) == []


def test_any_choice_confirms_and_the_right_one_is_kept_apart() -> None:
    given = answers("0", "2")
    assert acceptable(Choice(3, right=2), given) == given
    assert [is_correct(Choice(3, right=2), row.answer) for row in given] == [False, True]
    assert is_correct(Choice(3), "0") is None
