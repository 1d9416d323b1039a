"""Set algebra of intervals, against plain Python sets of moments."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.intervals import Interval, Intervals, intersect, length, subtract, union

moments = st.integers(-50, 50)
some = st.lists(st.builds(Interval, moments, moments), max_size=12)


def as_set(intervals: list[Interval] | Intervals) -> set[int]:
    return {moment for start, end in intervals for moment in range(start, end)}


@given(some)
def test_union_is_canonical_and_loses_nothing(intervals: list[Interval]) -> None:
    merged = union(intervals)
    assert as_set(merged) == as_set(intervals)
    assert all(start < end for start, end in merged)
    assert all(a.end < b.start for a, b in pairwise(merged))
    assert union(list(merged)) == merged
    assert union(reversed(intervals)) == merged


@given(some, some)
def test_algebra_equals_that_of_sets(left: list[Interval], right: list[Interval]) -> None:
    assert intersect(left, right) == union([*intersect(left, right)])
    assert as_set(intersect(left, right)) == as_set(left) & as_set(right)
    assert subtract(left, right) == union([*subtract(left, right)])
    assert as_set(subtract(left, right)) == as_set(left) - as_set(right)


@given(some)
def test_length_counts_each_moment_once(intervals: list[Interval]) -> None:
    assert length(intervals) == len(as_set(intervals))


def test_touching_intervals_become_one() -> None:
    assert union([Interval(5, 9), Interval(1, 5)]) == (Interval(1, 9),)
