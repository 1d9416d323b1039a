"""How an ended prompt stands after its session was corrected. Pure, and the same for every order of corrections.

The end of a session only covers what a prompt came to by itself: where the session ends later after all, that is
uncovered as it was. What only a session's end had ended has come to nothing by itself; it is resolved from its marks.
"""

from dataclasses import dataclass
from typing import Literal

from rollcall.domain.checks.outcome import Resolution, State
from rollcall.domain.checks.windows import DELIVERY_MS, DOUBT_MS, GRACE_MS


@dataclass(frozen=True, slots=True)
class Own:
    """What a prompt came to by itself, of which nothing is left when its session ends before `until_ms`."""

    state: Literal["confirmed", "missed", "undelivered"]
    until_ms: int


def corrected(own: Own | None, stands: Resolution, session_ends_ms: int | None) -> State:
    """Return the state of a prompt with its session as it is now; `stands` is what its marks amount to with it.

    `own` None: a session's end was all that ended it. It is open again where its time is not over for all we know.
    """
    if stands.outcome == "confirmed":
        return "confirmed"
    if own is None:
        return "issued" if stands.outcome == "pending" else stands.outcome
    if session_ends_ms is not None and session_ends_ms < own.until_ms:
        return "cancelled"
    return own.state


@dataclass(frozen=True, slots=True)
class MovedEnd:
    """The session of a check ends at another moment: `first_ms` and `last_ms` are both ends; None = never."""

    first_ms: int
    last_ms: int | None

    def issued_after_ms(self, outages_ms: int) -> int:
        """Return after when a prompt must be issued, two lifetimes added, to have run at the first of both ends.

        One that is displayed just before it is given up runs for one lifetime more.
        """
        return self.first_ms - DELIVERY_MS - outages_ms

    @property
    def issued_before_ms(self) -> int | None:
        """Return until when a prompt must be issued so that an answer could come before the last of both ends."""
        return None if self.last_ms is None else self.last_ms + GRACE_MS + DOUBT_MS


def moved(before_ms: int | None, after_ms: int | None) -> MovedEnd | None:
    """Return what it means that a session ends `after_ms` and no more `before_ms`; None when that is the same."""
    if before_ms == after_ms:
        return None
    ends = [ends_ms for ends_ms in (before_ms, after_ms) if ends_ms is not None]
    return MovedEnd(min(ends), max(ends) if len(ends) == 2 else None)
