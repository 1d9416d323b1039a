"""Deliveries: one notice on its way to one webhook. What is at work is claimed by its node until a moment.

A claim that has run out is free again, so a delivery is lost by no crash; it may be made twice, under the same id.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from rollcall.domain.ids import ProjectNo
from rollcall.domain.webhooks.kinds import Format
from rollcall.store.tables import deliveries, notices, webhooks
from rollcall.store.webhooks import Webhook

State = Literal["pending", "delivered", "failed"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as the log shows it; `status`, `error` and `took_ms` are of the attempt at `last_ms`."""

    notice_no: int
    code: str
    kind: str
    at_ms: int
    state: State
    attempts: int
    due_ms: int | None
    last_ms: int | None
    status: int | None
    error: str | None
    took_ms: int | None


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claimed delivery with everything that its attempt needs; `secrets` sign it."""

    no: int
    code: str
    kind: str
    at_ms: int
    data: dict[str, Any]
    attempts: int
    url: str
    format: Format
    secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended, and what becomes of its delivery; `due_ms` when it is tried again."""

    no: int
    state: State
    attempts: int
    due_ms: int | None
    last_ms: int
    status: int | None
    error: str | None
    took_ms: int


def add_deliveries(
    conn: Connection, project_no: ProjectNo, webhook_no: int, notice_nos: Sequence[int], now_ms: int
) -> None:
    """Let these notices be sent to a webhook."""
    common = {"project_no": project_no, "webhook_no": webhook_no, "state": "pending", "attempts": 0}
    rows = [{**common, "notice_no": no, "made_ms": now_ms, "due_ms": now_ms} for no in notice_nos]
    if rows:
        conn.execute(insert(deliveries), rows)


def count_pending(conn: Connection, webhook_nos: Collection[int]) -> dict[int, int]:
    """Return how many deliveries wait for each of these webhooks; none are left out."""
    c = deliveries.c
    query = select(c.webhook_no, func.count()).where(_pending(), c.webhook_no.in_(webhook_nos))
    return dict(tuple(row) for row in conn.execute(query.group_by(c.webhook_no)))


def count_pending_of_kind(conn: Connection, webhook: Webhook, kind: str) -> int:
    """Return how many notices of a kind wait for a webhook."""
    c = deliveries.c
    query = select(func.count()).select_from(deliveries).join(notices, notices.c.no == c.notice_no)
    waiting = query.where(c.webhook_no == webhook.no, _pending(), notices.c.kind == kind)
    return conn.execute(waiting).scalar_one()


def due_webhooks(conn: Connection, now_ms: int, but: Collection[int], limit: int) -> list[int]:
    """Return the webhooks, but for these, for which something is due, whoever waits longest first."""
    c = deliveries.c
    query = (
        select(c.webhook_no)
        .join(webhooks, webhooks.c.no == c.webhook_no)
        .where(*_due(now_ms), webhooks.c.active, c.webhook_no.not_in(but))
        .group_by(c.webhook_no)
        .order_by(func.min(c.due_ms))
    )
    return list(conn.execute(query.limit(limit)).scalars())


def claim(conn: Connection, webhook_no: int, node: str, now_ms: int, until_ms: int, limit: int) -> list[int]:
    """Claim what is due for a webhook, oldest first, and return its numbers; nothing when it is paused or gone."""
    c, w = deliveries.c, webhooks.c
    due = (
        select(c.no)
        .join(webhooks, w.no == c.webhook_no)
        .where(c.webhook_no == webhook_no, w.active, *_due(now_ms))
        .order_by(c.due_ms, c.notice_no)
        .limit(limit)
        .with_for_update(of=deliveries, skip_locked=True)
    )
    numbers = list(conn.execute(due).scalars())
    if numbers:
        taken = update(deliveries).where(c.no.in_(numbers))
        conn.execute(taken.values(claimed_by=node, claimed_until_ms=until_ms))
    return numbers


