"""Sessions and their revisions. Whether windows may stand beside each other is decided in `domain/sessions`."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from rollcall.domain.ids import EventNo, MediaCode, MediaNo, ProjectNo, SessionId, SessionNo
from rollcall.domain.sessions import ContentWindow, Session, WallWindow, Window, is_by_content
from rollcall.store.tables import media, session_revisions, sessions


@dataclass(frozen=True, slots=True)
class MediaRef:
    """A media as sessions and checks see it; `signal_ms` None = no picture now.

    `dvr_s`: how far one may go back; `dvr_before_s`: the most that it was before.
    """

    project_no: ProjectNo
    event_no: EventNo
    no: MediaNo
    code: MediaCode
    kind: str
    signal_ms: int | None
    dvr_s: int = 0
    dvr_before_s: int = 0

    @property
    def is_by_content(self) -> bool:
        """Tell whether participants watch each at their own time, so that sessions hold content for each of them."""
        return is_by_content(self.kind, self.dvr_s)

    @property
    def reach_s(self) -> int | None:
        """Return the most by which one ever could go back in a broadcast; None = not at all."""
        return max(self.dvr_s, self.dvr_before_s) if self.dvr_s > 0 else None


@dataclass(frozen=True, slots=True)
class Revision:
    """A session as it was from `at_ms` on, until the next revision; `removed` = it was deleted then."""

    revision: int
    title: str
    window: Window
    removed: bool
    actor: str
    at_ms: int


def find_media(conn: Connection, project_no: ProjectNo, code: str, *, hold: bool = False) -> MediaRef | None:
    """Return a media of the project that is not archived; `hold` lets nobody else hold it until the commit."""
    c = media.c
    query = select(
        c.project_no, c.event_no, c.no, c.code, c.kind, c.signal_ms, c.dvr_s, c.dvr_before_s
    ).where(c.project_no == project_no, c.code == code, c.removed_ms.is_(None))
    row = conn.execute(query.with_for_update() if hold else query).first()
    return MediaRef(*row) if row else None


def open_past_the_end(conn: Connection, now_ms: int) -> list[tuple[MediaRef, int]]:
    """Return each media whose `ends_at` has passed while a session of it was open, with that moment."""
    m, s = media.c, sessions.c
    is_open = s.ends_ms.is_(None) & s.removed_ms.is_(None) & (s.starts_ms <= m.ends_ms)
    query = (
        select(
            m.project_no, m.event_no, m.no, m.code, m.kind, m.signal_ms, m.dvr_s, m.dvr_before_s, m.ends_ms
        )
        .where(m.ends_ms <= now_ms, m.removed_ms.is_(None))
        .where(select(s.no).where(s.media_no == m.no, is_open).exists())
    )
    return [(MediaRef(*row[:-1]), row.ends_ms) for row in conn.execute(query)]


def list_sessions(conn: Connection, project_no: ProjectNo, media_no: MediaNo) -> list[Session]:
    """Return the sessions of a media that are not removed, in the order of their making."""
    query = _sessions(project_no, media_no).where(sessions.c.removed_ms.is_(None)).order_by(sessions.c.no)
    return [_session(row) for row in conn.execute(query)]


def page_sessions(
    conn: Connection, project_no: ProjectNo, media_no: MediaNo, after: int, limit: int
) -> list[Session]:
    """Return up to `limit` sessions that are not removed, numbered after `after`."""
    c = sessions.c
    query = _sessions(project_no, media_no).where(c.removed_ms.is_(None), c.no > after)
    return [_session(row) for row in conn.execute(query.order_by(c.no).limit(limit))]


def find_session(
    conn: Connection, project_no: ProjectNo, media_no: MediaNo, session_id: str, *, removed: bool = False
) -> Session | None:
    """Return a session of the media; a removed one only when asked for."""
    query = _sessions(project_no, media_no).where(sessions.c.code == session_id)
    row = conn.execute(query if removed else query.where(sessions.c.removed_ms.is_(None))).first()
    return _session(row) if row else None


def add_session(
    conn: Connection, of: MediaRef, session_id: SessionId, title: str, window: Window, actor: str, now_ms: int
) -> Session:
    """Store a new session and its first revision."""
    made = conn.execute(
        insert(sessions)
        .values(
            project_no=of.project_no,
            event_no=of.event_no,
            media_no=of.no,
            code=session_id,
            revision=1,
            title=title,
            created_ms=now_ms,
            **_window_values(window),
        )
        .returning(sessions.c.no)
    )
    session = Session(SessionNo(made.scalar_one()), session_id, title, window, 1)
    _keep_revision(conn, of.project_no, session, removed=False, actor=actor, now_ms=now_ms)
    return session


def revise_session(
    conn: Connection, project_no: ProjectNo, session: Session, actor: str, now_ms: int
) -> None:
    """Store `session`, whose revision is one above the stored one."""
    values = {"title": session.title, "revision": session.revision, **_window_values(session.window)}
    _update(conn, project_no, session.no, values)
    _keep_revision(conn, project_no, session, removed=False, actor=actor, now_ms=now_ms)


def remove_session(
    conn: Connection, project_no: ProjectNo, session: Session, actor: str, now_ms: int
) -> None:
    """Hide `session`, whose revision is one above the stored one; it stays readable with its revisions."""
    _update(conn, project_no, session.no, {"revision": session.revision, "removed_ms": now_ms})
    _keep_revision(conn, project_no, session, removed=True, actor=actor, now_ms=now_ms)


def revisions_of(conn: Connection, project_no: ProjectNo, session_no: SessionNo) -> list[Revision]:
    """Return every revision of a session, the first one first."""
    c = session_revisions.c
    query = select(c.revision, c["values"], c.actor, c.at_ms).where(
        c.project_no == project_no, c.session_no == session_no
    )
    return [
        Revision(revision, values["title"], _window(values), values["removed"], actor, at_ms)
        for revision, values, actor, at_ms in conn.execute(query.order_by(c.revision))
    ]


def _sessions(project_no: ProjectNo, media_no: MediaNo) -> Select[Any]:
    c = sessions.c
    return select(
        c.no, c.code, c.title, c.revision, c.starts_ms, c.ends_ms, c.from_ms, c.to_ms, c.removed_ms
    ).where(c.project_no == project_no, c.media_no == media_no)


def _session(row: Row[Any]) -> Session:
    return Session(SessionNo(row.no), SessionId(row.code), row.title, _window(row._mapping), row.revision)


def _update(conn: Connection, project_no: ProjectNo, session_no: SessionNo, values: dict[str, Any]) -> None:
    c = sessions.c
    conn.execute(update(sessions).where(c.project_no == project_no, c.no == session_no).values(values))


def _keep_revision(
    conn: Connection, project_no: ProjectNo, session: Session, *, removed: bool, actor: str, now_ms: int
) -> None:
    conn.execute(
        insert(session_revisions).values(
            {
                "session_no": session.no,
                "revision": session.revision,
                "project_no": project_no,
                "values": {"title": session.title, "removed": removed, **_window_values(session.window)},
                "actor": actor,
                "at_ms": now_ms,
            }
        )
    )


def _window_values(window: Window) -> dict[str, int | None]:
    match window:
        case WallWindow(starts_ms, ends_ms):
            return {"starts_ms": starts_ms, "ends_ms": ends_ms, "from_ms": None, "to_ms": None}
        case ContentWindow(from_ms, to_ms):
            return {"starts_ms": None, "ends_ms": None, "from_ms": from_ms, "to_ms": to_ms}


def _window(values: Any) -> Window:
    if values["starts_ms"] is not None:
        return WallWindow(values["starts_ms"], values["ends_ms"])
    return ContentWindow(values["from_ms"], values["to_ms"])
