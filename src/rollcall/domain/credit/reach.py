"""Which moments of a broadcast's programme a player can have shown at a moment of the clock: none to come or too old.

A player says itself what it shows, so what it cannot have had is cut away before anything is counted. Pure.
"""

from typing import Final

from rollcall.domain.credit.spans import Slice
from rollcall.domain.intervals import Interval

# How far apart the clocks of the programme and ours can be. The programme's follows the encoder's, which may run
# 500 ppm too fast or too slow, as the clock map allows of players: 14.4 s in eight hours. What the map's own bounds
# add is less than the seconds that a player has in hand and shows late.
DRIFT_MS: Final = 15_000
# How far a player lags behind the place to which it has gone back: it moves on at the latest when it is twelve segments
# behind the newest, and encoders set a keyframe each ten seconds or more often.
LAG_MS: Final = 120_000


def back_ms(dvr_s: int) -> int:
    """Return how old what is shown can be where viewers may go back by `dvr_s`, in ms."""
    return dvr_s * 1000 + LAG_MS + DRIFT_MS


def reached(part: Slice, back_ms: int) -> Slice | None:
    """Return the part of a stretch in which a player of a broadcast can have shown what it says; None = nothing of it.

    `back_ms`: how old it can be. The content is programme time.
    """
    wall, content = part
    first_ms, last_ms = wall.start - content.start, wall.end - content.end  # how old it was
    if _possible(first_ms, back_ms) and _possible(last_ms, back_ms):
        return part
    grows_ms, length_ms = last_ms - first_ms, wall.end - wall.start
    if grows_ms == 0 or length_ms <= 0:
        return None
    low_ms, high_ms = (-DRIFT_MS, back_ms) if grows_ms > 0 else (back_ms, -DRIFT_MS)
    begins = max(0, -((first_ms - low_ms) * length_ms // grows_ms))  # rounded up
    ends = min(length_ms, (high_ms - first_ms) * length_ms // grows_ms)
    if begins >= ends:
        return None
    return part.within([Interval(wall.start + begins, wall.start + ends)])[0]


def _possible(old_ms: int, back_ms: int) -> bool:
    return -DRIFT_MS <= old_ms <= back_ms
