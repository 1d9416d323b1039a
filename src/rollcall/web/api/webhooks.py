"""Webhooks: notices of what happens, sent to an organiser's own server; the log of their deliveries.

Notices about people are results: a key that may not read statistics can neither ask for them nor send them elsewhere.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter

from rollcall.actions import webhooks as actions
from rollcall.domain.webhooks.addresses import Network, read_networks
from rollcall.domain.webhooks.kinds import PERSONAL, told_as
from rollcall.store import deliveries, webhooks
from rollcall.store.database import Connection
from rollcall.store.deliveries import Delivery
from rollcall.store.webhooks import Webhook
from rollcall.web.auth import Caller, Known
from rollcall.web.deps import Deps, Given
from rollcall.web.paging import DEFAULT_LIMIT, Cursor, Limit, Page, after, page
from rollcall.wire.api.values import given_fields, rfc3339, rfc3339_or_none
from rollcall.wire.api.webhooks import (
    DeliveryOut,
    DeliveryState,
    NewSecretOut,
    NewWebhook,
    NewWebhookOut,
    WebhookChange,
    WebhookOut,
)

SCOPE = {"scope": "admin"}
PATH = "/webhooks/{webhook:str}"
OfState = Annotated[
    DeliveryState | None, QueryParameter(name="state", description="Only deliveries in this state.")
]


@post("/webhooks", opt=SCOPE, summary="Make a webhook")
async def create_webhook(data: JSONBody[NewWebhook], deps: Given, caller: Known) -> NewWebhookOut:
    """Let notices be sent to a server of yours, signed by a secret that is shown this once.

    `check.answered` and `participant.refused` need the scope `statistics` too.
    """
    types = actions.checked_types(data.format, data.types)
    _need_for(caller, types)
    new = actions.NewWebhook(
        url=data.url, format=data.format, types=types, title=data.title, active=data.active
    )
    made, secret = await actions.create_webhook(
        deps.db, caller.project_no, new, _allowed(deps), caller.actor, deps.clock.now_ms()
    )
    return NewWebhookOut(**_fields(made, 0), secret=secret)


@get("/webhooks", opt=SCOPE, summary="Webhooks of the project")
async def list_webhooks(
    deps: Given, caller: Known, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[WebhookOut]:
    """Return webhooks in the order of their making."""
    start = after(cursor)

    def read(conn: Connection) -> tuple[list[Webhook], dict[int, int]]:
        rows = webhooks.webhooks_after(conn, caller.project_no, start, limit + 1)
        return rows, deliveries.count_pending(conn, [row.no for row in rows])

    rows, pending = await deps.db.read(read)
    return page(rows, limit, lambda row: row.no, lambda row: _shown(row, pending))


@get(PATH, opt=SCOPE, summary="One webhook")
async def get_webhook(webhook: FromPath[str], deps: Given, caller: Known) -> WebhookOut:
    """Return a webhook and how many deliveries wait."""
    return await _read(deps, caller, webhook)


@patch(PATH, opt=SCOPE, summary="Change or pause a webhook")
async def change_webhook(
    webhook: FromPath[str], data: JSONBody[WebhookChange], deps: Given, caller: Known
) -> WebhookOut:
    """Change what is given. A webhook that tells of people needs the scope `statistics` too, before and after."""
    before = await _read(deps, caller, webhook)
    values = given_fields(data, "url", "types", "title", "active")
    _need_for(caller, before.types)
    _need_for(caller, values.get("types", ()))
    await actions.change_webhook(
        deps.db, caller.project_no, webhook, values, _allowed(deps), caller.actor, deps.clock.now_ms()
    )
    return await _read(deps, caller, webhook)


@delete(PATH, opt=SCOPE, summary="Delete a webhook")
async def delete_webhook(webhook: FromPath[str], deps: Given, caller: Known) -> None:
    """Delete a webhook with its log; what waits is not sent."""
    await actions.delete_webhook(deps.db, caller.project_no, webhook, caller.actor, deps.clock.now_ms())


@post(PATH + "/secret", opt=SCOPE, summary="Replace a webhook's secret")
async def replace_secret(webhook: FromPath[str], deps: Given, caller: Known) -> NewSecretOut:
    """Make a new secret, shown this once. For 24 h notices carry the signatures of both."""
    secret, until_ms = await actions.replace_secret(
        deps.db, caller.project_no, webhook, caller.actor, deps.clock.now_ms()
    )
    return NewSecretOut(secret, rfc3339(until_ms))


@post(PATH + "/ping", opt=SCOPE, summary="Send a test")
async def ping_webhook(webhook: FromPath[str], deps: Given, caller: Known) -> DeliveryOut:
    """Send a notice of the type `ping`. It goes out within a second or two; the delivery tells how it went."""
    now_ms = deps.clock.now_ms()
    found = await actions.ping(deps.db, caller.project_no, webhook, caller.actor, now_ms)
    return _logged(await _find(deps, caller, webhook), found)


@get(PATH + "/deliveries", opt=SCOPE, summary="Log of a webhook's deliveries")
async def list_deliveries(
    webhook: FromPath[str],
    deps: Given,
    caller: Known,
    of_state: OfState = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[DeliveryOut]:
    """Return deliveries, the newest first. Finished ones are kept for 7 days, the newest 10,000 of them."""
    before = after(cursor)

    def read(conn: Connection) -> tuple[Webhook, list[Delivery]]:
        found = actions.find(conn, caller.project_no, webhook)
        return found, deliveries.deliveries_before(conn, found, before, limit + 1, of_state)

    of, rows = await deps.db.read(read)
    return page(rows, limit, lambda row: row.notice_no, lambda row: _logged(of, row))


@get(PATH + "/deliveries/{delivery:str}", opt=SCOPE, summary="One delivery")
async def get_delivery(
    webhook: FromPath[str], delivery: FromPath[str], deps: Given, caller: Known
) -> DeliveryOut:
    """Return how a delivery stands."""

    def read(conn: Connection) -> DeliveryOut:
        found = actions.find(conn, caller.project_no, webhook)
        return _logged(found, actions.find_delivery(conn, found, delivery))

    return await deps.db.read(read)


@post(PATH + "/deliveries/{delivery:str}/resend", opt=SCOPE, summary="Send a notice again", status_code=200)
async def resend_delivery(
    webhook: FromPath[str], delivery: FromPath[str], deps: Given, caller: Known
) -> DeliveryOut:
    """Send a notice once more, under its old id and with all attempts before it."""
    now_ms = deps.clock.now_ms()
    found = await actions.resend(deps.db, caller.project_no, webhook, delivery, caller.actor, now_ms)
    return _logged(await _find(deps, caller, webhook), found)


def _need_for(caller: Caller, types: Sequence[str]) -> None:
    if PERSONAL.intersection(types):
        caller.need("statistics")


def _allowed(deps: Deps) -> tuple[Network, ...]:
    return read_networks(deps.settings.webhook_networks)


async def _find(deps: Deps, caller: Caller, code: str) -> Webhook:
    return await deps.db.read(lambda conn: actions.find(conn, caller.project_no, code))


async def _read(deps: Deps, caller: Caller, code: str) -> WebhookOut:
    def read(conn: Connection) -> WebhookOut:
        found = actions.find(conn, caller.project_no, code)
        return _shown(found, deliveries.count_pending(conn, [found.no]))

    return await deps.db.read(read)


def _shown(row: Webhook, pending: dict[int, int]) -> WebhookOut:
    return WebhookOut(**_fields(row, pending.get(row.no, 0)))


def _fields(row: Webhook, pending: int) -> dict[str, Any]:
    return {
        "id": row.code,
        "title": row.title,
        "url": row.url,
        "format": row.format,
        "types": list(row.types),
        "active": row.active,
        "pending": pending,
        "dropped": row.dropped,
        "old_secret_until": rfc3339_or_none(row.old_secret_until_ms),
        "created_at": rfc3339(row.created_ms),
    }


def _logged(of: Webhook, row: Delivery) -> DeliveryOut:
    return DeliveryOut(
        id=row.code,
        type=told_as(of.format, row.kind) or row.kind,
        at=rfc3339(row.at_ms),
        state=row.state,
        attempts=row.attempts,
        next_attempt_at=rfc3339_or_none(row.due_ms),
        last_attempt_at=rfc3339_or_none(row.last_ms),
        status=row.status,
        error=row.error,
        took_ms=row.took_ms,
    )


handlers = [
    create_webhook,
    list_webhooks,
    get_webhook,
    change_webhook,
    delete_webhook,
    replace_secret,
    ping_webhook,
    list_deliveries,
    get_delivery,
    resend_delivery,
]
