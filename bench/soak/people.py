"""People of every kind for twenty minutes: clocks, tabs, halls, rates, mishaps and every cheat (F11-F14, F26-F30).

`SOAK_MINUTES` in the environment makes it longer or shorter.
"""

import asyncio
import os

import click

from bench.servers import rollcall_server
from rollcall.cli.simulate import describe, find_faults
from rollcall.cli.simulate.run import Simulation, simulate_event
from rollcall.cli.simulate.script import BEHAVIOURS

MINUTES = int(os.environ.get("SOAK_MINUTES", "20"))
OF_EACH = 7
BOUND_MS = 1_000


def run() -> list[str]:
    """Let seven of each behaviour, 210 people, attend one event in three halls; compare at the end."""
    names = tuple(BEHAVIOURS)
    with rollcall_server() as server:
        wanted = Simulation(server.url, server.key, None, OF_EACH * len(names), MINUTES * 60, 1, names)
        outcome = asyncio.run(simulate_event(wanted))
    for line in describe(outcome):
        click.echo(line)
    return find_faults(outcome, BOUND_MS)
