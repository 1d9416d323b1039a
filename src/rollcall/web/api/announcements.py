"""The announcement that is pinned in the player: one of a media."""

from litestar import delete, get, put
from litestar.params import FromPath, JSONBody

from rollcall.actions import announcements as actions
from rollcall.store.media import Announcement
from rollcall.web.auth import Known
from rollcall.web.deps import Given
from rollcall.wire.api.announcements import AnnouncementOut, NewAnnouncement
from rollcall.wire.api.values import rfc3339

SCOPE = {"scope": "control"}
PATH = "/media/{code:str}/announcement"


@put(PATH, opt=SCOPE, summary="Pin an announcement")
async def pin(
    code: FromPath[str], data: JSONBody[NewAnnouncement], deps: Given, caller: Known
) -> AnnouncementOut:
    """Show a text above chat and progress, in place of the one before, until it is taken away."""
    now_ms = deps.clock.now_ms()
    return _shown(await actions.pin(deps.db, caller.project_no, code, data.text, caller.actor, now_ms))


@get(PATH, opt=SCOPE, summary="The pinned announcement")
async def get_pinned(code: FromPath[str], deps: Given, caller: Known) -> AnnouncementOut:
    """Return what is pinned; 404 where nothing is."""
    return _shown(await deps.db.read(lambda conn: actions.pinned(conn, caller.project_no, code)))


@delete(PATH, opt=SCOPE, summary="Take the announcement away")
async def unpin(code: FromPath[str], deps: Given, caller: Known) -> None:
    """Show no announcement any more."""
    await actions.unpin(deps.db, caller.project_no, code, caller.actor, deps.clock.now_ms())


def _shown(row: Announcement) -> AnnouncementOut:
    return AnnouncementOut(row.text, rfc3339(row.at_ms))


handlers = [pin, get_pinned, unpin]
