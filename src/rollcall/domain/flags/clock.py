"""Tells a clock that runs at another speed from one that merely stepped.

An answered tick bounds the offset (server minus player) from both sides. Two answers far apart therefore bound how
much the offset has drifted between them, however slow the network was; what is more than 500 ppm for certain, twice
in a row and in one direction, is no step and no network.
"""

from dataclasses import dataclass

from rollcall.domain.evidence.clock_map import DRIFT_PPM, Exchange

SCALES_MS = (
    60_000,
    600_000,
)  # a clock that is off by 5 % shows within two minutes, one by 0.2 % within twenty
IN_A_ROW = 2


@dataclass(frozen=True, slots=True)
class _Bound:
    low_ms: int
    high_ms: int
    at_ms: int


class RateWatch:
    """Follows the clock of one connected player, epoch by epoch."""

    __slots__ = ("_epoch", "_runs", "_since")

    def __init__(self) -> None:
        self._epoch = -1
        self._since: list[_Bound] = []
        self._runs = [0] * len(SCALES_MS)

    def hear(self, epoch: int, exchange: Exchange) -> int | None:
        """Return by how many ppm the player's clock is fast (negative: slow) once that is certain, else None."""
        bound = _Bound(
            exchange.tick_at_ms - exchange.received_ms,
            exchange.arrival_ms - exchange.sent_ms,
            exchange.arrival_ms,
        )
        if epoch != self._epoch:
            self._epoch, self._since, self._runs = epoch, [bound] * len(SCALES_MS), [0] * len(SCALES_MS)
            return None
        found = None
        for scale, scale_ms in enumerate(SCALES_MS):
            if bound.at_ms - self._since[scale].at_ms >= scale_ms:
                ppm = self._judge(scale, bound)
                found = ppm if found is None else found
        return found

    def _judge(self, scale: int, bound: _Bound) -> int | None:
        since, self._since[scale] = self._since[scale], bound
        direction = _direction(since, bound)
        run = self._runs[scale]
        self._runs[scale] = direction if direction * run <= 0 else run + direction
        if abs(self._runs[scale]) < IN_A_ROW:
            return None
        drift_ms = (bound.low_ms + bound.high_ms - since.low_ms - since.high_ms) / 2
        return round(-drift_ms * 1_000_000 / (bound.at_ms - since.at_ms))


def _direction(since: _Bound, bound: _Bound) -> int:
    """Return 1 when the offset has certainly grown by more than clocks drift, -1 when it has shrunk so, else 0."""
    allowed_ms = (bound.at_ms - since.at_ms) * DRIFT_PPM / 1_000_000
    if bound.low_ms - since.high_ms > allowed_ms:
        return 1
    return -1 if bound.high_ms - since.low_ms < -allowed_ms else 0
