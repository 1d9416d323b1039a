"""Array arithmetic on intervals equals that of `domain/intervals`, for every user apart."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rollcall.actions.statistics.coverage import Coverage, clip, cover, lengths
from rollcall.domain.intervals import Interval, Intervals, intersect, length, union

USERS = 4
moments = st.integers(-100, 100)
owned = st.lists(st.tuples(st.integers(0, USERS - 1), st.builds(Interval, moments, moments)), max_size=25)


def build(spans: list[tuple[int, Interval]]) -> Coverage:
    owner, start, end = np.array([(u, a, b) for u, (a, b) in spans], np.int64).reshape(-1, 3).T
    return cover(owner, start, end, USERS)


def of(coverage: Coverage, user: int) -> Intervals:
    held = slice(coverage.first[user], coverage.first[user + 1])
    return tuple(map(Interval, coverage.start[held].tolist(), coverage.end[held].tolist()))


@given(owned)
def test_cover_is_union(spans: list[tuple[int, Interval]]) -> None:
    found = build(spans)
    for user in range(USERS):
        mine = [interval for owner, interval in spans if owner == user]
        assert of(found, user) == union(mine)
        assert lengths(found)[user] == length(mine)


@given(owned, st.builds(Interval, moments, moments))
def test_clip_is_intersection(spans: list[tuple[int, Interval]], window: Interval) -> None:
    found = clip(build(spans), window, USERS)
    for user in range(USERS):
        mine = [interval for owner, interval in spans if owner == user]
        assert of(found, user) == intersect(mine, [window])


def test_a_year_of_many_users_does_not_run_into_each_other() -> None:
    year_ms = 366 * 86_400_000
    owner = np.repeat(np.arange(100_000, dtype=np.int64), 2)
    start = np.tile(np.array([0, year_ms // 2], np.int64), 100_000) + 1_772_355_600_000
    found = cover(owner, start, start + year_ms // 2, 100_000)
    assert lengths(found).tolist() == [year_ms] * 100_000
