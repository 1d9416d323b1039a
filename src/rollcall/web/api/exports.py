"""Exports: statistics written into a file while the caller does something else, for those that take long.

Whoever asks may read how far it is, and fetches the file once it is whole. It is counted and written as the statistics
are, and needs the same scopes.
"""

from collections.abc import AsyncIterator
from functools import partial

from litestar import delete, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody
from litestar.response import Stream

from rollcall.actions import exports as actions
from rollcall.actions.statistics import Ask, Subject
from rollcall.domain.ids import SessionId, UserId
from rollcall.render import formats
from rollcall.store import exports as store
from rollcall.store.exports import Export
from rollcall.web.api.statistics import disposition
from rollcall.web.auth import Caller, Known
from rollcall.web.deps import Deps, Given
from rollcall.web.paging import DEFAULT_LIMIT, Cursor, Limit, Page, after, page
from rollcall.wire.api.exports import ExportOut, NewExport
from rollcall.wire.api.values import rfc3339

SCOPE = {"scope": "statistics"}
PATH = "/exports/{export:str}"


@post("/media/{code:str}/exports", opt=SCOPE, summary="Export the statistics of a media", status_code=202)
async def export_media(
    code: FromPath[str], data: JSONBody[NewExport], deps: Given, caller: Known
) -> ExportOut:
    """Begin to write the statistics into a file; they are counted when that begins.

    4 of a project wait or are made at a time. Where 50 files or 2 GB are kept, one has to go first (`exports_full`).
    """
    return await _create("media", code, data, deps, caller)


@post("/events/{code:str}/exports", opt=SCOPE, summary="Export the statistics of an event", status_code=202)
async def export_event(
    code: FromPath[str], data: JSONBody[NewExport], deps: Given, caller: Known
) -> ExportOut:
    """Begin to write the statistics over all media of an event into a file, like those of one media."""
    return await _create("event", code, data, deps, caller)


@get("/exports", opt=SCOPE, summary="Exports of the project")
async def list_exports(
    deps: Given, caller: Known, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[ExportOut]:
    """Return the exports that are kept, in the order of their making, failed ones too."""
    start, now_ms = after(cursor), deps.clock.now_ms()
    rows = await deps.db.read(
        lambda conn: store.exports_after(conn, caller.project_no, start, limit + 1, now_ms)
    )
    return page(rows, limit, lambda row: row.no, _shown)


@get(PATH, opt=SCOPE, summary="How far an export is")
async def get_export(export: FromPath[str], deps: Given, caller: Known) -> ExportOut:
    """Return the state of an export. It is kept for 24 hours; `failed` says why in `error`."""
    return _shown(await _find(deps, caller, export))


@get(
    PATH + "/file",
    opt=SCOPE,
    summary="The file of an export",
    responses={200: ResponseSpec(None, description="The file, in the media type of its format")},
)
async def get_export_file(export: FromPath[str], deps: Given, caller: Known) -> Stream:
    """Return the file in its format's media type. Personal data in it needs the scope `personal` too.

    Refused with `export_running` until it is ready, with `export_failed` when it will never be.
    """
    found = await _find(deps, caller, export)
    if found.personal:
        caller.need("personal")
    actions.refuse_unready(found)
    wanted = formats.named(found.format)
    headers = {"Cache-Control": "no-store", "Content-Length": str(found.bytes)}
    headers |= disposition(wanted, found.of_code)
    return Stream(_pieces(deps, found), media_type=wanted.media_type, headers=headers)


@delete(PATH, opt=SCOPE, summary="Cancel or remove an export")
async def delete_export(export: FromPath[str], deps: Given, caller: Known) -> None:
    """Stop an export that is being made, or remove its file."""
    await actions.delete_export(
        deps.db, deps.exports, caller.project_no, export, caller.actor, deps.clock.now_ms()
    )


async def _create(subject: Subject, code: str, data: NewExport, deps: Deps, caller: Caller) -> ExportOut:
    if data.include:
        caller.need("personal")
    made = await actions.create_export(
        deps.db,
        deps.exports,
        caller.project_no,
        subject,
        code,
        _ask(data),
        formats.named(data.format),
        deps.settings.rules,
        caller.actor,
        deps.clock.now_ms(),
    )
    return _shown(made)


def _ask(data: NewExport) -> Ask:
    return Ask(
        user_id=None if data.user_id is None else UserId(data.user_id),
        session_id=None if data.session_id is None else SessionId(data.session_id),
        ip="ip" in data.include,
        user_agent="user_agent" in data.include,
        language=data.lang,
    )


async def _find(deps: Deps, caller: Caller, code: str) -> Export:
    now_ms = deps.clock.now_ms()
    return await deps.db.read(lambda conn: actions.find(conn, caller.project_no, code, now_ms))


async def _pieces(deps: Deps, export: Export) -> AsyncIterator[bytes]:
    for place in range(export.pieces()):
        yield await deps.db.read(partial(actions.read_piece, no=export.no, place=place))


def _shown(row: Export) -> ExportOut:
    return ExportOut(
        id=row.code,
        of=row.of_code,
        format=row.format,
        state=row.state,
        participants_done=row.participants_done,
        participants=row.participants,
        bytes=row.bytes,
        created_at=rfc3339(row.created_ms),
        expires_at=rfc3339(row.expires_ms),
        error=row.error,
    )


handlers = [export_media, export_event, list_exports, get_export, get_export_file, delete_export]
