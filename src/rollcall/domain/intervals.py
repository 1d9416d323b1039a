"""Sets of moments as sorted, disjoint, half-open intervals of integers (milliseconds of one axis).

Every function takes intervals in any order, overlapping or empty, and returns them in the canonical form: sorted,
not touching, none empty. A result knows that it is in that form, so it is not sorted again when it is passed on. It
knows nothing of what the moments mean.
"""

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias


class Interval(NamedTuple):
    """The moments from `start` up to, not including, `end`; empty unless `start < end`."""

    start: int
    end: int


Intervals: TypeAlias = tuple[Interval, ...]


class _Canonical(tuple[Interval, ...]):
    """Intervals in the canonical form; only this module makes them."""

    __slots__ = ()


def union(intervals: Iterable[Interval]) -> Intervals:
    """Return the moments that any of `intervals` holds."""
    if isinstance(intervals, _Canonical):
        return intervals
    merged: list[Interval] = []
    since = until = 0
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if since < until and start <= until:
            until = max(until, end)
            continue
        if since < until:
            merged.append(Interval(since, until))
        since, until = start, end
    if since < until:
        merged.append(Interval(since, until))
    return _Canonical(merged)


def intersect(left: Iterable[Interval], right: Iterable[Interval]) -> Intervals:
    """Return the moments that `left` and `right` both hold."""
    ours, theirs = union(left), union(right)
    if not ours or not theirs:
        return NOTHING
    common: list[Interval] = []
    i, j = _before(ours, theirs[0].start), _before(theirs, ours[0].start)
    while i < len(ours) and j < len(theirs):
        a, b = ours[i], theirs[j]
        start, end = max(a.start, b.start), min(a.end, b.end)
        if start < end:
            common.append(Interval(start, end))
        if a.end <= b.end:
            i += 1
        else:
            j += 1
    return _Canonical(common)


def subtract(left: Iterable[Interval], right: Iterable[Interval]) -> Intervals:
    """Return the moments of `left` that `right` does not hold."""
    ours, holes = union(left), union(right)
    if not ours or not holes:
        return ours
    rest: list[Interval] = []
    first = _before(holes, ours[0].start)
    for start, end in ours:
        at = start
        while first < len(holes) and holes[first].end <= start:
            first += 1
        for number in range(first, len(holes)):
            hole = holes[number]
            if hole.start >= end:
                break
            if hole.start > at:
                rest.append(Interval(at, hole.start))
            at = hole.end
        if at < end:
            rest.append(Interval(at, end))
    return _Canonical(rest)


def length(intervals: Iterable[Interval]) -> int:
    """Return how many moments `intervals` hold, each counted once."""
    return sum(end - start for start, end in union(intervals))


def _before(intervals: Intervals, moment: int) -> int:
    """Return the position before which all canonical intervals end by this moment."""
    return max(0, bisect_right(intervals, (moment, moment)) - 1)


NOTHING: Intervals = _Canonical()
