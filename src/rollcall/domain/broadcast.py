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
