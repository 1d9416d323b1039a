"""Sets of moments as sorted, disjoint, half-open intervals of integers (milliseconds of one axis).

Every function takes intervals in any order, overlapping or empty, and returns them in the canonical form: sorted,
not touching, none empty. It knows nothing of what the moments mean.
"""

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple, TypeAlias


class Interval(NamedTuple):
    """The moments from `start` up to, not including, `end`; empty unless `start < end`."""

    start: int
    end: int


Intervals: TypeAlias = tuple[Interval, ...]


def union(intervals: Iterable[Interval]) -> Intervals:
    """Return the moments that any of `intervals` holds."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if merged and start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, end))
        else:
            merged.append(Interval(start, end))
    return tuple(merged)


def intersect(left: Iterable[Interval], right: Iterable[Interval]) -> Intervals:
    """Return the moments that `left` and `right` both hold."""
    ours, theirs = union(left), union(right)
    common: list[Interval] = []
    i = j = 0
    while i < len(ours) and j < len(theirs):
        a, b = ours[i], theirs[j]
        start, end = max(a.start, b.start), min(a.end, b.end)
        if start < end:
            common.append(Interval(start, end))
        if a.end <= b.end:
            i += 1
        else:
            j += 1
    return tuple(common)


def subtract(left: Iterable[Interval], right: Iterable[Interval]) -> Intervals:
    """Return the moments of `left` that `right` does not hold."""
    holes = union(right)
    rest: list[Interval] = []
    first = 0
    for start, end in union(left):
        at = start
        while first < len(holes) and holes[first].end <= start:
            first += 1
        for hole in islice(holes, first, None):
            if hole.start >= end:
                break
            if hole.start > at:
                rest.append(Interval(at, hole.start))
            at = hole.end
        if at < end:
            rest.append(Interval(at, end))
    return tuple(rest)


def length(intervals: Iterable[Interval]) -> int:
    """Return how many moments `intervals` hold, each counted once."""
    return sum(end - start for start, end in union(intervals))
