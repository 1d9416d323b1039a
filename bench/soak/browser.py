"""Chromium hidden for 15 minutes with intensive throttling, frozen for 10, killed often: what the record lost.

All at once, each in a browser of its own, before one broadcast. In the environment `SOAK_BROWSER` makes the stretches
shorter and the kills fewer, a part of one as `0.05`; `SOAK_BROWSER_KILLS` says how many kills.
"""

import asyncio
import os
import random
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import click

from tests.browser.chromium import Chromium
from tests.browser.scenes import SOUND_ON, THROTTLED, Scene, Seat, frozen, hidden, killed, watch
from tests.browser.stage import on_air, profile_with_partitioned_storage

PART = float(os.environ.get("SOAK_BROWSER", "1"))
HIDDEN_S = 900 * PART
FROZEN_S = 600 * PART
KILLS = int(os.environ.get("SOAK_BROWSER_KILLS", max(1, round(100 * PART))))
GAP_MS = 12_000
REOPENED_MS = 2_000
UNOPENED_MS = 10_000

Faults = list[str]


def run() -> Faults:
    """Play all scenes."""
    if PART != 1:
        click.echo(f"lengths: {PART:g} of the full ones")
    return asyncio.run(_all_at_once())


async def _all_at_once() -> Faults:
    scenes: list[Callable[[Seat, Path], Awaitable[Faults]]] = [_muted, _audible, _frozen, _killed]
    with tempfile.TemporaryDirectory() as folder:
        async with on_air(Path(folder)) as air, asyncio.TaskGroup() as playing:
            played: list[asyncio.Task[Faults]] = []
            for scene in scenes:
                name = scene.__name__
                await air.admit(name)
                played.append(playing.create_task(scene(Seat(air, name), Path(folder) / name)))  # type: ignore[arg-type]
    return [fault for each in played for fault in each.result()]


async def _muted(seat: Seat, profile: Path) -> Faults:
    name = "hidden and never audible"
    async with Chromium(profile, THROTTLED) as browser:
        scene, oldest_ms = await hidden(seat, browser, await watch(seat, browser), HIDDEN_S)
    faults = _hidden_faults(name, scene, oldest_ms)
    if {(span.state, span.muted) for span in scene.inside()} != {("paused", True)}:
        faults.append(f"{name}: the browser stopped the picture, the record says otherwise")
    return faults


async def _audible(seat: Seat, profile: Path) -> Faults:
    async with Chromium(profile, THROTTLED) as browser:
        tab = await watch(seat, browser)
        await tab.click(SOUND_ON)
        scene, oldest_ms = await hidden(seat, browser, tab, HIDDEN_S)
    return _hidden_faults("hidden and audible", scene, oldest_ms)


def _hidden_faults(name: str, scene: Scene, oldest_ms: int) -> Faults:
    length_ms = scene.until_ms - scene.since_ms
    click.echo(
        f"{name} for {length_ms / 1000:.0f} s: playing {scene.playing_ms() / 1000:.1f} s, evidence at most"
        f" {oldest_ms / 1000:.1f} s old on the server, longest gap {scene.longest_gap_ms()} ms"
    )
    faults = []
    if max(oldest_ms, scene.longest_gap_ms()) > GAP_MS:
        faults.append(f"{name}: no evidence for more than {GAP_MS} ms")
    if any(span.visible for span in scene.inside()):
        faults.append(f"{name}: recorded as visible")
    return faults


async def _frozen(seat: Seat, profile: Path) -> Faults:
    async with Chromium(profile) as browser:
        tab = await watch(seat, browser)
        await tab.click(SOUND_ON)
        scene = await frozen(seat, browser, tab, FROZEN_S)
    early_ms = max(until_ms for _, until_ms in scene.gaps()) - scene.until_ms
    before_ms = scene.since_ms - min(since_ms for since_ms, _ in scene.gaps())
    back_ms = min(span.start_ms for span in scene.spans if span.start_ms > scene.since_ms) - scene.until_ms
    click.echo(
        f"frozen for {(scene.until_ms - scene.since_ms) / 1000:.0f} s: {max(0, before_ms)} ms lost before,"
        f" {max(0, -early_ms)} ms counted of it, evidence again {max(0, back_ms)} ms after"
    )
    faults = []
    if before_ms > 500:
        faults.append("frozen: time before it was lost")
    if early_ms < -500:
        faults.append("frozen: time was counted")
    if back_ms > 5_000:
        faults.append("frozen: not back within 5 s")
    return faults


async def _killed(seat: Seat, profile: Path) -> Faults:
    chance = random.Random(19)
    profile_with_partitioned_storage(profile)
    framed = await seat.framed()
    lost, unopened = [], []
    async with Chromium(profile) as browser:
        for number in range(KILLS):
            outcome = await killed(seat, browser, framed, chance.uniform(0, 12))
            lost.append(outcome.lost_ms)
            unopened.append(outcome.unopened_ms)
            click.echo(
                f"kill {number + 1}: {outcome.lost_ms} ms lost, {outcome.unopened_ms} ms if left so", err=True
            )
            browser.kill()
            await browser.start()
    click.echo(
        f"killed {KILLS} times at random moments: reopened, {max(lost)} ms lost at most and {sum(lost)} ms in all;"
        f" never reopened, {max(unopened)} ms at most, {sum(ms > UNOPENED_MS for ms in unopened)} over 10 s"
    )
    faults = [f"kill {n + 1}: {ms} ms lost" for n, ms in enumerate(lost) if ms > REOPENED_MS]
    return faults + [f"kill {n + 1}: {ms} ms unsent" for n, ms in enumerate(unopened) if ms > UNOPENED_MS]
