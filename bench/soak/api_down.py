"""The server is down for ten minutes while the picture plays on: everything is recovered, the outage known (F20).

`SOAK_MINUTES` in the environment makes the outage longer or shorter.
"""

import asyncio
import os
import time
from dataclasses import dataclass
from typing import Any

import click

from rollcall.cli.api_client import parse_time
from rollcall.cli.simulate import describe, find_faults
from rollcall.cli.simulate.run import Outcome, Simulation, simulate_event
from tests.running import RunningServer, running_server

DOWN_S = int(os.environ.get("SOAK_MINUTES", "10")) * 60
BEFORE_S, AFTER_S = 90, 120
VIEWERS = 100
# Who closes a tab while there is no server and never comes back keeps what was not sent: nobody here does.
BEHAVIOURS = ("plain", "pauses", "halls", "hidden", "late")
BOUND_MS = 1_000
OUTAGE_BOUND_MS = 2_000


@dataclass(frozen=True)
class Down:
    """When the server was killed, started again, and when it answered, Unix milliseconds."""

    from_ms: int
    started_ms: int
    to_ms: int

    def off_ms(self, outage: dict[str, Any]) -> tuple[int, int]:
        """Return how far an outage is off at both ends; while it starts a server is neither away nor back."""
        ends_ms = parse_time(outage["to"])
        nearest_ms = min(max(ends_ms, self.started_ms), self.to_ms)
        return parse_time(outage["from"]) - self.from_ms, ends_ms - nearest_ms


def run() -> list[str]:
    """Kill the server, leave it dead, start it; compare what is credited, and the outage it found itself."""
    with running_server() as server:
        outcome, down = asyncio.run(_attend(server))
        outages = server.must("GET", f"/events/{outcome.event}/outages")["items"]
        told = server.must("GET", f"/events/{outcome.event}/statistics")["participants"]
    for line in describe(outcome):
        click.echo(line)
    return [*find_faults(outcome, BOUND_MS), *_unverified(told), *_outage_faults(outages, down)]


async def _attend(server: RunningServer) -> tuple[Outcome, Down]:
    wanted = Simulation(server.url, server.key, None, VIEWERS, BEFORE_S + DOWN_S + AFTER_S, 1, BEHAVIOURS)
    started = asyncio.Event()
    outcome, down = await asyncio.gather(simulate_event(wanted, started), _go_down(server, started))
    return outcome, down


async def _go_down(server: RunningServer, started: asyncio.Event) -> Down:
    await started.wait()
    await asyncio.sleep(BEFORE_S)
    await asyncio.to_thread(server.kill)
    from_ms = time.time_ns() // 1_000_000
    await asyncio.sleep(DOWN_S)
    started_ms = time.time_ns() // 1_000_000
    await asyncio.to_thread(server.start)
    return Down(from_ms, started_ms, time.time_ns() // 1_000_000)


def _unverified(told: list[dict[str, Any]]) -> list[str]:
    recovered_ms, unverified_ms = (
        sum(row[name] for row in told) for name in ("recovered_ms", "unverified_ms")
    )
    click.echo(f"recovered         {recovered_ms / 60_000:.1f} minutes, unverified {unverified_ms} ms")
    return [f"{unverified_ms} ms of honest time are unverified"] if unverified_ms else []


def _outage_faults(outages: list[dict[str, Any]], down: Down) -> list[str]:
    for outage in outages:
        begins_ms, ends_ms = down.off_ms(outage)
        click.echo(
            f"outage            begins {begins_ms:+} ms, ends {ends_ms:+} ms beside the truth; {outage}"
        )
    if any(max(map(abs, down.off_ms(outage))) <= OUTAGE_BOUND_MS for outage in outages):
        return []
    return ["no outage of the server's own log matches its absence within 2 s"]
