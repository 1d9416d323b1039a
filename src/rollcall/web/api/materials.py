"""Materials: files and links that stand beside the picture, for whoever is admitted."""

from typing import Annotated
from urllib.parse import unquote

from litestar import Response, delete, get, patch, post, put
from litestar.params import FromPath, JSONBody, Parameter

from rollcall.actions.materials import Arriving, require_file_name, require_material
from rollcall.actions.sessions import require_media
from rollcall.domain.errors import Malformed, Problem, WrongType
from rollcall.store import materials as store
from rollcall.store.materials import Material as Row
from rollcall.web.api.quizzes import place
from rollcall.web.auth import Known
from rollcall.web.bodies import StrictRequest
from rollcall.web.deps import Given
from rollcall.web.streams import BrokenOff, kind_of, pieces_of
from rollcall.wire.api.materials import Material, MaterialChange, MaterialList, MaterialOrder, NewLink
from rollcall.wire.api.values import rfc3339

SCOPE = {"scope": "control"}
PATH = "/media/{code:str}/materials"
ONE = PATH + "/{material:str}"
FILES = ("application/octet-stream",)
FileTitle = Annotated[
    str | None, Parameter(min_length=1, max_length=300, description="Beside the picture; default: the name.")
]


@post(PATH, opt=SCOPE, summary="Add a link")
async def add_link(code: FromPath[str], data: JSONBody[NewLink], deps: Given, caller: Known) -> Material:
    """Add a link behind the others; it opens in a tab of its own."""
    return _shown(await deps.materials.add_link(place(deps, caller, code), data.title, data.url))


@post(
    PATH + "/files/{name:str}",
    opt={**SCOPE, "idempotency": False, "kinds": FILES},
    request_max_body_size=None,
    summary="Upload a file",
)
async def add_file(
    code: FromPath[str],
    name: FromPath[str],
    request: StrictRequest,
    deps: Given,
    caller: Known,
    title: FileTitle = None,
) -> Response[Material]:
    """Send the whole file as `application/octet-stream`; it stands behind the others once all of it has come.

    `name` is what it is saved as; its ending says what it is, and the content has to agree.
    """
    await deps.db.read(lambda conn: require_media(conn, caller.project_no, code))
    require_file_name(unquote(name))
    if kind_of(request) not in FILES:
        raise WrongType("Send the bytes of the file as 'application/octet-stream'.")
    arriving = Arriving(unquote(name), title or unquote(name), request.content_length, pieces_of(request))
    try:
        row = await deps.materials.add_file(place(deps, caller, code), arriving)
    except BrokenOff as error:
        raise Malformed(Problem("$", f"{error} Send it again.")) from error
    return Response(_shown(row), status_code=201)


@get(PATH, opt=SCOPE, summary="Materials of a media")
async def list_materials(code: FromPath[str], deps: Given, caller: Known) -> MaterialList:
    """Return all of them in their order."""
    rows = await deps.db.read(
        lambda conn: store.list_materials(conn, [require_media(conn, caller.project_no, code).no])
    )
    return MaterialList(list(map(_shown, rows)))


@get(ONE, opt=SCOPE, summary="A material")
async def get_material(code: FromPath[str], material: FromPath[str], deps: Given, caller: Known) -> Material:
    """Return a material."""
    return _shown(
        await deps.db.read(
            lambda conn: require_material(conn, require_media(conn, caller.project_no, code), material)
        )
    )


@put(PATH, opt=SCOPE, summary="Put materials in order")
async def order_materials(
    code: FromPath[str], data: JSONBody[MaterialOrder], deps: Given, caller: Known
) -> MaterialList:
    """Let materials stand in this order; each is named once."""
    rows = await deps.materials.order(place(deps, caller, code), data.materials)
    return MaterialList(list(map(_shown, rows)))


@patch(ONE, opt=SCOPE, summary="Rename a material")
async def rename_material(
    code: FromPath[str], material: FromPath[str], data: JSONBody[MaterialChange], deps: Given, caller: Known
) -> Material:
    """Give a material another title; a file keeps its name."""
    return _shown(await deps.materials.rename(place(deps, caller, code), material, data.title))


@delete(ONE, opt=SCOPE, summary="Delete a material")
async def remove_material(code: FromPath[str], material: FromPath[str], deps: Given, caller: Known) -> None:
    """Take a material away from players; the bytes of a file are removed."""
    await deps.materials.remove(place(deps, caller, code), material)


def _shown(row: Row) -> Material:
    file = row.file
    return Material(
        id=row.id,
        kind="link" if file is None else "file",
        title=row.title,
        url=row.url,
        file_name=None if file is None else file.name,
        media_type=None if file is None else file.media_type,
        size_bytes=None if file is None else file.size_bytes,
        created_at=rfc3339(row.created_ms),
    )


handlers = [
    add_link,
    add_file,
    list_materials,
    get_material,
    order_materials,
    rename_material,
    remove_material,
]
