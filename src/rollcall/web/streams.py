"""Bodies that are too large for memory: read piece by piece, and what happens when a caller goes away meanwhile."""

from collections.abc import AsyncIterator

from litestar.exceptions import InternalServerException

from rollcall.web.bodies import StrictRequest


class BrokenOff(ConnectionError):
    """Raised when a body ends before its time."""


async def pieces_of(request: StrictRequest) -> AsyncIterator[bytes]:
    """Yield the body as it comes; raises BrokenOff."""
    try:
        async for chunk in request.stream():
            yield chunk
    except InternalServerException as error:  # what the framework makes of a caller that has gone
        raise BrokenOff("The body broke off.") from error


def kind_of(request: StrictRequest) -> str:
    """Return the media type that a body says it has."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
