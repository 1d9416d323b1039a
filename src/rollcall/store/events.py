"""Events: one or more media whose time and checks are judged together."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, exists, insert, select, update

from rollcall.domain.ids import EventCode, EventNo, MediaCode, MediaNo, ProjectNo
from rollcall.domain.judging import AS_MADE, Judging
from rollcall.store.tables import check_plans, checks, events, media, outages, plan_draws, prompts, sessions

# Rows of a media that name its event, beside evidence: a media that has evidence is not moved.
_FOLLOWING = (media, sessions, checks, check_plans, plan_draws, prompts, outages)


@dataclass(frozen=True, slots=True)
class Event:
    """One event without its media."""

    no: EventNo
    code: EventCode
    title: str
    timezone: str
    created_ms: int
    judging: Judging


def _query(project_no: ProjectNo) -> Select[Any]:
    c = events.c
    judging = (c.presence_policy, c.hidden_miss, c.hidden_counts, c.behind_counts, c.join_users_by)
    return select(c.no, c.code, c.title, c.timezone, c.created_ms, *judging).where(c.project_no == project_no)


def _event(row: Row[Any]) -> Event:
    return Event(row.no, row.code, row.title, row.timezone, row.created_ms, Judging(*row[5:]))


def add_event(
    conn: Connection,
    project_no: ProjectNo,
    code: EventCode,
    title: str,
    timezone: str,
    now_ms: int,
    judging: Judging = AS_MADE,
) -> Event:
    """Store a new event."""
    values = {
        "project_no": project_no,
        "code": code,
        "title": title,
        "timezone": timezone,
        "created_ms": now_ms,
        **asdict(judging),
    }
    no = conn.execute(insert(events).values(values).returning(events.c.no)).scalar_one()
    return Event(EventNo(no), code, title, timezone, now_ms, judging)


def find_event(conn: Connection, project_no: ProjectNo, code: str) -> Event | None:
    """Return an event of the project."""
    row = conn.execute(_query(project_no).where(events.c.code == code)).one_or_none()
    return None if row is None else _event(row)


def events_after(conn: Connection, project_no: ProjectNo, after_no: int, limit: int) -> list[Event]:
    """Return up to `limit` events in the order of their making."""
    query = _query(project_no).where(events.c.no > after_no).order_by(events.c.no).limit(limit)
    return [_event(row) for row in conn.execute(query)]


def change_event(conn: Connection, project_no: ProjectNo, event_no: EventNo, values: dict[str, Any]) -> None:
    """Set `title`, `timezone` and the columns of `Judging`, whichever are given."""
    if values:
        of_event = update(events).where(events.c.project_no == project_no, events.c.no == event_no)
        conn.execute(of_event.values(values))


def media_codes(
    conn: Connection, project_no: ProjectNo, event_nos: Iterable[EventNo]
) -> dict[EventNo, list[MediaCode]]:
    """Return the codes of the media of each event, archived ones left out, in the order of their making."""
    query = (
        select(media.c.event_no, media.c.code)
        .where(media.c.project_no == project_no, media.c.event_no.in_(list(event_nos)))
        .where(media.c.removed_ms.is_(None))
        .order_by(media.c.no)
    )
    found: dict[EventNo, list[MediaCode]] = {}
    for event_no, code in conn.execute(query):
        found.setdefault(event_no, []).append(code)
    return found


def move_media(conn: Connection, project_no: ProjectNo, media_no: MediaNo, event_no: EventNo) -> None:
    """Make a media without evidence a part of this event; its sessions and checks follow."""
    for table in _FOLLOWING:
        of_media = table.c.no if table is media else table.c.media_no
        statement = update(table).where(table.c.project_no == project_no, of_media == media_no)
        conn.execute(statement.values(event_no=event_no))


def drop_if_empty(conn: Connection, project_no: ProjectNo, event_no: EventNo, made_ms: int) -> None:
    """Delete an event without media if it was made silently together with the media of `made_ms`."""
    conn.execute(
        delete(events).where(
            events.c.project_no == project_no,
            events.c.no == event_no,
            events.c.created_ms == made_ms,
            ~exists().where(media.c.event_no == event_no),
        )
    )
