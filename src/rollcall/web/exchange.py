"""What pages exchange by POST: `/embed/{code}/evidence` by an upload key, `/embed/{code}/poll` instead of a socket."""

from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody

from rollcall.actions.uploads import Uploads
from rollcall.domain.errors import Forbidden, Malformed, Problem, TooMany
from rollcall.live.limits import Limit
from rollcall.web.address import client_address, client_of
from rollcall.web.deps import Deps
from rollcall.web.origin import is_own_origin
from rollcall.web.polls import Polls
from rollcall.wire.exchange import Exchanged, Poll, Upload

BODY_BYTES = 256 * 1024  # as a message of the viewer socket
NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def build_exchange(deps: Deps, uploads: Uploads, polls: Polls) -> list[HTTPRouteHandler]:
    """Return the two handlers."""
    # A hospital has one address, and a lecture begins and ends for all of its doctors at once.
    uploading, polling = Limit(burst=2_000, per_minute=6_000), Limit(burst=2_000, per_minute=20_000)

    @post(
        "/embed/{code:str}/evidence",
        include_in_schema=False,
        status_code=200,
        request_max_body_size=BODY_BYTES,
    )
    async def append(
        code: FromPath[str], data: JSONBody[Upload], request: Request[object, object, State]
    ) -> Response[Exchanged]:
        _take_one(uploading, deps, request)
        for at, message in enumerate(data.messages):
            if message.play != data.play.id:
                raise Malformed(Problem(f"$.messages[{at}].play", "This is another play than the upload's."))
        return Response(await uploads.append(code, data), headers=NO_STORE)

    @post(
        "/embed/{code:str}/poll", include_in_schema=False, status_code=200, request_max_body_size=BODY_BYTES
    )
    async def poll(
        code: FromPath[str], data: JSONBody[Poll], request: Request[object, object, State]
    ) -> Response[Exchanged]:
        if not is_own_origin(deps, request.scope):
            raise Forbidden("Only a page of this server may watch.", code="wrong_origin")
        _take_one(polling, deps, request)
        client = client_of(request.scope, deps.settings.trusted_proxies)
        return Response(await polls.turn(code, data, client), headers=NO_STORE)

    return [append, poll]


def _take_one(limit: Limit, deps: Deps, request: Request[object, object, State]) -> None:
    """Count a request of an address; raises TooMany when it has to wait."""
    address = client_address(request.scope, deps.settings.trusted_proxies)
    wait_s = limit.take((address,), deps.clock.now_ms())
    if wait_s:
        raise TooMany("Too many requests from this address; wait a moment.", wait_s)
