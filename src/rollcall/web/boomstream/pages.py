"""The addresses of the compatible player: `/{code}`, `/player.html`, their `config` and the script for pages.

The player is ours: these addresses lead to it, with the User ID of `id_recovery` where a plain link has it. What is
told of a media depends on that ID alone: without one that has access there is no link and no name.
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from rollcall.actions.redeem import Embedded, admits_plain, find_embedded
from rollcall.domain.errors import NotFound
from rollcall.domain.ids import UserId
from rollcall.live.limits import Limit
from rollcall.web.address import client_address
from rollcall.web.deps import Given

SDK: Final = (Path(__file__).parent / "biframesdk.js").read_bytes()
CODE: Final = re.compile(r"[0-9A-Za-z]{8}")
CALLBACK: Final = re.compile(r"[A-Za-z0-9_.$]{1,64}")
ID: Final = "id_recovery"
HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
# The player learns from the referrer who frames it, where the browser has no other way, and so does the count of
# framing that is refused. A site's address is enough.
LEADING: Final = {**HEADERS, "Referrer-Policy": "strict-origin-when-cross-origin"}
SCRIPT: Final = "text/javascript"  # the framework adds the charset
LONGEST_ID = 200
NO_ACCESS: Final = {"message": "access_restricted", "translate": "Нет доступа"}


Asked = Request[object, object, State]


@dataclass(frozen=True, slots=True)
class Shown:
    """Who asks for which media: the ID as it came, "" without one."""

    code: str
    user_id: str
    callback: str


def build_handlers() -> list[ControllerRouterHandler]:
    """Return the handlers; how often an address may ask about IDs in vain is limited."""
    limit = Limit(burst=120, per_minute=60)  # a hospital has one address

    @get("/{code:str}", include_in_schema=False)
    async def page(code: FromPath[str], request: Asked) -> Response[bytes]:
        return _player(_shown(request, code))

    @get("/player.html", include_in_schema=False)
    async def legacy(request: Asked) -> Response[bytes]:
        return _player(_shown(request, _parameters(request).get("code", "")))

    @get("/{code:str}/config", include_in_schema=False)
    async def config(code: FromPath[str], request: Asked, deps: Given) -> Response[bytes]:
        told = await _config(deps, _shown(request, code), request, limit)
        return Response(msgspec.json.encode(told), media_type="application/json", headers=HEADERS)

    @get("/{code:str}/config.jsonp", include_in_schema=False)
    async def config_script(code: FromPath[str], request: Asked, deps: Given) -> Response[bytes]:
        shown = _shown(request, code)
        told = await _config(deps, shown, request, limit)
        if shown.callback and CALLBACK.fullmatch(shown.callback) is None:
            return Response(
                b"// This callback is no name.", status_code=400, media_type=SCRIPT, headers=HEADERS
            )
        return Response(_script(shown, told), media_type=SCRIPT, headers=HEADERS)

    @get("/assets/javascripts/biframesdk.js", include_in_schema=False)
    async def sdk() -> Response[bytes]:
        headers = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}
        return Response(SDK, media_type=SCRIPT, headers=headers)

    return [page, legacy, config, config_script, sdk]


def _parameters(request: Asked) -> dict[str, str]:
    """Return the query; values arrive as clients write them, with `|` and `:` as they are."""
    return dict(parse_qsl(request.scope["query_string"].decode("utf-8", "replace")))


def _shown(request: Asked, code: str) -> Shown:
    given = _parameters(request)
    if CODE.fullmatch(code) is None:
        raise NotFound("There is no such page.")
    return Shown(code, given.get(ID, "")[: LONGEST_ID + 1], given.get("callback", ""))


def _player(shown: Shown) -> Response[bytes]:
    """Lead to our player, which speaks the compatible language with the page around it."""
    query = {"dialect": "boomstream"} | ({"user_id": shown.user_id} if shown.user_id else {})
    headers = {**LEADING, "Location": f"/embed/{shown.code}?{urlencode(query)}"}
    return Response(b"", status_code=302, headers=headers)


async def _config(deps: Given, shown: Shown, request: Asked, limit: Limit) -> dict[str, object]:
    """Return what the script and the applications read. `mediaData` is null for whoever has no access."""
    address = client_address(request.scope, deps.settings.trusted_proxies)
    now_ms = deps.clock.now_ms()
    closed: dict[str, object] = {
        "code": shown.code,
        "language": "ru",
        "posters": [],
        "defaults": {"posters": []},
        "mediaType": "media",
        "mediaData": None,
        "isLive": True,
        "streaming_protocol": "hls",
        "encrypt": False,
        "accessRestricted": NO_ACCESS,
    }
    if not shown.user_id:
        return closed
    if limit.take((address, shown.code), now_ms):
        return closed | {ID: shown.user_id}  # as it was sent, so that the player may try it
    try:
        embedded = await find_embedded(deps.db, shown.code)
    except NotFound:
        return closed
    if not await admits_plain(deps.db, embedded, UserId(shown.user_id), now_ms):
        return closed
    limit.give_back((address, shown.code))
    return closed | _opened(deps.base_url(), embedded, shown)


def _opened(base_url: str, embedded: Embedded, shown: Shown) -> dict[str, object]:
    media = embedded.media
    link = f"{base_url}/{shown.code}?{urlencode({ID: shown.user_id})}"
    data = {
        "title": media.title,
        "code": media.code,
        "duration": 0,
        "posters": [],
        "links": {"player": b64encode(link.encode()).decode()},
        "mediaType": "media",
        "isLive": media.kind == "live",
        "isPublish": media.signal_ms is not None,
        "source": False,
        "records": [],
    }
    return {
        "entity": {"code": media.code, "title": media.title},
        "isLive": media.kind == "live",
        "mediaData": data,
        "accessRestricted": None,
        ID: shown.user_id,
    }


def _script(shown: Shown, told: dict[str, object]) -> bytes:
    """Return the config as a script: a call of `callback`, or an entry where the page's script looks for it."""
    # In a script `<` could end it, and two line separators are no JSON to old browsers.
    text = msgspec.json.encode(told).decode().replace("<", "\\u003c")
    text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    if shown.callback:
        return f"{shown.callback}({text});".encode()
    return f'(window.boomstreamConfigs=window.boomstreamConfigs||{{}})["{shown.code}"]={text};'.encode()
