"""Customers of subscriptions: added as often as a site likes, prolonged, looked up. Each call is one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from rollcall.actions import lists as list_actions
from rollcall.actions.access import Gate, withdraw
from rollcall.base.secrets import new_digits
from rollcall.domain.errors import Forbidden, NotFound
from rollcall.domain.ids import ListCode, ListNo, MediaNo, ProjectNo, UserId
from rollcall.domain.subscription import Access, Subscription, changed_access, first_access
from rollcall.store import audit, lists, participants, subscriptions
from rollcall.store.database import Connection, Database
from rollcall.store.lists import List
from rollcall.store.participants import Entry, Participant

ACTIVATION = "activation"


@dataclass(frozen=True, slots=True)
class Customer:
    """A participant with the subscription of their list."""

    participant: Participant
    subscription: Subscription


@dataclass(frozen=True, slots=True)
class Wish:
    """What a site says of a customer. `until_ms` counts only with `names_end`; `activations` None = as it was."""

    hash: str
    email: str
    name: str
    names_end: bool = False
    until_ms: int | None = None
    activations: int | None = None


async def create_subscription(
    db: Database,
    project_no: ProjectNo,
    title: str,
    codes: Sequence[str],
    new: Subscription,
    actor: str,
    now_ms: int,
) -> ListCode:
    """Make a list that opens these media, with its subscription. Raises NotFound."""

    def create(conn: Connection) -> ListCode:
        made = list_actions.make_list(conn, project_no, title, codes, actor, now_ms)
        _put_subscription(conn, project_no, made, new, actor, now_ms)
        return made.code

    return await db.write(create)


async def change_subscription(
    gate: Gate,
    project_no: ProjectNo,
    code: str,
    title: str | None,
    change: Callable[[Subscription], Subscription],
    actor: str,
) -> None:
    """Put `change(subscription)` in place of what a list has, and a title if one is given: both, or neither.

    Whom a hard subscription's new end shuts out loses access at once. Raises NotFound and what `change` raises.
    """
    now_ms = gate.clock.now_ms()

    def put(conn: Connection) -> list[MediaNo]:
        found = list_actions.find(conn, project_no, code, hold=True)
        known = _of(conn, project_no, found.no)
        changed = change(known)
        if title is not None:
            lists.change_list(conn, project_no, found.no, {"title": title})
            audit.record(conn, project_no, actor, "list.change", code, now_ms, title=title, media=None)
        _put_subscription(conn, project_no, found, changed, actor, now_ms)
        shuts_out = changed.hard and changed != known
        return list_actions.media_nos(conn, project_no, found.no) if shuts_out else []

    await withdraw(gate, project_no, await gate.db.write(put))


def _put_subscription(
    conn: Connection, project_no: ProjectNo, of: List, new: Subscription, actor: str, now_ms: int
) -> None:
    subscriptions.put_subscription(conn, project_no, of.no, new)
    audit.record(conn, project_no, actor, "subscription.put", of.code, now_ms)


async def add_customer(
    db: Database, project_no: ProjectNo, code: str, media: str, wish: Wish, actor: str, now_ms: int
) -> Customer:
    """Put a customer on the list, or say again who they are; the end of their access stays unless one is named.

    Raises NotFound for a list, or a media that it does not open; Conflict beyond the end of a hard subscription;
    Forbidden for who was taken off one.
    """

    def add(conn: Connection) -> Customer:
        found = _list_that_opens(conn, project_no, code, media)
        list_no = found.no
        subscription = _of(conn, project_no, list_no)
        user_id = UserId(wish.hash or new_digits())
        known = participants.find_participant(conn, project_no, list_no, user_id)
        if known is None:
            if subscription.hard and subscriptions.was_removed(conn, project_no, list_no, user_id):
                raise Forbidden("Access of this customer was withdrawn", code="access_withdrawn")
            until_ms = wish.until_ms if wish.names_end else None
            access = first_access(subscription, until_ms, now_ms)
        elif wish.names_end:
            access = changed_access(subscription, _access(known), wish.until_ms, known.created_ms)
        else:
            access = _access(known)
        return _put(conn, project_no, found, known, user_id, wish, access, actor, now_ms)

    return await db.write(add)


async def change_customer(
    db: Database, project_no: ProjectNo, code: str, wish: Wish, actor: str, now_ms: int
) -> Customer:
    """Change a customer who is on the list. Raises NotFound, or Conflict beyond a hard subscription's end."""

    def change(conn: Connection) -> Customer:
        found = list_actions.find(conn, project_no, code, hold=True)
        known = require_customer(conn, project_no, found.no, wish.hash)
        access = _access(known)
        if wish.names_end:
            rules = _of(conn, project_no, found.no)
            access = changed_access(rules, access, wish.until_ms, known.created_ms)
        return _put(conn, project_no, found, known, known.user_id, wish, access, actor, now_ms)

    return await db.write(change)


