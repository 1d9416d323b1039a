"""What is told when a media, a session or a check is no longer what was told last.

Each row keeps what was told of it. So nothing is told twice or forgotten, whatever ended the server in between, and a
change that an hour brings is told like one that a person makes.
"""

from typing import Literal

from rollcall.domain.broadcast import State
from rollcall.domain.webhooks.kinds import Kind

SessionState = Literal["planned", "running", "over"]
CheckState = Literal["planned", "issued", "closed", "cancelled"]


def of_media(told: State, state: State) -> tuple[Kind, ...]:
    """Return what to tell of a media; one that went back to be planned is no news."""
    if state in (told, "planned"):
        return ()
    return ("media.live",) if state == "live" else ("media.ended",)


def of_signal(told_ms: int | None, signal_ms: int | None) -> tuple[Kind, ...]:
    """Return what to tell of an encoder, each time known by when it came; another time is another encoder."""
    if told_ms == signal_ms:
        return ()
    off: tuple[Kind, ...] = ("signal.off",) if told_ms is not None else ()
    return (*off, "signal.on") if signal_ms is not None else off


def session_state(
    now_ms: int, *, starts_ms: int, ends_ms: int | None, removed_ms: int | None
) -> SessionState:
    """Return what a session is at `now_ms`; a removed one is over."""
    if removed_ms is not None or (ends_ms is not None and ends_ms <= now_ms):
        return "over"
    return "planned" if starts_ms > now_ms else "running"


def of_session(told: SessionState, state: SessionState, *, never_ran: bool) -> tuple[Kind, ...]:
    """Return what to tell of a session, which starts and stops in turn; one moved to the future stops too.

    One that is drawn after the fact, or removed before it began, never ran.
    """
    if state == told:
        return ()
    if told == "running":
        return ("session.stopped",)
    if state == "running":
        return ("session.started",)
    return () if never_ran or state == "planned" or told == "over" else ("session.started", "session.stopped")


def of_check(told: CheckState, state: CheckState, *, was_issued: bool) -> tuple[Kind, ...]:
    """Return what to tell of a check; `was_issued`: anybody has been asked."""
    if state == told or not was_issued:
        return ()
    issued: tuple[Kind, ...] = ("check.issued",) if told == "planned" else ()
    return issued if state == "issued" else (*issued, "check.closed")
