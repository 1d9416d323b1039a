"""`live/*` and `media/*`: broadcasts and recordings (our media), as existing clients read them.

Media made here are plain: `id_recovery` is an unsigned ID. Stream keys are shown to keys with the scope `media` alone.
"""

from collections.abc import Sequence
from html import escape

import msgspec

from rollcall.actions import media as actions
from rollcall.actions.media import NewMedia, find
from rollcall.domain.ids import MediaCode, MediaNo
from rollcall.store import media, recordings
from rollcall.store.media import Media, Order
from rollcall.store.recordings import Recording
from rollcall.web.auth import Caller
from rollcall.web.boomstream.call import Call, Refused
from rollcall.web.boomstream.dates import read_start, written
from rollcall.web.boomstream.envelope import Data, Value
from rollcall.web.boomstream.methods import Method
from rollcall.web.deps import Deps
from rollcall.wire.api.values import Title

PAGE_ROWS = 1_000
MOST_CODES = 1_000
MOSCOW = "Europe/Moscow"
NONE: Value = {"Item": []}
BY_TITLE = ("title", "name")
BY_DATE = ("date", "created", "creationdate")


async def info(deps: Deps, caller: Caller, call: Call) -> Data:
    """Return one broadcast."""
    return _live(deps, caller, await _broadcast(deps, caller, call.need("code")))


async def list_all(deps: Deps, caller: Caller, call: Call) -> Data:
    """Return the broadcasts of the project, a page at a time."""
    rows, _ = await _page(deps, caller, call)
    return {"Items": {"Item": [_live(deps, caller, row) for row in rows]}}


async def folder(deps: Deps, caller: Caller, call: Call) -> Data:
    """Return the root folder: there are no others. Clients ask without `limit` and expect everything."""
    rows, count = await _page(deps, caller, call)
    medias: list[Value] = [
        {
            "Title": row.title,
            "Code": row.code,
            "OnlineStatus": _said(row.signal_ms is not None),
            "Type": "live" if row.kind == "live" else "record_live",
            "Poster": None,
        }
        for row in rows
    ]
    return {"countTotal": count, "Folders": [], "Medias": medias}


async def create(deps: Deps, caller: Caller, call: Call) -> Data:
    """Make a broadcast: `title`, and `start` if it is known."""
    starts_ms = read_start("start", call.text("start")) if call.has("start") else None
    new = NewMedia(
        title=_title(call.need("title")),
        kind="live",
        identity="plain",
        event=call.text("event") or None,
        timezone=MOSCOW,
        starts_ms=starts_ms,
        ends_ms=None,
    )
    code = await actions.create_media(deps.db, caller.project_no, new, caller.actor, deps.clock.now_ms())
    return _live(deps, caller, await _found(deps, caller, code))


async def update(deps: Deps, caller: Caller, call: Call) -> Data:
    """Change title or start of a broadcast."""
    code = (await _broadcast(deps, caller, call.need("code"))).code
    values: dict[str, str | int | None] = {}
    if call.has("title"):
        values["title"] = _title(call.text("title"))
    if call.has("start"):
        values["starts_ms"] = read_start("start", call.text("start"))
    await actions.change_media(deps.db, caller.project_no, code, values, caller.actor, deps.clock.now_ms())
    return _live(deps, caller, await _found(deps, caller, code))


async def delete(deps: Deps, caller: Caller, call: Call) -> Data:
    """Archive a broadcast: its evidence and statistics stay."""
    code = (await _broadcast(deps, caller, call.need("code"))).code
    await actions.archive_media(deps.gate(), caller.project_no, code, caller.actor)
    return {"Message": "Live is successfully deleted"}


async def media_info(deps: Deps, caller: Caller, call: Call) -> Data:
    """Return one media of any kind."""
    row = await _found(deps, caller, call.need("code"))
    return _media(deps, row, (await _recordings(deps, [row])).get(row.no))


async def bulk_info(deps: Deps, caller: Caller, call: Call) -> Data:
    """Return several media by `code[]`; unknown codes are left out."""
    codes = call.all("code")
    if not codes or len(codes) > MOST_CODES:
        raise Refused(f"Parameter 'code[]' holds 1 to {MOST_CODES} codes")
    found = await deps.db.read(lambda conn: media.find_media_of_codes(conn, caller.project_no, codes))
    shown = await _recordings(deps, list(found.values()))
    items: list[Value] = [
        _media(deps, found[code], shown.get(found[code].no)) for code in codes if code in found
    ]
    return {"Items": {"Item": items}}