def find_parcel(conn: Connection, number: int, now_ms: int) -> Parcel | None:
    """Return a claimed delivery as its webhook is now; None when that has been paused or deleted meanwhile."""
    c, w, n = deliveries.c, webhooks.c, notices.c
    query: Select[Any] = (
        select(c.no, n.code, n.kind, n.at_ms, n.data, c.attempts, w.url, w.format, w.secret,
               w.old_secret, w.old_secret_until_ms)
        .join(notices, n.no == c.notice_no)
        .join(webhooks, w.no == c.webhook_no)
        .where(c.no == number, w.active)
    )  # fmt: skip
    row = conn.execute(query).one_or_none()
    return None if row is None else _parcel(row, now_ms)


def release(conn: Connection, node: str, numbers: Sequence[int] | None = None) -> None:
    """Give back what a node claimed and did not try; without numbers everything, at its start."""
    held = update(deliveries).where(deliveries.c.claimed_by == node)
    chosen = held if numbers is None else held.where(deliveries.c.no.in_(numbers))
    conn.execute(chosen.values(claimed_by=None, claimed_until_ms=None))


def finish(conn: Connection, outcomes: Sequence[Outcome]) -> None:
    """Store how attempts ended; what was deleted meanwhile stays deleted."""
    names = ("state", "attempts", "due_ms", "last_ms", "status", "error", "took_ms")
    changed = (
        update(deliveries)
        .where(deliveries.c.no == bindparam("of"))
        .values(claimed_by=None, claimed_until_ms=None, **{name: bindparam(f"new_{name}") for name in names})
    )
    rows = [{"of": one.no} | {f"new_{name}": getattr(one, name) for name in names} for one in outcomes]
    conn.execute(changed, rows)


def find_delivery(conn: Connection, webhook: Webhook, code: str) -> Delivery | None:
    """Return the delivery of this notice to the webhook."""
    row = conn.execute(_log(webhook).where(notices.c.code == code)).one_or_none()
    return None if row is None else Delivery(*row)


def deliveries_before(
    conn: Connection, webhook: Webhook, before: int, limit: int, state: State | None
) -> list[Delivery]:
    """Return up to `limit` deliveries, the newest first, of notices numbered below `before` (0 = from the newest)."""
    query = _log(webhook).order_by(deliveries.c.notice_no.desc()).limit(limit)
    if before:
        query = query.where(deliveries.c.notice_no < before)
    if state is not None:
        query = query.where(deliveries.c.state == state)
    return [Delivery(*row) for row in conn.execute(query)]


def send_again(conn: Connection, webhook: Webhook, notice_no: int, now_ms: int) -> None:
    """Let a notice be sent to a webhook once more, with all attempts before it."""
    c = deliveries.c
    again = update(deliveries).where(c.webhook_no == webhook.no, c.notice_no == notice_no)
    conn.execute(again.values(state="pending", attempts=0, made_ms=now_ms, due_ms=now_ms))


def _parcel(row: Any, now_ms: int) -> Parcel:
    *values, secret, old, old_until_ms = row
    keeps_old = old is not None and old_until_ms is not None and now_ms < old_until_ms
    return Parcel(*values, (secret, old) if keeps_old else (secret,))  # type: ignore[call-arg]


def _pending() -> ColumnElement[bool]:
    """Return a condition written out, without parameters: only so may SQLite use the index of what waits."""
    return deliveries.c.state == literal_column("'pending'")


def _due(now_ms: int) -> list[Any]:
    c = deliveries.c
    free = or_(c.claimed_until_ms.is_(None), c.claimed_until_ms <= now_ms)
    return [_pending(), c.due_ms <= now_ms, free]


def _log(webhook: Webhook) -> Select[Any]:
    c, n = deliveries.c, notices.c
    return (
        select(
            c.notice_no, n.code, n.kind, n.at_ms, c.state, c.attempts, c.due_ms, c.last_ms, c.status, c.error,
            c.took_ms,
        )
        .join(notices, n.no == c.notice_no)
        .where(c.webhook_no == webhook.no)
    )  # fmt: skip
