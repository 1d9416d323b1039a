"""`stats`: how long a project or one media was watched, by day or hour of Moscow time.

It tells viewing, not attendance: the time of every play, in a session or not. Who attended is told by `live/nmo`.
Times of which nobody watched anything are left out.
"""

from datetime import datetime, timedelta

import numpy as np

from rollcall.actions.media import find
from rollcall.store.attendance import Ints
from rollcall.store.database import Connection
from rollcall.store.viewing import viewing_ms
from rollcall.web.auth import Caller
from rollcall.web.boomstream.call import Call, Refused
from rollcall.web.boomstream.dates import MOSCOW, read_day
from rollcall.web.boomstream.envelope import Data, Value
from rollcall.web.boomstream.methods import Method
from rollcall.web.deps import Deps
from rollcall.wire.moments import to_datetime, to_ms

PAGE_ROWS = 1_000
HOUR_MS = 3_600_000
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
STEPS = {"day": DAY, "hour": timedelta(hours=1)}
LONGEST = {"day": timedelta(days=20 * 366), "hour": timedelta(days=2 * 366)}
WRITTEN = {"day": "%d.%m.%Y", "hour": "%d.%m.%Y %H:%M"}
FORMAT: dict[str, Value] = {"date": "Date", "time": "Time", "time_dim": "Time (hours)"}


async def stats(deps: Deps, caller: Caller, call: Call) -> Data:
    """Return the viewing time of the project, or of the media `code`, from the day `start` to the day `end`."""
    group = _choice(call, "group", "day", "hour")
    descends = _choice(call, "order", "asc", "desc") == "desc"
    page = call.number("page", 1, 1, 1_000_000)
    if call.text("project") not in {"", "all", call.key}:
        raise Refused("Parameter 'project': this key opens its own project only")
    start, end = _days(deps, call)
    if end + DAY - start > LONGEST[group]:
        raise Refused(f"The period is too long: by {group} at most {LONGEST[group].days} days")
    edges = _edges(start, end + DAY, group)

    def read(conn: Connection) -> Ints:
        media = [find(conn, caller.project_no, call.text("code")).no] if call.has("code") else None
        return viewing_ms(conn, caller.project_no, media, edges)

    told = await deps.db.read_long(caller.project_no, read)
    slots = np.flatnonzero(told).tolist()
    shown = slots[::-1] if descends else slots
    part = shown[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
    return {
        "Period": f"{start:%d.%m.%Y} - {end:%d.%m.%Y}",
        "Start": f"{start:%d.%m.%Y}",
        "End": f"{end:%d.%m.%Y}",
        "GroupBy": group,
        "SourceType": "media" if call.has("code") else "project",
        "Page": page,
        "PageLimit": PAGE_ROWS,
        "PageCount": max(1, -(-len(slots) // PAGE_ROWS)),
        "ItemCount": len(slots),
        "ItemFormat": FORMAT,
        "Items": {"Item": [_item(int(edges[slot]), int(told[slot]), group) for slot in part]},
    }


def _days(deps: Deps, call: Call) -> tuple[datetime, datetime]:
    """Return the first and the last day: by default the week before today, or before the last one."""
    today = (
        to_datetime(deps.clock.now_ms()).astimezone(MOSCOW).replace(hour=0, minute=0, second=0, microsecond=0)
    )
    end = read_day("end", call.text("end")) if call.has("end") else today
    start = read_day("start", call.text("start")) if call.has("start") else end - WEEK
    if end < start:
        raise Refused("Parameter 'end' must not be earlier than 'start'")
    return start, end


def _edges(start: datetime, end: datetime, group: str) -> Ints:
    """Return where each hour or day of Moscow begins, and where the last one ends."""
    count = (end - start) // STEPS[group]
    # Added on the wall clock: the zone's offset has not always been the same.
    walls = (start + n * STEPS[group] for n in range(count + 1))
    return np.unique(np.fromiter((to_ms(wall) for wall in walls), np.int64))


def _item(at_ms: int, time_ms: int, group: str) -> dict[str, Value]:
    return {
        "date": to_datetime(at_ms).astimezone(MOSCOW).strftime(WRITTEN[group]),
        "time": time_ms,
        "time_dim": f"{time_ms / HOUR_MS:.2f} hours",
    }


def _choice(call: Call, name: str, default: str, other: str) -> str:
    text = call.text(name).lower() or default
    if text not in {default, other}:
        raise Refused(f"Parameter '{name}' must be {default} or {other}")
    return text


METHODS = {"stats": Method("statistics", stats)}
