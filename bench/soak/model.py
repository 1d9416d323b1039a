"""The life of evidence in any order, thousands of times, beside a reference model: 0 divergences (F25).

`SOAK_RUNS` in the environment sets how many runs of 50 steps (5,000), `SOAK_PROCESSES` over how many processes; no new
ones begin after `MODEL_MINUTES` (120). Runs that end earlier, as some do, are made besides and not counted among them.
"""

import asyncio
import os
import shutil
import tempfile
import time
import traceback
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass
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
    """What one process found: how many steps each of its runs had, and what went wrong in one of them."""

    lengths: list[int]
    divergence: str | None


def run() -> list[str]:
    """Let processes find their own random histories until enough of them had their full length."""
    parts: list[Part] = []
    until_s = time.time() + MINUTES * 60
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(_part, AT_ONCE) for _ in range(PROCESSES)}
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            parts += [part.result() for part in done]
            click.echo(f"{_full(parts)} runs", err=True)
            if _full(parts) < RUNS and time.time() < until_s and not _divergences(parts):
                waiting |= {pool.submit(_part, AT_ONCE) for _ in done}
    lengths = [length for part in parts for length in part.lengths]
    found = _divergences(parts)
    click.echo(f"runs          {_full(parts)} of {STEPS} steps, {RUNS} wanted")
    click.echo(f"besides       {len(lengths) - _full(parts)} shorter ones")
    click.echo(f"steps         {sum(lengths)}")
    click.echo(f"divergences   {len(found)}")
    return found if found or _full(parts) >= RUNS else [f"only {_full(parts)} runs in {MINUTES} minutes"]


def _full(parts: Iterable[Part]) -> int:
    return sum(length == STEPS for part in parts for length in part.lengths)


def _divergences(parts: Iterable[Part]) -> list[str]:
    return [part.divergence for part in parts if part.divergence is not None]


def _part(runs: int) -> Part:
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
            stateful_step_count=STEPS + 1,  # the first one only sets the scene
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
        return Part(world.lengths, divergence)
    finally:
        database.close()
