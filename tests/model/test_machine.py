"""The machine of evidence for as long as a test may take; `python -m bench.soak model` runs it thousands of times."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from rollcall.store.database import Database
from tests.model.machine import World, machine_in

RUNS, STEPS = 15, 40


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    world = World(database)
    yield world
    world.loop.close()


def test_the_record_is_what_the_reference_says_whatever_happens(world: World) -> None:
    profile = settings(
        max_examples=RUNS, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(machine_in(world), settings=profile)
    assert len(world.lengths) >= RUNS
    assert world.steps > RUNS * STEPS / 4
