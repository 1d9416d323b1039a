"""Flags of a media or an event: suspicions for a reviewer, which no total depends on."""

from collections.abc import Callable
from typing import Annotated

from litestar import get, post
from litestar.params import FromPath, JSONBody, Parameter, PathParameter

from rollcall.actions import flags as actions
from rollcall.domain.errors import NotFound
from rollcall.domain.flags.kinds import MEANINGS, Kind
from rollcall.domain.ids import MediaNo, UserId
from rollcall.store import flags, statistics
from rollcall.store.database import Connection
from rollcall.store.flags import Flag
from rollcall.web.auth import Caller, Known
from rollcall.web.deps import Deps, Given
from rollcall.web.paging import DEFAULT_LIMIT, Cursor, Limit, Page, after, page
from rollcall.wire.api.flags import FlagNote, FlagOut
from rollcall.wire.api.values import rfc3339, rfc3339_or_none

OfUser = Annotated[str | None, Parameter(description="Only this participant.", max_length=200)]
OfKind = Annotated[Kind | None, Parameter(description="Only this kind of flag.")]
FlagId = Annotated[int, PathParameter(ge=1, le=2**53)]
SCOPE = {"scope": "statistics"}


@get("/media/{code:str}/flags", opt=SCOPE, summary="Flags of a media")
async def list_media_flags(
    code: FromPath[str],
    deps: Given,
    caller: Known,
    user_id: OfUser = None,
    kind: OfKind = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[FlagOut]:
    """Return what looked odd, in the order in which it was first seen."""

    def of_media(conn: Connection) -> list[MediaNo]:
        found = statistics.find_media(conn, caller.project_no, code)
        if found is None:
            raise NotFound(f"There is no media '{code}' in this project.")
        return [found.no]

    return await _page(deps, caller, of_media, user_id, kind, limit, cursor)


@get("/events/{code:str}/flags", opt=SCOPE, summary="Flags of an event: of all its media")
async def list_event_flags(
    code: FromPath[str],
    deps: Given,
    caller: Known,
    user_id: OfUser = None,
    kind: OfKind = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[FlagOut]:
    """Return what looked odd on any media of the event, in the order in which it was first seen."""

    def of_event(conn: Connection) -> list[MediaNo]:
        event = statistics.find_event(conn, caller.project_no, code)
        if event is None:
            raise NotFound(f"There is no event '{code}' in this project.")
        return [media.no for media in statistics.media_of_event(conn, caller.project_no, event.no)]

    return await _page(deps, caller, of_event, user_id, kind, limit, cursor)


@post(
    "/media/{code:str}/flags/{flag:int}/note",
    opt={"scope": "control"},
    summary="Note what a flag was",
    status_code=200,
)
async def note_flag(
    code: FromPath[str], flag: FlagId, data: JSONBody[FlagNote], deps: Given, caller: Known
) -> FlagOut:
    """Keep a reviewer's word beside a flag. It changes no number either."""
    return _shown(
        await actions.note_flag(
            deps.db, caller.project_no, code, flag, data.note, caller.actor, deps.clock.now_ms()
        )
    )


async def _page(
    deps: Deps,
    caller: Caller,
    media_of: Callable[[Connection], list[MediaNo]],
    user_id: str | None,
    kind: Kind | None,
    limit: int,
    cursor: str | None,
) -> Page[FlagOut]:
    start = after(cursor)

    def read(conn: Connection) -> list[Flag]:
        return flags.page_flags(
            conn,
            caller.project_no,
            media_of(conn),
            user_id=None if user_id is None else UserId(user_id),
            kind=kind,
            after=start,
            limit=limit + 1,
        )

    return page(await deps.db.read(read), limit, lambda flag: flag.no, _shown)


def _shown(flag: Flag) -> FlagOut:
    meaning = MEANINGS[flag.kind]
    return FlagOut(
        id=flag.no,
        media=flag.media,
        user_id=flag.user_id,
        kind=flag.kind,
        count=flag.count,
        first_at=rfc3339(flag.first_ms),
        last_at=rfc3339(flag.last_ms),
        detail=flag.detail,
        note=flag.note,
        noted_by=flag.noted_by,
        noted_at=rfc3339_or_none(flag.noted_ms),
        seen=meaning.seen,
        rule=meaning.rule,
        limits=meaning.limits,
    )


handlers = [list_media_flags, list_event_flags, note_flag]
