"""Sessions of a media: cut live, stopped, and corrected afterwards."""

from dataclasses import replace
from datetime import datetime

from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType
from msgspec.structs import replace as with_values

from rollcall.actions import sessions as actions
from rollcall.domain.errors import Malformed, Problem
from rollcall.domain.ids import ProjectNo
from rollcall.domain.sessions import ContentWindow, Session, WallWindow, Window
from rollcall.store import sessions
from rollcall.store.database import Connection
from rollcall.store.sessions import Revision
from rollcall.web.auth import Known
from rollcall.web.deps import Given
from rollcall.web.paging import DEFAULT_LIMIT, Cursor, Limit, Page, after, page
from rollcall.wire.api.sessions import (
    NewSession,
    RevisionOut,
    SessionChange,
    SessionOut,
)
from rollcall.wire.api.values import moment_ms, rfc3339, rfc3339_or_none

SCOPE = {"scope": "control"}


@post("/media/{code:str}/sessions", opt=SCOPE, summary="Begin or draw a session")
async def create_session(
    code: FromPath[str], data: JSONBody[NewSession], deps: Given, caller: Known
) -> SessionOut:
    """Without `starts_at` it begins now, without `ends_at` it stays open until stopped. Sessions may not overlap."""
    now_ms = deps.clock.now_ms()
    window = _new_window(data, now_ms)
    session, warnings = await actions.create_session(
        deps.db, deps.hub, caller.project_no, code, data.title, window, caller.actor, now_ms
    )
    return _shown(session, warnings)


