"""The sockets of the RTMP server: silence, crowds and strangers are sent away."""

import asyncio
import socket
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from rollcall.media.ingest import amf0, chunks, server
from rollcall.media.ingest.chunks import Message
from rollcall.media.ingest.server import Ingest
from rollcall.media.publish import Publish

HANDSHAKE = b"\x03" + bytes(1536) + bytes(1536)


def begin(media: str) -> Publish:
    raise AssertionError(f"{media} must not begin")


def commands(app: str) -> bytes:
    connect = amf0.encode("connect", 1, {"app": app})
    publish = amf0.encode("publish", 2, None, "key", "live")
    return HANDSHAKE + b"".join(chunks.encode(Message(20, 0, 0, body), 128) for body in (connect, publish))


class Ends:
    """An ingest of this process, and connections to it. `asked` are the keys it was to judge."""

    def __init__(self, port: int, asked: list[str]) -> None:
        self.port = port
        self.asked = asked

    async def connect(self) -> tuple[StreamReader, StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)


@asynccontextmanager
async def ingest(max_per_address: int = 32) -> AsyncIterator[Ends]:
    asked: list[str] = []

    async def authorize(app: str, key: str, address: str) -> str | None:
        asked.append(f"{app}/{key} {address}")
        return None

    listening = socket.create_server(("127.0.0.1", 0))
    serving = Ingest(authorize, begin, max_per_address=max_per_address)
    await serving.start(listening)
    yield Ends(listening.getsockname()[1], asked)
    await serving.close()


async def closed(reader: StreamReader) -> bytes:
    """Return what comes until the server closes."""
    async with asyncio.timeout(5):
        try:
            return await reader.read()
        except ConnectionError:
            return b""


@pytest.mark.parametrize("sent", [b"", HANDSHAKE[:2000], HANDSHAKE], ids=["nothing", "half", "no publish"])
async def test_who_does_not_publish_in_time_is_sent_away(
    sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "PUBLISH_WITHIN_S", 0.3)
    async with ingest() as ends:
        reader, writer = await ends.connect()
        writer.write(sent)
        await closed(reader)
        writer.close()


async def test_bytes_that_are_no_rtmp_close_the_connection() -> None:
    async with ingest() as ends:
        reader, writer = await ends.connect()
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        assert await closed(reader) == b""
        writer.close()


@pytest.mark.parametrize(("app", "asked"), [("live", ["live/key 127.0.0.1"]), ("other", [])])
async def test_a_refused_publisher_is_told_and_closed(app: str, asked: list[str]) -> None:
    async with ingest() as ends:
        reader, writer = await ends.connect()
        writer.write(commands(app))
        assert b"NetStream.Publish.BadName" in await closed(reader)
        assert ends.asked == asked
        writer.close()


async def test_one_address_gets_so_many_connections_and_its_place_back() -> None:
    async with ingest(max_per_address=1) as ends:
        _, first = await ends.connect()
        reader, second = await ends.connect()
        assert await closed(reader) == b""
        first.close()
        await first.wait_closed()
        async with asyncio.timeout(5):
            while True:
                reader, third = await ends.connect()
                third.write(commands("live"))
                answer = await closed(reader)
                third.close()
                if answer:
                    break
        second.close()
        assert b"NetStream.Publish.BadName" in answer
