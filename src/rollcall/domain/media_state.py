"""The state of a media as the organiser sees it: planned, live, ended. The encoder's signal is another thing."""

from typing import Literal

State = Literal["planned", "live", "ended"]


def state_at(
    now_ms: int, *, starts_ms: int | None, started_ms: int | None, ends_ms: int | None, ended_ms: int | None
) -> State:
    """Live from the first picture (`started_ms`) or `starts_ms`; ended at `ends_ms` or by the organiser."""
    if ended_ms is not None or (ends_ms is not None and ends_ms <= now_ms):
        return "ended"
    if started_ms is not None or (starts_ms is not None and starts_ms <= now_ms):
        return "live"
    return "planned"
