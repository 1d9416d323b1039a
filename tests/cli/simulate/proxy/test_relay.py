"""The proxy over real sockets: what passes, what does not, and that it does what it counts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from rollcall.cli.simulate.proxy import PROFILES, FaultProxy, Faults

PLAY = "aaaaaaaaaaaa"
OVER = {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}


class Server:
    """Echoes messages; remembers them and the bodies posted."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.url = ""

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        async for message in ws:
            self.heard.append(message.data)
            await ws.send_str(message.data)
        return ws

    async def post(self, request: web.Request) -> web.Response:
        self.heard.append(await request.text())
        return web.json_response({})


@asynccontextmanager
async def echo() -> AsyncIterator[Server]:
    server, app = Server(), web.Application()
    app.add_routes([web.get("/socket", server.socket), web.post("/post", server.post)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = str(site.name)
    try:
        yield server
    finally:
        await runner.cleanup()


@asynccontextmanager
async def through(
    faults: Faults,
) -> AsyncIterator[tuple[Server, FaultProxy, aiohttp.ClientWebSocketResponse]]:
    async with (
        echo() as server,
        FaultProxy(server.url, faults) as proxy,
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{proxy.url}/socket") as ws,
    ):
        yield server, proxy, ws


async def test_without_faults_everything_passes_in_order_and_size() -> None:
    said = [f"{n}" * (n * 1_000) for n in range(1, 9)]
    async with echo() as server, FaultProxy(server.url) as proxy, aiohttp.ClientSession() as http:
        async with http.ws_connect(f"{proxy.url}/socket") as ws:
            for text in said:
                await ws.send_str(text)
            assert [await ws.receive_str(timeout=10) for _ in said] == said
        async with http.post(f"{proxy.url}/post", data="body") as answer:
            assert answer.status == 200
        assert server.heard == [*said, "body"]
        assert proxy.counts == {"connections": 2}


async def test_nothing_passes_in_the_dark_and_everything_after() -> None:
    async with through(Faults()) as (_, proxy, ws):
        proxy.black_out(0.5)
        began = asyncio.get_running_loop().time()
        await ws.send_str("through")
        assert await ws.receive_str(timeout=10) == "through"
        assert asyncio.get_running_loop().time() - began >= 0.5


@pytest.mark.parametrize("reset", [True, False])
async def test_a_cut_ends_both_sides(reset: bool) -> None:
    async with through(Faults()) as (_, proxy, ws):
        await ws.send_str("one")
        await ws.receive_str(timeout=10)
        proxy.cut_all(reset=reset)
        assert (await ws.receive(timeout=10)).type in OVER


async def test_connections_are_cut_when_their_time_is_over() -> None:
    faults = Faults(cut_every_ms=200)
    async with through(faults) as (_, proxy, ws):
        await ws.receive(timeout=10)
        assert proxy.counts["cuts"] == 1


async def test_messages_come_again_and_late_but_the_first_comes_first_and_once() -> None:
    faults = Faults(duplicate_percent=50, copies=2, shuffle_percent=50, held_ms=300)
    said = ["hello", *map(str, range(40))]
    async with through(faults) as (server, proxy, ws):
        for text in said:
            await ws.send_str(text)
        while len(server.heard) < len(said) + proxy.counts["copies"]:
            await ws.receive_str(timeout=10)
        assert server.heard[0] == "hello"
        assert server.heard.count("hello") == 1
        assert set(server.heard) == set(said)
        assert server.heard != sorted(server.heard, key=said.index)


async def test_the_answer_to_a_post_is_lost_after_the_server_took_it() -> None:
    body = f'{{"play":{{"id":"{PLAY}"}}}}'
    faults = PROFILES["lost-answers"]
    async with echo() as server, FaultProxy(server.url, faults) as proxy, aiohttp.ClientSession() as http:
        with pytest.raises(aiohttp.ClientError):
            await http.post(f"{proxy.url}/post", data=body)
        async with http.post(f"{proxy.url}/post", data=body) as answer:
            assert answer.status == 200
        assert server.heard == [body, body]
        assert proxy.counts["lost answers"] == 1


async def test_a_slow_reader_slows_its_own_connection_only() -> None:
    async with (
        through(Faults(reader_bytes_s=20_000)) as (_, proxy, slow),
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{proxy.url}/socket") as other,
    ):
        await slow.send_str("x" * 20_000)
        await other.send_str("quick")
        assert await other.receive_str(timeout=10) == "quick"
        began = asyncio.get_running_loop().time()
        assert len(await slow.receive_str(timeout=10)) == 20_000
        assert asyncio.get_running_loop().time() - began > 0.3
