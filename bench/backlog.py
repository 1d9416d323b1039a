"""After a restart: how long until everything that players could not send for ten minutes is on disk.

Every player has as many rows as ten minutes cut, at least one each ten seconds; they come back with full jitter, as the
page does. Rows are shorter than real ones, which changes their number and work in nothing. Beside it: bare sqlite3
upserting as many rows in one process.
"""

import asyncio
import time

import psutil
import uvloop

from bench.connections import crowd
from bench.crowd import Viewer, all_joined
from bench.durable import bare_upserts_per_s
from bench.result import Result, beside
from bench.servers import Rollcall
from tests.running import RunningServer, running_server

OFFLINE_MS, ROW_MS = 600_000, 10_000
ROWS = OFFLINE_MS // ROW_MS
ROW_APART_MS = 20
LIMIT_S = 600


def run(viewers: int) -> list[Result]:
    """Kill a server under `viewers` players, let each gather its rows, start it again, and wait for the last."""
    with running_server() as server:
        took_s = uvloop.run(_catch_up(server, viewers))
    bare_s = viewers * ROWS / bare_upserts_per_s()
    return [
        beside(
            f"restart to all of {viewers:,} × 10 min on disk",
            took_s,
            "s",
            ("bare sqlite3 upserts", bare_s),
            "≤ 60 s",
            less=True,
        )
    ]


async def _catch_up(server: RunningServer, count: int) -> float:
    rollcall = Rollcall(int(server.url.rpartition(":")[2]), server.key, psutil.Process(server.pid))
    async with crowd(rollcall, count) as (_, media, viewers):
        await all_joined([viewer.join(rollcall.port, media) for viewer in viewers])
        await asyncio.to_thread(server.kill)
        done = [_Done(await _gather_rows(viewer)) for viewer in viewers]
        for viewer, all_acked in zip(viewers, done, strict=True):
            viewer.on_ack = all_acked.heard
        await asyncio.to_thread(server.start)
        began = time.perf_counter()
        async with asyncio.timeout(LIMIT_S):
            await asyncio.gather(*(viewer.come_back(rollcall.port, media) for viewer in viewers))
            await asyncio.gather(*(each.reached.wait() for each in done))
        return time.perf_counter() - began


class _Done:
    """Whether a viewer's last row is on disk."""

    def __init__(self, last: int) -> None:
        self._last = last
        self.reached = asyncio.Event()

    def heard(self, viewer: Viewer) -> None:
        if viewer.acked >= self._last:
            self.reached.set()


async def _gather_rows(viewer: Viewer) -> int:
    """Cut what ten minutes cut; return the number of the last row."""
    player = viewer.player
    assert player is not None
    at_ms = viewer.clock.now_ms()
    for n in range(1, ROWS + 1):
        player.cut(at_ms + n * ROW_APART_MS)
    await asyncio.sleep(0)
    return viewer.acked + player.waiting
