"""Cutting a media into sessions: made, stopped, corrected and deleted, each time as a new readable revision.

A change may come long after the event: checks are assigned anew, prompts whose outcome rests on the end of their
session are judged anew, totals follow when they are read.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace

from rollcall.actions import prompts
from rollcall.base.secrets import new_code
from rollcall.domain.checks.outcome import Told
from rollcall.domain.checks.plan import shortfall
from rollcall.domain.errors import Conflict, Malformed, NotFound, Problem
from rollcall.domain.ids import ProjectNo, SessionId
from rollcall.domain.sessions import ContentWindow, Session, WallWindow, Window, check_window, refuse_overlap
from rollcall.live.hub import Hub
from rollcall.store import audit, check_plans, checks, sessions
from rollcall.store.database import Connection, Database
from rollcall.store.sessions import MediaRef

NO_PICTURE_MS = 30 * 60 * 1000


def require_media(conn: Connection, project_no: ProjectNo, code: str, *, hold: bool = False) -> MediaRef:
    """Return a media of the project; raises NotFound."""
    of = sessions.find_media(conn, project_no, code, hold=hold)
    if of is None:
        raise NotFound("There is no such media.")
    return of


def require_session(conn: Connection, of: MediaRef, session_id: str, *, removed: bool = False) -> Session:
    """Return a session of the media; raises NotFound."""
    session = sessions.find_session(conn, of.project_no, of.no, session_id, removed=removed)
    if session is None:
        raise NotFound("This media has no such session.")
    return session


async def create_session(
    db: Database,
    hub: Hub,
    project_no: ProjectNo,
    code: str,
    title: str,
    window: Window,
    actor: str,
    now_ms: int,
) -> tuple[Session, list[str]]:
    """Make a session; returns it and warnings. Raises NotFound, Malformed, Conflict (`sessions_overlap`)."""
    check_window(window)

    def create(conn: Connection) -> tuple[Session, list[str], list[Told]]:
        of = require_media(conn, project_no, code, hold=True)
        _check_axis(of, window)
        refuse_overlap(window, sessions.list_sessions(conn, project_no, of.no))
        with _followed(conn, of, now_ms) as told:
            session = sessions.add_session(conn, of, SessionId(new_code()), title, window, actor, now_ms)
        audit.record(conn, project_no, actor, "session.create", session.id, now_ms, media=of.code)
        return session, warnings(conn, of, session, now_ms), told

    session, found, told = await db.write(create)
    prompts.publish(hub, told)
    return session, found


async def change_session(
    db: Database,
    hub: Hub,
    project_no: ProjectNo,
    code: str,
    session_id: str,
    change: Callable[[Session], Session],
    actor: str,
    now_ms: int,
) -> tuple[Session, list[str]]:
    """Put `change(session)` in place of a session. Raises NotFound, Malformed, Conflict (`sessions_overlap`)."""

    def checked(session: Session) -> Session:
        changed = change(session)
        check_window(changed.window)
        return changed

    return await _revise(db, hub, project_no, code, session_id, checked, actor, now_ms)


async def stop_session(
    db: Database, hub: Hub, project_no: ProjectNo, code: str, session_id: str, actor: str, now_ms: int
) -> tuple[Session, list[str]]:
    """End a session now; one that has ended stays as it is. Raises NotFound, Conflict (`session_not_begun`)."""
    return await _revise(
        db, hub, project_no, code, session_id, lambda session: _stopped(session, now_ms), actor, now_ms
    )


async def delete_session(
    db: Database, hub: Hub, project_no: ProjectNo, code: str, session_id: str, actor: str, now_ms: int
) -> None:
    """Hide a session: what was watched in it counts no more, its checks belong to none. Raises NotFound."""

    def delete(conn: Connection) -> list[Told]:
        of = require_media(conn, project_no, code, hold=True)
        session = require_session(conn, of, session_id)
        removed = replace(session, revision=session.revision + 1)
        with _followed(conn, of, now_ms) as told:
            sessions.remove_session(conn, project_no, removed, actor, now_ms)
        audit.record(conn, project_no, actor, "session.delete", session.id, now_ms, media=of.code)
        return told

    prompts.publish(hub, await db.write(delete))


def close_open_sessions(conn: Connection, of: MediaRef, actor: str, ends_ms: int, now_ms: int) -> list[Told]:
    """End every session that runs or waits for its end, because the media ended then; publish what is returned."""
    with _followed(conn, of, now_ms) as told:
        for session in sessions.list_sessions(conn, of.project_no, of.no):
            window = session.window
            if isinstance(window, WallWindow) and window.starts_ms <= ends_ms:
                stopped = _stopped(session, ends_ms)
                if stopped != session:
                    stopped = replace(stopped, revision=session.revision + 1)
                    sessions.revise_session(conn, of.project_no, stopped, actor, now_ms)
    return told


def warnings(conn: Connection, of: MediaRef, session: Session, now_ms: int) -> list[str]:
    """Return what the organiser should look at, a sentence each."""
    found: list[str] = []
    window = session.window
    if isinstance(window, WallWindow) and of.kind == "live":
        is_open = window.ends_ms is None or now_ms < window.ends_ms
        if is_open and of.signal_ms is None and now_ms - window.starts_ms >= NO_PICTURE_MS:
            found.append("The session has been running for more than 30 minutes and there is no picture.")
    stored = check_plans.find_plan(conn, of.project_no, of.no)
    lack = shortfall(stored.plan, session) if stored is not None else None
    return found if lack is None else [*found, f"The check plan does not fit: {lack}"]


async def _revise(
    db: Database,
    hub: Hub,
    project_no: ProjectNo,
    code: str,
    session_id: str,
    change: Callable[[Session], Session],
    actor: str,
    now_ms: int,
) -> tuple[Session, list[str]]:
    def revise(conn: Connection) -> tuple[Session, list[str], list[Told]]:
        of = require_media(conn, project_no, code, hold=True)
        session = require_session(conn, of, session_id)
        changed = change(session)
        if changed == session:
            return session, warnings(conn, of, session, now_ms), []
        _check_axis(of, changed.window)
        others = [
            other for other in sessions.list_sessions(conn, project_no, of.no) if other.no != session.no
        ]
        refuse_overlap(changed.window, others)
        changed = replace(changed, revision=session.revision + 1)
        with _followed(conn, of, now_ms) as told:
            sessions.revise_session(conn, project_no, changed, actor, now_ms)
        audit.record(
            conn,
            project_no,
            actor,
            "session.change",
            session.id,
            now_ms,
            media=of.code,
            revision=changed.revision,
        )
        return changed, warnings(conn, of, changed, now_ms), told

    session, found, told = await db.write(revise)
    prompts.publish(hub, told)
    return session, found


def _stopped(session: Session, now_ms: int) -> Session:
    window = session.window
    if not isinstance(window, WallWindow):
        raise Conflict("A session of a recording is a window of its content and cannot be stopped.")
    if window.ends_ms is not None and window.ends_ms <= now_ms:
        return session
    if now_ms < window.starts_ms:
        raise Conflict("The session has not begun; change or delete it.", code="session_not_begun")
    return replace(session, window=replace(window, ends_ms=now_ms))


@contextlib.contextmanager
def _followed(conn: Connection, of: MediaRef, now_ms: int) -> Iterator[list[Told]]:
    """Let checks and prompts follow the change of sessions made in the block; yields what is to be published."""
    told: list[Told] = []
    before = checks.ends_of(conn, of)
    yield told
    told += prompts.settle(conn, now_ms, of.no)
    if of.kind != "recording":
        checks.assign_sessions(conn, of, sessions.list_sessions(conn, of.project_no, of.no))
    told += prompts.follow_sessions(conn, of, before, now_ms)


def _check_axis(of: MediaRef, window: Window) -> None:
    if of.kind == "recording" and isinstance(window, WallWindow):
        sentence = "A recording is cut by 'from_ms' and 'to_ms' of its content, not by times."
        raise Malformed(Problem("$.starts_at", sentence))
    if of.kind != "recording" and isinstance(window, ContentWindow):
        sentence = "Only a recording is cut by 'from_ms' and 'to_ms'; give 'starts_at' and 'ends_at'."
        raise Malformed(Problem("$.from_ms", sentence))
