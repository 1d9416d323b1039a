"""When plans ask: gaps uniform in the range, exactly one in each part, never in a break nor before an end."""

import math
import random
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rollcall.domain.checks.draws import (
    Drawn,
    Present,
    Step,
    advance,
    advance_common,
    advance_jittered,
    begin_common,
    draw_again,
    jitter,
)
from rollcall.domain.checks.plan import Plan, may_ask, part_window, shortfall
from rollcall.domain.ids import SessionId, SessionNo
from rollcall.domain.sessions import Session, WallWindow

SECOND = 1000
GAPS = Plan(None, (40, 60), lifetime_s=20, sound=False, per_participant=True, per_session=None)


def session(starts_s: int, ends_s: int | None, no: int = 1) -> Session:
    window = WallWindow(starts_s * SECOND, None if ends_s is None else ends_s * SECOND)
    return Session(SessionNo(no), SessionId(f"session{no}"), "Block", window, 1)


def asked_seconds(
    plan: Plan,
    sessions: list[Session],
    seed: int,
    *,
    until_s: int,
    away: Callable[[int], bool] = lambda _second: False,
) -> list[tuple[int, int, int]]:
    """Live one participant second by second; return (second, session, ordinal) of each prompt."""
    source = random.Random(seed)
    drawn: Drawn | None = None
    played_ms = 0
    asked: list[tuple[int, int, int]] = []
    for second in range(until_s):
        now_ms = second * SECOND
        current = next((s for s in sessions if may_ask(s, 0, now_ms) and now_ms != ends_ms(s)), None)
        if current is None or away(second):
            continue
        had = max((ordinal for _, no, ordinal in asked if no == current.no), default=0)
        step = advance(plan, current, drawn, Present(played_ms, had), now_ms, source.randint)
        drawn = step.drawn
        if step.ask is not None:
            asked.append((second, current.no, step.ask))
        played_ms += SECOND
    return asked


def ends_ms(s: Session) -> int | None:
    assert isinstance(s.window, WallWindow)
    return s.window.ends_ms


def kolmogorov_p(values: list[float]) -> float:
    """Return the asymptotic p-value that values of [0, 1] are uniform."""
    count = len(values)
    distance = max(
        max((rank + 1) / count - value, value - rank / count) for rank, value in enumerate(sorted(values))
    )
    x = (math.sqrt(count) + 0.12 + 0.11 / math.sqrt(count)) * distance
    return 2 * sum((-1 if k % 2 == 0 else 1) * math.exp(-2 * k * k * x * x) for k in range(1, 100))


def test_gaps_are_uniform_in_the_range() -> None:
    source = random.Random(7)
    first = [
        advance(GAPS, session(0, None), None, Present(0, 0), 0, source.randint).drawn.due_played_ms or 0
        for _ in range(4000)
    ]
    assert min(first) >= 40 * SECOND
    assert max(first) <= 60 * SECOND
    assert kolmogorov_p([(due_ms - 40_000 + 0.5) / 20_001 for due_ms in first]) > 0.01


@given(st.integers(0, 10**6))
def test_gaps_count_playing_time_and_never_run_into_the_end(seed: int) -> None:
    asked = asked_seconds(GAPS, [session(100, 700)], seed, until_s=800)
    moments = [second for second, _, _ in asked]
    assert all(40 <= later - sooner <= 61 for sooner, later in pairwise(moments))
    assert 140 <= moments[0] <= 161
    assert moments[-1] <= 700 - 50
    assert [ordinal for _, _, ordinal in asked] == list(range(1, len(asked) + 1))


@given(st.integers(0, 10**6), st.integers(1, 200))
def test_time_away_does_not_count(seed: int, pause: int) -> None:
    through = asked_seconds(GAPS, [session(0, None)], seed, until_s=600)
    paused = asked_seconds(
        GAPS, [session(0, None)], seed, until_s=600 + pause, away=lambda second: 30 <= second < 30 + pause
    )
    shifted = [(second if second < 30 else second + pause, no, ordinal) for second, no, ordinal in through]
    assert paused == shifted


