"""The proxy itself: sockets, queues and time. What happens to whom is decided by `Way`, `Answers` and the seed.

It listens on the loopback only and connects to the one server it was given.
"""

import asyncio
import socket
import struct
from collections import Counter
from random import Random
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from rollcall.cli.simulate.proxy.faults import Faults
from rollcall.cli.simulate.proxy.pieces import Splitter
from rollcall.cli.simulate.proxy.queue import Queue
from rollcall.cli.simulate.proxy.way import Answers, Way

CHUNK = 65_536
SMALL_CHUNK = 1_024
RESET = struct.pack("ii", 1, 0)

_Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class FaultProxy:
    """`async with FaultProxy(server_url, faults, seed) as proxy:` players connect to `proxy.url` instead.

    `counts` tells what was done. `source` is the address that it connects from. A test may also black out or cut
    everybody at a moment of its own.
    """

    def __init__(
        self, target: str, faults: Faults | None = None, seed: int = 1, source: str | None = None
    ) -> None:
        parts = urlsplit(target)
        assert parts.hostname is not None
        self._host, self._tls = parts.hostname, parts.scheme == "https"
        self._port = parts.port or (443 if self._tls else 80)
        self.faults = faults or Faults()
        self.counts: Counter[str] = Counter()
        self._seed = seed
        self._source = None if source is None else (source, 0)
        self._seen: set[tuple[bytes, bytes]] = set()
        self._links: dict[asyncio.Task[None], _Link] = {}
        self._began_s = self._dark_until_s = 0.0
        self._server: asyncio.Server | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        self._began_s = asyncio.get_running_loop().time()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=CHUNK, backlog=4096)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._links:
            task.cancel()
        await asyncio.gather(*self._links, return_exceptions=True)
        await self._server.wait_closed()

    def black_out(self, for_s: float) -> None:
        """Let nothing pass for so long, from now on."""
        self._dark_until_s = asyncio.get_running_loop().time() + for_s

    def cut_all(self, *, reset: bool = True) -> None:
        """Break every connection at once."""
        for link in self._links.values():
            link.cut(reset=reset)

    def dark_s(self) -> float:
        """Return how much longer nothing passes."""
        now_s = asyncio.get_running_loop().time()
        left_ms = self.faults.blackout_left_ms(int((now_s - self._began_s) * 1000))
        return max(left_ms / 1000, self._dark_until_s - now_s)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.counts["connections"] += 1
        source = Random(f"{self._seed}/{self.counts['connections']}")  # noqa: S311 - repeatable on purpose
        try:
            server = await self._reach()
            link = _Link(self, (reader, writer), server, source)
            self._links[task] = link
            await link.run()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            self._links.pop(task, None)

    async def _reach(self) -> _Pair:
        limit = SMALL_CHUNK if self.faults.reader_bytes_s else CHUNK
        reader, writer = await asyncio.open_connection(
            self._host, self._port, ssl=self._tls or None, limit=limit, local_addr=self._source
        )
        if self.faults.reader_bytes_s:
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * SMALL_CHUNK)
        return reader, writer

    def answers(self) -> Answers:
        """Return what decides about lost answers on one connection; what was lost once is known to all."""
        return Answers(self.faults.answers, self.counts, self._seen)


class _Link:
    """One connection of a player and its twin to the server."""

    def __init__(self, proxy: FaultProxy, player: _Pair, server: _Pair, source: Random) -> None:
        self._proxy = proxy
        self._player, self._server = player, server
        self._source = source
        self._answers = proxy.answers()
        self._request = b""
        self._up = Queue(player[0], server[1], proxy.dark_s)
        self._down = Queue(server[0], player[1], proxy.dark_s)

    async def run(self) -> None:
        """Pass pieces both ways until one side ends or the connection is cut."""
        lifetime_ms = self._proxy.faults.lifetime_ms(self._source)
        ways = [
            asyncio.create_task(work)
            for work in (self._read_up(), self._read_down(), self._up.write(), self._down.write())
        ]
        try:
            limit_s = None if lifetime_ms is None else lifetime_ms / 1000
            done, _ = await asyncio.wait(ways, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
            if not done:
                self._proxy.counts["cuts"] += 1
                self.cut(reset=self._source.random() < 0.5)
            for task in done:
                task.result()
        finally:
            for task in ways:
                task.cancel()
            self.cut(reset=False)
            await asyncio.gather(*ways, return_exceptions=True)

    def cut(self, *, reset: bool) -> None:
        """End both halves, by RST or by FIN."""
        for _, writer in (self._player, self._server):
            sock = writer.get_extra_info("socket")
            if reset and sock is not None and not writer.transport.is_closing():
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                writer.transport.abort()
            writer.close()

    async def _read_up(self) -> None:
        way = Way(self._proxy.faults, self._source, self._proxy.counts, disturbs=True)
        splitter = Splitter(b"upgrade: websocket")
        while data := await self._up.read(CHUNK):
            self._request += data if not splitter.is_raw or len(self._request) < CHUNK else b""
            for piece in splitter.feed(data):
                if piece.is_message:
                    self._request = b""
                for at_ms in way.arrivals(piece, self._up.now_ms()):
                    self._up.put(at_ms, piece.raw)
        await self._up.drained()

    async def _read_down(self) -> None:
        faults = self._proxy.faults
        way = Way(faults, self._source, self._proxy.counts, disturbs=False)
        splitter = Splitter(b"http/1.1 101")
        while data := await self._down.read(SMALL_CHUNK if faults.reader_bytes_s else CHUNK):
            if faults.reader_bytes_s:
                await asyncio.sleep(len(data) / faults.reader_bytes_s)
            for piece in splitter.feed(data):
                fate = self._answers.of_message(piece.body) if piece.is_message else self._of_http(splitter)
                if fate == "cut":
                    return
                if fate == "pass":
                    (at_ms,) = way.arrivals(piece, self._down.now_ms())
                    self._down.put(at_ms, piece.raw)
        await self._down.drained()

    def _of_http(self, splitter: Splitter) -> str:
        request, self._request = self._request, b""
        return self._answers.of_post(request) if splitter.is_raw else "pass"
