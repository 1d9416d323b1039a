"""The project that the API key belongs to, its embed keys and its logo."""

from functools import partial

from litestar import Response, delete, get, patch, post, put
from litestar.params import FromPath, JSONBody

from rollcall.actions import projects as actions
from rollcall.base.apart import apart
from rollcall.domain.errors import Malformed, Problem, WrongType
from rollcall.domain.ids import ProjectNo
from rollcall.domain.logo import read_logo
from rollcall.render.protocol import prints
from rollcall.store import keys, projects
from rollcall.store.keys import EmbedKey
from rollcall.store.projects import FramingRefusal, Project
from rollcall.web.auth import Known
from rollcall.web.bodies import StrictRequest
from rollcall.web.deps import Deps, Given
from rollcall.wire.api.project import (
    EmbedKeyOut,
    FramingRefusalOut,
    NewEmbedKey,
    NewEmbedKeyOut,
    ProjectChange,
    ProjectOut,
)
from rollcall.wire.api.values import given_fields, rfc3339

LOGO_KINDS = ("image/png", "image/jpeg")


@get("/project", opt={"scope": "access"}, summary="The project of this key")
async def get_project(deps: Given, caller: Known) -> ProjectOut:
    """Return the project with its active embed keys and the foreign pages that tried to frame a player."""
    return await _read(deps, caller.project_no)


@patch("/project", opt={"scope": "admin"}, summary="Change title or embed origins")
async def change_project(data: JSONBody[ProjectChange], deps: Given, caller: Known) -> ProjectOut:
    """Change what is given. An origin is `https://host[:port]`; an empty list means: own origin only."""
    values = given_fields(data, "title", "embed_origins")
    await actions.change_project(deps.db, caller.project_no, values, caller.actor, deps.clock.now_ms())
    return await _read(deps, caller.project_no)


@post("/project/embed-keys", opt={"scope": "admin"}, summary="Add a key that signs launch tokens")
async def add_embed_key(data: JSONBody[NewEmbedKey], deps: Given, caller: Known) -> NewEmbedKeyOut:
    """Add a second key for rotation. The secret of an HS256 key is shown this once."""
    key, secret = await actions.add_embed_key(
        deps.db, caller.project_no, data.alg, data.public_key, caller.actor, deps.clock.now_ms()
    )
    return NewEmbedKeyOut(key.kid, data.alg, rfc3339(key.created_ms), secret)


@delete("/project/embed-keys/{kid:str}", opt={"scope": "admin"}, summary="Revoke an embed key")
async def remove_embed_key(kid: FromPath[str], deps: Given, caller: Known) -> None:
    """Revoke the key: tokens that it signs are refused at once."""
    await actions.remove_embed_key(deps.db, caller.project_no, kid, caller.actor, deps.clock.now_ms())


@put("/project/logo", opt={"scope": "admin", "kinds": LOGO_KINDS}, status_code=204, summary="Set the logo")
async def set_logo(request: StrictRequest, deps: Given, caller: Known) -> None:
    """Set the logo that stands on the PDF protocol: a PNG or JPEG of at most 256 KB and 2,000 pixels each way."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in LOGO_KINDS:
        raise WrongType("Send the picture as 'Content-Type: image/png' or 'image/jpeg'.")
    logo = read_logo(await request.body())
    press = deps.reports.press(large=False)
    if not await press.take(caller.project_no, partial(apart, partial(prints, logo))):
        raise Malformed(Problem("$", "This picture is broken: it cannot be printed."))
    await actions.set_logo(deps.db, caller.project_no, logo, caller.actor, deps.clock.now_ms())


@get("/project/logo", opt={"scope": "access"}, summary="The logo")
async def get_logo(deps: Given, caller: Known) -> Response[bytes]:
    """Return the logo as it was given."""
    logo = await actions.get_logo(deps.db, caller.project_no)
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return Response(logo.content, media_type=f"image/{logo.kind}", headers=headers)


@delete("/project/logo", opt={"scope": "admin"}, summary="Remove the logo")
async def remove_logo(deps: Given, caller: Known) -> None:
    """Remove the logo; protocols are printed without one."""
    await actions.remove_logo(deps.db, caller.project_no, caller.actor, deps.clock.now_ms())


async def _read(deps: Deps, project_no: ProjectNo) -> ProjectOut:
    return await deps.db.read(
        lambda conn: _shown(
            projects.get_project(conn, project_no),
            keys.embed_keys_of(conn, project_no),
            projects.framing_refusals_of(conn, project_no),
        )
    )


def _shown(project: Project, embed_keys: list[EmbedKey], refusals: list[FramingRefusal]) -> ProjectOut:
    return ProjectOut(
        project.code,
        project.title,
        list(project.embed_origins),
        [EmbedKeyOut(key.kid, key.alg, rfc3339(key.created_ms)) for key in embed_keys],
        [FramingRefusalOut(row.origin, row.count, rfc3339(row.last_ms)) for row in refusals],
        rfc3339(project.created_ms),
    )


handlers = [
    get_project,
    change_project,
    add_embed_key,
    remove_embed_key,
    set_logo,
    get_logo,
    remove_logo,
]
