"""Participants: who is on a list."""

import asyncio

from litestar import Response, delete, get, post, put
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, JSONBody

from rollcall.actions import lists as list_actions
from rollcall.actions import participants as actions
from rollcall.domain.errors import NotFound
from rollcall.domain.ids import UserId
from rollcall.store import participants
from rollcall.store.database import Connection as Conn
from rollcall.store.participants import Participant
from rollcall.web.auth import Caller, Known
from rollcall.web.batch import OTHER_KINDS, Batch, to_entry
from rollcall.web.bodies import StrictRequest
from rollcall.web.deps import Deps, Given
from rollcall.web.paging import DEFAULT_LIMIT, Cursor, Limit, Page, after, page
from rollcall.web.paths import user_id as user_id_of
from rollcall.wire.api.lists import BatchResult, BatchRow, ParticipantIn, ParticipantOut
from rollcall.wire.api.values import rfc3339, rfc3339_or_none

PATH = "/lists/{code:str}/participants/{user_id:str}"
BATCH = "/lists/{code:str}/participants/batch"


@get("/lists/{code:str}/participants", opt={"scope": "access"}, summary="Participants of a list")
async def list_participants(
    code: FromPath[str], deps: Given, caller: Known, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[ParticipantOut]:
    """Return participants in the order of their making."""
    start = after(cursor)

    def read(conn: Conn) -> list[Participant]:
        found = list_actions.find(conn, caller.project_no, code)
        return participants.participants_after(conn, caller.project_no, found.no, start, limit + 1)

    return page(await deps.db.read(read), limit, lambda row: row.no, _shown)


@put(
    PATH,
    opt={"scope": "access"},
    summary="Put a participant on a list",
    responses={201: ResponseSpec(ParticipantOut, description="They were not on it", generate_examples=False)},
)
async def put_participant(
    code: FromPath[str], user_id: FromPath[str], data: JSONBody[ParticipantIn], deps: Given, caller: Known
) -> Response[ParticipantOut]:
    """Put a participant on the list, or replace all that is said of them: 201 when they were not on it."""
    return await _put(code, user_id_of(user_id), data, deps, caller)


@get(PATH, opt={"scope": "access"}, summary="One participant of a list")
async def get_participant(
    code: FromPath[str], user_id: FromPath[str], deps: Given, caller: Known
) -> ParticipantOut:
    """Return what is said of a participant."""
    return await _read(deps, caller, code, user_id_of(user_id))


@delete(PATH, opt={"scope": "access"}, summary="Take a participant off a list")
async def remove_participant(code: FromPath[str], user_id: FromPath[str], deps: Given, caller: Known) -> None:
    """Withdraw the access; the open player closes within 10 s, evidence stays in the statistics."""
    await actions.remove_participant(deps.gate(), caller.project_no, code, user_id_of(user_id), caller.actor)


@post(
    BATCH,
    opt={
        "scope": "access",
        "body": list[BatchRow],
        "kinds": OTHER_KINDS,
    },
    status_code=200,
    summary="Put many participants on a list",
)
async def put_batch(code: FromPath[str], request: StrictRequest, deps: Given, caller: Known) -> BatchResult:
    """Up to 100,000 rows of `user_id` and the fields of a participant: a JSON array, NDJSON or CSV.

    Rows that cannot be stored are listed and spoil no other. A CSV is UTF-8 or Windows-1251 with commas, semicolons or
    tabs; its first line names the columns, and those that are no fields of a participant go under `fields`.
    """
    await deps.db.read(lambda conn: list_actions.find(conn, caller.project_no, code))
    kind = request.headers.get("content-type", "")
    batch = await asyncio.to_thread(Batch, await request.body(), kind)
    created, updated = await actions.put_many(
        deps.db, caller.project_no, code, batch.parts(), caller.actor, deps.clock.now_ms()
    )
    return BatchResult(created, updated, batch.rejected)


# A participant may be called "batch" too: the router prefers the fixed path above.
@put(BATCH, opt={"scope": "access"}, include_in_schema=False)
async def put_called_batch(
    code: FromPath[str], data: JSONBody[ParticipantIn], deps: Given, caller: Known
) -> Response[ParticipantOut]:
    """Put the participant "batch" on the list."""
    return await _put(code, UserId("batch"), data, deps, caller)


@get(BATCH, opt={"scope": "access"}, include_in_schema=False)
async def get_called_batch(code: FromPath[str], deps: Given, caller: Known) -> ParticipantOut:
    """Return the participant "batch"."""
    return await _read(deps, caller, code, UserId("batch"))


@delete(BATCH, opt={"scope": "access"}, include_in_schema=False)
async def remove_called_batch(code: FromPath[str], deps: Given, caller: Known) -> None:
    """Take the participant "batch" off the list."""
    await actions.remove_participant(deps.gate(), caller.project_no, code, UserId("batch"), caller.actor)


async def _put(
    code: str, user_id: UserId, data: ParticipantIn, deps: Deps, caller: Caller
) -> Response[ParticipantOut]:
    entry = to_entry(user_id, data)
    created = await actions.put_participant(
        deps.db, caller.project_no, code, entry, caller.actor, deps.clock.now_ms()
    )
    return Response(await _read(deps, caller, code, user_id), status_code=201 if created else 200)


async def _read(deps: Deps, caller: Caller, code: str, user_id: UserId) -> ParticipantOut:
    def read(conn: Conn) -> Participant | None:
        found = list_actions.find(conn, caller.project_no, code)
        return participants.find_participant(conn, caller.project_no, found.no, user_id)

    row = await deps.db.read(read)
    if row is None:
        raise NotFound("There is no such participant on this list.")
    return _shown(row)


def _shown(row: Participant) -> ParticipantOut:
    return ParticipantOut(
        row.user_id,
        row.name,
        row.email,
        rfc3339_or_none(row.valid_from_ms),
        rfc3339_or_none(row.valid_until_ms),
        row.fields,
        rfc3339(row.created_ms),
        rfc3339(row.updated_ms),
    )


handlers = [
    list_participants,
    put_participant,
    get_participant,
    remove_participant,
    put_batch,
    put_called_batch,
    get_called_batch,
    remove_called_batch,
]
