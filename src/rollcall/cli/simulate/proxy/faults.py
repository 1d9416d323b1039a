"""What a bad network does, as one value, and the profiles that have names.

TCP hides most of it: a lost packet is a late one to whoever reads, and all that follows waits for it. So loss is a
stall here, as long as a retransmission takes. Whole messages that come twice, late or in another order are what
players, proxies and retries make of it; a lost acknowledgement is one whose connection broke just before.
"""

from dataclasses import dataclass, replace
from random import Random
from typing import Literal

RETRANSMIT_FIRST_MS, RETRANSMIT_CAP_MS = 200, 3_200


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """All that may happen; the default is nothing. Percentages are of pieces (chunks or messages) each.

    `latency_ms` ± `jitter_ms` hold each way. In the last `blackout_ms` of each `blackout_every_ms` nothing passes at
    all. Each connection is cut after about `cut_every_ms`, by FIN or RST. `duplicate_percent` of a player's messages
    arrive `copies` times more, `shuffle_percent` are overtaken, both within `held_ms`. The player reads no more than
    `reader_bytes_s` (0 = as it can). `answers`: each acknowledgement and each answer to a POST is lost the first time:
    `drop` leaves a WebSocket open (the next one says the same), `cut` breaks it; a POST always breaks.
    """

    latency_ms: int = 0
    jitter_ms: int = 0
    loss_percent: int = 0
    blackout_every_ms: int = 0
    blackout_ms: int = 0
    cut_every_ms: int = 0
    duplicate_percent: int = 0
    copies: int = 1
    shuffle_percent: int = 0
    held_ms: int = 0
    reader_bytes_s: int = 0
    answers: Literal["pass", "drop", "cut"] = "pass"

    def delay_ms(self, source: Random) -> int:
        """Draw how long one piece is under way."""
        delay = (
            self.latency_ms + source.randint(-self.jitter_ms, self.jitter_ms)
            if self.jitter_ms
            else self.latency_ms
        )
        again_ms = RETRANSMIT_FIRST_MS
        while self.loss_percent and source.random() * 100 < self.loss_percent:
            delay, again_ms = delay + again_ms, min(2 * again_ms, RETRANSMIT_CAP_MS)
        return max(0, delay)

    def blackout_left_ms(self, elapsed_ms: int) -> int:
        """Return how much longer nothing passes at this moment of the proxy's life."""
        if not self.blackout_ms:
            return 0
        left_ms = self.blackout_every_ms - elapsed_ms % self.blackout_every_ms
        return left_ms if left_ms <= self.blackout_ms else 0

    def lifetime_ms(self, source: Random) -> int | None:
        """Draw when a connection is cut, None for never."""
        return (
            source.randint(self.cut_every_ms // 2, self.cut_every_ms * 3 // 2) if self.cut_every_ms else None
        )


_LOSSY = Faults(latency_ms=300, jitter_ms=200, loss_percent=20)

PROFILES = {
    "none": Faults(),
    "slow": Faults(latency_ms=1_500, jitter_ms=1_000, reader_bytes_s=20_000),
    "lossy": _LOSSY,
    "blackouts": replace(_LOSSY, blackout_every_ms=60_000, blackout_ms=5_000),
    "cuts": Faults(latency_ms=50, jitter_ms=40, cut_every_ms=15_000),
    "duplicates": Faults(
        latency_ms=50, jitter_ms=40, duplicate_percent=50, copies=3, shuffle_percent=30, held_ms=20_000
    ),
    "lost-answers": Faults(latency_ms=50, jitter_ms=40, answers="drop"),
}
