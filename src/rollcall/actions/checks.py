"""Asking for presence: now, at a time, and taking it back.

A check is durable with a prompt for everybody connected before it is sent. Who is not connected has no prompt; who
joins while it runs is asked then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from rollcall.actions import delivery, prompts
from rollcall.actions.sessions import require_media
from rollcall.base.secrets import new_code
from rollcall.domain.checks.outcome import Told
from rollcall.domain.errors import Conflict, Malformed, NotFound, Problem
from rollcall.domain.ids import CheckId, ProjectNo, SessionNo, UserId
from rollcall.domain.sessions import ContentWindow, WallWindow, holds, session_at
from rollcall.live.hub import Hub
from rollcall.store import audit, checks, sessions
from rollcall.store.checks import Check, Wording
from rollcall.store.database import Connection, Database
from rollcall.store.prompts import asked_users
from rollcall.store.sessions import MediaRef

PAST_MS = 60_000


@dataclass(frozen=True, slots=True)
class NewCheck:
    """What the organiser asks for; `at_ms` None = now. `session_id` is the session that it must fall into."""

    wording: Wording
    at_ms: int | None
    session_id: str | None


async def create_check(
    db: Database, hub: Hub, project_no: ProjectNo, code: str, new: NewCheck, actor: str, now_ms: int
) -> Check:
    """Ask everybody connected now, or plan it for its moment. Raises NotFound, Malformed, Conflict."""
    if new.at_ms is not None and new.at_ms < now_ms - PAST_MS:
        raise Malformed(Problem("$.at", "This moment is past."))

    of = await db.read(lambda conn: require_media(conn, project_no, code))
    users = hub.room(of.no).users()

    def create(conn: Connection) -> Check:
        of = require_media(conn, project_no, code)
        at_ms = now_ms if new.at_ms is None else max(now_ms, new.at_ms)
        session_no = _session_no(conn, of, new.session_id, at_ms)
        check = checks.add_check(
            conn,
            of,
            CheckId(new_code()),
            new.wording,
            now_ms,
            origin="manual",
            session_no=session_no,
            at_ms=at_ms,
        )
        audit.record(conn, project_no, actor, "check.create", check.id, now_ms, media=of.code)
        return _issue(conn, check, users, now_ms) if at_ms <= now_ms else check

    check = await db.write(create)
    if check.state == "issued":
        await delivery.deliver(db, hub, check, users, now_ms)
    return check


async def cancel_check(
    db: Database, hub: Hub, project_no: ProjectNo, code: str, check_id: str, actor: str, now_ms: int
) -> Check:
    """Cancel a check and its open prompts; answers given stay. Raises NotFound, Conflict (`check_closed`)."""

    def cancel(conn: Connection) -> tuple[Check, list[Told]]:
        of = require_media(conn, project_no, code)
        check = checks.hold_check(conn, require_check(conn, of, check_id).no)
        if check.state == "cancelled":
            return check, []
        if check.state == "closed":
            raise Conflict("The check is over already.", code="check_closed")
        outcomes = prompts.cancel(conn, check, now_ms)
        checks.cancel_check(conn, check, now_ms)
        audit.record(conn, project_no, actor, "check.cancel", check.id, now_ms, media=of.code)
        return require_check(conn, of, check_id), outcomes

    check, outcomes = await db.write(cancel)
    prompts.publish(hub, outcomes)
    return check


def require_check(conn: Connection, of: MediaRef, check_id: str) -> Check:
    """Return a check of the media; raises NotFound."""
    check = checks.find_check(conn, of.project_no, of.no, check_id)
    if check is None:
        raise NotFound("This media has no such check.")
    return check


async def issue_due(db: Database, hub: Hub, now_ms: int) -> None:
    """Issue every timed check whose moment has come."""
    for due in await db.read(lambda conn: checks.list_due(conn, now_ms)):
        users = hub.room(due.media_no).users()
        issued = await db.write(partial(_issue_planned, due, users, now_ms))
        if issued is not None:
            await delivery.deliver(db, hub, issued, users, now_ms)


async def ask_joined(db: Database, hub: Hub, now_ms: int) -> None:
    """Ask everybody who connected while a running check was being issued."""
    for check in await db.read(lambda conn: checks.list_running(conn, now_ms)):
        left_ms = delivery.left_ms(check, now_ms)
        connected = hub.room(check.media_no).users()
        if left_ms < delivery.LEAST_LEFT_MS or not connected:
            continue
        asked = await db.read(partial(asked_users, check_no=check.no))
        if joined := [user_id for user_id in connected if user_id not in asked]:
            await db.write(partial(_add_joined, check, joined, left_ms, now_ms))
            await delivery.deliver(db, hub, check, joined, now_ms)


def _issue_planned(check: Check, users: Sequence[UserId], now_ms: int, conn: Connection) -> Check | None:
    held = checks.hold_check(conn, check.no)
    return _issue(conn, held, users, now_ms) if held.state == "planned" else None


def _issue(conn: Connection, check: Check, users: Sequence[UserId], now_ms: int) -> Check:
    checks.note_issue(conn, check, _session_now(conn, check, now_ms), now_ms)
    delivery.issue(conn, check, users, check.lifetime_s * 1000, now_ms)
    return checks.get_check(conn, check.project_no, check.media_no, check.id)


def _add_joined(check: Check, users: Sequence[UserId], left_ms: int, now_ms: int, conn: Connection) -> None:
    if checks.hold_check(conn, check.no).state == "issued":
        delivery.issue(conn, check, users, left_ms, now_ms)


def _session_no(conn: Connection, of: MediaRef, session_id: str | None, at_ms: int) -> SessionNo | None:
    """Return the session of a check to be issued at `at_ms`; one that is named must hold that moment."""
    if session_id is None:
        found = session_at(sessions.list_sessions(conn, of.project_no, of.no), at_ms)
        return found.no if found is not None else None
    session = sessions.find_session(conn, of.project_no, of.no, session_id)
    if session is None:
        raise Malformed(Problem("$.session_id", "This media has no such session."))
    if isinstance(session.window, WallWindow) and not holds(session.window, at_ms):
        raise Conflict("The session does not hold the moment of the check.", code="outside_session")
    return session.no


def _session_now(conn: Connection, check: Check, now_ms: int) -> SessionNo | None:
    """Return the session that holds the moment; a window of content holds none, so the one named stays."""
    current = sessions.list_sessions(conn, check.project_no, check.media_no)
    holding = session_at(current, now_ms)
    if holding is not None:
        return holding.no
    named = next((session for session in current if session.no == check.session_no), None)
    return named.no if named is not None and isinstance(named.window, ContentWindow) else None
