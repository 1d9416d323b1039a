"""The proxy before the media process: paths unchanged, no segment held, clear answers when nobody is there."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from rollcall.base import unix_socket
from rollcall.media.proxy import MediaProxy
from tests.media.live import serving

PIECE = bytes(64 * 1024)


class Upstream:
    """Stands where the media process would: notes request lines, sends a body without end."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.sent_bytes = 0
        self.left = asyncio.Event()

    async def answer(self, reader: StreamReader, writer: StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.requests.append(head.decode().splitlines()[0])
        writer.write(
            b"HTTP/1.1 403 No\r\nContent-Type: text/x\r\nX-Private: 1\r\nContent-Length: 1073741824\r\n\r\n"
        )
        try:
            while True:
                writer.write(PIECE)
                await writer.drain()
                self.sent_bytes += len(PIECE)
        except ConnectionError:
            self.left.set()
        writer.close()


@asynccontextmanager
async def upstream_at(path: Path) -> AsyncIterator[Upstream]:
    upstream, listening = Upstream(), unix_socket.listen(path)
    listening.setblocking(False)
    server = await asyncio.start_unix_server(upstream.answer, sock=listening)
    yield upstream
    server.close()


@pytest.mark.parametrize(
    "path", ["/hls/a/b/..%2fc", "/hls/a/../b", "/hls/a//b", "/hls/%2e%2e/%41", "/hls/a/b\\c", "/hls/%ff;a=b"]
)
async def test_a_path_travels_as_it_came(tmp_path: Path, path: str) -> None:
    proxy = MediaProxy(tmp_path / "http")
    async with (
        upstream_at(tmp_path / "http") as upstream,
        serving(proxy) as base,
        aiohttp.ClientSession() as viewer,
    ):
        async with viewer.get(URL(base + path, encoded=True)) as answer:
            assert (answer.status, answer.headers["content-type"]) == (403, "text/x")
            assert "x-private" not in answer.headers
        assert upstream.requests == [f"GET {path} HTTP/1.1"]
        await asyncio.wait_for(upstream.left.wait(), 5)


async def test_a_viewer_that_stops_reading_stops_the_media_process_and_leaving_closes_it(
    tmp_path: Path,
) -> None:
    proxy = MediaProxy(tmp_path / "http")
    async with upstream_at(tmp_path / "http") as upstream, serving(proxy) as base:
        reader, writer = await asyncio.open_connection("127.0.0.1", URL(base).port, limit=1024)
        writer.write(b"GET /hls/x HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readline()
        before = -1
        async with asyncio.timeout(10):
            while upstream.sent_bytes != before:
                before = upstream.sent_bytes
                await asyncio.sleep(0.3)
        assert before < 32 * 1024 * 1024
        assert not upstream.left.is_set()
        writer.transport.abort()
        await asyncio.wait_for(upstream.left.wait(), 5)


async def test_a_media_process_that_is_away_is_said(tmp_path: Path) -> None:
    async with (
        serving(MediaProxy(tmp_path / "http")) as base,
        aiohttp.ClientSession() as viewer,
        viewer.get(base + "/hls/x") as answer,
    ):
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert (await answer.json())["code"] == "unavailable"


async def test_a_media_process_that_hangs_up_is_said(tmp_path: Path) -> None:
    async def hang_up(_: StreamReader, writer: StreamWriter) -> None:
        writer.close()

    listening = unix_socket.listen(tmp_path / "http")
    listening.setblocking(False)
    server = await asyncio.start_unix_server(hang_up, sock=listening)
    async with (
        serving(MediaProxy(tmp_path / "http")) as base,
        aiohttp.ClientSession() as viewer,
        viewer.get(base + "/hls/x") as answer,
    ):
        assert answer.status == 502
    server.close()


async def test_a_deep_data_directory_is_reached(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    async with upstream_at(deep / "http") as upstream, serving(MediaProxy(deep / "http")) as base:
        async with aiohttp.ClientSession() as viewer, viewer.get(base + "/hls/x") as answer:
            assert answer.status == 403
        await asyncio.wait_for(upstream.left.wait(), 5)
