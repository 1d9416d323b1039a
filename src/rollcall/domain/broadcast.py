"""Whether a media is planned, live or ended: it follows the organiser, not the encoder.

Live from the first picture or `starts_at`, whichever comes first; ended at `ends_at` or by `end`.
"""

from typing import Literal

State = Literal["planned", "live", "ended"]


def state_at(
    now_ms: int, *, starts_ms: int | None, ends_ms: int | None, started_ms: int | None, ended_ms: int | None
) -> State:
    """Return the state at `now_ms`. All are Unix milliseconds; None = not set."""
    if ended_ms is not None or (ends_ms is not None and ends_ms <= now_ms):
        return "ended"
    begun = started_ms is not None or (starts_ms is not None and starts_ms <= now_ms)
    return "live" if begun else "planned"


SCHEDULE_DELAY_MS = 6_000  # how far behind the schedule everybody sees it: what a player needs in its buffer


def on_schedule(now_ms: int, starts_ms: int | None, content_ms: int | None) -> bool:
    """Tell whether a recording of that length, played by the clock from `starts_ms`, has a picture at `now_ms`."""
    if starts_ms is None or content_ms is None:
        return False
    return starts_ms <= now_ms < starts_ms + content_ms + SCHEDULE_DELAY_MS
