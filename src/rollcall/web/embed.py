"""The embedded page and the redeeming of launch tokens.

The page is one static shell for everybody: who is let in is decided by what it redeems. It is served with a policy
that allows nothing from elsewhere, and may be framed only by the project's origins.
"""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from rollcall.actions.redeem import Embedded, NotOpenYet, find_embedded, redeem
from rollcall.domain.errors import Forbidden, NotFound, RollcallError, TooMany, Unauthorised
from rollcall.live.framing import FramingCounts
from rollcall.live.limits import Limit
from rollcall.web.address import client_address
from rollcall.web.assets import build_assets
from rollcall.web.deps import Deps
from rollcall.web.errors import PROBLEM_JSON, ProblemDetails, status_of
from rollcall.wire.embed import Redeem, Redeemed
from rollcall.wire.moments import to_datetime

PAGES = Path(__file__).parent / "pages"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src 'self' blob:;"
    " img-src 'self' data:; font-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'none';"
    " frame-ancestors {parents}"
)
PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=()"
HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": PERMISSIONS,
    "Cache-Control": "no-cache",
}


class Refusal(ProblemDetails, frozen=True, omit_defaults=True):
    """A problem document with what the page needs to say it well: who may be told, and when access begins."""

    parents: tuple[str, ...] = ()
    opens_at: str | None = None


@dataclass(frozen=True, slots=True)
class EmbedDeps:
    """What the page's handlers work with."""

    deps: Deps
    framing: FramingCounts
    # By address, of IDs that open nothing: a hospital has one address, and hundreds of doctors who come at once.
    plain_tries: Limit = field(default_factory=lambda: Limit(burst=60, per_minute=30))
    plain_entries: Limit = field(
        default_factory=lambda: Limit(burst=20, per_minute=10)
    )  # of one ID that opens


def build_pages(given: EmbedDeps) -> list[ControllerRouterHandler]:
    """Return the handlers of `/embed/…` and of the built assets."""
    shell = (PAGES / "embed.html").read_bytes()

    @get("/embed/{code:str}", include_in_schema=False)
    async def page(code: FromPath[str], request: Request[object, object, State]) -> Response[bytes]:
        try:
            embedded = await find_embedded(given.deps.db, code)
        except NotFound:
            return _shell(shell, (), 404)
        _note_framing(given, embedded, request)
        return _shell(shell, embedded.parents, 200)

    @post("/embed/{code:str}/redeem", include_in_schema=False, status_code=200)
    async def redeem_token(
        code: FromPath[str], data: JSONBody[Redeem], request: Request[object, object, State]
    ) -> Response[Redeemed] | Response[bytes]:
        now_ms = given.deps.clock.now_ms()
        parents: tuple[str, ...] = ()
        try:
            embedded = await find_embedded(given.deps.db, code)
            parents = embedded.parents
            address = client_address(request.scope, given.deps.settings.trusted_proxies)
            if data.user_id is not None:
                _limit_plain(given, (address, code), data.user_id, now_ms)
            redeemed = await redeem(given.deps.db, embedded, data, now_ms)
            if data.user_id is not None:
                given.plain_tries.give_back((address, code))
            return Response(redeemed, headers={"Cache-Control": "no-store"})
        except (Unauthorised, Forbidden, NotFound, TooMany) as refusal:
            return _refused(refusal, parents)

    return [page, redeem_token, *build_assets(PAGES / "assets")]


def _shell(shell: bytes, parents: tuple[str, ...], status: int) -> Response[bytes]:
    allowed = " ".join(parents) or "'self'"
    headers = {**HEADERS, "Content-Security-Policy": POLICY.format(parents=allowed)}
    return Response(shell, status_code=status, media_type="text/html", headers=headers)


def _note_framing(given: EmbedDeps, embedded: Embedded, request: Request[object, object, State]) -> None:
    """Count the origin of a frame that the policy will make the browser refuse."""
    parts = urlsplit(request.headers.get("referer", ""))
    origin = f"{parts.scheme}://{parts.netloc}"[:200]
    own = given.deps.base_url()
    framed = request.headers.get("sec-fetch-dest") in {"iframe", "frame", "embed", "object"}
    if framed and parts.netloc and origin not in embedded.parents and origin != own:
        given.framing.note(embedded.media.project_no, origin)


def _limit_plain(given: EmbedDeps, place: tuple[str, str], user_id: str, now_ms: int) -> None:
    """Raise TooMany where an ID, or any IDs from its address, have been tried too often at a media."""
    wait_s = given.plain_entries.take((*place, user_id), now_ms) or given.plain_tries.take(place, now_ms)
    if wait_s:
        raise TooMany("Too many tries from this address; wait a moment.", wait_s)


def _refused(error: RollcallError, parents: tuple[str, ...]) -> Response[bytes]:
    status = status_of(error)
    opens_at = to_datetime(error.opens_ms).isoformat() if isinstance(error, NotOpenYet) else None
    code = "media_not_found" if isinstance(error, NotFound) else error.code
    kind = f"urn:rollcall:problem:{code}"
    body = Refusal(kind, error.title, status, error.detail, code, parents=parents, opens_at=opens_at)
    headers = {"Retry-After": str(error.retry_after_s)} if isinstance(error, TooMany) else {}
    return Response(msgspec.json.encode(body), status_code=status, media_type=PROBLEM_JSON, headers=headers)
