"""Launching: a one-time signed link for the organiser's iframe."""

from litestar import post
from litestar.params import FromPath, JSONBody

from rollcall.actions import launch as actions
from rollcall.actions.media import find
from rollcall.domain.ids import UserId
from rollcall.store.database import Connection as Conn
from rollcall.web.auth import Known
from rollcall.web.deps import Given
from rollcall.wire.api.launch import LaunchOut, NewLaunch
from rollcall.wire.api.values import rfc3339


@post("/media/{code:str}/launch", opt={"scope": "access"}, summary="Make a link for one participant")
async def launch(code: FromPath[str], data: JSONBody[NewLaunch], deps: Given, caller: Known) -> LaunchOut:
    """Return an address for the iframe of one participant; 403 for whoever may not watch now."""
    now_ms = deps.clock.now_ms()

    def read(conn: Conn) -> actions.Launch:
        media = find(conn, caller.project_no, code)
        return actions.launch(conn, caller.project_no, media, UserId(data.user_id), data.name, now_ms)

    made = await deps.db.read(read)
    url = f"{deps.base_url()}/embed/{code}#token={made.token}"
    return LaunchOut(url, made.token, rfc3339(made.expires_s * 1000))


handlers = [launch]
