"""Callers that go away: while their body is read piece by piece, and while they wait for an answer."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

from litestar import Request, Response
from litestar.exceptions import InternalServerException
from litestar.types import Receive

from rollcall.web.bodies import StrictRequest

CLOSED_BY_CALLER = 499  # what proxies write into their logs; nobody is there to receive it
T = TypeVar("T")


class BrokenOff(ConnectionError):
    """Raised when a body ends before its time."""


class NobodyThere(ConnectionError):
    """Raised when who waits for an answer has gone."""


async def pieces_of(request: StrictRequest) -> AsyncIterator[bytes]:
    """Yield the body as it comes; raises BrokenOff."""
    try:
        async for chunk in request.stream():
            yield chunk
    except InternalServerException as error:  # what the framework makes of a caller that has gone
        raise BrokenOff("The body broke off.") from error


async def while_there(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """Return what `work` returns; it is cancelled, and NobodyThere raised, once the caller has gone.

    The body has been read, or there is none.
    """
    working, gone = asyncio.create_task(work), asyncio.create_task(_gone(receive))
    try:
        await asyncio.wait((working, gone), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise NobodyThere("The caller has gone.")
    finally:
        working.cancel()
        gone.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def answer_nobody(_: Request[Any, Any, Any], __: NobodyThere) -> Response[bytes]:
    """End a call whose caller has gone: nothing of it is a fault."""
    return Response(b"", status_code=CLOSED_BY_CALLER)


def kind_of(request: StrictRequest) -> str:
    """Return the media type that a body says it has."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
