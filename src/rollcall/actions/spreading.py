"""From notices to deliveries: one for each webhook that wants the notice, and no more than a receiver can ever take.

Answers of one media that wait together become one notice, so a hall of thousands that answers within a second makes a
few requests. Where too many deliveries of a webhook wait, further ones are counted and not kept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from rollcall.actions.telling import ANSWERS_AT_ONCE
from rollcall.domain.ids import MediaNo
from rollcall.store import deliveries, notices
from rollcall.store.database import Connection
from rollcall.store.notices import Waiting
from rollcall.store.webhooks import Webhook, active_webhooks, count_dropped

NOTICES_AT_ONCE = 2_000
MOST_PENDING = 20_000


def has_waiting(conn: Connection) -> bool:
    """Tell whether there is anything to spread."""
    return notices.has_waiting(conn)


def spread(conn: Connection, now_ms: int) -> None:
    """Make deliveries of the notices that wait."""
    kept, changed, merged = _merge(notices.hold_waiting(conn, NOTICES_AT_ONCE))
    notices.set_data(conn, changed)
    webhooks = active_webhooks(conn, {one.project_no for one in kept})
    everybody = [webhook for found in webhooks.values() for webhook in found]
    pending = deliveries.count_pending(conn, [webhook.no for webhook in everybody])
    wanted: set[int] = set()
    for webhook in everybody:
        wanted.update(_spread_to(conn, webhook, kept, MOST_PENDING - pending.get(webhook.no, 0), now_ms))
    notices.remove_notices(conn, [*merged, *(one.no for one in kept if one.no not in wanted)])
    notices.mark_spread(conn, sorted(wanted))


def _spread_to(
    conn: Connection, webhook: Webhook, kept: Iterable[Waiting], room: int, now_ms: int
) -> Sequence[int]:
    """Let a webhook have what it wants of these, as far as there is room; return what it gets."""
    of_mine = [
        one.no
        for one in kept
        if one.project_no == webhook.project_no
        and webhook.wants(one.kind)
        and webhook.created_ms <= one.at_ms
    ]
    room = max(0, room)
    deliveries.add_deliveries(conn, webhook.project_no, webhook.no, of_mine[:room], now_ms)
    if len(of_mine) > room:
        count_dropped(conn, webhook.no, len(of_mine) - room)
    return of_mine[:room]


def _merge(waiting: Iterable[Waiting]) -> tuple[list[Waiting], list[Waiting], list[int]]:
    """Return the notices to spread, those of them that have changed, and the numbers of those they took in."""
    kept: dict[int, Waiting] = {}
    open_of: dict[MediaNo | None, int] = {}
    changed: set[int] = set()
    merged: list[int] = []
    for one in waiting:
        into = kept.get(open_of.get(one.media_no, 0)) if one.kind == "check.answered" else None
        if into is not None and _answers(into) + _answers(one) <= ANSWERS_AT_ONCE:
            data = {**into.data, "answers": [*into.data["answers"], *one.data["answers"]]}
            kept[into.no] = replace(into, data=data)
            changed.add(into.no)
            merged.append(one.no)
            continue
        kept[one.no] = one
        if one.kind == "check.answered":
            open_of[one.media_no] = one.no
    return list(kept.values()), [kept[no] for no in sorted(changed)], merged


def _answers(one: Waiting) -> int:
    return len(one.data["answers"])
