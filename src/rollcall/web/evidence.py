"""`POST /embed/{code}/evidence`: rows of a play by its upload key, from whoever has it, in small bodies."""

from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody

from rollcall.actions.uploads import Uploads
from rollcall.domain.errors import Malformed, Problem, TooMany
from rollcall.live.limits import Limit
from rollcall.web.address import client_address
from rollcall.web.deps import Deps
from rollcall.wire.exchange import Exchanged, Upload

BODY_BYTES = 256 * 1024  # as a message of the viewer socket
NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def build_evidence(deps: Deps, uploads: Uploads) -> HTTPRouteHandler:
    """Return the handler."""
    # A hospital has one address, and a lecture ends for all of its doctors at once.
    limit = Limit(burst=2_000, per_minute=6_000)

    @post(
        "/embed/{code:str}/evidence",
        include_in_schema=False,
        status_code=200,
        request_max_body_size=BODY_BYTES,
    )
    async def append(
        code: FromPath[str], data: JSONBody[Upload], request: Request[object, object, State]
    ) -> Response[Exchanged]:
        take_one(limit, deps, request)
        for at, message in enumerate(data.messages):
            if message.play != data.play.id:
                raise Malformed(Problem(f"$.messages[{at}].play", "This is another play than the upload's."))
        return Response(await uploads.append(code, data), headers=NO_STORE)

    return append


def take_one(limit: Limit, deps: Deps, request: Request[object, object, State]) -> None:
    """Count a request of an address; raises TooMany when it has to wait."""
    address = client_address(request.scope, deps.settings.trusted_proxies)
    wait_s = limit.take((address,), deps.clock.now_ms())
    if wait_s:
        raise TooMany("Too many requests from this address; wait a moment.", wait_s)
