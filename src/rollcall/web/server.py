"""The HTTP server of a process: bound before anything is served, told when it answers, drained before it ends."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator

import uvicorn
from litestar.types import ASGIApp

from rollcall.base.settings import Settings
from rollcall.domain.errors import RollcallError
from rollcall.live.hub import Hub
from rollcall.wire.close import Close

BACKLOG = 4096
SOCKET_MESSAGE_BYTES = 256 * 1024
DRAIN_S = 5
CUT_AFTER_S = 1
# Longer than nginx keeps an idle connection to us (60 s): it never sends a request into one that was just closed.
KEEP_ALIVE_S = 75
ORDERS = (signal.SIGINT, signal.SIGTERM)


class PortBusy(RollcallError):
    """Raised when another program listens on the port."""

    code = "port_busy"
    title = "The port is taken"


class Server(uvicorn.Server):
    """uvicorn, told when it answers, and to drain the viewers before it ends.

    Answers that are not complete a moment after that, such as reports and downloads, are cut off, as if their readers
    had hung up: they end by themselves, and nobody takes what came for the whole.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        ready: Callable[[Server], Awaitable[None]],
        drain: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._drain = drain

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept on the bound sockets."""
        await super().startup(sockets)
        gc.freeze()  # what was built at the start stays: no collection has to look at it again
        await self._ready(self)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let every viewer reconnect elsewhere, then end what is left."""
        await self._drain()
        cutting = asyncio.get_running_loop().call_later(CUT_AFTER_S, self._cut)
        try:
            await super().shutdown(sockets)
        finally:
            cutting.cancel()

    def _cut(self) -> None:
        for connection in list(self.server_state.connections):
            cycle = getattr(connection, "cycle", None)  # a viewer's socket has none
            if cycle is not None and cycle.response_started and not cycle.response_complete:
                connection.transport.abort()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take signals as orders to end in order; the process goes on to close what it holds.

        uvicorn would raise them again once it has ended, and so end the process before that.
        """
        loop = asyncio.get_running_loop()
        for number in ORDERS:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in ORDERS:
                loop.remove_signal_handler(number)

    def stop(self) -> None:
        """End soon."""
        self.should_exit = True


def configured(app: ASGIApp) -> uvicorn.Config:
    """Return how uvicorn is to serve `app`."""
    return uvicorn.Config(
        app,
        loop="none",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=SOCKET_MESSAGE_BYTES,
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        log_level=logging.WARNING,  # a line per viewer would cost more than the viewer
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=DRAIN_S,
        timeout_keep_alive=KEEP_ALIVE_S,
    )


async def drain(hub: Hub, open_sockets: set[asyncio.Task[None]]) -> None:
    """Close every viewer's connection in a way that makes it reconnect, and wait until that is said."""
    for _, room in hub.rooms():
        for connection in room.all():
            connection.close(Close.DRAINING)
    if open_sockets:
        await asyncio.wait(open_sockets, timeout=DRAIN_S)


def listen(settings: Settings) -> socket.socket:
    """Return a socket bound as the settings say; raises PortBusy."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        where = f"{settings.host}:{settings.port}"
        raise PortBusy(
            f"Rollcall cannot listen on {where}: {error.strerror}. Choose another --port."
        ) from error
    return listening
