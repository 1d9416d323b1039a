"""Hands requests for media on to the media process, byte for byte: a bare ASGI app of the main server.

The path travels as it came (`%2f` stays `%2f`), so that one program alone judges it. A segment is streamed in
pieces, at the pace of the viewer; a viewer who goes away ends the upstream answer too.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
from yarl import URL

from rollcall.base import unix_socket
from rollcall.media.hls import Receive, Scope, Send

MAX_CONNECTIONS = 1024
CONNECT_WITHIN_S = 5.0
READ_WITHIN_S = 15.0
_PIECE_BYTES = 256 * 1024
_PASSED_ON = (
    "allow",
    "cache-control",
    "content-length",
    "content-type",
    "referrer-policy",
    "x-content-type-options",
)

log = logging.getLogger(__name__)


class MediaProxy:
    """Answers for the media process that listens on the Unix socket `http`."""

    def __init__(self, http: Path) -> None:
        self._http = http
        self._session: aiohttp.ClientSession | None = None
        self._open_files = contextlib.ExitStack()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        work = asyncio.create_task(self._answer(scope["method"], _target(scope), send))
        watch = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait({work, watch}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            watch.cancel()
            if not work.done():
                work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work

    async def close(self) -> None:
        """Close the connections to the media process."""
        if self._session is not None:
            await self._session.close()
        self._open_files.close()

    async def _answer(self, method: str, target: bytes, send: Send) -> None:
        begun = False
        try:
            async with self._ask(method, target) as response:
                headers = [
                    (n.encode(), response.headers[n].encode()) for n in _PASSED_ON if n in response.headers
                ]
                await send({"type": "http.response.start", "status": response.status, "headers": headers})
                begun = True
                async for piece in response.content.iter_any():
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
        except aiohttp.ClientConnectorError:
            await _unavailable(send, 503, "The media process is being started; try again in a moment.")
        except (aiohttp.ClientError, TimeoutError):
            log.warning("the media process has not answered in full")
            if begun:
                raise
            await _unavailable(send, 502, "The media process has not answered.")

    @contextlib.asynccontextmanager
    async def _ask(self, method: str, target: bytes) -> AsyncIterator[aiohttp.ClientResponse]:
        url = URL("http://media" + target.decode("latin-1"), encoded=True)
        async with self._open().request(method, url, allow_redirects=False) as response:
            yield response

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            address = self._open_files.enter_context(unix_socket.reachable(self._http))
            connector = aiohttp.UnixConnector(address, limit=MAX_CONNECTIONS)
            timeout = aiohttp.ClientTimeout(connect=CONNECT_WITHIN_S, sock_read=READ_WITHIN_S)
            self._session = aiohttp.ClientSession(
                connector=connector,
                timeout=timeout,
                auto_decompress=False,
                read_bufsize=_PIECE_BYTES,
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("accept", "accept-encoding", "user-agent"),
            )
        return self._session


def _target(scope: Scope) -> bytes:
    """Return path and query as they came."""
    query: bytes = scope.get("query_string", b"")
    path: bytes = scope["raw_path"]
    return path + b"?" + query if query else path


async def _gone(receive: Receive) -> None:
    """Return when the viewer has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _unavailable(send: Send, status: int, detail: str) -> None:
    title = "Unavailable for the moment"
    problem = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "code": "unavailable",
    }
    headers = [(b"content-type", b"application/problem+json"), (b"cache-control", b"no-store")]
    headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(problem).encode()})
