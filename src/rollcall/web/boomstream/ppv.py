"""`ppv/*`: subscriptions, which are our lists with rules of access. Who is on them is in `customers`."""

from dataclasses import replace
from typing import get_args

from rollcall.actions import lists as list_actions
from rollcall.actions import subscriptions as actions
from rollcall.actions.media import find as find_media
from rollcall.actions.subscriptions import Customer
from rollcall.domain.ids import ListNo
from rollcall.domain.subscription import Kind, Subscription
from rollcall.store import lists, participants, subscriptions
from rollcall.store.database import Connection
from rollcall.store.lists import List
from rollcall.web.auth import Caller
from rollcall.web.boomstream.call import Call, Refused
from rollcall.web.boomstream.customers import PAGE_ROWS, identity, name_of
from rollcall.web.boomstream.dates import read_end, read_start, written
from rollcall.web.boomstream.envelope import Data, Value
from rollcall.web.boomstream.methods import Method
from rollcall.web.deps import Deps

LONGEST_PERIOD_DAYS = 36_500


async def create(deps: Deps, caller: Caller, call: Call) -> Data:
    """Make a subscription: `name`, `subscription_type`, and `period` in days or `access_expire`."""
    kind = call.need("subscription_type")
    if kind not in get_args(Kind):
        raise Refused("Parameter 'subscription_type' must be subscription, password or collection")
    if not call.has("period") and not call.has("access_expire"):
        raise Refused("One of the parameters 'period' and 'access_expire' is required")
    wanted = _wanted(call, Subscription(kind=kind))  # type: ignore[arg-type]
    title, media = name_of(call.need("name")), call.all("media")
    code = await actions.create_subscription(
        deps.db, caller.project_no, title, media, wanted, caller.actor, deps.clock.now_ms()
    )
    return await _one(deps, caller, code)


async def update(deps: Deps, caller: Caller, call: Call) -> Data:
    """Change what is given of a subscription."""
    code = call.need("code")
    title = name_of(call.text("name")) if call.has("name") else None
    await actions.change_subscription(
        deps.gate(), caller.project_no, code, title, lambda known: _wanted(call, known), caller.actor
    )
    return await _one(deps, caller, code)


async def delete(deps: Deps, caller: Caller, call: Call) -> Data:
    """Remove a subscription; what it opened is closed at once."""
    await list_actions.remove_list(deps.gate(), caller.project_no, call.need("code"), caller.actor)
    return {"Message": "Subscription is successfully deleted"}


async def list_all(deps: Deps, caller: Caller, call: Call) -> Data:
    """Return the subscriptions of the project, a page at a time."""
    skipped = (call.number("page", 1, 1, 1_000_000) - 1) * PAGE_ROWS

    def read(conn: Connection) -> list[Value]:
        rows = lists.lists_after(conn, caller.project_no, 0, skipped + PAGE_ROWS)[skipped:]
        rules = subscriptions.subscriptions_of(conn, caller.project_no, [row.no for row in rows])
        return [_subscription(row, rules[row.no]) for row in rows]

    return {"Items": _items(await deps.db.read(read))}


async def add_media(deps: Deps, caller: Caller, call: Call) -> Data:
    """Let a subscription open a media."""
    code = call.need("code")
    await list_actions.open_media(
        deps.db, caller.project_no, code, call.need("media"), caller.actor, deps.clock.now_ms()
    )
    return await list_media(deps, caller, call)


async def delete_media(deps: Deps, caller: Caller, call: Call) -> Data:
    """Let a subscription open a media no more."""
    await list_actions.close_media(
        deps.gate(), caller.project_no, call.need("code"), call.need("media"), caller.actor
    )
    return await list_media(deps, caller, call)


async def list_media(deps: Deps, caller: Caller, call: Call) -> Data:
    """Return the media that a subscription opens."""

    def read(conn: Connection) -> list[Value]:
        found = list_actions.find(conn, caller.project_no, call.need("code"))
        opened = lists.media_of(conn, caller.project_no, [found.no]).get(found.no, [])
        media = [find_media(conn, caller.project_no, code) for _, code in opened]
        return [{"Code": m.code, "Title": m.title, "Type": m.kind} for m in media]

    return {"Items": _items(await deps.db.read(read))}


