"""The viewer socket, a bare ASGI application beside the API: hello, then rows, chat and questions until it breaks.

The loop decodes and hands on to the viewing. It never waits for the disk on the way of evidence: acknowledgements
come from the group commit.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
from litestar.types import Receive, Scope, Send

from rollcall.domain.errors import Forbidden
from rollcall.live.ticker import Ticker
from rollcall.web.address import client_of
from rollcall.web.connection import ViewerConnection
from rollcall.web.origin import is_own_origin
from rollcall.web.viewing import Viewing, ViewingDeps, close_of
from rollcall.wire import viewer_in, viewer_out
from rollcall.wire.close import Close, was_sent_away

HELLO_S = 10
SILENCE_S = 25
PAGE_LEFT = frozenset({1000, 1001})  # a browser that leaves a page says so; a line that breaks says nothing
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SocketDeps:
    """What viewer sockets work with."""

    viewing: ViewingDeps
    ticker: Ticker
    open: set[asyncio.Task[None]] = field(default_factory=set)  # every connection that is being served


async def viewer_socket(
    given: SocketDeps, media_code: str, scope: Scope, receive_: Receive, send: Send
) -> None:
    """Serve one connection from its handshake to its end."""
    task = asyncio.current_task()
    assert task is not None
    given.open.add(task)
    task.add_done_callback(given.open.discard)
    await receive_()  # websocket.connect
    connection = ViewerConnection(send, task, asyncio.get_running_loop().time())
    try:
        await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
        if not is_own_origin(given.viewing.deps, scope):
            connection.closing = Close.WRONG_ORIGIN
        else:
            await _Conversation(given, media_code, scope, receive_, connection).serve()
    except asyncio.CancelledError:
        if connection.closing is None:
            raise
        task.uncancel()
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        log.info("A viewer socket said something malformed: %s", error)
        connection.closing = Close.MALFORMED
    except Forbidden as error:
        connection.tell(viewer_out.Refused(error.code))
        connection.closing = close_of(error)
    except TimeoutError:
        connection.closing = Close.TOO_LATE
    except OSError:
        return
    if connection.closing is not None:
        await _say_goodbye(send, connection.closing)


async def _say_goodbye(send: Send, code: Close) -> None:
    """Send the close frame, but do not wait for a viewer who does not read."""
    try:
        async with asyncio.timeout(1):
            await send({"type": "websocket.close", "code": int(code), "reason": code.name.lower()})
    except (TimeoutError, OSError, RuntimeError):
        return


class _Conversation:
    """What one connection carries: a hello, then messages until it ends."""

    def __init__(
        self,
        given: SocketDeps,
        media_code: str,
        scope: Scope,
        receive_: Receive,
        connection: ViewerConnection,
    ) -> None:
        client = client_of(scope, given.viewing.deps.settings.trusted_proxies)
        self._ticker = given.ticker
        self._receive = receive_
        self._connection = connection
        self._viewing = Viewing(given.viewing, media_code, client, connection)
        self._loop = asyncio.get_running_loop()
        self._page_left = False

    async def serve(self) -> None:
        async with asyncio.timeout(HELLO_S):
            text = await self._next()
        if text is None:
            return
        hello = viewer_in.decode(text)
        if not isinstance(hello, viewer_in.Hello):
            raise msgspec.ValidationError("the first message has to be 'hello'")
        take_off: Callable[[], None] | None = None
        try:
            await self._viewing.begin(hello)
            take_off = self._ticker.add(self._tick)
            while (text := await self._next()) is not None:
                await self._viewing.hear(viewer_in.decode(text))
        finally:
            if take_off is not None:
                take_off()
            self._viewing.end(goodbye=self._page_left or was_sent_away(self._connection.closing))

    async def _next(self) -> str | bytes | None:
        message = await self._receive()
        self._connection.last_heard_s = self._loop.time()
        if message["type"] != "websocket.receive":
            self._page_left = message.get("code") in PAGE_LEFT
            return None
        return message.get("text") or message.get("bytes") or b""

    def _tick(self) -> None:
        if self._loop.time() - self._connection.last_heard_s > SILENCE_S:
            self._connection.close(Close.SILENT)
            return
        self._viewing.tick()
