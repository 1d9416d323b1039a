"""When plans ask in a recording: whatever a participant does between sessions, nothing is put off by it."""

import random
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.checks.draws import Drawn, Present, Step, advance, draw_again, row_of, user_of
from rollcall.domain.checks.plan import Plan, content_part, shortfall
from rollcall.domain.ids import SessionId, SessionNo, UserId
from rollcall.domain.sessions import ContentWindow, Session

SECOND = 1000
GAPS = Plan(None, (40, 60), lifetime_s=20, sound=False, per_participant=True, per_session=None)
LENGTH_S = 600


def session(no: int) -> Session:
    window = ContentWindow(no * 10**6, no * 10**6 + LENGTH_S * SECOND)
    return Session(SessionNo(no), SessionId(f"session{no}"), "Block", window, 1)


SESSIONS = [session(1), session(2)]


class Viewer:
    """One participant as the job sees them, second by second."""

    def __init__(self, plan: Plan, seed: int) -> None:
        self.plan, self.source = plan, random.Random(seed)
        self.draws: dict[UserId, Drawn] = {}
        self.covered_s = {1: 0, 2: 0}
        self.had = {1: 0, 2: 0}
        self.asked: list[tuple[int, int]] = []  # playing time in seconds, session
        self.played_s = 0

    def live(self, no: int, speed: int = 1, *, new: bool = True, busy: bool = False) -> None:
        """Play a second in a session: new content unless they look at what they have seen."""
        of = SESSIONS[no - 1]
        if new and self.covered_s[no] < LENGTH_S:
            self.covered_s[no] = min(LENGTH_S, self.covered_s[no] + speed)
            self.played_s += 1
        row = row_of(self.plan, of, UserId("anna"))
        who = Present(self.played_s * SECOND, self.had[no], busy, self.covered_s[no] * SECOND)
        step: Step = advance(self.plan, of, self.draws.get(row), who, 0, self.source.randint)
        if step.drawn != self.draws.get(row):  # else nothing is stored, and nobody is asked
            self.draws[row] = step.drawn
            if step.ask is not None:
                assert step.ask == self.had[no] + 1
                self.had[no] = step.ask
                self.asked.append((self.played_s, no))


@given(st.integers(0, 10**6), st.lists(st.sampled_from([1, 2]), min_size=200, max_size=900))
def test_whoever_hops_between_sessions_is_asked_as_often_as_whoever_stays(seed: int, hops: list[int]) -> None:
    viewer = Viewer(GAPS, seed)
    for no in hops:
        viewer.live(no)
    moments = [0, *(played_s for played_s, _ in viewer.asked), viewer.played_s]
    gaps = [later - sooner for sooner, later in pairwise(moments)]
    assert all(40 <= gap <= 61 for gap in gaps[:-1]), gaps
    assert gaps[-1] <= 61


def test_a_loop_draws_nothing_nearer_and_a_busy_participant_is_asked_as_soon_as_they_are_not() -> None:
    viewer = Viewer(GAPS, 1)
    for _ in range(30):
        viewer.live(1)
    for _ in range(1_000):
        viewer.live(1, new=False)
    assert viewer.asked == []
    for _ in range(100):
        viewer.live(2, busy=True)
    assert viewer.asked == []
    viewer.live(1)
    assert [no for _, no in viewer.asked] == [1]


@given(
    st.integers(0, 10**6),
    st.integers(1, 4),
    st.lists(st.tuples(st.sampled_from([1, 2]), st.sampled_from([1, 2]), st.booleans()), max_size=400),
)
def test_parts_ask_exactly_m_in_each_session_whatever_was_done_in_between(
    seed: int, per_session: int, before: list[tuple[int, int, bool]]
) -> None:
    viewer = Viewer(replace(GAPS, per_session=per_session), seed)
    for no, speed, new in before:
        viewer.live(no, speed, new=new)
    for no in (1, 2):
        for _ in range(LENGTH_S):
            viewer.live(no)
    assert viewer.had == {1: per_session, 2: per_session}


@given(st.integers(0, 10**6), st.integers(1, 4))
def test_whoever_plays_on_is_asked_once_in_each_part_of_the_content(seed: int, per_session: int) -> None:
    plan = replace(GAPS, per_session=per_session)
    viewer = Viewer(plan, seed)
    for _ in range(LENGTH_S):
        viewer.live(1)
    parts = [content_part(plan, SESSIONS[0], ordinal) for ordinal in range(1, per_session + 1)]
    for (played_s, _), (from_ms, to_ms) in zip(viewer.asked, parts, strict=True):
        assert from_ms <= played_s * SECOND <= to_ms + SECOND
    assert parts[-1][1] <= LENGTH_S * SECOND - plan.tail_ms


def test_a_control_that_was_lost_comes_again_in_what_is_left_of_its_part_or_at_once() -> None:
    plan = replace(GAPS, per_session=3)
    early, late = Present(0, 2, covered_ms=250 * SECOND), Present(0, 2, covered_ms=500 * SECOND)
    again = draw_again(plan, SESSIONS[0], 2, early, 0, random.Random(1).randint)
    assert again is not None
    assert again.due_played_ms is not None
    assert (again.ordinal, 250 * SECOND <= again.due_played_ms < 400 * SECOND) == (2, True)
    assert draw_again(plan, SESSIONS[0], 2, late, 0, random.Random(1).randint) == Drawn(
        SessionNo(1), 2, 500 * SECOND, None
    )
    assert draw_again(GAPS, SESSIONS[0], 2, late, 0, random.Random(1).randint) is None


@pytest.mark.parametrize("per_session", [None, 2])
def test_the_moments_of_each_session_are_kept_apart_only_where_they_rest_on_its_content(
    per_session: int | None,
) -> None:
    plan = replace(GAPS, per_session=per_session)
    rows = {row_of(plan, of, UserId("anna")) for of in SESSIONS}
    assert len(rows) == (1 if per_session is None else 2)
    assert {user_of(row) for row in rows} == {"anna"}


def test_a_session_too_short_for_its_controls_is_told_with_the_arithmetic() -> None:
    assert shortfall(replace(GAPS, per_session=3), SESSIONS[0]) is None
    assert "600 s / 20 = 30 s" in (shortfall(replace(GAPS, per_session=20), SESSIONS[0]) or "")
