"""A set of moments that grows one interval after the other, each in logarithmic time, and is kept within bounds.

It holds disjoint half-open intervals in order. Nobody plays in thousands of separate stretches; where somebody pretends
to, the narrowest gaps between them are closed. So it may hold more than was added, and never less. It knows nothing of
what the moments mean.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from rollcall.domain.intervals import Interval

MOST: Final = 4_096  # so many stretches are kept apart


class Growing:
    """Moments in milliseconds of one axis; `length_ms` is how many it holds."""

    __slots__ = ("_ends", "_most", "_starts", "length_ms")

    def __init__(self, intervals: Iterable[Interval] = (), most: int = MOST) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._most = most
        self.length_ms = 0
        self.update(intervals)

    def __iter__(self) -> Iterator[Interval]:
        """Return its intervals in order, none touching the next."""
        return map(Interval, self._starts, self._ends)

    def __len__(self) -> int:
        """Return how many separate intervals it holds."""
        return len(self._starts)

    @property
    def end(self) -> int:
        """Return where the last interval ends; 0 = there is none."""
        return self._ends[-1] if self._ends else 0

    def copy(self) -> "Growing":
        """Return another set that holds the same."""
        other = Growing(most=self._most)
        other._starts, other._ends, other.length_ms = self._starts[:], self._ends[:], self.length_ms
        return other

    def add(self, interval: Interval) -> None:
        """Add an interval; an empty one adds nothing."""
        start, end = interval
        if start >= end:
            return
        first, last = bisect_left(self._ends, start), bisect_right(self._starts, end)
        held = range(first, last)
        self.length_ms -= sum(self._ends[number] - self._starts[number] for number in held)
        if held:
            start, end = min(start, self._starts[first]), max(end, self._ends[last - 1])
        self._starts[first:last], self._ends[first:last] = [start], [end]
        self.length_ms += end - start
        if len(self._starts) > self._most:
            self._close_gaps()

    def update(self, intervals: Iterable[Interval]) -> None:
        """Add several."""
        for interval in intervals:
            self.add(interval)

    def within(self, start: int, end: int) -> list[Interval]:
        """Return what of it lies in `[start, end)`."""
        if start >= end:
            return []
        held = range(bisect_right(self._ends, start), bisect_left(self._starts, end))
        return [Interval(max(start, self._starts[n]), min(end, self._ends[n])) for n in held]

    def _close_gaps(self) -> None:
        """Close the narrowest gaps, so many that half of the room is free again."""
        gaps = [after.start - before.end for before, after in pairwise(self)]
        widest = sorted(gaps)[len(gaps) // 2]
        inner = [number for number, gap in enumerate(gaps) if gap > widest]
        self._starts = [self._starts[0], *(self._starts[number + 1] for number in inner)]
        self._ends = [*(self._ends[number] for number in inner), self._ends[-1]]
        self.length_ms = sum(end - start for start, end in self)
