"""When attempts end and who passes, at the border and a millisecond beside it."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.errors import Conflict
from rollcall.domain.ids import QuestionId
from rollcall.domain.quizzes.changes import refuse_meaningless
from rollcall.domain.quizzes.questions import Choice, Multiple, Number, Order, Question, Single
from rollcall.domain.quizzes.rule import GRACE_MS, Course, Score, hundredths, is_shown

MOMENTS = st.none() | st.integers(0, 10**6)


@given(st.integers(0, 10**6), MOMENTS, MOMENTS, MOMENTS, st.integers(0, 2 * 10**6))
def test_an_attempt_takes_no_answer_after_its_end_and_the_grace(
    started: int, limit: int | None, finished: int | None, closes: int | None, now: int
) -> None:
    deadline = None if limit is None else started + limit
    course = Course(started, deadline, finished, closes)
    ended = course.ended(now)
    if course.takes_answers(now):
        assert ended is None or now - ended[0] <= GRACE_MS
    else:
        assert ended is not None
        assert finished is not None or now > ended[0] + GRACE_MS
    if ended is not None:
        assert ended[0] >= started or finished is not None


def test_the_time_is_over_at_its_last_millisecond() -> None:
    course = Course(1_000, 61_000, None, None)
    assert (course.ended(60_999), course.ended(61_000)) == (None, (61_000, "time"))
    assert (course.takes_answers(61_000 + GRACE_MS), course.takes_answers(61_001 + GRACE_MS)) == (True, False)
    assert Course(1_000, 61_000, None, 31_000).ended(40_000) == (31_000, "closed")
    assert Course(1_000, 61_000, 20_000, 31_000).ended(40_000) == (20_000, "finished")
    assert Course(1_000, None, None, None).ended(10**9) is None


@given(st.fractions(0, 100), st.integers(0, 100), st.integers(1, 100), st.integers(0, 100))
def test_whoever_has_passed_passes_whatever_a_reviewer_says(
    points: Fraction, pending: int, of: int, mark: int
) -> None:
    passed = Score(points, of, pending).passed(mark)
    least, most = Score(points, of, 0).passed(mark), Score(points + pending, of, 0).passed(mark)
    assert passed == (least if least == most else None)


@pytest.mark.parametrize(("points", "passed"), [(Fraction(7), True), (Fraction(699, 100), False)])
def test_the_mark_itself_passes_and_nothing_is_rounded_up_to_it(points: Fraction, passed: bool) -> None:
    assert Score(points, 10, 0).passed(70) is passed
    assert Score(Fraction(20, 3), 10, 0).passed(67) is False
    assert hundredths(Fraction(20, 3)) == 666


@pytest.mark.parametrize(
    ("show", "seen"),
    [
        ("never", [False] * 4),
        ("after_attempt", [False, True, False, True]),
        ("after_close", [False, False, True, True]),
    ],
)
def test_results_are_shown_as_the_rule_says(show: Any, seen: list[bool]) -> None:
    cases: list[tuple[Any, bool]] = [("open", False), ("open", True), ("closed", False), ("closed", True)]
    assert [is_shown(show, state, ended=ended) for state, ended in cases] == seen


ONE = QuestionId("one")
TWO = (Choice("а", right=True), Choice("б"))
TURNED = (Choice("б"), Choice("а", right=True))
CORRECTED = (Choice("а"), Choice("б", right=True))


@pytest.mark.parametrize(
    "after",
    [{}, {ONE: Multiple(text="?", choices=TWO)}, {ONE: Single(text="?", choices=TURNED)},
     {ONE: Single(text="?", choices=(*TWO, Choice("в")))}, {ONE: Number(text="?", answer="1")},
     {ONE: Order(text="?", items=("а", "б"))}],
)  # fmt: skip
def test_a_change_that_takes_the_meaning_from_answers_is_refused(after: dict[QuestionId, Question]) -> None:
    with pytest.raises(Conflict, match="Question 1"):
        refuse_meaningless({ONE: Single(text="?", choices=TWO)}, after)


def test_a_wrong_key_may_be_corrected_and_a_question_added() -> None:
    after: dict[QuestionId, Question] = {
        QuestionId("new"): Number(text="!", answer="1"),
        ONE: Single(text="Вопрос", choices=CORRECTED, points=3),
    }
    refuse_meaningless({ONE: Single(text="?", choices=TWO)}, after)
