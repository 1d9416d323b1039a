"""The asyncio driver of the RTMP server: sockets, time limits, one publish session per media.

The key is judged by `authorize` before a byte of media is accepted; no answer is a refusal. The same media
published twice: the newest wins and the older connection is closed first. Keys are never logged.
"""

import asyncio
import contextlib
import logging
import socket
from asyncio import StreamReader, StreamWriter
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from rollcall.media.flv import Tag
from rollcall.media.ingest.protocol_error import ProtocolError
from rollcall.media.ingest.session import Event, PublishAsked, PublishEnded, Session
from rollcall.media.publish import Publish, PublishFailed

APP = "live"
PUBLISH_WITHIN_S = 10.0
IDLE_S = 20.0
MAX_PER_ADDRESS = 32
_READ_BYTES = 64 * 1024
_REPLACE_WITHIN_S = 10.0

log = logging.getLogger(__name__)


class Authorize(Protocol):
    """Whoever judges stream keys."""

    async def __call__(self, app: str, key: str, address: str) -> str | None:
        """Return the code of the media that `key` belongs to, None to refuse."""


class Ingest:
    """The RTMP server of one process. `begin` makes the publish session of an accepted media."""

    def __init__(
        self, authorize: Authorize, begin: Callable[[str], Publish], *, max_per_address: int = MAX_PER_ADDRESS
    ) -> None:
        self._authorize = authorize
        self._begin = begin
        self._max_per_address = max_per_address
        self._per_address: Counter[str] = Counter()
        self._connections: set[asyncio.Task[None]] = set()
        self._on_air: dict[str, tuple[asyncio.Task[None], Publish]] = {}
        self._server: asyncio.Server | None = None

    async def start(self, listening: socket.socket) -> None:
        """Accept connections on a bound socket."""
        self._server = await asyncio.start_server(self._accept, sock=listening)

    async def close(self) -> None:
        """Accept no more, end every connection and its publish session."""
        if self._server is not None:
            self._server.close()
        for task in self._connections:
            task.cancel()
        if self._connections:
            await asyncio.wait(self._connections)

    def drop(self, media: str) -> None:
        """Close the publisher of a media, if there is one."""
        if media in self._on_air:
            self._on_air[media][0].cancel()

    def publishes(self) -> list[Publish]:
        """Return the publish sessions that are going on."""
        return [publish for _, publish in self._on_air.values()]

    def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.create_task(self._converse(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _converse(self, reader: StreamReader, writer: StreamWriter) -> None:
        address = _address(writer)
        self._per_address[address] += 1
        try:
            if self._per_address[address] > self._max_per_address:
                log.warning("RTMP connection of %s refused: more than %d", address, self._max_per_address)
                return
            await _Connection(self, reader, writer, address).run()
        except (ProtocolError, PublishFailed) as error:
            log.warning("RTMP connection of %s closed: %s", address, error)
        except TimeoutError:
            log.info("RTMP connection of %s closed: silent for too long", address)
        except (ConnectionError, asyncio.CancelledError):
            log.info("RTMP connection of %s ended", address)
        finally:
            self._per_address -= Counter([address])
            writer.close()

    async def judge(self, asked: PublishAsked, address: str) -> str | None:
        """Return the media that may be published, None when the app or the key is refused."""
        media = await self._authorize(asked.app, asked.key, address) if asked.app == APP else None
        if media is None:
            log.warning("publisher refused: wrong stream key or app, from %s", address)
        return media

    async def go_on_air(self, media: str) -> Publish:
        """Close an older publisher of this media and return the new publish session."""
        task = asyncio.current_task()
        assert task is not None
        while media in self._on_air:
            older = self._on_air[media][0]
            log.info("publisher of %s replaced by a newer one", media)
            older.cancel()
            await asyncio.wait({older}, timeout=_REPLACE_WITHIN_S)
        publish = self._begin(media)
        self._on_air[media] = (task, publish)
        return publish

    async def go_off_air(self, publish: Publish) -> None:
        """End a publish session, whatever is cancelled meanwhile; only then may this media's next one begin."""
        ending = asyncio.create_task(publish.end())
        while not ending.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait({ending})
        del self._on_air[publish.media]
        ending.result()


class _Connection:
    """One encoder's connection, from handshake to end."""

    def __init__(self, ingest: Ingest, reader: StreamReader, writer: StreamWriter, address: str) -> None:
        self._ingest = ingest
        self._reader = reader
        self._writer = writer
        self._address = address
        self._session = Session()

    async def run(self) -> None:
        """Talk until the encoder has published and gone, or was refused."""
        async with asyncio.timeout(PUBLISH_WITHIN_S):
            asked = await self._until_asked()
        media = await self._ingest.judge(asked, self._address) if asked else None
        if asked is None:
            return
        if media is None:
            self._session.refuse()
            await self._flush()
            return
        publish = await self._ingest.go_on_air(media)
        try:
            await self._publish(publish)
        finally:
            await self._ingest.go_off_air(publish)

    async def _until_asked(self) -> PublishAsked | None:
        while data := await self._reader.read(_READ_BYTES):
            events = self._session.feed(data)
            await self._flush()
            for event in events:
                if isinstance(event, PublishAsked):
                    return event
        return None

    async def _publish(self, publish: Publish) -> None:
        events = self._session.accept()
        await self._flush()
        while await _pass_on(events, publish):
            async with asyncio.timeout(IDLE_S):
                data = await self._reader.read(_READ_BYTES)
            if not data:
                return
            events = self._session.feed(data)
            await self._flush()

    async def _flush(self) -> None:
        if output := self._session.take_output():
            self._writer.write(output)
            async with asyncio.timeout(IDLE_S):
                await self._writer.drain()


async def _pass_on(events: list[Event], publish: Publish) -> bool:
    """Give the tags among `events` to the publish session; False when the encoder says it has ended."""
    for event in events:
        match event:
            case Tag():
                await publish.take(event)
            case PublishEnded():
                return False
            case PublishAsked():
                raise ProtocolError("a second publish")
    return True


def _address(writer: StreamWriter) -> str:
    peer = writer.get_extra_info("peername")
    with contextlib.suppress(TypeError, IndexError):
        return str(peer[0])
    return "unknown"
