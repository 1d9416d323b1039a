"""Webhooks: made, changed, paused, deleted; their secret replaced; a test and a repetition asked for."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from rollcall.actions.telling import CODE_LENGTH
from rollcall.base.secrets import new_code, new_webhook_secret
from rollcall.domain.errors import Conflict, Malformed, NotFound, Problem
from rollcall.domain.ids import ProjectNo
from rollcall.domain.webhooks.addresses import Network
from rollcall.domain.webhooks.kinds import PING, Format, types_of
from rollcall.domain.webhooks.targets import BadTarget, checked_target
from rollcall.store import audit, deliveries, notices, projects, webhooks
from rollcall.store.database import Connection, Database
from rollcall.store.deliveries import Delivery
from rollcall.store.notices import NewNotice
from rollcall.store.webhooks import Webhook
from rollcall.wire.notices import PingTold

MOST_WEBHOOKS = 20
OLD_SECRET_MS = 24 * 3600 * 1000
MOST_PINGS = 20


class NewWebhook(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a webhook to be made; `types` None = everything that the format knows."""

    url: str
    format: Format
    types: Sequence[str] | None
    title: str | None
    active: bool


async def create_webhook(
    db: Database, project_no: ProjectNo, new: NewWebhook, allowed: Sequence[Network], actor: str, now_ms: int
) -> tuple[Webhook, str]:
    """Make a webhook; returns it and its secret. Raises Malformed, Conflict (`too_many_webhooks`)."""
    url, types = checked_url(new.url, allowed), checked_types(new.format, new.types)
    secret, code = new_webhook_secret(), new_code()

    def create(conn: Connection) -> Webhook:
        projects.lock_project(conn, project_no)
        if webhooks.count_webhooks(conn, project_no) >= MOST_WEBHOOKS:
            raise Conflict(f"A project has up to {MOST_WEBHOOKS} webhooks.", code="too_many_webhooks")
        about = {"title": new.title, "format": new.format, "types": types, "active": new.active}
        webhooks.add_webhook(conn, project_no, {**about, "code": code, "url": url}, secret, now_ms)
        audit.record(conn, project_no, actor, "webhook.create", code, now_ms, **about)
        return find(conn, project_no, code)

    return await db.write(create), secret


async def change_webhook(
    db: Database,
    project_no: ProjectNo,
    code: str,
    values: dict[str, Any],
    allowed: Sequence[Network],
    actor: str,
    now_ms: int,
) -> Webhook:
    """Set `url`, `types`, `title`, `active`, whichever is given. Raises NotFound, Malformed."""
    if "url" in values:
        values = {**values, "url": checked_url(values["url"], allowed)}

    def change(conn: Connection) -> Webhook:
        found = find(conn, project_no, code, hold=True)
        columns = dict(values)
        if "types" in columns:
            columns["types"] = checked_types(found.format, columns["types"])
        webhooks.change_webhook(conn, found, columns)
        # An address may hold a secret of the receiver's; that it changed is what counts.
        detail = {name: value for name, value in columns.items() if name != "url"}
        detail["url_changed"] = columns.get("url", found.url) != found.url
        audit.record(conn, project_no, actor, "webhook.change", code, now_ms, **detail)
        return find(conn, project_no, code)

    return await db.write(change)


async def delete_webhook(db: Database, project_no: ProjectNo, code: str, actor: str, now_ms: int) -> None:
    """Delete a webhook with its log; what waits is not sent. Raises NotFound."""

    def remove(conn: Connection) -> None:
        webhooks.remove_webhook(conn, find(conn, project_no, code, hold=True))
        audit.record(conn, project_no, actor, "webhook.delete", code, now_ms)

    await db.write(remove)


async def replace_secret(
    db: Database, project_no: ProjectNo, code: str, actor: str, now_ms: int
) -> tuple[str, int]:
    """Make a new secret; returns it and until when the old one signs too. Raises NotFound."""
    secret, until_ms = new_webhook_secret(), now_ms + OLD_SECRET_MS

    def replace(conn: Connection) -> None:
        webhooks.replace_secret(conn, find(conn, project_no, code, hold=True), secret, until_ms)
        audit.record(conn, project_no, actor, "webhook.secret", code, now_ms)

    await db.write(replace)
    return secret, until_ms


async def ping(db: Database, project_no: ProjectNo, code: str, actor: str, now_ms: int) -> Delivery:
    """Let a test be sent, also where nothing else is wanted. Raises NotFound, Conflict (paused, too many waiting)."""

    def send(conn: Connection) -> Delivery:
        found = find(conn, project_no, code, hold=True)
        refuse_paused(found)
        if deliveries.count_pending_of_kind(conn, found, PING) >= MOST_PINGS:
            raise Conflict("Many pings wait already.", code="too_many_pings")
        data = msgspec.to_builtins(PingTold())
        notice = NewNotice(project_no, new_code(CODE_LENGTH), PING, None, now_ms, data)
        deliveries.add_deliveries(conn, project_no, found.no, [notices.add_spread(conn, notice)], now_ms)
        audit.record(conn, project_no, actor, "webhook.ping", code, now_ms)
        return find_delivery(conn, found, notice.code)

    return await db.write(send)


async def resend(
    db: Database, project_no: ProjectNo, code: str, notice: str, actor: str, now_ms: int
) -> Delivery:
    """Let a notice be sent once more under its old id. Raises NotFound, Conflict (paused)."""

    def send(conn: Connection) -> Delivery:
        found = find(conn, project_no, code, hold=True)
        delivery = find_delivery(conn, found, notice)
        refuse_paused(found)
        deliveries.send_again(conn, found, delivery.notice_no, now_ms)
        audit.record(conn, project_no, actor, "webhook.resend", code, now_ms, notice=notice)
        return find_delivery(conn, found, notice)

    return await db.write(send)


def find(conn: Connection, project_no: ProjectNo, code: str, *, hold: bool = False) -> Webhook:
    """Return a webhook of the project; raises NotFound."""
    found = webhooks.find_webhook(conn, project_no, code, hold=hold)
    if found is None:
        raise NotFound("There is no such webhook.")
    return found


def find_delivery(conn: Connection, webhook: Webhook, code: str) -> Delivery:
    """Return a delivery of the webhook; raises NotFound."""
    found = deliveries.find_delivery(conn, webhook, code)
    if found is None:
        raise NotFound("This webhook has no such delivery.")
    return found


def refuse_paused(webhook: Webhook) -> None:
    """Raise Conflict where nothing would be sent."""
    if not webhook.active:
        raise Conflict("The webhook is paused; make it active first.", code="webhook_paused")


def checked_url(url: str, allowed: Iterable[Network]) -> str:
    """Return where to send in its normal form; raises Malformed."""
    try:
        return checked_target(url, allowed)
    except BadTarget as error:
        raise Malformed(Problem("$.url", str(error))) from error


def checked_types(format_: Format, types: Sequence[str] | None) -> list[str]:
    """Return the types in their order, each once, all of them for None; raises Malformed naming the first unknown."""
    known = types_of(format_)
    if types is None:
        return list(known)
    for index, name in enumerate(types):
        if name not in known:
            sentence = f"The format {format_} has no such type; known: {', '.join(known)}."
            raise Malformed(Problem(f"$.types[{index}]", sentence))
    return [name for name in known if name in types]
