"""Honest viewers for a long time: the record is right and the server's memory does not grow.

`SOAK_MINUTES` in the environment makes it longer or shorter.
"""

import asyncio
import os

import click
import psutil

from bench.servers import rollcall_server
from rollcall.cli.simulate import describe, find_faults
from rollcall.cli.simulate.run import Simulation, simulate_event

MINUTES = int(os.environ.get("SOAK_MINUTES", "20"))
VIEWERS = 500
BOUND_MS = 1_000
MINUTE_S = 60
GROWTH_LIMIT = 1.25


def run() -> list[str]:
    """Run one long simulation, look at the server's memory each minute, compare at the end."""
    with rollcall_server() as server:
        wanted = Simulation(server.url, server.key, None, VIEWERS, MINUTES * MINUTE_S, seed=1)
        return asyncio.run(_soak(wanted, server.process))


async def _soak(wanted: Simulation, process: psutil.Process) -> list[str]:
    watching = asyncio.create_task(_watch(process))
    outcome = await simulate_event(wanted)
    watching.cancel()
    (sizes,) = await asyncio.gather(watching)
    for line in describe(outcome):
        click.echo(line)
    click.echo(f"memory in MiB by the minute: {' '.join(map(str, sizes))}")
    faults = find_faults(outcome, BOUND_MS)
    settled = sizes[max(2, len(sizes) // 3) :]  # before that people arrive
    if settled and settled[-1] > settled[0] * GROWTH_LIMIT:
        faults.append(f"memory grew from {settled[0]} to {settled[-1]} MiB while the audience stood still")
    return faults


async def _watch(process: psutil.Process) -> list[int]:
    """Return the server's memory in MiB at each minute until cancelled."""
    sizes: list[int] = []
    try:
        while True:
            sizes.append(process.memory_info().rss >> 20)
            click.echo(f"minute {len(sizes) - 1}: {sizes[-1]} MiB", err=True)
            await asyncio.sleep(MINUTE_S)
    except asyncio.CancelledError:
        return sizes
