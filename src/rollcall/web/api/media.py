"""Media: what is watched."""

from html import escape
from typing import Any

from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET

from rollcall.actions import media as actions
from rollcall.store import media
from rollcall.store.media import Media
from rollcall.web.auth import Caller, Known
from rollcall.web.deps import Deps, Given
from rollcall.web.paging import DEFAULT_LIMIT, Cursor, Limit, Page, after, page
from rollcall.wire.api.media import EmbedOut, IngestOut, MediaChange, MediaOut, NewMedia
from rollcall.wire.api.values import given_fields, known_timezone, moment_ms, rfc3339, rfc3339_or_none

ALLOWED = "autoplay; fullscreen; picture-in-picture"


@post("/media", opt={"scope": "control"}, summary="Make a media")
async def create_media(data: JSONBody[NewMedia], deps: Given, caller: Known) -> MediaOut:
    """Make a media, and silently an event for it when none is named."""
    new = actions.NewMedia(
        data.title,
        data.kind,
        data.identity,
        data.event,
        known_timezone(data.timezone),
        None if data.starts_at is None else moment_ms(data.starts_at, "$.starts_at"),
        None if data.ends_at is None else moment_ms(data.ends_at, "$.ends_at"),
        data.concurrency,
        data.dvr_s,
    )
    code = await actions.create_media(deps.db, caller.project_no, new, caller.actor, deps.clock.now_ms())
    return await _read(deps, caller, code)


@get("/media", opt={"scope": "access"}, summary="Media of the project")
async def list_media(
    deps: Given, caller: Known, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[MediaOut]:
    """Return media in the order of their making; archived ones are left out."""
    start = after(cursor)
    rows = await deps.db.read(lambda conn: media.media_after(conn, caller.project_no, start, limit + 1))
    return page(rows, limit, lambda row: row.no, lambda row: _shown(deps, caller, row))


@get("/media/{code:str}", opt={"scope": "access"}, summary="One media")
async def get_media(code: FromPath[str], deps: Given, caller: Known) -> MediaOut:
    """Return a media with its state, its signal and who watches now."""
    return await _read(deps, caller, code)


@patch("/media/{code:str}", opt={"scope": "control"}, summary="Change or reopen a media")
async def change_media(
    code: FromPath[str], data: JSONBody[MediaChange], deps: Given, caller: Known
) -> MediaOut:
    """Change what is given."""
    values: dict[str, Any] = given_fields(
        data, "title", "event", "timezone", "identity", "concurrency", "dvr_s", "state"
    )
    known_timezone(values.get("timezone"))
    for name, moment in (("starts", data.starts_at), ("ends", data.ends_at)):
        if moment is not UNSET:
            values[f"{name}_ms"] = None if moment is None else moment_ms(moment, f"$.{name}_at")
    await actions.change_media(deps.db, caller.project_no, code, values, caller.actor, deps.clock.now_ms())
    return await _read(deps, caller, code)


@delete("/media/{code:str}", opt={"scope": "control"}, summary="Archive a media")
async def archive_media(code: FromPath[str], deps: Given, caller: Known) -> None:
    """Hide a media and close its players; evidence and statistics stay."""
    await actions.archive_media(deps.gate(), caller.project_no, code, caller.actor)


@post("/media/{code:str}/end", opt={"scope": "control"}, status_code=200, summary="End a media")
async def end_media(code: FromPath[str], deps: Given, caller: Known) -> MediaOut:
    """End the broadcast and close its open sessions; a PATCH reopens it."""
    await actions.end_media(deps.gate(), caller.project_no, code, caller.actor)
    return await _read(deps, caller, code)


async def _read(deps: Deps, caller: Caller, code: str) -> MediaOut:
    return _shown(deps, caller, await deps.db.read(lambda conn: actions.find(conn, caller.project_no, code)))


def _shown(deps: Deps, caller: Caller, row: Media) -> MediaOut:
    shows_key = row.stream_key is not None and caller.may("media")
    return MediaOut(
        code=row.code,
        event=row.event_code,
        title=row.title,
        kind=row.kind,
        state=row.state(deps.clock.now_ms()),
        signal="off" if row.signal_ms is None else "on",
        identity=row.identity,
        concurrency=row.concurrency,
        timezone=row.timezone,
        starts_at=rfc3339_or_none(row.starts_ms),
        ends_at=rfc3339_or_none(row.ends_ms),
        started_at=rfc3339_or_none(row.started_ms),
        ended_at=rfc3339_or_none(row.ended_ms),
        created_at=rfc3339(row.created_ms),
        viewers_now=len(deps.hub.room(row.no).users()),
        embed=_embed(f"{deps.base_url()}/embed/{row.code}"),
        ingest=IngestOut(deps.rtmp_url(), row.stream_key or "") if shows_key else None,
        duration_ms=row.content_ms,
        dvr_s=row.dvr_s,
    )


def _embed(url: str) -> EmbedOut:
    frame = f'<iframe src="{escape(url)}" allow="{ALLOWED}" width="960" height="540"></iframe>'
    return EmbedOut(url, frame)


handlers = [create_media, list_media, get_media, change_media, archive_media, end_media]
