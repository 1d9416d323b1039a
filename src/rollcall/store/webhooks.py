"""Webhooks: where to, in which format, what of, signed with what. Secrets are kept as they are: they have to sign."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from rollcall.domain.ids import ProjectNo
from rollcall.domain.webhooks.kinds import Format, told_as
from rollcall.store.tables import deliveries, webhooks


@dataclass(frozen=True, slots=True)
class Webhook:
    """One webhook without its secrets. `dropped`: deliveries that were not kept, because too many waited."""

    no: int
    project_no: ProjectNo
    code: str
    title: str | None
    url: str
    format: Format
    types: Sequence[str]
    active: bool
    dropped: int
    old_secret_until_ms: int | None
    created_ms: int

    def wants(self, kind: str) -> bool:
        """Tell whether it asks for notices of this kind."""
        return told_as(self.format, kind) in self.types


def _query() -> Select[Any]:
    c = webhooks.c
    return select(
        c.no, c.project_no, c.code, c.title, c.url, c.format, c.types, c.active, c.dropped,
        c.old_secret_until_ms, c.created_ms,
    )  # fmt: skip


def find_webhook(conn: Connection, project_no: ProjectNo, code: str, *, hold: bool = False) -> Webhook | None:
    """Return a webhook of the project; `hold` lets nobody else hold it until the commit."""
    query = _query().where(webhooks.c.project_no == project_no, webhooks.c.code == code)
    row = conn.execute(query.with_for_update() if hold else query).one_or_none()
    return None if row is None else Webhook(*row)


def webhooks_after(conn: Connection, project_no: ProjectNo, after: int, limit: int) -> list[Webhook]:
    """Return up to `limit` webhooks of the project, numbered after `after`."""
    query = _query().where(webhooks.c.project_no == project_no, webhooks.c.no > after)
    return [Webhook(*row) for row in conn.execute(query.order_by(webhooks.c.no).limit(limit))]


def count_webhooks(conn: Connection, project_no: ProjectNo) -> int:
    """Return how many webhooks the project has."""
    query = select(func.count()).select_from(webhooks).where(webhooks.c.project_no == project_no)
    return conn.execute(query).scalar_one()


def add_webhook(
    conn: Connection, project_no: ProjectNo, values: dict[str, Any], secret: str, now_ms: int
) -> None:
    """Store a new webhook."""
    row = {**values, "project_no": project_no, "secret": secret, "created_ms": now_ms}
    conn.execute(insert(webhooks).values(row))


def change_webhook(conn: Connection, webhook: Webhook, values: dict[str, Any]) -> None:
    """Set the given columns."""
    if values:
        conn.execute(update(webhooks).where(webhooks.c.no == webhook.no).values(values))


def replace_secret(conn: Connection, webhook: Webhook, secret: str, old_until_ms: int) -> None:
    """Sign with `secret` from now on, and with the one before too until `old_until_ms`."""
    values = {"old_secret": webhooks.c.secret, "old_secret_until_ms": old_until_ms, "secret": secret}
    conn.execute(update(webhooks).where(webhooks.c.no == webhook.no).values(values))


def remove_webhook(conn: Connection, webhook: Webhook) -> None:
    """Delete a webhook and its deliveries, those that wait too."""
    conn.execute(delete(deliveries).where(deliveries.c.webhook_no == webhook.no))
    conn.execute(delete(webhooks).where(webhooks.c.no == webhook.no))


def active_webhooks(conn: Connection, project_nos: Collection[ProjectNo]) -> dict[ProjectNo, list[Webhook]]:
    """Return the webhooks of these projects that are not paused; projects without any are left out."""
    found: dict[ProjectNo, list[Webhook]] = {}
    if project_nos:
        query = _query().where(webhooks.c.project_no.in_(project_nos), webhooks.c.active)
        for row in conn.execute(query.order_by(webhooks.c.no)):
            webhook = Webhook(*row)
            found.setdefault(webhook.project_no, []).append(webhook)
    return found


def count_dropped(conn: Connection, webhook_no: int, count: int) -> None:
    """Count deliveries that were not kept."""
    dropped = webhooks.c.dropped + count
    conn.execute(update(webhooks).where(webhooks.c.no == webhook_no).values(dropped=dropped))
