"""What the compatible API knows of a list beyond API v1, and of those who were once on it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from rollcall.domain.ids import ListNo, MediaNo, ProjectNo, UserId
from rollcall.domain.subscription import Subscription
from rollcall.store.tables import lists, participants, plays


@dataclass(frozen=True, slots=True)
class Visit:
    """One play of a customer at one media."""

    ip: str
    user_agent: str
    opened_ms: int
    last_ms: int


def subscriptions_of(
    conn: Connection, project_no: ProjectNo, list_nos: Iterable[ListNo]
) -> dict[ListNo, Subscription]:
    """Return the subscription of each of these lists; one that API v1 made has the defaults."""
    query = select(lists.c.no, lists.c.subscription).where(
        lists.c.project_no == project_no, lists.c.no.in_(list(list_nos))
    )
    return {ListNo(no): Subscription(**(stored or {})) for no, stored in conn.execute(query)}


def put_subscription(conn: Connection, project_no: ProjectNo, list_no: ListNo, new: Subscription) -> None:
    """Set the subscription of a list."""
    of_list = update(lists).where(lists.c.project_no == project_no, lists.c.no == list_no)
    conn.execute(of_list.values(subscription=asdict(new)))


def was_removed(conn: Connection, project_no: ProjectNo, list_no: ListNo, user_id: UserId) -> bool:
    """Tell whether the customer was once taken off the list and is not on it."""
    query = select(participants.c.no).where(
        participants.c.project_no == project_no,
        participants.c.list_no == list_no,
        participants.c.user_id == user_id,
        participants.c.removed_ms.is_not(None),
    )
    return conn.execute(query).first() is not None


def visits_of(
    conn: Connection,
    project_no: ProjectNo,
    media_no: MediaNo,
    user_id: str,
    between: tuple[int, int],
    *,
    newest_first: bool,
    limit: int,
) -> list[Visit]:
    """Return the plays of one customer that were opened in `[from, to)`."""
    c = plays.c
    order: Any = c.no.desc() if newest_first else c.no
    query = (
        select(c.ip, c.user_agent, c.opened_ms, c.last_arrival_ms)
        .where(c.project_no == project_no, c.media_no == media_no, c.user_id == user_id)
        .where(c.opened_ms >= between[0], c.opened_ms < between[1])
        .order_by(order)
        .limit(limit)
    )
    return [Visit(*row) for row in conn.execute(query)]
