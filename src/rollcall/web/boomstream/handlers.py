"""The HTTP border of the compatible API: every method by GET or POST, every answer with status 200.

Refusals become `Status: Failed` with a sentence. A fault of ours is a 500 as everywhere: clients try again.
"""

import re
from functools import partial
from typing import Final

from litestar import Request, Response, route
from litestar.datastructures import State
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler, Receive

from rollcall.actions.reports import Wanted
from rollcall.base.apart import apart
from rollcall.domain.errors import (
    Malformed,
    MissingScope,
    NotFound,
    Problem,
    RollcallError,
    TooMany,
    Unauthorised,
)
from rollcall.web.auth import Caller, identify
from rollcall.web.boomstream import customers, live, nmo, probe, stats
from rollcall.web.boomstream import ppv as subscriptions
from rollcall.web.boomstream.call import Call, Refused, read_call
from rollcall.web.boomstream.envelope import TYPES, failure, has_many, success
from rollcall.web.boomstream.methods import LongMethod, Method
from rollcall.web.deps import Deps, Given
from rollcall.web.streams import while_there

METHODS: Final[dict[str, Method | LongMethod]] = {
    **probe.METHODS,
    **subscriptions.METHODS,
    **customers.METHODS,
    **live.METHODS,
    **nmo.METHODS,
    **stats.METHODS,
}
HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
MOST_BYTES: Final = 256 * 1024
MOST_AT_ONCE: Final = 1_000  # values that the event loop may write itself
NOT_OURS: Final = {"docs", "v1"}  # what lies under these is not of this API
# Sentences that existing clients know, and such with the names of this API, in place of ours.
SENTENCES: Final = {
    "There is no such media.": "Media not found",
    "There is no such list.": "Subscription not found",
    "There is no such participant on this list.": "Customer not found",
    "$.event: there is no such event.": "Event not found",
    "A session ends after it starts.": "Parameter 'end' must be later than 'start'",
    "Must be later than 'starts_at'.": "Parameter 'start' must be earlier than the end of this media",
    "A recording is cut by 'from_ms' and 'to_ms' of its content, not by times.": (
        "A recording is cut by positions of its content, not by times: use API v1"
    ),
}
NO_MEDIA: Final = re.compile(
    r"There is no media '.*' in this project\.|\$\.media\[\d+\]: there is no such media\.", re.DOTALL
)
PARAMETERS: Final = {"starts_at": "start", "ends_at": "end", "at": "start"}  # by the names of v1


@route(
    ["/api/{section:str}", "/api/{section:str}/{rest:path}"],
    http_method=["GET", "POST"],
    include_in_schema=False,
    status_code=200,
    request_max_body_size=MOST_BYTES,
)
async def answer(
    section: FromPath[str], request: Request[object, object, State], deps: Given, rest: FromPath[str] = ""
) -> Response[bytes]:
    """Carry out one call."""
    del rest  # the whole path is the method
    if section in NOT_OURS:
        raise NotFound("There is no such page.")
    headers = request.headers
    body, fault = await _body(request)
    call, unread = read_call(
        request.scope["path"],
        request.scope.get("query_string", b""),
        body,
        headers.get("content-type", ""),
        headers.get("authorization", ""),
    )
    fault = fault or unread
    try:
        if fault is not None:
            raise fault
        told = await _carried_out(deps, call, request.receive)
    except RollcallError as refusal:
        told = failure(call, _message(refusal))
        return Response(told, media_type=TYPES[call.format], headers=HEADERS | _later(refusal))
    return Response(told, media_type=TYPES[call.format], headers=HEADERS)


async def _body(request: Request[object, object, State]) -> tuple[bytes, RollcallError | None]:
    """Return the body of a POST, or that it is too large: who sends it is not known yet."""
    if request.method == "GET":
        return b"", None
    try:
        return await request.body(), None
    except RequestEntityTooLarge:
        return b"", Refused(f"A call has at most {MOST_BYTES // 1024} KB")


async def _carried_out(deps: Deps, call: Call, receive: Receive) -> bytes:
    method = METHODS.get(call.method)
    if method is None:
        raise Refused("Method not found")
    caller = await identify(deps, f"Bearer {call.key}" if call.key else None)
    caller.need(method.scope)
    if isinstance(method, LongMethod):
        work = deps.reports.answer(caller.project_no, partial(_read, method, deps, caller, call))
        return await while_there(receive, work)
    data = await method.work(deps, caller, call)
    if has_many(data, MOST_AT_ONCE):
        work = deps.reports.page(caller.project_no, partial(success, call, data))
        return await while_there(receive, work)
    return success(call, data)


async def _read(method: LongMethod, deps: Deps, caller: Caller, call: Call, still: Wanted) -> bytes:
    data = await method.read(deps, caller, call, still)
    still.go_on()
    return await apart(partial(success, call, data))


def _later(refusal: RollcallError) -> dict[str, str]:
    return {"Retry-After": str(refusal.retry_after_s)} if isinstance(refusal, TooMany) else {}


def _message(refusal: RollcallError) -> str:
    match refusal:
        case Unauthorised():
            return "Application not found"
        case MissingScope():
            return f"This key lacks the scope '{refusal.scope}'"
        case Malformed(problems=problems) if problems:
            return "; ".join(map(_fault, problems))
        case NotFound() if NO_MEDIA.fullmatch(refusal.detail):
            return "Media not found"
        case _:
            return SENTENCES.get(refusal.detail, refusal.detail)


def _fault(problem: Problem) -> str:
    """Return what is wrong with a value, by the name that its parameter has here."""
    if problem.message in SENTENCES:
        return SENTENCES[problem.message]
    field = problem.path.removeprefix("$.")
    return f"Parameter '{PARAMETERS.get(field, field)}': {problem.message}"


handlers: list[ControllerRouterHandler] = [answer]
