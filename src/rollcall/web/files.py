"""Files beside the picture, handed out under the token of a player's media paths: `/files/{token}/{media}/{material}`.

Always to be saved, never to be displayed: whatever is inside, no page of this origin comes of it.
"""

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import File

from rollcall.domain import path_token
from rollcall.domain.errors import NotFound, TooMany
from rollcall.domain.ids import MediaCode
from rollcall.live.limits import Limit
from rollcall.web.deps import Deps

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def build_files(deps: Deps) -> list[HTTPRouteHandler]:
    """Return the handler of downloads."""
    downloads = Limit(burst=100, per_minute=60)  # of one player

    @get("/files/{token:str}/{code:str}/{material:str}", include_in_schema=False)
    async def download(token: FromPath[str], code: FromPath[str], material: FromPath[str]) -> Response[bytes]:
        now_ms = deps.clock.now_ms()
        known = path_token.verify(deps.secrets.path_key(), MediaCode(code), token, now_ms // 1000)
        if known is None:
            raise NotFound("There is no such file.")
        wait_s = downloads.take((known.play,), now_ms)
        if wait_s:
            raise TooMany("Too many downloads; wait a moment.", wait_s)
        file, path = await deps.materials.find_file(code, known.play, material)
        return File(path, filename=file.name, media_type=file.media_type, headers=HEADERS)

    return [download]
