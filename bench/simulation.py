"""A thousand honest viewers for two minutes: how far the statistics are from what they really did."""

import asyncio

from bench.result import Result, alone
from bench.servers import rollcall_server
from rollcall.cli.simulate import find_faults
from rollcall.cli.simulate.run import Simulation, simulate_event

BOUND_MS = 1_000


def run(viewers: int, seconds: int) -> list[Result]:
    """Run the simulation; raises RuntimeError when anything is wrong beyond the error that is measured."""
    with rollcall_server() as server:
        outcome = asyncio.run(
            simulate_event(Simulation(server.url, server.key, None, viewers, seconds, seed=1))
        )
    faults = find_faults(outcome, BOUND_MS)
    if faults:
        raise RuntimeError("; ".join(faults[:20]))
    compared, waits = outcome.comparison, sorted(outcome.tally.ack_ms)
    name = f"{viewers:,} viewers, {seconds} s"
    return [
        alone(f"{name}: worst error", compared.at_rank(100), "ms", f"≤ {BOUND_MS} ms"),
        alone(f"{name}: mean error", compared.mean_ms, "ms", "-"),
        alone(f"{name}: beat to durable, p99", waits[len(waits) * 99 // 100], "ms", "-"),
    ]
