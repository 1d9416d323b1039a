"""A set that grows holds what was added, in the canonical form, and never more than its share of stretches."""

from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.growing import Growing
from rollcall.domain.intervals import Interval, intersect, length, union

intervals = st.lists(st.builds(Interval, st.integers(0, 60), st.integers(0, 60)), max_size=20)


@given(intervals, st.integers(0, 60), st.integers(0, 60))
def test_it_holds_what_the_union_holds(some: list[Interval], start: int, end: int) -> None:
    growing = Growing(some)
    whole = union(some)
    assert tuple(growing) == whole
    assert (len(growing), growing.length_ms) == (len(whole), length(whole))
    assert growing.end == (whole[-1].end if whole else 0)
    assert tuple(growing.within(start, end)) == intersect(whole, [Interval(start, end)])


@given(intervals, intervals)
def test_a_copy_grows_by_itself(some: list[Interval], more: list[Interval]) -> None:
    growing = Growing(some)
    other = growing.copy()
    other.update(more)
    assert tuple(growing) == union(some)
    assert tuple(other) == union([*some, *more])


@given(intervals, st.integers(1, 5))
def test_beyond_its_bounds_it_holds_more_and_never_less(some: list[Interval], most: int) -> None:
    growing = Growing(some, most)
    assert len(growing) <= most
    assert intersect(growing, some) == union(some)
    assert growing.length_ms == length(growing)
    if some and growing:
        assert min(growing).start >= min(one.start for one in some)
        assert growing.end <= max(one.end for one in some)


def test_the_narrowest_gaps_are_closed_first() -> None:
    growing = Growing(
        [Interval(0, 1), Interval(2, 3), Interval(50, 51), Interval(53, 54), Interval(90, 91)], 4
    )
    assert tuple(growing) == (Interval(0, 3), Interval(50, 91))
