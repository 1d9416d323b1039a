"""How a prompt can end, and what is told of it. Why it ends so is decided in `resolve`.

An answer given in time that reaches us after the end, from a journal, still counts. The end of a session is no
exception: who answered before it was present, however long the network was gone. What becomes of a prompt that has
ended is in `corrected`.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from rollcall.domain.ids import CheckId, MediaNo, UserId

Final = Literal["confirmed", "missed", "undelivered", "cancelled"]
Outcome = Literal["pending"] | Final
State = Literal["issued"] | Final


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the marks of a prompt amount to at one moment.

    `received_ms` and `shown_ms`: first receipt in a hidden frame and first display. `confirmed_ms`: the accepted
    answer; `late` when it reached us after the prompt would have ended without it. `expired_ms`: end of the last
    window, where nobody answered. `unshown`: a player had the prompt, ran on, and never displayed it.
    """

    outcome: Outcome
    received_ms: int | None = None
    shown_ms: int | None = None
    confirmed_ms: int | None = None
    late: bool = False
    expired_ms: int | None = None
    unshown: bool = False
    answer: str | None = None
    correct: bool | None = None


@dataclass(frozen=True, slots=True)
class PromptOutcome:
    """A prompt that has just ended for one participant: what their players are told."""

    media_no: MediaNo
    user_id: UserId
    check: CheckId
    outcome: Final
    at_ms: int


@dataclass(frozen=True, slots=True)
class CountingNow:
    """Whether a participant's time counts now, as their players at all media of the event are told.

    Where it does not, a miss of `check` stopped it, and nothing counts from `since_ms` until they are back.
    """

    media: tuple[MediaNo, ...]
    user_id: UserId
    counts: bool
    check: CheckId | None = None
    since_ms: int | None = None


Told: TypeAlias = PromptOutcome | CountingNow
