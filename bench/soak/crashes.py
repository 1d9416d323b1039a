"""Crashes of every kind under load: nothing acknowledged is missing, altered or stored twice.

`SOAK_KILLS` in the environment is how many times the server is killed at random moments (100), `SOAK_CRASHES` how many
times it crashes at each point and each failing system call (50), `SOAK_OPEN_PROMPTS` how many prompts are open at the
crash that every lifetime ends in (1,000).
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from functools import partial

import aiohttp

from tests.faults import crashing
from tests.faults.watchers import Found
from tests.running import running_server
from tests.server.conftest import Event, make_event

KILLS = int(os.environ.get("SOAK_KILLS", "100"))
CRASHES = int(os.environ.get("SOAK_CRASHES", "50"))
PEOPLE = int(os.environ.get("SOAK_OPEN_PROMPTS", "1000"))
FAILING = (
    "fdatasync,fsync:signal=KILL:when=1",
    "pwrite64:signal=KILL:when=2",
    "fdatasync,fsync:error=EIO:when=1",
    "pwrite64:error=EIO:when=1",
    "fdatasync,fsync:error=ENOSPC:when=1",
)

Crash = Callable[[Event], Awaitable[Found | None]]


def run() -> list[str]:
    """Crash servers one after another, each kind on data of its own."""
    kinds: list[Crash] = [
        lambda event: crashing.kill_at_random(event, KILLS, seed=1),
        lambda event: crashing.crash_at_points(event, CRASHES, seed=2),
        lambda event: crashing.crash_with_open_prompts(event, PEOPLE),
        *(partial(_failing, inject) for inject in FAILING),
    ]
    return [fault for crash in kinds for fault in asyncio.run(_on_own_server(crash))]


async def _failing(inject: str, event: Event) -> Found | None:
    return await crashing.fail_system_calls(event, [inject] * CRASHES, fatal=True)


async def _on_own_server(crash: Crash) -> list[str]:
    with running_server() as server:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True, limit=0)) as http:
            event = await make_event(server, http)
            await event.api.call("POST", f"/media/{event.media}/sessions", {"title": "Soak"})
            found = await crash(event)
    if found is None:
        return ["strace may not attach here: failing system calls were not tried"]
    return found.faults
