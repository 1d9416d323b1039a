"""The server is killed with five thousand players connected and started again: all back in 30 s, nothing lost (F7).

What was acknowledged is looked for in a copy of the database, before anybody is back to send it again. `SOAK_PLAYERS`
in the environment makes it larger or smaller.
"""

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import click
import psutil
import uvloop

from bench.connections import crowd
from bench.crowd import Viewer, all_joined
from bench.servers import Rollcall
from tests.faults.receipts import copied
from tests.running import RunningServer, running_server

PLAYERS = int(os.environ.get("SOAK_PLAYERS", "5000"))
HEARD_S = 2  # until the last words of a dead server are heard
STEADY_S, SETTLE_S, MEASURE_S = 30, 60, 20
BACK_LIMIT_S, ACK_LIMIT_MS, MEMORY_LIMIT = 30, 2_000, 2.0


@dataclass
class Measured:
    """What the run showed; memory in MiB."""

    back_s: list[float] = field(default_factory=list)
    ack_ms: list[int] = field(default_factory=list)
    steady: int = 0
    peak: int = 0
    missing: int = 0


def run() -> list[str]:
    """Kill and start once; return what was slower, larger or less than promised."""
    with running_server() as server:
        measured = uvloop.run(_survive(server))
    return _judge(measured)


async def _survive(server: RunningServer) -> Measured:
    measured = Measured()
    rollcall = Rollcall(int(server.url.rpartition(":")[2]), server.key, psutil.Process(server.pid))
    async with crowd(rollcall, PLAYERS) as (_, media, viewers):
        await all_joined([viewer.join(rollcall.port, media) for viewer in viewers])
        await asyncio.sleep(STEADY_S)
        measured.steady = rollcall.process.memory_info().rss >> 20
        await asyncio.to_thread(server.kill)
        await asyncio.sleep(HEARD_S)
        measured.missing = _missing(server, viewers)
        await asyncio.to_thread(server.start)
        watching = asyncio.create_task(_watch(psutil.Process(server.pid), measured))
        began = time.monotonic()
        await asyncio.gather(*(_come_back(v, rollcall.port, media, began, measured) for v in viewers))
        await asyncio.sleep(max(0.0, began + SETTLE_S - time.monotonic()))
        for viewer in viewers:
            viewer.on_ack = lambda v: measured.ack_ms.append(v.clock.now_ms() - v.sent_ms)
        await asyncio.sleep(MEASURE_S)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    return measured


def _missing(server: RunningServer, viewers: Sequence[Viewer]) -> int:
    """Return how many players were told of rows that a server that is dead has not kept."""
    with copied(server.data) as db:
        kept = dict(db.execute("select code, applied from plays"))
    return sum(kept.get(viewer.play, 0) < viewer.acked for viewer in viewers)


async def _come_back(viewer: Viewer, port: int, media: str, began: float, measured: Measured) -> None:
    await viewer.come_back(port, media)
    measured.back_s.append(time.monotonic() - began)


async def _watch(process: psutil.Process, measured: Measured) -> None:
    while True:
        measured.peak = max(measured.peak, process.memory_info().rss >> 20)
        await asyncio.sleep(0.5)


def _judge(measured: Measured) -> list[str]:
    back, acks = sorted(measured.back_s), sorted(measured.ack_ms) or [0]
    p99_ms = acks[len(acks) * 99 // 100]
    click.echo(f"players           {PLAYERS}, {len(back)} back")
    click.echo(
        f"back again        median {back[len(back) // 2]:.1f} s, last {back[-1]:.1f} s after the server answered"
    )
    click.echo(
        f"to durable        p99 {p99_ms} ms of {len(acks)} acknowledgements, from {SETTLE_S} s after the start"
    )
    click.echo(f"memory            {measured.steady} MiB before, {measured.peak} MiB at most after")
    click.echo(f"acknowledged      {measured.missing} players miss rows that were acknowledged")
    faults = []
    if back[-1] > BACK_LIMIT_S:
        faults.append(f"the last player was back after {back[-1]:.1f} s")
    if p99_ms > ACK_LIMIT_MS:
        faults.append(f"p99 to durable is {p99_ms} ms")
    if measured.peak > MEMORY_LIMIT * measured.steady:
        faults.append(f"memory rose from {measured.steady} to {measured.peak} MiB")
    if measured.missing:
        faults.append(f"{measured.missing} players miss acknowledged rows")
    return faults
