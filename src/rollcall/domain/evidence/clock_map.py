"""Maps one epoch of a player's clock to server time.

It rests on what cannot be forged: when ticks were sent and when envelopes arrived.
`offset = server − player`. A tick sent at `s` and received at player time `r` proves `offset ≥ s − r`; an envelope
sent at player time `t` that arrived at `a` proves `offset ≤ a − t`. Clocks drift up to 500 ppm, so both bounds widen
with time. The offset moves only when the bounds force it: the mapping is causal and never revised.
"""

from dataclasses import dataclass, replace

DRIFT_PPM = 500
ROUNDING_MS = 2  # all four moments are whole milliseconds: on a fast network the bounds may cross by so much
WIDEST_MS = 24 * 3_600_000  # beyond a day a bound says nothing, and forged ones must still fit a column


@dataclass(frozen=True, slots=True)
class ClockMap:
    """Bounds of the offset in milliseconds, as of `at_ms` (server time of the last envelope)."""

    low_ms: float
    high_ms: float
    offset_ms: float
    at_ms: int

    @property
    def width_ms(self) -> int:
        """How far the true offset may be from the bounds' other end."""
        return min(max(0, round(self.high_ms - self.low_ms)), WIDEST_MS)

    def widened(self, by_ms: int) -> "ClockMap":
        """Return the map for a server clock that may be so much off the one it was made by; it maps as before."""
        return replace(self, low_ms=self.low_ms - by_ms, high_ms=self.high_ms + by_ms)

    def to_server(self, player_ms: int) -> int:
        """Return the server time of a moment on the player's clock."""
        return round(player_ms + self.offset_ms)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One round: a tick sent at `tick_at_ms`, received at `received_ms`, answered at `sent_ms`, in at `arrival_ms`."""

    tick_at_ms: int
    received_ms: int
    sent_ms: int
    arrival_ms: int


def observe(known: ClockMap | None, exchange: Exchange) -> tuple[ClockMap, bool]:
    """Return the map after one more exchange, and whether the bounds crossed (a clock stepped: they start anew)."""
    held_ms = max(0, exchange.sent_ms - exchange.received_ms)
    low = exchange.tick_at_ms - exchange.received_ms - _drift_ms(held_ms)
    high = float(exchange.arrival_ms - exchange.sent_ms)
    if known is None:
        return _fresh(low, high, exchange.arrival_ms), low - high > ROUNDING_MS
    widened = _drift_ms(max(0, exchange.arrival_ms - known.at_ms))
    low, high = max(known.low_ms - widened, low), min(known.high_ms + widened, high)
    if low - high > ROUNDING_MS:
        return observe(None, exchange)[0], True
    if low > high:
        low = high = (low + high) / 2
    offset = min(max(known.offset_ms, low), high)
    return ClockMap(low, high, offset, exchange.arrival_ms), False


def _fresh(low: float, high: float, at_ms: int) -> ClockMap:
    return ClockMap(min(low, high), high, (min(low, high) + high) / 2, at_ms)


def _drift_ms(elapsed_ms: int) -> float:
    return elapsed_ms * DRIFT_PPM / 1_000_000
