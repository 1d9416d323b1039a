"""Many connections at once: to the bare echo, or players of Rollcall that answer every tick as real ones do."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from bench.raw_client import RawSocket
from rollcall.base.clock import Clock
from rollcall.cli.simulate.page.clock import Clocks
from rollcall.cli.simulate.page.player import Player
from rollcall.wire import viewer_out
from rollcall.wire.viewer_in import Hello, PlayRef

AT_ONCE = 256
JOIN_LIMIT_S = 120
RETRY_FIRST_S, RETRY_CAP_S = 0.5, 30.0

encode = msgspec.json.Encoder().encode
decode: Callable[[bytes], viewer_out.ViewerOut] = msgspec.json.Decoder(viewer_out.ViewerOut).decode


@dataclass(slots=True)
class Viewer:
    """One player on a raw socket. `acked` is the last row known to be on disk, `sent_ms` when rows last went."""

    grant: str
    clock: Clock
    socket: RawSocket | None = None
    player: Player | None = None
    play: str = ""
    ref: PlayRef | None = None
    acked: int = 0
    sent_ms: int = 0
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    on_ack: Callable[["Viewer"], None] | None = None
    on_prompt: Callable[[], None] | None = None

    def heard(self, _socket: RawSocket, payload: bytes) -> None:
        """React to one message as a player does."""
        message = decode(payload)
        now = self.clock.now_ms()
        match message:
            case viewer_out.Opened():
                self._opened(message, now)
            case viewer_out.TickOut():
                assert self.player is not None
                self.player.tick(message, now)
                for envelope in self.player.unsent(self.play, now):
                    self.sent_ms = now
                    self.send(envelope)
            case viewer_out.Ack():
                assert self.player is not None
                self.acked = message.durable
                self.player.acknowledged(message.durable)
                if self.on_ack is not None:
                    self.on_ack(self)
            case viewer_out.SlowDown(ms=ms):
                asyncio.get_running_loop().call_later(ms / 1000, self._send_again)
            case viewer_out.Prompt():
                if self.on_prompt is not None:
                    self.on_prompt()
            case _:
                pass

    def _opened(self, opened: viewer_out.Opened, now: int) -> None:
        """Begin, or go on with, a play."""
        self.play = opened.play
        self.ref = PlayRef(opened.play, opened.upload_key)
        self.acked = opened.durable
        if self.player is None:
            self.player = Player(Clocks(now), opened.tick, now)
        else:
            self.player.tick(opened.tick, now)
            self.player.acknowledged(opened.durable)
            self.player.send_again(opened.durable + 1)
        self.send(self.player.answer(self.play, now))
        self.opened.set()

    def _send_again(self) -> None:
        """Send what was refused while the server was behind."""
        assert self.player is not None
        self.player.send_again(self.acked + 1)
        for envelope in self.player.unsent(self.play, self.clock.now_ms()):
            self.send(envelope)

    def send(self, message: object) -> None:
        """Send one message."""
        assert self.socket is not None
        self.socket.send(encode(message))

    async def join(self, port: int, media: str) -> None:
        """Connect, say hello, and wait until the play is open, or open again."""
        self.play = ""
        self.socket = RawSocket(self.heard, lambda _: self.opened.set())
        await self.socket.open("127.0.0.1", port, f"/embed/{media}/socket")
        self.send(self.greeting())
        await self.opened.wait()
        if not self.play:
            raise ConnectionError("the server closed the connection instead of opening the play")

    def greeting(self) -> Hello:
        """Return the hello of a player that may have been here before."""
        return Hello(self.grant, self.ref)

    async def come_back(self, port: int, media: str) -> None:
        """Connect with the play of before, with full jitter, as the page does."""
        longest_s = RETRY_FIRST_S
        while True:
            await asyncio.sleep(int.from_bytes(os.urandom(4)) / 2**32 * longest_s)
            self.opened.clear()
            try:
                return await self.join(port, media)
            except OSError:
                longest_s = min(2 * longest_s, RETRY_CAP_S)


@dataclass(slots=True)
class Echoed:
    """One connection to the bare echo."""

    socket: RawSocket | None = None
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    on_message: Callable[[], None] | None = None

    def heard(self, _socket: RawSocket, payload: bytes) -> None:
        """Take the echo of the first message as opening, later ones as messages."""
        del payload
        if self.on_message is not None and self.opened.is_set():
            self.on_message()
        self.opened.set()

    async def join(self, port: int, hello: bytes) -> None:
        """Connect, say something as long as a hello, and wait for the echo."""
        self.socket = RawSocket(self.heard, lambda _: None)
        await self.socket.open("127.0.0.1", port, "/")
        self.socket.send(hello)
        await self.opened.wait()


async def all_joined(joins: Sequence[Awaitable[None]]) -> float:
    """Run these joins, AT_ONCE at a time; return seconds from the first to the last."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(join: Awaitable[None]) -> None:
        async with gate:
            await join

    began = time.perf_counter()
    async with asyncio.timeout(JOIN_LIMIT_S):
        await asyncio.gather(*(one(join) for join in joins))
    return time.perf_counter() - began