@given(st.integers(0, 10**6))
def test_a_gap_goes_on_after_a_break_and_ordinals_begin_anew(seed: int) -> None:
    plan = replace(GAPS, every_s=(100, 140))
    asked = asked_seconds(plan, [session(0, 90, 1), session(300, 600, 2)], seed, until_s=700)
    assert all(no == 2 for _, no, _ in asked)
    assert 310 <= asked[0][0] <= 352
    assert asked[0][2] == 1


@given(st.integers(0, 10**6))
def test_a_moment_that_fell_into_the_tail_is_not_asked_as_the_next_session_begins(seed: int) -> None:
    plan = replace(GAPS, every_s=(60, 70))
    asked = asked_seconds(plan, [session(0, 100, 1), session(200, 600, 2)], seed, until_s=600)
    assert all(second >= 200 for second, _, _ in asked)
    assert 200 <= asked[0][0] <= 292


@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(51, 300))
def test_each_part_has_exactly_one(seed: int, parts: int, part_s: int) -> None:
    plan = replace(GAPS, per_session=parts)
    whole = session(10, 10 + parts * part_s)
    assert shortfall(plan, whole) is None
    asked = asked_seconds(plan, [whole], seed, until_s=20 + parts * part_s)
    assert [ordinal for _, _, ordinal in asked] == list(range(1, parts + 1))
    for second, _, ordinal in asked:
        from_ms, to_ms = part_window(plan, whole, ordinal)
        assert from_ms <= second * SECOND <= to_ms + SECOND
        assert second * SECOND <= (10 + parts * part_s) * SECOND - plan.tail_ms


def test_moments_in_parts_are_uniform_and_participants_are_independent() -> None:
    plan, whole = replace(GAPS, per_session=3), session(0, 3000)
    source = random.Random(3)
    due = [
        advance(plan, whole, None, Present(0, 0), 0, source.randint).drawn.due_ms or 0 for _ in range(4000)
    ]
    assert kolmogorov_p([(moment + 0.5) / 1_000_000 for moment in due]) > 0.01
    pairs = list(zip(due[::2], due[1::2], strict=True))
    mean = sum(due) / len(due)
    covariance = sum((one - mean) * (other - mean) for one, other in pairs) / len(pairs)
    variance = sum((moment - mean) ** 2 for moment in due) / len(due)
    assert abs(covariance / variance) < 0.08


@given(st.integers(0, 10**6), st.integers(0, 900))
def test_who_joins_in_the_middle_has_the_rest_of_the_parts(seed: int, joins_s: int) -> None:
    plan, whole = replace(GAPS, per_session=3), session(0, 900)
    asked = asked_seconds(plan, [whole], seed, until_s=900, away=lambda second: second < joins_s)
    later = [ordinal for ordinal in (1, 2, 3) if joins_s * SECOND <= part_window(plan, whole, ordinal)[0]]
    assert [ordinal for _, _, ordinal in asked][-len(later) or 3 :] == later
    assert all(second >= joins_s for second, _, _ in asked)


@given(st.integers(0, 10**6))
def test_a_moment_passed_while_away_is_drawn_anew_in_the_rest_of_its_part(seed: int) -> None:
    plan, whole = replace(GAPS, per_session=1), session(0, 1000)
    asked = asked_seconds(plan, [whole], seed, until_s=1000, away=lambda second: 1 <= second < 800)
    assert [ordinal for _, _, ordinal in asked] == [1]
    assert 800 <= asked[0][0] <= 951


def test_an_open_session_limits_the_gaps_to_m() -> None:
    asked = asked_seconds(replace(GAPS, per_session=2), [session(0, None)], 5, until_s=1000)
    assert [ordinal for _, _, ordinal in asked] == [1, 2]


