"""`ppv/*buyer*` and `ppv/sessions`: the customers of a subscription, our participants; `hash` is the User ID."""

from dataclasses import replace

import msgspec

from rollcall.actions import lists as list_actions
from rollcall.actions import participants as participant_actions
from rollcall.actions import subscriptions as actions
from rollcall.actions.media import find as find_media
from rollcall.actions.subscriptions import Customer, Wish
from rollcall.domain.ids import UserId
from rollcall.domain.subscription import capped
from rollcall.store import participants, subscriptions
from rollcall.store.database import Connection
from rollcall.web.auth import Caller
from rollcall.web.boomstream.call import Call, Refused
from rollcall.web.boomstream.dates import read_end, read_start, written
from rollcall.web.boomstream.envelope import Data, Value
from rollcall.web.boomstream.methods import Method
from rollcall.web.deps import Deps
from rollcall.wire.api.lists import Email
from rollcall.wire.api.values import MAX_MOMENT_MS, Name, is_user_id

PAGE_ROWS = 1_000


async def add_buyer(deps: Deps, caller: Caller, call: Call) -> Data:
    """Put a customer on the list, as often as asked; the media must be one that the subscription opens."""
    customer = await actions.add_customer(
        deps.db,
        caller.project_no,
        call.need("code"),
        call.need("media"),
        _wish(call),
        caller.actor,
        deps.clock.now_ms(),
    )
    return _customer(customer)


async def update_buyer(deps: Deps, caller: Caller, call: Call) -> Data:
    """Change a customer: `access_expire`, `activation`, `name`, `email`."""
    wish = replace(_wish(call), hash=user_id_of(call.need_exact("hash")))
    customer = await actions.change_customer(
        deps.db, caller.project_no, call.need("code"), wish, caller.actor, deps.clock.now_ms()
    )
    return _customer(customer)


async def delete_buyer(deps: Deps, caller: Caller, call: Call) -> Data:
    """Take a customer off the list; an open player closes within ten seconds."""
    await participant_actions.remove_participant(
        deps.gate(), caller.project_no, call.need("code"), user_id_of(call.need_exact("hash")), caller.actor
    )
    return {"Message": "Customer is successfully deleted"}


async def list_buyers(deps: Deps, caller: Caller, call: Call) -> Data:
    """Return the customers of a subscription, a page at a time."""
    page = call.number("page", 1, 1, 1_000_000)

    def read(conn: Connection) -> tuple[list[Value], int]:
        found = list_actions.find(conn, caller.project_no, call.need("code"))
        rules = subscriptions.subscriptions_of(conn, caller.project_no, [found.no])[found.no]
        count = participants.count_participants(conn, caller.project_no, [found.no]).get(found.no, 0)
        rows = participants.page_of_participants(conn, caller.project_no, found.no, page, PAGE_ROWS)
        return [_customer(Customer(row, rules)) for row in rows], count

    rows, count = await deps.db.read(read)
    pages = max(1, -(-count // PAGE_ROWS))
    return {
        "Page": page, "PageLimit": PAGE_ROWS, "PageCount": pages, "ItemCount": count, "Items": {"Item": rows}
    }  # fmt: skip


async def sessions(deps: Deps, caller: Caller, call: Call) -> Data:
    """Return when and from where one customer opened a media; `Item`s stand directly in the answer."""
    caller.need("personal")
    start_ms = read_start("start", call.text("start")) if call.has("start") else None
    end_ms = read_end("end", call.text("end")) if call.has("end") else None
    between = (start_ms or 0, MAX_MOMENT_MS if end_ms is None else end_ms + 1)

    def read(conn: Connection) -> list[Value]:
        media = find_media(conn, caller.project_no, call.need("code"))
        visits = subscriptions.visits_of(
            conn, caller.project_no, media.no, call.need_exact("hash"), between,
            newest_first=call.text("order").lower() == "desc", limit=PAGE_ROWS,
        )  # fmt: skip
        return [
            {
                "Place": media.title,
                "ip": visit.ip,
                "Country": "",
                "UserAgent": visit.user_agent,
                "Start": written(visit.opened_ms),
                "End": written(visit.last_ms),
            }
            for visit in visits
        ]

    return {"Item": await deps.db.read(read)}


def _wish(call: Call) -> Wish:
    ends, user_id = call.has("access_expire"), call.exact("hash")
    return Wish(
        hash=user_id_of(user_id) if user_id else "",
        email=email_of(call.text("email")) if call.has("email") else "",
        name=name_of(call.text("name")) if call.has("name") else "",
        names_end=ends,
        until_ms=read_end("access_expire", call.text("access_expire")) if ends else None,
        activations=call.number("activation", 0, 0, 1_000_000) if call.has("activation") else None,
    )


def user_id_of(text: str) -> UserId:
    """Return a `hash`, as it was sent, that can be a User ID; raises Refused."""
    if not is_user_id(text):
        raise Refused("Parameter 'hash' is 1-200 characters without control characters")
    return UserId(text)


def name_of(text: str) -> str:
    """Return a `name`; raises Refused."""
    try:
        return msgspec.convert(text, Name)
    except msgspec.ValidationError as error:
        raise Refused("Parameter 'name' is 1-300 characters without control characters") from error


def email_of(text: str) -> str:
    """Return an `email`; raises Refused."""
    try:
        return msgspec.convert(text, Email)
    except msgspec.ValidationError as error:
        raise Refused("Parameter 'email' must be an address") from error


def _customer(customer: Customer) -> dict[str, Value]:
    row = customer.participant
    end_ms = customer.subscription.hard_end_ms(row.created_ms)
    return {
        **identity(customer),
        "Period": customer.subscription.period_days or 0,
        "AccessExpirationDate": written(capped(end_ms, row.valid_until_ms)),
    }


def identity(customer: Customer) -> dict[str, Value]:
    """Return who a customer is, as every answer about one says."""
    row = customer.participant
    return {
        "Hash": row.user_id,
        "Email": row.email or "",
        "Name": row.name or "",
        "Recovery": actions.activations(customer),
        "DatePurchase": written(row.created_ms),
    }


METHODS = {
    "ppv/addbuyer": Method("access", add_buyer),
    "ppv/updatebuyer": Method("access", update_buyer),
    "ppv/deletebuyer": Method("access", delete_buyer),
    "ppv/listbuyers": Method("access", list_buyers),
    "ppv/sessions": Method("statistics", sessions),
}