@get("/media/{code:str}/sessions", opt=SCOPE, summary="Sessions of a media")
async def list_sessions(
    code: FromPath[str], deps: Given, caller: Known, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[SessionOut]:
    """Return the sessions in the order of their making; deleted ones are left out."""
    start = after(cursor)

    def read(conn: Connection) -> list[tuple[Session, list[str]]]:
        of = actions.require_media(conn, caller.project_no, code)
        now_ms = deps.clock.now_ms()
        found = sessions.page_sessions(conn, of.project_no, of.no, start, limit + 1)
        return [(session, actions.warnings(conn, of, session, now_ms)) for session in found]

    rows = await deps.db.read(read)
    return page(rows, limit, lambda row: row[0].no, lambda row: _shown(*row))


@get("/media/{code:str}/sessions/{session_id:str}", opt=SCOPE, summary="A session and all its revisions")
async def get_session(
    code: FromPath[str], session_id: FromPath[str], deps: Given, caller: Known
) -> SessionOut:
    """Return the session, also a deleted one, with each revision: what it was, who changed it, when."""
    return await deps.db.read(
        lambda conn: _read(conn, caller.project_no, code, session_id, deps.clock.now_ms())
    )


@post(
    "/media/{code:str}/sessions/{session_id:str}/stop",
    opt=SCOPE,
    summary="End a session now",
    status_code=200,
)
async def stop_session(
    code: FromPath[str], session_id: FromPath[str], deps: Given, caller: Known
) -> SessionOut:
    """End it now; one that has ended stays as it is. Prompts whose lifetime runs are cancelled."""
    session, warnings = await actions.stop_session(
        deps.db, deps.hub, caller.project_no, code, session_id, caller.actor, deps.clock.now_ms()
    )
    return _shown(session, warnings)


@patch("/media/{code:str}/sessions/{session_id:str}", opt=SCOPE, summary="Correct a session")
async def change_session(
    code: FromPath[str], session_id: FromPath[str], data: JSONBody[SessionChange], deps: Given, caller: Known
) -> SessionOut:
    """Change what is given, also after the event: totals are counted anew, earlier revisions stay readable."""
    session, warnings = await actions.change_session(
        deps.db,
        deps.hub,
        caller.project_no,
        code,
        session_id,
        lambda session: _changed(session, data),
        caller.actor,
        deps.clock.now_ms(),
    )
    return _shown(session, warnings)


@delete("/media/{code:str}/sessions/{session_id:str}", opt=SCOPE, summary="Delete a session")
async def delete_session(code: FromPath[str], session_id: FromPath[str], deps: Given, caller: Known) -> None:
    """Hide the session: its time counts no more; it stays readable by its id."""
    await actions.delete_session(
        deps.db, deps.hub, caller.project_no, code, session_id, caller.actor, deps.clock.now_ms()
    )


def _new_window(data: NewSession, now_ms: int) -> Window:
    if data.from_ms is UNSET and data.to_ms is UNSET:
        starts_ms = _ms_or_none(data.starts_at, "$.starts_at")
        return WallWindow(now_ms if starts_ms is None else starts_ms, _ms_or_none(data.ends_at, "$.ends_at"))
    if data.starts_at is not UNSET or data.ends_at is not UNSET:
        sentence = "Give either times or positions: 'from_ms' and 'to_ms' exclude 'starts_at' and 'ends_at'."
        raise Malformed(Problem("$.from_ms", sentence))
    if data.from_ms is UNSET or data.to_ms is UNSET:
        missing = "$.from_ms" if data.from_ms is UNSET else "$.to_ms"
        raise Malformed(Problem(missing, "A window of content needs both 'from_ms' and 'to_ms'."))
    return ContentWindow(data.from_ms, data.to_ms)


def _changed(session: Session, data: SessionChange) -> Session:
    title = session.title if data.title is UNSET else data.title
    return replace(session, title=title, window=_changed_window(session.window, data))


def _changed_window(window: Window, data: SessionChange) -> Window:
    match window:
        case WallWindow():
            if data.from_ms is not UNSET or data.to_ms is not UNSET:
                raise Malformed(Problem("$.from_ms", "This session has times, not positions of content."))
            if data.starts_at is not UNSET:
                window = replace(window, starts_ms=moment_ms(data.starts_at, "$.starts_at"))
            if data.ends_at is not UNSET:
                window = replace(window, ends_ms=_ms_or_none(data.ends_at, "$.ends_at"))
            return window
        case ContentWindow(from_ms, to_ms):
            if data.starts_at is not UNSET or data.ends_at is not UNSET:
                raise Malformed(Problem("$.starts_at", "This session has positions of content, not times."))
            return ContentWindow(
                from_ms if data.from_ms is UNSET else data.from_ms,
                to_ms if data.to_ms is UNSET else data.to_ms,
            )


def _ms_or_none(moment: datetime | UnsetType | None, path: str) -> int | None:
    return None if moment is None or moment is UNSET else moment_ms(moment, path)


def _read(conn: Connection, project_no: ProjectNo, code: str, session_id: str, now_ms: int) -> SessionOut:
    of = actions.require_media(conn, project_no, code)
    session = actions.require_session(conn, of, session_id, removed=True)
    revisions = sessions.revisions_of(conn, project_no, session.no)
    removed = revisions[-1].removed
    shown = _shown(session, [] if removed else actions.warnings(conn, of, session, now_ms))
    return with_values(shown, removed=removed, revisions=[_revision(revision) for revision in revisions])


def _shown(session: Session, warnings: list[str]) -> SessionOut:
    shown = SessionOut(id=session.id, title=session.title, revision=session.revision, warnings=warnings)
    return with_values(shown, **_window_values(session.window))


def _revision(row: Revision) -> RevisionOut:
    shown = RevisionOut(
        revision=row.revision, title=row.title, removed=row.removed, actor=row.actor, at=rfc3339(row.at_ms)
    )
    return with_values(shown, **_window_values(row.window))


def _window_values(window: Window) -> dict[str, str | int | None]:
    match window:
        case WallWindow(starts_ms, ends_ms):
            return {"starts_at": rfc3339(starts_ms), "ends_at": rfc3339_or_none(ends_ms)}
        case ContentWindow(from_ms, to_ms):
            return {"from_ms": from_ms, "to_ms": to_ms}


handlers = [create_session, list_sessions, get_session, stop_session, change_session, delete_session]