def require_customer(conn: Connection, project_no: ProjectNo, list_no: ListNo, user_id: str) -> Participant:
    """Return who is on the list; raises NotFound."""
    known = participants.find_participant(conn, project_no, list_no, user_id)
    if known is None:
        raise NotFound("Customer not found")
    return known


def activations(customer: Customer) -> int:
    """Return how many activations a customer has: their own number, else the subscription's; at least one."""
    own = customer.participant.fields.get(ACTIVATION)
    return max(1, int(own) if isinstance(own, int) else customer.subscription.activations)


def _put(
    conn: Connection,
    project_no: ProjectNo,
    of: List,
    known: Participant | None,
    user_id: UserId,
    wish: Wish,
    access: Access,
    actor: str,
    now_ms: int,
) -> Customer:
    """Store what is said now over what was known; a repetition that says nothing new writes nothing."""
    fields = dict(known.fields) if known is not None else {}
    if wish.activations is not None:
        fields[ACTIVATION] = wish.activations
    name = wish.name or (known.name if known is not None else None)
    email = wish.email or (known.email if known is not None else None)
    entry = Entry(user_id, name, email, access.from_ms, access.until_ms, fields)
    if known is None or entry != _entry(known):
        participants.put_participants(conn, project_no, of.no, [entry], now_ms)
        told = _told(entry, known)
        audit.record(conn, project_no, actor, "participant.put", of.code, now_ms, **told)
    stored = require_customer(conn, project_no, of.no, user_id)
    return Customer(replace(stored, fields=fields), _of(conn, project_no, of.no))


def _told(entry: Entry, known: Participant | None) -> dict[str, Any]:
    """Return what the audit says of a change: what changed by name, and when access begins and ends by now."""
    before, after = (None if known is None else asdict(_entry(known))), asdict(entry)
    return {
        "user_id": entry.user_id,
        "changed": [name for name in after if before is None or after[name] != before[name]],
        "valid_from_ms": entry.valid_from_ms,
        "valid_until_ms": entry.valid_until_ms,
        "activation": entry.fields.get(ACTIVATION),
    }


def _entry(known: Participant) -> Entry:
    return Entry(
        known.user_id, known.name, known.email, known.valid_from_ms, known.valid_until_ms, dict(known.fields)
    )


def _access(known: Participant) -> Access:
    return Access(known.valid_from_ms, known.valid_until_ms)


def _of(conn: Connection, project_no: ProjectNo, list_no: ListNo) -> Subscription:
    return subscriptions.subscriptions_of(conn, project_no, [list_no])[list_no]


def _list_that_opens(conn: Connection, project_no: ProjectNo, code: str, media: str) -> List:
    found = list_actions.find(conn, project_no, code, hold=True)
    opened = lists.media_of(conn, project_no, [found.no]).get(found.no, [])
    if media not in [code for _, code in opened]:
        raise NotFound("Media not found")
    return found
