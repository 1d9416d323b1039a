"""Outages: of our own log, and incidents that an organiser declared for an event.

While we were down, no project was served; a silence is that of one project's viewers and concerns no other.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from rollcall.domain.ids import EventNo, MediaCode, MediaNo, ProjectNo
from rollcall.domain.intervals import Interval
from rollcall.store.tables import media, outages, plays, self_beats, sessions
from rollcall.store.upsert import upsert_into

Source = Literal["down", "silence", "incident"]
Bound: TypeAlias = BindParameter[Any]


@dataclass(frozen=True, slots=True)
class Outage:
    """One outage. `media` None = every media; who and why are known of an incident alone."""

    no: int
    code: str
    source: Source
    from_ms: int
    to_ms: int
    media: MediaCode | None
    reason: str | None
    actor: str | None
    created_ms: int
    withdrawn_ms: int | None
    withdrawn_reason: str | None
    withdrawn_actor: str | None


@dataclass(frozen=True, slots=True)
class NewIncident:
    """What an organiser declares; `media_no` None = every media of the event."""

    code: str
    project_no: ProjectNo
    event_no: EventNo
    media_no: MediaNo | None
    from_ms: int
    to_ms: int
    reason: str
    actor: str


def last_beat_ms(conn: Connection) -> int | None:
    """Return when any node of the installation last ran, None when none ever did."""
    last: int | None = conn.execute(select(func.max(self_beats.c.at_ms))).scalar()
    return last


def put_beat(conn: Connection, node: str, at_ms: int) -> None:
    """Note that a node runs at this moment."""
    beat = upsert_into(conn, self_beats).values(node=node, at_ms=at_ms)
    conn.execute(beat.on_conflict_do_update(index_elements=["node"], set_={"at_ms": at_ms}))


def put_own(
    conn: Connection, code: str, silent: ProjectNo | None, node: str, of: Interval, now_ms: int
) -> None:
    """Store an outage of our own, or move the end of one that is stored; `silent`: whose it is, None = we were down."""
    c, table = outages.c, upsert_into(conn, outages)
    source: Source = "down" if silent is None else "silence"
    values = {"source": source, "project_no": silent, "node": node, "created_ms": now_ms}
    values |= {"from_ms": of.start, "to_ms": of.end}
    put = table.values(code=code, **values)
    conn.execute(put.on_conflict_do_update(index_elements=[c.code], set_={"to_ms": of.end}))


def add_incident(conn: Connection, new: NewIncident, now_ms: int) -> None:
    """Store a declared incident."""
    conn.execute(insert(outages).values(**asdict(new), source="incident", created_ms=now_ms))


def is_declared(conn: Connection, new: NewIncident) -> bool:
    """Tell whether the same incident stands already."""
    c = outages.c
    same = [getattr(c, name) == getattr(new, name) for name in ("event_no", "from_ms", "to_ms")]
    of_media = c.media_no.is_(None) if new.media_no is None else c.media_no == new.media_no
    query = select(c.no).where(c.source == "incident", c.withdrawn_ms.is_(None), of_media, *same)
    return conn.execute(query.limit(1)).first() is not None


def find_incident(conn: Connection, project_no: ProjectNo, event_no: EventNo, code: str) -> Outage | None:
    """Return an incident of the event, also a withdrawn one."""
    row = conn.execute(_incidents(project_no, event_no).where(outages.c.code == code)).one_or_none()
    return None if row is None else Outage(*row)


def incidents_after(
    conn: Connection, project_no: ProjectNo, event_no: EventNo, after_no: int, limit: int
) -> list[Outage]:
    """Return up to `limit` incidents of the event in the order of their declaring, withdrawn ones too."""
    query = _incidents(project_no, event_no).where(outages.c.no > after_no)
    return [Outage(*row) for row in conn.execute(query.order_by(outages.c.no).limit(limit))]


def withdraw(conn: Connection, outage_no: int, reason: str, actor: str, now_ms: int) -> None:
    """Let an incident count no more; its row stays."""
    values = {"withdrawn_ms": now_ms, "withdrawn_reason": reason, "withdrawn_actor": actor}
    conn.execute(update(outages).where(outages.c.no == outage_no).values(values))


def touching_after(
    conn: Connection, project_no: ProjectNo, event_no: EventNo, after_no: int, limit: int
) -> list[Outage]:
    """Return up to `limit` outages that overlap sessions of the event, ours and declared ones, by number.

    A recording's sessions lie in its content: there an outage touches who was watching at the time.
    """
    c = outages.c
    query = (
        _query()
        .where(concerns(project_no, event_no), c.withdrawn_ms.is_(None), c.no > after_no)
        .where(or_(_overlaps_session(project_no, event_no), _overlaps_viewing(project_no, event_no)))
    )
    return [Outage(*row) for row in conn.execute(query.order_by(c.no).limit(limit))]


def concerns(project_no: ProjectNo | Bound, event_no: EventNo | Bound) -> ColumnElement[bool]:
    """Return which outages an event may claim: everybody's, its project's and its own."""
    c = outages.c
    return and_(
        or_(c.project_no.is_(None), c.project_no == project_no),
        or_(c.event_no.is_(None), c.event_no == event_no),
    )


def _overlaps_session(project_no: ProjectNo, event_no: EventNo) -> ColumnElement[bool]:
    s, o = sessions.c, outages.c
    return exists().where(
        s.project_no == project_no,
        s.event_no == event_no,
        s.removed_ms.is_(None),
        or_(o.media_no.is_(None), o.media_no == s.media_no),
        s.starts_ms < o.to_ms,
        or_(s.ends_ms.is_(None), s.ends_ms > o.from_ms),
    )


def _overlaps_viewing(project_no: ProjectNo, event_no: EventNo) -> ColumnElement[bool]:
    p, o = plays.c, outages.c
    recordings = select(media.c.no).where(
        media.c.project_no == project_no, media.c.event_no == event_no, media.c.kind == "recording"
    )
    return exists().where(
        p.media_no.in_(recordings),
        or_(o.media_no.is_(None), o.media_no == p.media_no),
        p.opened_ms < o.to_ms,
        p.last_arrival_ms > o.from_ms,
    )


def _incidents(project_no: ProjectNo, event_no: EventNo) -> Select[Any]:
    c = outages.c
    return _query().where(c.project_no == project_no, c.event_no == event_no, c.source == "incident")


def _query() -> Select[Any]:
    c = outages.c
    return select(
        c.no,
        c.code,
        c.source,
        c.from_ms,
        c.to_ms,
        media.c.code,
        c.reason,
        c.actor,
        c.created_ms,
        c.withdrawn_ms,
        c.withdrawn_reason,
        c.withdrawn_actor,
    ).outerjoin(media, media.c.no == c.media_no)
