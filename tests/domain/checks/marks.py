"""Marks for tests of the rules of checks: of one participant's plays, at moments after the issue of one prompt."""

from dataclasses import replace
from typing import Any

from rollcall.domain.checks.marks import MarkKind, MarkRow
from rollcall.domain.ids import CheckId, EventNo, MediaNo, PlayNo, ProjectNo, UserId

ISSUED, LIFETIME = 1_000_000, 60_000
BEFORE = ISSUED - 700_000  # another issue of the same prompt
BASE = MarkRow(
    play_no=PlayNo(1),
    seq=1,
    project_no=ProjectNo(1),
    event_no=EventNo(1),
    media_no=MediaNo(1),
    user_id=UserId("doctor"),
    mark="shown",
    check=CheckId("check111"),
    at_ms=ISSUED,
    arrival_ms=ISSUED,
    bound_ms=0,
    visible=True,
    trusted=True,
    answer=None,
    issued_ms=ISSUED,
)


def mark(
    kind: MarkKind, after_ms: int, *, play: int = 1, seq: int = 1, delay_ms: int = 0, **more: Any
) -> MarkRow:
    """Return a mark of a play that was sent the prompt as issued at `ISSUED`, unless `issued_ms` says otherwise."""
    at_ms = ISSUED + after_ms
    return replace(
        BASE, mark=kind, at_ms=at_ms, arrival_ms=at_ms + delay_ms, play_no=PlayNo(play), seq=seq, **more
    )
