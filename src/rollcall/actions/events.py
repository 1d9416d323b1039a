"""Events: made, changed, and which media belong to them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rollcall.actions import prompts
from rollcall.base.secrets import new_code
from rollcall.domain.errors import Conflict, NotFound
from rollcall.domain.ids import EventCode, EventNo, ProjectNo
from rollcall.domain.judging import Judging
from rollcall.store import audit, events, media
from rollcall.store.database import Connection, Database
from rollcall.store.events import Event
from rollcall.store.media import Media


async def create_event(
    db: Database,
    project_no: ProjectNo,
    title: str,
    timezone: str,
    judging: Judging,
    codes: Sequence[str],
    actor: str,
    now_ms: int,
) -> EventCode:
    """Make an event of these media. Raises NotFound, or Conflict for a media that has evidence."""

    def create(conn: Connection) -> EventCode:
        event = events.add_event(conn, project_no, EventCode(new_code()), title, timezone, now_ms, judging)
        for moved in media_of_codes(conn, project_no, codes):
            move(conn, project_no, moved, event.no)
        detail = {"media": list(codes), **asdict(judging)}
        audit.record(conn, project_no, actor, "event.create", event.code, now_ms, **detail)
        return event.code

    return await db.write(create)


async def change_event(
    db: Database,
    project_no: ProjectNo,
    code: str,
    values: dict[str, Any],
    codes: Sequence[str] | None,
    actor: str,
    now_ms: int,
) -> None:
    """Set columns, and which media it has (None = as before). Raises NotFound or Conflict.

    The audit row says what each changed column was before.
    """

    def change(conn: Connection) -> None:
        event = find(conn, project_no, code)
        events.change_event(conn, project_no, event.no, values)
        if "hidden_miss" in values:
            prompts.follow_hidden_miss(conn, event.no, now_ms)
        if codes is not None:
            _set_media(conn, project_no, event, codes, now_ms)
        before = _changed_from(event, values)
        after = {name: values[name] for name in before}
        detail = {"before": before, "after": after, "media": codes}
        audit.record(conn, project_no, actor, "event.change", code, now_ms, **detail)

    await db.write(change)


def find(conn: Connection, project_no: ProjectNo, code: str, path: str = "") -> Event:
    """Return an event of the project; raises NotFound, which names `path` when the code came in a body."""
    event = events.find_event(conn, project_no, code)
    if event is None:
        raise NotFound(f"{path}: there is no such event." if path else "There is no such event.")
    return event


def _changed_from(event: Event, values: dict[str, Any]) -> dict[str, Any]:
    known = {"title": event.title, "timezone": event.timezone, **asdict(event.judging)}
    return {name: known[name] for name, value in values.items() if value != known[name]}


def media_of_codes(conn: Connection, project_no: ProjectNo, codes: Sequence[str]) -> list[Media]:
    """Return the media that a body lists under `$.media`, each once; raises NotFound naming the first unknown one."""
    found = media.find_media_of_codes(conn, project_no, codes)
    for index, code in enumerate(codes):
        if code not in found:
            raise NotFound(f"$.media[{index}]: there is no such media.")
    return [found[code] for code in dict.fromkeys(codes)]


def move(conn: Connection, project_no: ProjectNo, moved: Media, event_no: EventNo) -> None:
    """Make a media a part of another event. Raises Conflict once anybody has watched it."""
    if moved.event_no == event_no:
        return
    if media.has_plays(conn, project_no, moved.no):
        raise Conflict(
            f"Media {moved.code} has evidence already: its event can no longer change.", code="has_evidence"
        )
    events.move_media(conn, project_no, moved.no, event_no)
    events.drop_if_empty(conn, project_no, moved.event_no, moved.created_ms)


def _set_media(
    conn: Connection, project_no: ProjectNo, event: Event, codes: Sequence[str], now_ms: int
) -> None:
    wanted = media_of_codes(conn, project_no, codes)
    present = events.media_codes(conn, project_no, [event.no]).get(event.no, [])
    left_out = [code for code in present if code not in codes]
    for moved in wanted:
        move(conn, project_no, moved, event.no)
    for moved in media_of_codes(conn, project_no, left_out):
        own = events.add_event(conn, project_no, EventCode(new_code()), moved.title, moved.timezone, now_ms)
        move(conn, project_no, moved, own.no)
