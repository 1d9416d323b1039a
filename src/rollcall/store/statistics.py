"""Queries for the frame of a report: its media or event, sessions and checks, all of one moment.

A report runs them on one connection after `freeze`. Who attended is in `store/attendance.py`. It knows nothing of
totals or outcomes.
"""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, bindparam, func, select

from rollcall.domain.ids import CheckNo, EventNo, MediaNo, ProjectNo, SessionNo
from rollcall.domain.joining import JoinUsersBy
from rollcall.store import tables

_S: Final = tables.sessions.c
# Built once: "my progress" asks it for every connection.
_SESSIONS: Final = (
    select(_S.no, _S.code, _S.media_no, _S.title, _S.starts_ms, _S.ends_ms, _S.from_ms, _S.to_ms)
    .where(
        _S.project_no == bindparam("project_no"),
        _S.media_no.in_(bindparam("media", expanding=True)),
        _S.removed_ms.is_(None),
    )
    .order_by(func.coalesce(_S.starts_ms, _S.from_ms), _S.no)
)


class MediaRow(NamedTuple):
    """A media of the report, archived or not."""

    no: MediaNo
    code: str
    event_code: str
    title: str
    kind: str
    timezone: str
    identity: str


class EventRow(NamedTuple):
    """The event of a report over all its media."""

    no: EventNo
    code: str
    title: str
    timezone: str
    join_users_by: JoinUsersBy


class SessionRow(NamedTuple):
    """A session in its current revision; `starts_ms` None = it is a window of content."""

    no: SessionNo
    code: str
    media_no: MediaNo
    title: str
    starts_ms: int | None
    ends_ms: int | None
    from_ms: int | None
    to_ms: int | None


class CheckRow(NamedTuple):
    """A check that was issued to somebody. `session_no`: the session in which it was asked, if in one."""

    no: CheckNo
    code: str
    media_no: MediaNo
    origin: str
    ordinal: int
    state: str
    issued_ms: int
    last_issued_ms: int
    lifetime_s: int
    sound: bool
    session_no: SessionNo | None


class OwnerRow(NamedTuple):
    """Which project a code belongs to, and to which kind of object."""

    project_no: ProjectNo
    is_media: bool


def freeze(connection: Connection) -> None:
    """Make every later query of this transaction see one moment; must be its first statement."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def find_owner(connection: Connection, code: str) -> OwnerRow | None:
    """Return which project owns the media or event `code`: for commands on the server itself."""
    for table in (tables.media, tables.events):
        found = connection.execute(select(table.c.project_no).where(table.c.code == code)).scalar()
        if found is not None:
            return OwnerRow(ProjectNo(found), table is tables.media)
    return None


def find_media(connection: Connection, project_no: ProjectNo, code: str) -> MediaRow | None:
    """Return a media of the project; archived ones keep their statistics."""
    found = connection.execute(_media(project_no).where(tables.media.c.code == code)).first()
    return MediaRow._make(found) if found else None


def find_event(connection: Connection, project_no: ProjectNo, code: str) -> EventRow | None:
    """Return an event of the project."""
    t = tables.events.c
    query = select(t.no, t.code, t.title, t.timezone, t.join_users_by)
    found = connection.execute(query.where(t.project_no == project_no, t.code == code)).first()
    return EventRow._make(found) if found else None


def media_of_event(connection: Connection, project_no: ProjectNo, event_no: EventNo) -> list[MediaRow]:
    """Return the event's media in the order of their making."""
    query = _media(project_no).where(tables.media.c.event_no == event_no).order_by(tables.media.c.no)
    return [MediaRow._make(row) for row in connection.execute(query)]


def sessions(connection: Connection, project_no: ProjectNo, media: Iterable[MediaNo]) -> list[SessionRow]:
    """Return the sessions that are not removed, in the order of their beginning."""
    values = {"project_no": project_no, "media": list(media)}
    return [SessionRow._make(row) for row in connection.execute(_SESSIONS, values).all()]


def issued_checks(connection: Connection, project_no: ProjectNo, media: Iterable[MediaNo]) -> list[CheckRow]:
    """Return the checks that have been issued, in the order of their issue."""
    t = tables.checks.c
    query = (
        select(
            t.no, t.code, t.media_no, t.origin, t.ordinal, t.state,
            t.issued_ms, func.coalesce(t.last_issued_ms, t.issued_ms), t.lifetime_s, t.sound,
            t.session_no,
        )
        .where(t.project_no == project_no, t.media_no.in_(list(media)), t.issued_ms.is_not(None))
        .order_by(t.issued_ms, t.no)
    )  # fmt: skip
    return [CheckRow._make(row) for row in connection.execute(query)]


def _media(project_no: ProjectNo) -> Select[Any]:
    t, e = tables.media.c, tables.events.c
    return (
        select(t.no, t.code, e.code, t.title, t.kind, t.timezone, t.identity)
        .join(tables.events, e.no == t.event_no)
        .where(t.project_no == project_no)
    )
