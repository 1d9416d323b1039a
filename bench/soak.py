"""`python -m bench.soak`: hours of honest viewers; fails when the record is wrong or the server's memory grows."""

import asyncio

import click
import psutil

from bench.servers import rollcall_server
from rollcall.base.file_limit import raise_file_limit
from rollcall.cli.simulate import describe, find_faults
from rollcall.cli.simulate.run import Simulation, simulate_event

BOUND_MS = 1_000
MINUTE_S = 60
GROWTH_LIMIT = 1.25


@click.command()
@click.option("--minutes", default=60, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--viewers", default=500, show_default=True, type=click.IntRange(1, 100_000))
def main(minutes: int, viewers: int) -> None:
    """Run one long simulation, look at the server's memory each minute, compare at the end."""
    raise_file_limit()
    with rollcall_server() as server:
        wanted = Simulation(server.url, server.key, None, viewers, minutes * MINUTE_S, seed=1)
        faults = asyncio.run(_soak(wanted, server.process))
    for fault in faults:
        click.echo(f"FAULT  {fault}")
    raise SystemExit(1 if faults else 0)


async def _soak(wanted: Simulation, process: psutil.Process) -> list[str]:
    watching = asyncio.create_task(_watch(process))
    outcome = await simulate_event(wanted)
    watching.cancel()
    (sizes,) = await asyncio.gather(watching)
    for line in describe(outcome):
        click.echo(line)
    faults = find_faults(outcome, BOUND_MS)
    settled = sizes[len(sizes) // 3 :]  # the first third is people arriving
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


if __name__ == "__main__":
    main()
