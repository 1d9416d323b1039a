"""Marks: what players report about a prompt, placed on the server's clock. How they got there is not known here."""

from dataclasses import dataclass
from typing import Literal

from rollcall.domain.ids import CheckId, EventNo, MediaNo, PlayNo, ProjectNo, UserId

MarkKind = Literal["received", "shown", "answered", "sound_blocked", "resume"]


@dataclass(frozen=True, slots=True)
class MarkRow:
    """One durable mark. `at_ms` is mapped and clamped; `bound_ms` is the width of the clock bound around it.

    `received` is reported only by a hidden frame; like `shown` it starts the play's lifetime. `issued_ms`: which issue
    of the prompt the play was sent, None for kinds that answer none.
    """

    play_no: PlayNo
    seq: int
    project_no: ProjectNo
    event_no: EventNo
    media_no: MediaNo
    user_id: UserId
    mark: MarkKind
    check: CheckId
    at_ms: int
    arrival_ms: int
    bound_ms: int
    visible: bool
    trusted: bool
    answer: str | None
    issued_ms: int | None
    pointer: bool = False
