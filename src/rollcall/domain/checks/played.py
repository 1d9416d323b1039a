"""How much of a recording somebody has played, as far as check plans go: never less than what they may earn by it.

In each session each moment of the clock and each moment of content counts once, and of both the shorter; in all, no
more than the clock. So a loop draws no check nearer, twice the speed counts the clock, two tabs count once; and
whatever earns time has counted here.

What was played without any content left to pair it with is lost: content that is played later, however fast, does not
make up for it, as credit gives nothing for it either. Only a tab that played at the same moments does, and a span that
still grows for its own, as it is credited as a whole. So losses are settled only once every span that is in the count
has reached its end.
"""

from collections.abc import Iterable, Sequence

from rollcall.domain.credit.spans import Slice, cut
from rollcall.domain.growing import Growing
from rollcall.domain.intervals import Interval
from rollcall.domain.sessions import ContentWindow


class _Clock:
    """Moments of the clock, and how many of those that are settled are lost."""

    def __init__(self) -> None:
        self.moments = Growing()
        self._lost_ms = 0
        self._until_ms = 0
        self._again = Growing()  # settled moments that were played since, beside what was known

    @property
    def lost_ms(self) -> int:
        return max(0, self._lost_ms - self._again.length_ms)

    def copy(self) -> "_Clock":
        other = _Clock()
        other.moments, other._again = self.moments.copy(), self._again.copy()
        other._lost_ms, other._until_ms = self._lost_ms, self._until_ms
        return other

    def add(self, wall: Interval) -> None:
        if self._lost_ms and wall.start < self._until_ms:
            self._again.update(self.moments.within(wall.start, min(wall.end, self._until_ms)))
        self.moments.add(wall)

    def less(self, missing_ms: int) -> int:
        """Return how many moments count when so many have nothing to pair them with."""
        return self.moments.length_ms - max(self.lost_ms, missing_ms)

    def forgive(self) -> None:
        self._lost_ms, self._again = 0, Growing()

    def settle(self, missing_ms: int) -> None:
        self._lost_ms = max(self.lost_ms, missing_ms)
        self._until_ms, self._again = self.moments.end, Growing()


class _Part:
    """What of one session has been played: moments of the clock, and moments of content."""

    def __init__(self, window: ContentWindow) -> None:
        self.window = window
        self.clock, self.content = _Clock(), Growing()

    @property
    def ms(self) -> int:
        return self.clock.less(self.missing_ms)

    @property
    def missing_ms(self) -> int:
        return self.clock.moments.length_ms - self.content.length_ms

    def copy(self) -> "_Part":
        other = _Part(self.window)
        other.clock, other.content = self.clock.copy(), self.content.copy()
        return other


class Played:
    """What has been played of all sessions of a recording; mutable, stretches come in any order."""

    def __init__(self, windows: Sequence[ContentWindow] = ()) -> None:
        self._parts = [_Part(window) for window in windows]
        self._clock = _Clock()

    def copy(self) -> "Played":
        """Return another count that goes on from here."""
        other = Played()
        other._parts, other._clock = [part.copy() for part in self._parts], self._clock.copy()
        return other

    @property
    def ms(self) -> int:
        """Return how long all sessions have been played together."""
        return self._clock.less(self._missing_ms)

    @property
    def at_most_ms(self) -> int:
        """Return what it has been at most, if spans that still grow make up for what they miss."""
        return self._clock.less(0)

    @property
    def until_ms(self) -> int:
        """Return the end of what has been played in the sessions, on the clock; 0 = nothing."""
        return self._clock.moments.end

    def covered_ms(self, window: ContentWindow) -> int:
        """Return how much content of one of the sessions has been played."""
        return next((part.content.length_ms for part in self._parts if part.window == window), 0)

    def add(self, stretch: Slice) -> None:
        """Count a stretch of playing, which may be a span so far: what it grows to is added again."""
        for part in self._parts:
            if (inside := cut(stretch, part.window)) is not None:
                part.clock.add(inside.wall)
                part.content.add(inside.content)
                self._clock.add(inside.wall)

    def add_unpaired(self, clock: Iterable[Interval], content: Growing) -> None:
        """Count stretches of which only the moments are known, not which belong together: at most what they are.

        They may have been paired with what seemed lost, so nothing that was settled before is lost any more.
        """
        moments = list(clock)
        self._clock.forgive()
        for part in self._parts:
            part.clock.forgive()
            if inside := content.within(part.window.from_ms, part.window.to_ms):
                part.content.update(inside)
                for moment in moments:
                    part.clock.add(moment)
                    self._clock.add(moment)

    def settle(self) -> None:
        """Note that every span counted so far has reached its end: what it has lost is lost."""
        for part in self._parts:
            part.clock.settle(part.missing_ms)
        self._clock.settle(self._missing_ms)

    @property
    def _missing_ms(self) -> int:
        return self._clock.moments.length_ms - sum(part.ms for part in self._parts)


def played(stretches: Iterable[Slice], windows: Sequence[ContentWindow]) -> Played:
    """Return what these spans, each whole, have played of the sessions."""
    count = Played(windows)
    for stretch in sorted(set(stretches)):
        count.add(stretch)
        count.settle()
    return count
