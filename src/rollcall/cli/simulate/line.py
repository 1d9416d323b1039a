"""How a simulated page talks with the server: over the viewer socket, or by POST where a proxy breaks sockets."""

import asyncio
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import aiohttp
import msgspec

from rollcall.wire import viewer_out
from rollcall.wire.close import Close
from rollcall.wire.exchange import Exchanged, Poll, Upload
from rollcall.wire.viewer_in import Hello, Lost, PlayRef, Rows

TURN_S, TURN_WITH_PROMPT_S = 6.0, 2.0
STOP_FROM = Close.MALFORMED

encode = msgspec.json.Encoder().encode
decode: Callable[[bytes | str], viewer_out.ViewerOut] = msgspec.json.Decoder(viewer_out.ViewerOut).decode
_exchanged: Callable[[bytes], Exchanged] = msgspec.json.Decoder(Exchanged).decode


class LineClosed(Exception):
    """Raised when the conversation has ended, with the close code if there was one."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"closed with {code}")
        self.code = code


class Address:
    """Where players connect. Through a proxy on another port they still ask for the server they mean."""

    def __init__(self, http: aiohttp.ClientSession, base_url: str, through: str | None = None) -> None:
        self.http = http
        self.base_url = base_url
        self.url = through or base_url
        self.headers = {"Origin": base_url, "Host": base_url.partition("://")[2]}

    async def post(self, path: str, body: Poll | Upload) -> Exchanged:
        """Post one turn; return the answer. Raises aiohttp.ClientError when it is refused."""
        headers = {**self.headers, "Content-Type": "application/json"}
        limit = aiohttp.ClientTimeout(total=30)
        async with self.http.post(
            self.url + path, data=encode(body), headers=headers, timeout=limit
        ) as answer:
            answer.raise_for_status()
            return _exchanged(await answer.read())


class Line(ABC):
    """One connection of one player."""

    @abstractmethod
    async def send(self, message: Hello | Rows | Lost, *, at_once: bool = False) -> None:
        """Send a message; `at_once`: wait for no turn, as a page that closes does."""

    @abstractmethod
    async def hear(self, within_s: float) -> list[viewer_out.ViewerOut]:
        """Return what came, empty when nothing did in this time. Raises LineClosed at the end."""

    @abstractmethod
    async def abandon(self) -> None:
        """Break off without a word, as a lost network does."""

    async def close(self) -> None:
        """End it in peace."""
        await self.abandon()


class SocketLine(Line):
    """The viewer socket."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self._ws = ws

    @classmethod
    async def open(cls, to: Address, media: str) -> "SocketLine":
        """Connect. Raises aiohttp.ClientError or OSError when that fails."""
        url = f"{to.url.replace('http', 'ws', 1)}/embed/{media}/socket"
        return cls(await to.http.ws_connect(url, headers=to.headers, compress=0, timeout=_AT_ONCE))

    async def send(self, message: Hello | Rows | Lost, *, at_once: bool = False) -> None:  # noqa: ARG002
        """Send a message."""
        await self._ws.send_frame(encode(message), aiohttp.WSMsgType.TEXT)

    async def hear(self, within_s: float) -> list[viewer_out.ViewerOut]:
        """Return the next message."""
        try:
            frame = await self._ws.receive(timeout=within_s)
        except TimeoutError:
            return []
        if frame.type not in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}:
            raise LineClosed(self._ws.close_code)
        return [decode(frame.data)]

    async def abandon(self) -> None:
        """Break the connection under the socket."""
        sock: socket.socket | None = self._ws.get_extra_info("socket")
        if sock is not None and sock.fileno() >= 0:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # the other side was quicker
        await self.close()

    async def close(self) -> None:
        """Say goodbye, but do not wait long for an answer."""
        await self._ws.close()


_AT_ONCE = aiohttp.ClientWSTimeout(ws_close=1.0)


class PollLine(Line):
    """Turns by POST, one at a time: each takes what waits here and brings what waits there."""

    def __init__(self, to: Address, media: str, grant: str, play: PlayRef | None) -> None:
        self._to = to
        self._path = f"/embed/{media}/poll"
        self._grant = grant
        self._play = play
        self._hello: Hello | None = None
        self._waiting: list[Any] = []
        self._prompts: set[str] = set()
        self._due_s = 0.0

    async def send(self, message: Hello | Rows | Lost, *, at_once: bool = False) -> None:
        """Let a message go with the next turn; a greeting goes at once."""
        if isinstance(message, Hello):
            self._hello = message
        else:
            self._waiting.append(message)
        if at_once or isinstance(message, Hello):
            self._due_s = 0.0

    async def hear(self, within_s: float) -> list[viewer_out.ViewerOut]:
        """Return what the next turn brings, if it is due in this time."""
        loop = asyncio.get_running_loop()
        wait_s = self._due_s - loop.time()
        await asyncio.sleep(max(0.0, min(wait_s, within_s)))
        if wait_s > within_s:
            return []
        return await self._turn()

    async def abandon(self) -> None:
        """Stop taking turns."""

    async def _turn(self) -> list[viewer_out.ViewerOut]:
        hello, self._hello = self._hello, None
        portion, self._waiting = self._waiting[:20], self._waiting[20:]
        answer = await self._to.post(self._path, Poll(self._grant, self._play, hello, portion))
        for message in answer.messages:
            self._note(message)
        if answer.close is not None:
            raise LineClosed(answer.close)
        pause_s = TURN_WITH_PROMPT_S if self._prompts else TURN_S
        self._due_s = asyncio.get_running_loop().time() + (0.0 if hello or self._waiting else pause_s)
        return answer.messages

    def _note(self, message: viewer_out.ViewerOut) -> None:
        match message:
            case viewer_out.Opened():
                self._play = PlayRef(message.play, message.upload_key)
            case viewer_out.Prompt():
                self._prompts.add(message.check)
            case viewer_out.PromptClosed():
                self._prompts.discard(message.check)
            case _:
                pass
