"""Crashes of every kind under load: nothing acknowledged is missing, altered or stored twice.

In the environment `SOAK_CRASHES` is how many times it crashes at each point (F2, 50), `SOAK_FAILURES` how many times
each system call fails (F3, 20), `SOAK_OPEN_PROMPTS` how many prompts are open at the crash in which every lifetime ends
(F24, 1,000).
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

CRASHES = int(os.environ.get("SOAK_CRASHES", "50"))
FAILURES = int(os.environ.get("SOAK_FAILURES", "20"))
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
        lambda event: crashing.crash_at_points(event, CRASHES, seed=2),
        lambda event: crashing.crash_with_open_prompts(event, PEOPLE),
        *(partial(_failing, inject) for inject in FAILING),
    ]
    return [fault for crash in kinds for fault in asyncio.run(on_own_server(crash))]


async def _failing(inject: str, event: Event) -> Found | None:
    return await crashing.fail_system_calls(event, [inject] * FAILURES, fatal=True)


async def on_own_server(crash: Crash) -> list[str]:
    """Run one kind of crash on a server with data of its own; return the faults found."""
    with running_server() as server:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True, limit=0)) as http:
            event = await make_event(server, http)
            await event.api.call("POST", f"/media/{event.media}/sessions", {"title": "Soak"})
            found = await crash(event)
    if found is None:
        return ["strace may not attach here: failing system calls were not tried"]
    return found.faults
