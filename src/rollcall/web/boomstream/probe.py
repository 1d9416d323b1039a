"""`info` and `app/info`: whether somebody is there, and which project a key opens."""

from rollcall.store import projects
from rollcall.web.auth import Caller
from rollcall.web.boomstream.call import Call
from rollcall.web.boomstream.envelope import Data
from rollcall.web.boomstream.methods import Method
from rollcall.web.deps import Deps

SECTIONS = ("api/info", "api/app", "api/ppv", "api/live", "api/media", "api/stats")


async def info(deps: Deps, caller: Caller, call: Call) -> Data:
    """Return which sections there are."""
    del deps, caller, call
    return {"sections": list(SECTIONS)}


async def app_info(deps: Deps, caller: Caller, call: Call) -> Data:
    """Return the project of the key, which is not repeated."""
    del call
    project = await deps.db.read(lambda conn: projects.get_project(conn, caller.project_no))
    return {"Title": project.title, "Code": project.code, "ApiKey": "***"}


METHODS = {"info": Method("access", info), "app/info": Method("access", app_info)}
