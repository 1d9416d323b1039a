"""Events: what is judged together."""

from dataclasses import fields

from litestar import get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET

from rollcall.actions import events as actions
from rollcall.domain.ids import MediaCode
from rollcall.domain.judging import Judging
from rollcall.store import events
from rollcall.store.database import Connection as Conn
from rollcall.store.events import Event
from rollcall.web.auth import Caller, Known
from rollcall.web.deps import Deps, Given
from rollcall.web.paging import DEFAULT_LIMIT, Cursor, Limit, Page, after, page
from rollcall.wire.api.events import EventChange, EventOut, NewEvent
from rollcall.wire.api.values import given_fields, known_timezone, rfc3339

JUDGED = tuple(field.name for field in fields(Judging))


@post("/events", opt={"scope": "control"}, summary="Make an event")
async def create_event(data: JSONBody[NewEvent], deps: Given, caller: Known) -> EventOut:
    """Make an event; the media named here leave the events that they belonged to."""
    known_timezone(data.timezone)
    code = await actions.create_event(
        deps.db,
        caller.project_no,
        data.title,
        data.timezone,
        Judging(**{name: getattr(data, name) for name in JUDGED}),
        data.media,
        caller.actor,
        deps.clock.now_ms(),
    )
    return await _read(deps, caller, code)


@get("/events", opt={"scope": "access"}, summary="Events of the project")
async def list_events(
    deps: Given, caller: Known, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[EventOut]:
    """Return events in the order of their making."""
    start = after(cursor)

    def read(conn: Conn) -> Page[EventOut]:
        rows = events.events_after(conn, caller.project_no, start, limit + 1)
        codes = events.media_codes(conn, caller.project_no, [row.no for row in rows])
        return page(rows, limit, lambda row: row.no, lambda row: _shown(row, codes.get(row.no, [])))

    return await deps.db.read(read)


@get("/events/{code:str}", opt={"scope": "access"}, summary="One event")
async def get_event(code: FromPath[str], deps: Given, caller: Known) -> EventOut:
    """Return an event with the codes of its media, and how its evidence is judged."""
    return await _read(deps, caller, code)


@patch("/events/{code:str}", opt={"scope": "control"}, summary="Change an event")
async def change_event(
    code: FromPath[str], data: JSONBody[EventChange], deps: Given, caller: Known
) -> EventOut:
    """Change what is given; media that anybody has watched can no longer move."""
    values = given_fields(data, "title", "timezone", *JUDGED)
    known_timezone(values.get("timezone"))
    codes = None if data.media is UNSET else data.media
    await actions.change_event(
        deps.db, caller.project_no, code, values, codes, caller.actor, deps.clock.now_ms()
    )
    return await _read(deps, caller, code)


async def _read(deps: Deps, caller: Caller, code: str) -> EventOut:
    def read(conn: Conn) -> EventOut:
        event = actions.find(conn, caller.project_no, code)
        codes = events.media_codes(conn, caller.project_no, [event.no])
        return _shown(event, codes.get(event.no, []))

    return await deps.db.read(read)


def _shown(event: Event, codes: list[MediaCode]) -> EventOut:
    judging = event.judging
    return EventOut(
        code=event.code,
        title=event.title,
        timezone=event.timezone,
        media=list(codes),
        created_at=rfc3339(event.created_ms),
        presence_policy=judging.presence_policy,
        hidden_miss=judging.hidden_miss,
        hidden_counts=judging.hidden_counts,
        behind_counts=judging.behind_counts,
        join_users_by=judging.join_users_by,
    )


handlers = [create_event, list_events, get_event, change_event]
