"""What a page sees at one moment and the rules that compare two: `frontend/embed/evidence/sample.ts` in Python.

The two are kept equal by the vectors of `tests/vectors/recorder.json`, which both are tested with.
"""

from dataclasses import dataclass
from typing import Literal

State = Literal["playing", "paused", "stalled", "seeking", "ended"]
Cause = Literal["user", "browser"]

SPARSE_MS = 5_000
SLEEP_MS = 25_000
CLOCKS_APART_MS = 2_000
POSITION_LAG_MS = 100
JUMPED_BACK_MS = 500
JUMPED_AHEAD_MS = 2_000


@dataclass(frozen=True, slots=True)
class Sample:
    """Times in whole milliseconds: of the monotonic clock, of the wall clock, and the content position."""

    at_ms: int
    wall_ms: int
    media_ms: int
    state: State = "playing"
    cause: Cause = "user"
    visible: bool = True
    muted: bool = False
    rate: float = 1.0


def breaks_epoch(before: Sample, after: Sample) -> bool:
    """Return whether nothing may be concluded about the time between two samples."""
    passed_ms = after.at_ms - before.at_ms
    wall_ms = after.wall_ms - before.wall_ms
    return passed_ms < 0 or passed_ms > SLEEP_MS or abs(wall_ms - passed_ms) > CLOCKS_APART_MS


def continues(before: Sample, after: Sample) -> bool:
    """Return whether both samples can belong to one beat."""
    return (before.state, before.cause, before.visible, before.muted, before.rate) == (
        after.state, after.cause, after.visible, after.muted, after.rate
    )  # fmt: skip


def jumps(before: Sample, after: Sample) -> bool:
    """Return whether the content was moved while playing, as when a stream begins anew."""
    if before.state != "playing" or after.state == "seeking":
        return False
    advanced_ms = after.media_ms - before.media_ms
    passed_ms = (after.at_ms - before.at_ms) * before.rate
    return advanced_ms < -JUMPED_BACK_MS or advanced_ms > passed_ms + JUMPED_AHEAD_MS


def proven_playing_ms(before: Sample, after: Sample) -> int:
    """Return how much of a sparse stretch may count as playing, by what the content position proves."""
    advanced_ms = (after.media_ms - before.media_ms) / (before.rate or 1)
    return _rounded(min(after.at_ms - before.at_ms, max(0.0, advanced_ms)))


def judged_state(state: State, length_ms: int, advanced_ms: int, rate: float) -> State:
    """Return the state of a stretch: said to be playing while the content hardly moved, it was a stall."""
    least_ms = length_ms * min(rate, 1.0) / 2
    return "stalled" if state == "playing" and advanced_ms + POSITION_LAG_MS < least_ms else state


def position_before_ms(before: Sample, after: Sample) -> int:
    """Return where the content stood at `after`, when a seek has already moved what it reports."""
    if after.state != "seeking" or before.state == "seeking":
        return after.media_ms
    moved_ms = (after.at_ms - before.at_ms) * before.rate if before.state == "playing" else 0
    return _rounded(before.media_ms + moved_ms)


def _rounded(value: float) -> int:
    """Round halves up, as JavaScript does."""
    return int(value + 0.5)
