"""The only module that reads a clock. Everything else receives `now` or a `Clock`.

`now_ms` is server time in Unix milliseconds: a wall clock read once at start plus the monotonic clock, so a step of
the system clock never moves server time. Where several nodes serve one database, the wall clock is the database's:
asked at start and again each few seconds. A difference found later is made up for so slowly that time goes on
forwards and evidence takes it for the drift of a player's clock; how far a node is off is told by `off_ms`.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

SLEW_PPM = 500  # as much as the map of a player's clock allows for


@dataclass(frozen=True, slots=True)
class Reading:
    """The database's clock showed `wall_ns` at some moment between two of our monotonic clock."""

    before_ns: int
    wall_ns: int
    after_ns: int

    @property
    def round_trip_ns(self) -> int:
        """Return how long the question took: the offset is known within half of it."""
        return self.after_ns - self.before_ns

    @property
    def offset_ns(self) -> int:
        """Return how far that clock is ahead of our monotonic one."""
        return self.wall_ns - (self.before_ns + self.after_ns) // 2


class _Course(NamedTuple):
    """The offset was `from_ns` at a moment, and approaches `to_ns` since."""

    at_ns: int
    from_ns: int
    to_ns: int

    def offset_ns(self, monotonic_ns: int) -> int:
        most = max(0, monotonic_ns - self.at_ns) * SLEW_PPM // 1_000_000
        return self.from_ns + max(-most, min(most, self.to_ns - self.from_ns))


class Clock:
    """Server time. One object per process, built in `main` and passed down; `node` is whose clock it is."""

    def __init__(
        self,
        node: str = "",
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
        wall_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.node = node
        self.monotonic_ns = monotonic_ns
        offset_ns = wall_ns() - monotonic_ns()
        self._course = _Course(monotonic_ns(), offset_ns, offset_ns)

    def now_ms(self) -> int:
        """Return server time in Unix milliseconds; never goes backwards once anything is served."""
        monotonic_ns = self.monotonic_ns()
        return (monotonic_ns + self._course.offset_ns(monotonic_ns)) // 1_000_000

    def now_s(self) -> int:
        """Return server time in whole Unix seconds."""
        return self.now_ms() // 1000

    def begin_at(self, readings: Sequence[Reading]) -> None:
        """Show what the database's clock shows, at once: only before anything has been told the time."""
        offset_ns = _best(readings).offset_ns
        self._course = _Course(self.monotonic_ns(), offset_ns, offset_ns)

    def follow(self, readings: Sequence[Reading]) -> None:
        """Approach what the database's clock shows, as far as the readings can tell that from what we show."""
        best, monotonic_ns = _best(readings), self.monotonic_ns()
        shown_ns = self._course.offset_ns(monotonic_ns)
        is_known = abs(best.offset_ns - shown_ns) > best.round_trip_ns // 2
        self._course = _Course(monotonic_ns, shown_ns, best.offset_ns if is_known else shown_ns)

    def off_ms(self) -> int:
        """Return how far we are ahead of the database's clock as read last (behind: negative)."""
        course, monotonic_ns = self._course, self.monotonic_ns()
        return (course.offset_ns(monotonic_ns) - course.to_ns) // 1_000_000


def _best(readings: Sequence[Reading]) -> Reading:
    return min(readings, key=lambda reading: reading.round_trip_ns)
