"""The life of evidence in any order, thousands of times, beside a reference model: 0 divergences (F25).

`SOAK_RUNS` in the environment sets how many runs of 50 steps (5,000), `SOAK_PROCESSES` over how many processes; no new
ones begin after `MODEL_MINUTES` (120).
"""

import asyncio
import os
import shutil
import tempfile
import time
import traceback
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import click
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from rollcall.store.database import open_database
from rollcall.store.schema import migrate
from tests.model.machine import World, machine_in

RUNS = int(os.environ.get("SOAK_RUNS", "5000"))
STEPS = 50
MINUTES = int(os.environ.get("MODEL_MINUTES", "120"))
PROCESSES = int(os.environ.get("SOAK_PROCESSES", str(os.cpu_count() or 1)))
AT_ONCE = 50  # runs in one database: each run has a project of its own, and reading must stay quick


@dataclass(frozen=True, slots=True)
class Part:
    """What one process found."""

    runs: int
    steps: int
    divergence: str | None


def run() -> list[str]:
    """Divide the runs among processes; each finds its own random histories."""
    parts: list[Part] = []
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        until_s = time.time() + MINUTES * 60
        for part in pool.map(partial(_part, until_s), [AT_ONCE] * -(-RUNS // AT_ONCE)):
            parts.append(part)
            click.echo(f"{sum(p.runs for p in parts)} runs", err=True)
    found = [part.divergence for part in parts if part.divergence is not None]
    made = sum(part.runs for part in parts)
    click.echo(f"runs          {made} of up to {STEPS} steps, {RUNS} wanted")
    click.echo(f"steps         {sum(part.steps for part in parts)}")
    click.echo(f"divergences   {len(found)}")
    return found if made >= RUNS else [*found, f"only {made} runs were made in {MINUTES} minutes"]


def _part(until_s: float, runs: int) -> Part:
    if time.time() > until_s:
        return Part(0, 0, None)
    memory = Path("/dev/shm")  # nothing of it outlives the process, and nobody waits for a disk
    folder = tempfile.mkdtemp(prefix="rollcall-model-", dir=memory if memory.is_dir() else None)
    try:
        return _run_in(folder, runs)
    finally:
        shutil.rmtree(folder)


def _run_in(folder: str, runs: int) -> Part:
    fatal: list[BaseException] = []
    database = open_database(f"sqlite:///{folder}/model.db", fatal.append)
    try:
        database.write_now(migrate)
        world = World(database, asyncio.new_event_loop())
        profile = settings(
            max_examples=runs,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        )
        divergence = None
        try:
            run_state_machine_as_test(machine_in(world), settings=profile)
        except Exception:  # noqa: BLE001 (whatever it is, it is a divergence)
            divergence = traceback.format_exc()
        world.loop.close()
        return Part(world.runs, world.steps, divergence)
    finally:
        database.close()
