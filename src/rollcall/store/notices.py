"""Notices: what happened, written in the transaction that made it so, until deliveries have been made of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, func, insert, select, update

from rollcall.domain.ids import MediaNo, ProjectNo
from rollcall.store.database import chunks
from rollcall.store.tables import deliveries, notices


@dataclass(frozen=True, slots=True)
class NewNotice:
    """One thing that happened at `at_ms`; `data` as receivers get it."""

    project_no: ProjectNo
    code: str
    kind: str
    media_no: MediaNo | None
    at_ms: int
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice of which no deliveries have been made yet."""

    no: int
    project_no: ProjectNo
    kind: str
    media_no: MediaNo | None
    at_ms: int
    data: dict[str, Any]


def add_notices(conn: Connection, new: Sequence[NewNotice]) -> None:
    """Store notices in the caller's transaction."""
    if new:
        rows = [{name: getattr(one, name) for name in NewNotice.__slots__} for one in new]
        conn.execute(insert(notices), rows)


def add_spread(conn: Connection, new: NewNotice) -> int:
    """Store a notice whose one delivery the caller makes; return its number."""
    values = {name: getattr(new, name) for name in NewNotice.__slots__}
    made = insert(notices).values(**values, spread=True).returning(notices.c.no)
    return int(conn.execute(made).scalar_one())


def has_waiting(conn: Connection) -> bool:
    """Tell whether any notice waits for its deliveries."""
    return conn.execute(select(notices.c.no).where(~notices.c.spread).limit(1)).first() is not None


def hold_waiting(conn: Connection, limit: int) -> list[Waiting]:
    """Return notices that wait, oldest first, held until the commit; those of another node are left out."""
    c = notices.c
    query = select(c.no, c.project_no, c.kind, c.media_no, c.at_ms, c.data).where(~c.spread).order_by(c.no)
    return [Waiting(*row) for row in conn.execute(query.limit(limit).with_for_update(skip_locked=True))]


def set_data(conn: Connection, merged: Iterable[Waiting]) -> None:
    """Store what merged notices say now."""
    rows = [{"of": one.no, "new": one.data} for one in merged]
    if rows:
        new = bindparam("new", type_=notices.c.data.type)
        conn.execute(update(notices).where(notices.c.no == bindparam("of")).values(data=new), rows)


def mark_spread(conn: Connection, numbers: Sequence[int]) -> None:
    """Note that deliveries have been made of these."""
    for some in chunks(numbers):
        conn.execute(update(notices).where(notices.c.no.in_(some)).values(spread=True))


def remove_notices(conn: Connection, numbers: Sequence[int]) -> None:
    """Delete notices that have no deliveries: merged into others, or wanted by nobody any more."""
    for some in chunks(numbers):
        conn.execute(delete(notices).where(notices.c.no.in_(some)))


def remove_orphans(conn: Connection, limit: int) -> int:
    """Delete up to `limit` notices that no delivery needs any more; returns how many."""
    needed = exists().where(deliveries.c.notice_no == notices.c.no)
    query = select(notices.c.no).where(notices.c.spread, ~needed).order_by(notices.c.no).limit(limit)
    numbers = list(conn.execute(query).scalars())
    remove_notices(conn, numbers)
    return len(numbers)


def count_since(conn: Connection, project_no: ProjectNo, kind: str, since_ms: int) -> int:
    """Return how many notices of a kind the project has since then."""
    c = notices.c
    query = select(func.count()).where(c.project_no == project_no, c.kind == kind, c.at_ms >= since_ms)
    return conn.execute(query).scalar_one()