async def _recordings(deps: Deps, rows: Sequence[Media]) -> dict[MediaNo, Recording]:
    return await deps.db.read(lambda conn: recordings.shown_recordings(conn, [row.no for row in rows]))


async def _found(deps: Deps, caller: Caller, code: str) -> Media:
    return await deps.db.read(lambda conn: find(conn, caller.project_no, code))


async def _broadcast(deps: Deps, caller: Caller, code: str) -> Media:
    """Return a media that is no recording; raises NotFound and Refused."""
    found = await _found(deps, caller, code)
    if found.kind == "recording":
        raise Refused("This media is a recording, not a broadcast: see media/info")
    return found


async def _page(deps: Deps, caller: Caller, call: Call) -> tuple[list[Media], int]:
    """Return the broadcasts asked for, and how many there are in all."""
    limit = call.number("limit", PAGE_ROWS, 1, PAGE_ROWS)
    skipped = call.number("offset", 0, 0, 1_000_000)
    order = _order(call)
    return await deps.db.read(
        lambda conn: media.page_of_broadcasts(conn, caller.project_no, order, skipped, limit)
    )


def _order(call: Call) -> Order:
    field, direction = call.text("sortfield").lower(), call.text("sortdirection").lower()
    if field not in {"", *BY_TITLE, *BY_DATE}:
        raise Refused("Parameter 'sortfield' must be title or date")
    if direction not in {"", "asc", "desc"}:
        raise Refused("Parameter 'sortdirection' must be asc or desc")
    return Order(by_title=field in BY_TITLE, descends=direction == "desc")


def _live(deps: Deps, caller: Caller, row: Media) -> dict[str, Value]:
    shows_key = caller.may("media") and row.stream_key is not None
    return {
        "Title": row.title,
        "Code": row.code,
        "PublishKey": row.stream_key if shows_key else "",
        "PublishServer": deps.rtmp_url() if shows_key else "",
        "OnlineStatus": _said(row.signal_ms is not None),
        "RecordStatus": _said(False),
        "DvrStatus": _said(row.dvr_s > 0),
        "Concurrent": len(deps.hub.room(row.no).users()),
        "CreationDate": written(row.created_ms),
        "StartAt": written(row.starts_ms),
        "Timezone": MOSCOW,
        "Type": "live" if row.kind == "live" else "record_live",
        "PlayerLink": player_link(deps, row.code),
        "PlayerCode": _player_code(deps, row.code),
        "Poster": None,
        "EncoderLink": "",
        "Screenshots": NONE,
        "Recordings": NONE,
    }


def _media(deps: Deps, row: Media, shown: Recording | None) -> dict[str, Value]:
    return {
        "Code": row.code,
        "Title": row.title,
        "Type": row.kind,
        "MediaStatus": "Done",
        "Duration": 0 if shown is None else (shown.duration_ms or 0) // 1000,
        "Width": 0 if shown is None else shown.width or 0,
        "Height": 0 if shown is None else shown.height or 0,
        "FileSize": 0 if shown is None else shown.size_bytes or 0,
        "FileName": "" if shown is None else shown.name,
        "CreatedAt": written(row.created_ms),
        "PlayerLink": player_link(deps, row.code),
        "PlayerCode": _player_code(deps, row.code),
        "Poster": None,
        "Screenshots": NONE,
        "DownloadLink": "",
    }


def player_link(deps: Deps, code: MediaCode) -> str:
    """Return the address of the classic player page, to which clients append `id_recovery`."""
    return f"{deps.base_url()}/{code}"


def _player_code(deps: Deps, code: MediaCode) -> str:
    """Return the frame, escaped as clients expect it, with the placeholders of its size."""
    frame = (
        f'<iframe width="{{{{width}}}}" height="{{{{height}}}}" src="{player_link(deps, code)}" frameborder="0"'
        ' scrolling="no" allow="autoplay; fullscreen; picture-in-picture" allowfullscreen></iframe>'
    )
    return escape(frame)


def _said(value: bool) -> str:
    return "True" if value else "False"


def _title(text: str) -> str:
    try:
        return msgspec.convert(text, Title)
    except msgspec.ValidationError as error:
        raise Refused("Parameter 'title' is 1-300 characters without control characters") from error


METHODS = {
    "live/info": Method("access", info),
    "live/list": Method("access", list_all),
    "live/folder": Method("access", folder),
    "live/create": Method("control", create),
    "live/update": Method("control", update),
    "live/delete": Method("control", delete),
    "media/info": Method("access", media_info),
    "media/bulkinfo": Method("access", bulk_info),
}
