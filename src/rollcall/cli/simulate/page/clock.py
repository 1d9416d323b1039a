"""The two clocks of a simulated browser: the monotonic one, and the wall clock that people and networks set."""

from dataclasses import dataclass, field

from rollcall.domain.intervals import Interval, intersect, length


@dataclass(frozen=True, slots=True)
class Clocks:
    """Both began at `began_ms` of server time and run at the same wrong rate.

    `offset_ms` is what the monotonic clock showed then, `wall_offset_ms` how far the wall clock was ahead of the
    server's. `jumps`: at a moment of server time the wall clock is set by so much. `stood`: when the monotonic clock
    stood still (sleep, on most systems).
    """

    began_ms: int
    offset_ms: int = 0
    drift_ppm: float = 0.0
    wall_offset_ms: int = 0
    jumps: tuple[tuple[int, int], ...] = ()
    stood: tuple[Interval, ...] = field(default=())

    def read(self, at_ms: int) -> int:
        """Return what the monotonic clock shows at a moment of server time."""
        stood_ms = length(intersect(self.stood, (Interval(self.began_ms, at_ms),))) if self.stood else 0
        return round(self.offset_ms + self._passed(at_ms - stood_ms))

    def wall(self, at_ms: int) -> int:
        """Return what the wall clock shows; never before 1970, whatever it was set to."""
        jumped_ms = sum(by_ms for when_ms, by_ms in self.jumps if when_ms <= at_ms)
        return max(0, round(self.began_ms + self.wall_offset_ms + jumped_ms + self._passed(at_ms)))

    def _passed(self, at_ms: int) -> float:
        return (at_ms - self.began_ms) * (1 + self.drift_ppm / 1_000_000)
