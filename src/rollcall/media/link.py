"""The media process's end of its link to the server: asks who may publish and what is shown, reports, and hears orders.

One JSON object a line. When the link ends, so does the process; it never asks twice or guesses an answer.
"""

import asyncio
import logging
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import NamedTuple

from rollcall.base import unix_socket
from rollcall.wire import media_link
from rollcall.wire.media_link import (
    Authorize,
    Authorized,
    Drop,
    FromMedia,
    LookUp,
    Prepare,
    Ready,
    Refused,
    Revoke,
    Shown,
    ToMedia,
    Welcome,
)

MAX_LINE_BYTES = 64 * 1024 * 1024
MAX_UNSENT_BYTES = 16 * 1024 * 1024
WELCOME_WITHIN_S = 10.0
ANSWER_WITHIN_S = 5.0

log = logging.getLogger(__name__)


class LinkError(Exception):
    """Raised when the server does not speak as it should, or has gone before it has welcomed us."""


class Orders(NamedTuple):
    """What is done at the server's word."""

    revoke: Callable[[list[str]], None]
    drop: Callable[[str], None]
    prepare: Callable[[Prepare], None]


class Link:
    """A connection to the server. Made by `connect_link`; `run` reads until the server has gone."""

    def __init__(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._ids = count(1)
        self._asked: dict[int, asyncio.Future[str | None]] = {}
        self._looking: dict[int, asyncio.Future[Shown]] = {}

    async def greet(self, ready: Ready) -> Welcome:
        """Say where we listen; returns the server's answer. Raises LinkError."""
        self.send(ready)
        try:
            async with asyncio.timeout(WELCOME_WITHIN_S):
                frame = media_link.decode_to_media(await self._reader.readline())
        except (TimeoutError, ValueError, ConnectionError) as error:
            raise LinkError("no welcome from the server") from error
        if not isinstance(frame, Welcome):
            raise LinkError("the server's first frame is not a welcome")
        return frame

    def send(self, frame: FromMedia) -> None:
        """Report something. A server that has stopped reading is given up."""
        transport = self._writer.transport
        if transport.get_write_buffer_size() > MAX_UNSENT_BYTES:
            transport.abort()
        elif not transport.is_closing():
            self._writer.write(media_link.encode(frame) + b"\n")

    async def authorize(self, app: str, key: str, address: str) -> str | None:
        """Return the media that `key` may publish; None when refused or not answered in time."""
        number = next(self._ids)
        self._asked[number] = asyncio.get_running_loop().create_future()
        self.send(Authorize(id=number, app=app, key=key, address=address))
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await self._asked[number]
        except TimeoutError:
            log.warning("the server has not judged a stream key within %d s: refused", ANSWER_WITHIN_S)
            return None
        finally:
            del self._asked[number]

    async def look_up(self, media: str) -> Shown | None:
        """Return which recording a media shows; None when that is not answered in time."""
        number = next(self._ids)
        self._looking[number] = asyncio.get_running_loop().create_future()
        self.send(LookUp(id=number, media=media))
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await self._looking[number]
        except TimeoutError:
            log.warning("the server has not said within %d s what %s shows", ANSWER_WITHIN_S, media)
            return None
        finally:
            del self._looking[number]

    async def run(self, orders: Orders) -> None:
        """Hear the server until it has gone. Raises LinkError for what is not a frame."""
        try:
            while line := await self._reader.readline():
                self._hear(line, orders)
        except ConnectionError:
            return
        except ValueError as error:
            raise LinkError("the server sent what is no frame") from error

    def close(self) -> None:
        """Close the connection."""
        self._writer.close()

    def _hear(self, line: bytes, orders: Orders) -> None:
        frame: ToMedia = media_link.decode_to_media(line)
        match frame:
            case Authorized(id=number, media=media):
                self._settle(number, media)
            case Refused(id=number, reason=reason):
                log.info("the server refuses a stream key: %s", reason)
                self._settle(number, None)
            case Revoke(plays=plays):
                orders.revoke(plays)
            case Drop(media=media):
                orders.drop(media)
            case Prepare() as wanted:
                orders.prepare(wanted)
            case Shown() as shown:
                asked = self._looking.get(shown.id)
                if asked is not None and not asked.done():
                    asked.set_result(shown)
            case Welcome():
                raise LinkError("a second welcome")

    def _settle(self, number: int, media: str | None) -> None:
        asked = self._asked.get(number)
        if asked is not None and not asked.done():
            asked.set_result(media)


async def connect_link(path: Path) -> Link:
    """Connect to the server's Unix socket. Raises LinkError or OSError."""
    connection = unix_socket.connect(path, WELCOME_WITHIN_S)
    if connection is None:
        raise LinkError(f"no server listens at {path}")
    connection.setblocking(False)
    reader, writer = await asyncio.open_unix_connection(sock=connection, limit=MAX_LINE_BYTES)
    return Link(reader, writer)
