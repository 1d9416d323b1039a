"""Keeping the log of deliveries small: by age, by number, and giving up what has waited too long."""

from sqlalchemy import Connection, delete, func, select, update

from rollcall.store.database import chunks
from rollcall.store.notices import remove_orphans
from rollcall.store.tables import deliveries, webhooks

AT_ONCE = 2_000


def give_up(conn: Connection, before_ms: int, error: str) -> int:
    """Let every delivery fail that has been pending since before then; returns how many."""
    late = update(deliveries).where(deliveries.c.state == "pending", deliveries.c.made_ms < before_ms)
    return conn.execute(late.values(state="failed", due_ms=None, error=error)).rowcount


def forget(conn: Connection, before_ms: int, most: int) -> int:
    """Delete finished deliveries made before then, all but the newest `most` of each webhook, and their notices.

    Returns how many rows; call it again while it returns any, so that no transaction is long.
    """
    c = deliveries.c
    numbers = list(
        conn.execute(select(c.no).where(c.state != "pending", c.made_ms < before_ms).limit(AT_ONCE)).scalars()
    )
    for webhook_no in conn.execute(select(webhooks.c.no)).scalars().all():
        if len(numbers) < AT_ONCE:
            numbers += _surplus(conn, webhook_no, most, AT_ONCE - len(numbers))
    for some in chunks(numbers):
        conn.execute(delete(deliveries).where(c.no.in_(some)))
    return len(numbers) + remove_orphans(conn, AT_ONCE)


def _surplus(conn: Connection, webhook_no: int, most: int, limit: int) -> list[int]:
    c = deliveries.c
    finished = (c.webhook_no == webhook_no) & (c.state != "pending")
    if conn.execute(select(func.count()).where(finished)).scalar_one() <= most:
        return []
    query = select(c.no).where(finished).order_by(c.notice_no.desc()).offset(most)
    return list(conn.execute(query.limit(limit)).scalars())
