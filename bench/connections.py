"""Joins per second, the time of a message to the last of all viewers, and memory per viewer; beside a bare echo."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import uvloop

from bench.crowd import Echoed, Viewer, all_joined
from bench.result import Result, beside
from bench.servers import Echo, Rollcall, echo_server, rollcall_server
from rollcall.base.clock import Clock
from rollcall.cli.api_client import Api
from rollcall.cli.simulate import stage
from rollcall.cli.simulate.script.values import PersonScript
from rollcall.wire.moments import to_datetime

ROUNDS = 5
ROUND_LIMIT_S = 60
BETWEEN_ROUNDS_S = 0.5
PRESENCE_S = 12  # a tick period, so that everybody has proven playing time
HELLO_BYTES, PROMPT_BYTES = 120, 200


@dataclass(frozen=True, slots=True)
class Round:
    """One message to everybody: when the last has it, and how long after the first that is."""

    asked_to_last_ms: float
    first_to_last_ms: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What one server did."""

    joins_per_s: float
    last: Round
    kb_per_viewer: float


def run(viewers: int) -> list[Result]:
    """Measure both servers with the same number of connections."""
    with echo_server() as echo:
        bare = uvloop.run(_of_echo(echo, viewers))
    with rollcall_server() as server:
        ours = uvloop.run(_of_rollcall(server, viewers))
    peer = "bare uvicorn echo"
    return [
        beside(
            f"joins, {viewers:,} viewers", ours.joins_per_s, "1/s", (peer, bare.joins_per_s), "ratio ≥ 0.6"
        ),
        beside(
            f"fan-out, first to last of {viewers:,}",
            ours.last.first_to_last_ms,
            "ms",
            (peer, bare.last.first_to_last_ms),
            "ratio ≥ 0.6",
            less=True,
        ),
        beside(
            "check, from the call over the disk to the last",
            ours.last.asked_to_last_ms,
            "ms",
            (peer, bare.last.asked_to_last_ms),
            "-",
            less=True,
        ),
        beside(
            "memory per viewer", ours.kb_per_viewer, "KB", (peer, bare.kb_per_viewer), "≤ 60 KB", less=True
        ),
    ]


async def _of_echo(echo: Echo, count: int) -> Figures:
    before = echo.process.memory_info().rss
    everybody = [Echoed() for _ in range(count)]
    seconds = await all_joined([one.join(echo.port, b"x" * HELLO_BYTES) for one in everybody])
    grown = echo.process.memory_info().rss - before
    rounds = [await _echo_round(everybody) for _ in range(ROUNDS)]
    for one in everybody:
        assert one.socket is not None
        one.socket.close()
    return Figures(count / seconds, _median(rounds), grown / 1024 / count)


async def _echo_round(everybody: list[Echoed]) -> Round:
    arrived = _Arrivals(len(everybody))
    for one in everybody:
        one.on_message = arrived.one
    assert everybody[0].socket is not None
    began = time.perf_counter()
    everybody[0].socket.send(b"*" + b"x" * PROMPT_BYTES)
    return await arrived.all_since(began)


async def _of_rollcall(server: Rollcall, count: int) -> Figures:
    async with crowd(server, count) as (api, media, viewers):
        before = server.process.memory_info().rss
        seconds = await all_joined([viewer.join(server.port, media) for viewer in viewers])
        grown = server.process.memory_info().rss - before
        await asyncio.sleep(PRESENCE_S)
        rounds = [await _check_round(api, media, viewers) for _ in range(ROUNDS)]
    return Figures(count / seconds, _median(rounds), grown / 1024 / count)


@asynccontextmanager
async def crowd(server: Rollcall, count: int) -> AsyncIterator[tuple[Api, str, list[Viewer]]]:
    """Prepare a live media with an open session and `count` players that may join it; drop them afterwards."""
    people = [PersonScript(f"bench-{n}", f"Viewer {n}", "plain", (), ()) for n in range(count)]
    async with aiohttp.ClientSession() as http:
        api = Api(http, server.url, server.key)
        (media,) = (await stage.prepare(api, None, people)).halls
        since = to_datetime(Clock().now_ms() - 30_000).isoformat()
        await api.call("POST", f"/media/{media}/sessions", {"title": "All", "starts_at": since})
        grants = await stage.grants(api, [(media, person.user_id) for person in people])
        clock = Clock()
        viewers = [Viewer(grant, clock) for grant in grants]
        try:
            yield api, media, viewers
        finally:
            for viewer in viewers:
                if viewer.socket is not None:
                    viewer.socket.close()


async def _check_round(api: Api, media: str, viewers: list[Viewer]) -> Round:
    arrived = _Arrivals(len(viewers))
    for viewer in viewers:
        viewer.on_prompt = arrived.one
    began = time.perf_counter()
    check = await api.call("POST", f"/media/{media}/checks", {"lifetime_s": 60})
    took = await arrived.all_since(began)
    await api.call("POST", f"/media/{media}/checks/{check['id']}/cancel")
    await asyncio.sleep(BETWEEN_ROUNDS_S)
    return took


def _median(rounds: list[Round]) -> Round:
    return sorted(rounds, key=lambda one: one.asked_to_last_ms)[len(rounds) // 2]


class _Arrivals:
    """Notes when the first and the last of `count` messages have come."""

    def __init__(self, count: int) -> None:
        self._count = self._missing = count
        self._first_s = self._last_s = 0.0
        self._all = asyncio.Event()

    def one(self) -> None:
        if self._missing == self._count:
            self._first_s = time.perf_counter()
        self._missing -= 1
        if self._missing == 0:
            self._last_s = time.perf_counter()
            self._all.set()

    async def all_since(self, began_s: float) -> Round:
        """Return the figures of a round that began at `began_s`, once the last message is here."""
        async with asyncio.timeout(ROUND_LIMIT_S):
            await self._all.wait()
        return Round((self._last_s - began_s) * 1000, (self._last_s - self._first_s) * 1000)