async def info(deps: Deps, caller: Caller, call: Call) -> Data:
    """Return a subscription; with `hash` its customer too. In JSON `Items` is an object with one `Item`."""
    code, user_id = call.need("code"), call.exact("hash")

    def read(conn: Connection) -> dict[str, Value]:
        found = list_actions.find(conn, caller.project_no, code)
        rules = subscriptions.subscriptions_of(conn, caller.project_no, [found.no])[found.no]
        item = dict(_subscription(found, rules))
        known = participants.find_participant(conn, caller.project_no, found.no, user_id) if user_id else None
        return item if known is None else item | _of_customer(Customer(known, rules))

    return {"Items": {"Item": await deps.db.read(read)}}


def _of_customer(customer: Customer) -> dict[str, Value]:
    """Return who a customer is; `Name` is the subscription's."""
    said = identity(customer)
    return {"CustomerName": said.pop("Name"), **said}


async def _one(deps: Deps, caller: Caller, code: str) -> Data:
    def read(conn: Connection) -> Value:
        found = list_actions.find(conn, caller.project_no, code)
        return _subscription(found, _rules(conn, caller, found.no))

    return {"Items": {"Item": await deps.db.read(read)}}


def _rules(conn: Connection, caller: Caller, no: ListNo) -> Subscription:
    return subscriptions.subscriptions_of(conn, caller.project_no, [no])[no]


def _wanted(call: Call, known: Subscription) -> Subscription:
    """Return a subscription with everything that the call says of it."""
    changed = known
    if call.has("period"):
        changed = replace(changed, period_days=call.number("period", 0, 0, LONGEST_PERIOD_DAYS) or None)
    if call.has("access_expire"):
        changed = replace(changed, ends_ms=read_end("access_expire", call.text("access_expire")))
    if call.has("access_start"):
        changed = replace(changed, starts_ms=read_start("access_start", call.text("access_start")))
    if call.has("activation"):
        changed = replace(changed, activations=call.number("activation", 0, 1, 1_000_000))
    if call.text("description", lines=True):
        changed = replace(changed, description=call.text("description", lines=True))
    if call.has("hard"):
        changed = replace(changed, hard=call.flag("hard"))
    if changed.starts_ms is not None and changed.ends_ms is not None and changed.ends_ms <= changed.starts_ms:
        raise Refused("Parameter 'access_expire' must be later than 'access_start'")
    if call.has("period") and not call.has("access_expire") and _is_endless(changed):
        raise Refused("Parameter 'period' must be at least 1 where there is no 'access_expire'")
    if changed.hard and _is_endless(changed):
        raise Refused("Parameter 'hard' needs 'period' or 'access_expire': there is no end to hold to")
    return changed


def _is_endless(subscription: Subscription) -> bool:
    return subscription.ends_ms is None and subscription.period_days is None


def _items(rows: list[Value]) -> Value:
    return {"Item": rows}


def _subscription(row: List, rules: Subscription) -> dict[str, Value]:
    return {
        "Code": row.code,
        "Name": row.title,
        "Description": rules.description,
        "SubscriptionType": rules.kind,
        "Period": rules.period_days or 0,
        "AccessStartDate": written(rules.starts_ms),
        "AccessExpirationDate": written(rules.ends_ms),
        "Activation": rules.activations,
        "Hard": int(rules.hard),
        "CreatedAt": written(row.created_ms),
    }


METHODS = {
    "ppv/create": Method("access", create),
    "ppv/update": Method("access", update),
    "ppv/delete": Method("access", delete),
    "ppv/list": Method("access", list_all),
    "ppv/info": Method("access", info),
    "ppv/addmedia": Method("access", add_media),
    "ppv/deletemedia": Method("access", delete_media),
    "ppv/listmedia": Method("access", list_media),
}