def test_a_busy_participant_is_asked_when_the_other_prompt_has_ended() -> None:
    drawn = Drawn(SessionNo(1), 1, 50_000, None)
    busy = Present(60_000, 0, busy=True)
    assert advance(GAPS, session(0, None), drawn, busy, 60_000, random.Random(1).randint) == Step(drawn)
    free = advance(GAPS, session(0, None), drawn, Present(61_000, 0), 61_000, random.Random(1).randint)
    assert free.ask == 1
    assert free.drawn.due_played_ms is not None
    assert 101_000 <= free.drawn.due_played_ms <= 121_000


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_common_moment_has_a_personal_delay_and_one_that_passed_by_is_dropped(seed: int, at_s: int) -> None:
    plan = replace(GAPS, every_s=(40, 60), per_participant=False)
    whole = session(0, None)
    now_ms = at_s * SECOND
    drawn = jitter(plan, begin_common(whole, 4, now_ms), now_ms, random.Random(seed).randint)
    assert drawn.due_ms is not None
    assert now_ms <= drawn.due_ms <= now_ms + 20_000
    who = Present(0, 0)
    assert advance_jittered(plan, whole, drawn, who, drawn.due_ms - 1) == Step(drawn)
    assert advance_jittered(plan, whole, drawn, who, drawn.due_ms) == Step(replace(drawn, due_ms=None), 4)
    late_ms = drawn.due_ms + 36_000
    assert advance_jittered(plan, whole, drawn, who, late_ms) == Step(replace(drawn, due_ms=None))


@given(st.integers(0, 10**6), st.integers(-200, 30_000))
def test_who_comes_after_a_common_moment_is_asked_with_the_others_and_later_no_more(
    seed: int, passed_ms: int
) -> None:
    plan = replace(GAPS, every_s=(40, 60), per_participant=False)
    whole, who = session(0, None), Present(0, 0)
    source = random.Random(seed).randint
    begun = begin_common(whole, 4, 100_000)
    step = advance_common(plan, whole, None, begun, who, 100_000 + passed_ms, source)
    if passed_ms > 20_000:
        assert step is None
        return
    assert step is not None
    assert step.ask is None
    assert step.drawn.due_ms is not None
    assert 100_000 + max(0, passed_ms) <= step.drawn.due_ms <= 120_000
    again = advance_common(plan, whole, step.drawn, begun, who, step.drawn.due_ms, source)
    assert again == Step(replace(step.drawn, due_ms=None), 4)
    assert advance_common(plan, whole, again.drawn, begun, who, 120_000, source) == Step(again.drawn)
    assert advance_common(plan, session(0, None, 2), None, begun, who, 100_000, source) is None


def test_the_delay_is_up_to_ninety_seconds() -> None:
    plan = replace(GAPS, every_s=None, every_min=(30, 45), per_participant=False)
    delays = [
        jitter(plan, begin_common(session(0, None), 1, 0), 0, random.Random(seed).randint).due_ms
        for seed in range(2000)
    ]
    assert min(delay for delay in delays if delay is not None) < 2_000
    assert 88_000 < max(delay for delay in delays if delay is not None) <= 90_000


@given(st.integers(0, 10**6), st.integers(0, 900))
def test_an_undelivered_control_is_replaced_within_its_part_or_not_at_all(seed: int, now_s: int) -> None:
    plan, whole = replace(GAPS, per_session=3), session(0, 900)
    again = draw_again(plan, whole, 2, Present(0, 2), now_s * SECOND, random.Random(seed).randint)
    from_ms, to_ms = part_window(plan, whole, 2)
    assume(now_s * SECOND >= from_ms)
    if now_s * SECOND > to_ms:
        assert again is None
    else:
        assert again is not None
        assert again.due_ms is not None
        assert (again.ordinal, now_s * SECOND <= again.due_ms <= to_ms) == (2, True)
    assert draw_again(GAPS, whole, 2, Present(0, 2), 0, random.Random(seed).randint) is None


@pytest.mark.parametrize(
    ("plan", "length_s", "arithmetic"),
    [
        (replace(GAPS, per_session=4), 203, "203 s / 4 = 50 s"),
        (replace(GAPS, every_s=None, every_min=(30, 45), per_session=3), 5399, "5399 s / 3 = 1799 s"),
    ],
)
def test_a_session_too_short_for_m_is_explained_by_arithmetic(
    plan: Plan, length_s: int, arithmetic: str
) -> None:
    told = shortfall(plan, session(0, length_s))
    assert told is not None
    assert arithmetic in told
    assert shortfall(plan, session(0, length_s + 4)) is None
    assert shortfall(plan, session(0, None)) is None
    assert shortfall(replace(plan, per_session=None), session(0, 1)) is None
