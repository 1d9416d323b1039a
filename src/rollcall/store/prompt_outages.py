"""The outages that prompts are judged by: our own log, and incidents that organisers declared. Read only."""

from collections.abc import Iterable
from typing import TypeAlias

from sqlalchemy import Connection, func, or_, select

from rollcall.domain.ids import EventNo, MediaNo, ProjectNo
from rollcall.domain.intervals import Interval, Intervals, union
from rollcall.store.tables import outages

Scope: TypeAlias = tuple[ProjectNo, EventNo, MediaNo]


def outages_of(conn: Connection, scopes: Iterable[Scope], since_ms: int) -> dict[Scope, Intervals]:
    """Return the outages of each media that ended after `since_ms`: of the installation, its event, or itself."""
    wanted = set(scopes)
    if not wanted:
        return {}
    c = outages.c
    query = select(c.project_no, c.event_no, c.media_no, c.from_ms, c.to_ms).where(
        c.to_ms > since_ms,
        c.withdrawn_ms.is_(None),
        or_(c.project_no.is_(None), c.project_no.in_({project_no for project_no, _, _ in wanted})),
    )
    rows = conn.execute(query).all()
    return {
        scope: union(
            Interval(row.from_ms, row.to_ms)
            for row in rows
            if all(of is None or of == mine for of, mine in zip(row[:3], scope, strict=True))
        )
        for scope in wanted
    }


def length_of_all(conn: Connection, event_no: EventNo | None = None) -> int:
    """Return how long all outages of an event are (None = of every event), one after the other; never too short."""
    c = outages.c
    query = select(func.coalesce(func.sum(c.to_ms - c.from_ms), 0)).where(c.withdrawn_ms.is_(None))
    if event_no is not None:
        query = query.where(or_(c.event_no.is_(None), c.event_no == event_no))
    return int(conn.execute(query).scalar_one())
