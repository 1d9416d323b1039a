"""Two hundred honest viewers attend over the real protocol: the statistics know what they did, to the second."""

import asyncio

import pytest

from rollcall.cli.simulate import find_faults
from rollcall.cli.simulate.run import Simulation, simulate_event
from tests.running import RunningServer


@pytest.mark.slow
async def test_the_statistics_equal_the_truth_of_200_viewers(server: RunningServer) -> None:
    outcome = await asyncio.wait_for(
        simulate_event(Simulation(server.url, server.key, None, people=200, length_s=30, seed=7)), timeout=120
    )
    assert find_faults(outcome, bound_ms=1_000) == []
    assert outcome.comparison.confirmed > 100
    assert outcome.tally.acks > 200
    assert outcome.comparison.watched_ms > 200 * 10_000
