"""Compares what a player says of itself (playing, at this speed) with where its content stands.

A beat is looked at beside the one before it. Time whose content stood still earns nothing already; here it is counted
how often a player claims what our own would have called a stall, plays on from somewhere else without a seek, or plays
a broadcast without saying when what it shows was on air, so that nobody can tell whether it is behind.
"""

from typing import Literal

from rollcall.domain.credit.spans import PROGRAMME_MS
from rollcall.domain.evidence.rows import Beat, State
from rollcall.domain.evidence.spans import CONTINUITY_MS

WINDOW_MS = 120_000
FROZEN_MS = 30_000  # claimed so within the window
JUMPS = 5  # within the window
JUMP_MS = 2_000
UNREACHABLE_MS = 30_000  # more than a player has in hand that sleeps, wakes, and plays that first
UNKNOWN_MS = 60_000  # of a connection; our own player knows it before the first picture
FAST_RATE = 1.5  # of a live broadcast; players catch up at 0.9-1.2 by themselves

Oddity = Literal["frozen", "jump"]


def oddity(before: Beat | None, beat: Beat, earned: State) -> Oddity | None:
    """Return what is odd about a beat that earned this state, given the one before it."""
    if beat.state != "playing":
        return None
    length_ms, advance_ms = beat.to_ms - beat.from_ms, beat.content_to_ms - beat.content_from_ms
    if advance_ms < -CONTINUITY_MS or advance_ms > 1.5 * length_ms * max(beat.rate, 1.0) + JUMP_MS:
        return "jump"
    if earned == "stalled":
        return "frozen"
    if before is not None and _goes_on(before, beat):
        moved_ms = abs(beat.content_from_ms - before.content_to_ms)
        if moved_ms > JUMP_MS + max(0, beat.from_ms - before.to_ms):
            return "jump"
    return None


def is_unknown(beat: Beat) -> bool:
    """Tell whether a beat that plays says of its content no time at which it could have been on air."""
    return beat.state == "playing" and beat.content_from_ms < PROGRAMME_MS


def _goes_on(before: Beat, beat: Beat) -> bool:
    return (
        before.state == "playing"
        and before.epoch == beat.epoch
        and beat.from_ms - before.to_ms <= CONTINUITY_MS
    )
