"""Lists: who may watch which media."""

from litestar import delete, get, patch, post, put
from litestar.params import FromPath, JSONBody
from msgspec import UNSET

from rollcall.actions import lists as actions
from rollcall.domain.ids import ListNo
from rollcall.store import lists, participants
from rollcall.store.database import Connection as Conn
from rollcall.store.lists import List
from rollcall.web.auth import Caller, Known
from rollcall.web.deps import Deps, Given
from rollcall.web.paging import DEFAULT_LIMIT, Cursor, Limit, Page, after, page
from rollcall.wire.api.lists import ListChange, ListOut, NewList
from rollcall.wire.api.values import rfc3339


@post("/lists", opt={"scope": "access"}, summary="Make a list")
async def create_list(data: JSONBody[NewList], deps: Given, caller: Known) -> ListOut:
    """Make a list that opens these media to its participants."""
    code = await actions.create_list(
        deps.db, caller.project_no, data.title, data.media, caller.actor, deps.clock.now_ms()
    )
    return await _read(deps, caller, code)


@get("/lists", opt={"scope": "access"}, summary="Lists of the project")
async def list_lists(
    deps: Given, caller: Known, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[ListOut]:
    """Return lists in the order of their making."""
    start = after(cursor)

    def read(conn: Conn) -> Page[ListOut]:
        rows = lists.lists_after(conn, caller.project_no, start, limit + 1)
        shown = _shown(conn, caller, rows)
        return page(rows, limit, lambda row: row.no, lambda row: shown[row.no])

    return await deps.db.read(read)


@get("/lists/{code:str}", opt={"scope": "access"}, summary="One list")
async def get_list(code: FromPath[str], deps: Given, caller: Known) -> ListOut:
    """Return a list with its media and the number of its participants."""
    return await _read(deps, caller, code)


@patch("/lists/{code:str}", opt={"scope": "access"}, summary="Change a list")
async def change_list(code: FromPath[str], data: JSONBody[ListChange], deps: Given, caller: Known) -> ListOut:
    """Change what is given; whoever loses access is shut out at once."""
    title = None if data.title is UNSET else data.title
    codes = None if data.media is UNSET else data.media
    await actions.change_list(deps.gate(), caller.project_no, code, title, codes, caller.actor)
    return await _read(deps, caller, code)


@delete("/lists/{code:str}", opt={"scope": "access"}, summary="Remove a list")
async def remove_list(code: FromPath[str], deps: Given, caller: Known) -> None:
    """Hide a list and withdraw the access that it gave."""
    await actions.remove_list(deps.gate(), caller.project_no, code, caller.actor)


@put("/lists/{code:str}/media/{media:str}", opt={"scope": "access"}, summary="Open a media to a list")
async def open_media(code: FromPath[str], media: FromPath[str], deps: Given, caller: Known) -> ListOut:
    """Let the participants of the list watch this media too."""
    now_ms = deps.clock.now_ms()
    await actions.open_media(deps.db, caller.project_no, code, media, caller.actor, now_ms)
    return await _read(deps, caller, code)


@delete("/lists/{code:str}/media/{media:str}", opt={"scope": "access"}, summary="Close a media to a list")
async def close_media(code: FromPath[str], media: FromPath[str], deps: Given, caller: Known) -> None:
    """Withdraw the access that the list gave to this media."""
    await actions.close_media(deps.gate(), caller.project_no, code, media, caller.actor)


async def _read(deps: Deps, caller: Caller, code: str) -> ListOut:
    def read(conn: Conn) -> ListOut:
        found = actions.find(conn, caller.project_no, code)
        return _shown(conn, caller, [found])[found.no]

    return await deps.db.read(read)


def _shown(conn: Conn, caller: Caller, rows: list[List]) -> dict[ListNo, ListOut]:
    numbers = [row.no for row in rows]
    opened = lists.media_of(conn, caller.project_no, numbers)
    counts = participants.count_participants(conn, caller.project_no, numbers)
    return {
        row.no: ListOut(
            row.code,
            row.title,
            [code for _, code in opened.get(row.no, [])],
            counts.get(row.no, 0),
            rfc3339(row.created_ms),
        )
        for row in rows
    }


handlers = [
    create_list,
    list_lists,
    get_list,
    change_list,
    remove_list,
    open_media,
    close_media,
]
