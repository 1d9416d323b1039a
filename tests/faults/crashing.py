"""Crashes of a real server under load, in any number: the tests run a few of each kind, the soak many.

Where strace may attach to the server, system calls fail or kill; elsewhere crash points in the environment stand in.
Every function returns what the oracles found, and prints which way it went. Each time that the server has ended, its
database is held against what the players were told, before any of them can come back.
"""

import asyncio
import random
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import click

from rollcall.base.crash_points import POINTS, VARIABLE
from tests.faults.receipts import Inspected, beside, copied
from tests.faults.watchers import CUT_S, Found, Watcher, acknowledged, all_parted, look, watching
from tests.server.conftest import Event

WATCHERS = 4
ENDS_S = 120
LIFETIME_S = 10
OF_MANY_S = 0.002  # each of so many watchers cuts rows so much more seldom
FATAL = 70  # how `main` ends when nobody knows what is on disk


async def kill_at_random(event: Event, kills: int, seed: int) -> Found:
    """Kill the server again and again at random moments under load; print how long its start takes."""
    rng, away, seen = random.Random(seed), list[float](), Inspected()
    async with watching(event, WATCHERS) as watchers:
        for _ in range(kills):
            await acknowledged(watchers, time.monotonic())
            await asyncio.sleep(rng.uniform(0, 0.4))
            event.server.kill()
            await _inspect_dead(event, watchers, seen)
            away.append(await _restarted(event, watchers, time.monotonic()))
        await acknowledged(watchers, time.monotonic())
    found = _stopped(event, watchers, seen)
    click.echo(
        f"{kills} x kill -9 (seed {seed}): {_said(found, seen)};"
        f" start to first acknowledgement: median {sorted(away)[len(away) // 2]:.2f} s, worst {max(away):.2f} s"
    )
    return found


async def crash_at_points(event: Event, times: int, seed: int) -> Found:
    """Let the server kill itself at each crash point `times` times; each prompt ends in one state."""
    rng, seen = random.Random(seed), Inspected()
    async with watching(event, WATCHERS) as watchers:
        await acknowledged(watchers, time.monotonic())
        event.server.stop()
        await _inspect_dead(event, watchers, seen)
        for point in POINTS * times:
            nth = 1 if point.startswith("prompt.") else rng.randint(1, 20)
            await asyncio.to_thread(event.server.start, {VARIABLE: f"{point}:{nth}"}, may_end=True)
            asking = asyncio.create_task(_ask_until_dead(event))
            try:
                code = await asyncio.to_thread(event.server.ended, ENDS_S)
            except subprocess.TimeoutExpired:
                said = [(w.acked, w.player.seq, w.player.socket and w.player.socket.closed) for w in watchers]
                raise AssertionError(
                    f"{point}:{nth} was not reached; {said}; {event.server.log()[-2000:]}"
                ) from None
            await asking
            assert code == -9, f"{point}: ended with {code}"
            await _inspect_dead(event, watchers, seen)
        await _restarted(event, watchers, time.monotonic())
        states = await _settled_prompts(event)
        await acknowledged(watchers, time.monotonic())
    found = _stopped(event, watchers, seen)
    if wrong := [state for state in states if state != "confirmed"]:
        found.faults.append(f"{len(wrong)} of {len(states)} prompts ended as {set(wrong)}")
    click.echo(
        f"{len(POINTS)} crash points x {times} (seed {seed}): {len(states)} prompts confirmed,"
        f" {_said(found, seen)}"
    )
    return found


async def crash_with_open_prompts(event: Event, people: int) -> Found:
    """Kill the server while everybody's prompt is on display; they confirm once it is back, however late it is."""
    users = [f"p-{n}" for n in range(people)]
    for user_id in users:
        await event.api.call("PUT", f"/lists/{event.people}/participants/{user_id}", {"name": user_id})
    cut_s, seen = max(CUT_S, people * OF_MANY_S), Inspected()
    async with watching(event, people, answers=False, users=users, cut_s=cut_s) as watchers:
        await acknowledged(watchers, time.monotonic())
        check = await event.api.call("POST", f"/media/{event.media}/checks", {"lifetime_s": LIFETIME_S})
        async with asyncio.timeout(ENDS_S):
            while not all(check["id"] in watcher.shown for watcher in watchers):
                await asyncio.sleep(0.05)
        await acknowledged(watchers, time.monotonic())  # the display is durable
        event.server.kill()
        await _inspect_dead(event, watchers, seen)
        await asyncio.sleep(LIFETIME_S)  # every lifetime ends while the server is away
        for watcher in watchers:
            watcher.answers = True
        await _restarted(event, watchers, time.monotonic())
        async with asyncio.timeout(ENDS_S):
            while not all(check["id"] in watcher.answered for watcher in watchers):
                await asyncio.sleep(0.05)
        states = await _settled_prompts(event)  # not present: those of the list who never came
    found = _stopped(event, watchers, seen)
    if states.count("confirmed") != people or set(states) - {"confirmed", "not_present"}:
        found.faults.append(f"prompts ended as {sorted(states)}")
    click.echo(
        f"killed with {people} open prompts: {states.count('confirmed')} confirmed, {_said(found, seen)}"
    )
    return found


async def fail_system_calls(event: Event, injections: Sequence[str], *, fatal: bool) -> Found | None:
    """Let system calls of the server fail as strace says; None where strace may not attach.

    `fatal`: the process must end at once by itself, or by the signal of the injection; else it must live on.
    """
    ended, seen = list[str](), Inspected()
    async with watching(event, WATCHERS) as watchers:
        for inject in injections:
            await acknowledged(watchers, time.monotonic())
            async with _injected(event.server.pid, inject) as attached:
                if not attached:
                    return None
                began = time.monotonic()
                if fatal:
                    code = await asyncio.to_thread(event.server.ended, ENDS_S)
                    ended.append(f"{time.monotonic() - began:.2f} s")
                    assert code in {FATAL, -9}, f"{inject}: ended with {code}"
                else:
                    await asyncio.sleep(1)
            if fatal:
                await _inspect_dead(event, watchers, seen)
                await asyncio.to_thread(event.server.start)
            else:
                _inspect_living(event, watchers, seen)
            assert event.server.is_alive(), inject
        await acknowledged(watchers, time.monotonic())
    found = _stopped(event, watchers, seen)
    click.echo(
        f"strace {_counted(injections)}: {_said(found, seen)}"
        + (f"; ended within {', '.join(ended)}" if fatal else "; lived on")
    )
    return found


def _counted(injections: Sequence[str]) -> str:
    return ", ".join(f"{count} x {inject}" for inject, count in Counter(injections).items())


@asynccontextmanager
async def _injected(pid: int, inject: str) -> AsyncIterator[bool]:
    """Attach strace to the process while the block lasts; yield whether that is possible."""
    if shutil.which("strace") is None:
        yield False
        return
    line = ["strace", "-f", "-p", str(pid), "-o", "/dev/null", "-e", f"trace={inject.partition(':')[0]}"]
    tracer = await asyncio.create_subprocess_exec(
        *line, "-e", f"inject={inject}", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert tracer.stderr is not None
    said = (await tracer.stderr.readline()).decode()
    try:
        yield "attached" in said
    finally:
        if tracer.returncode is None:
            tracer.terminate()
        await tracer.communicate()


@contextmanager
def small_disk(where: Path, mebibytes: int) -> Iterator[bool]:
    """Mount a small file system in memory while the block lasts; yield whether that is allowed."""
    where.mkdir()
    mounted = (
        shutil.which("mount") is not None
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(where)],
            capture_output=True,
            check=False,
        ).returncode
    )
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(where)], check=True)


async def fill_disk(event: Event) -> Found:
    """Fill the disk that the server writes to; free it after a while: nothing acknowledged is lost."""
    filler, seen = event.server.data / "filler", Inspected()
    async with watching(event, WATCHERS) as watchers:
        await acknowledged(watchers, time.monotonic())
        with filler.open("wb", buffering=0) as file:
            try:
                while file.write(bytes(65536)):
                    pass
            except OSError as full:
                click.echo(f"the disk is full: {full.strerror}")
        async with asyncio.timeout(ENDS_S):
            while "could not be stored" not in event.server.log():
                await asyncio.sleep(0.1)
        assert event.server.is_alive()
        _inspect_living(event, watchers, seen)
        filler.unlink()
        await acknowledged(watchers, time.monotonic())
    found = _stopped(event, watchers, seen)
    click.echo(f"full disk: {_said(found, seen)}; lived on")
    return found


async def _restarted(event: Event, watchers: Sequence[Watcher], began_s: float) -> float:
    await asyncio.to_thread(event.server.start)
    return await acknowledged(watchers, began_s, everybody=False) - began_s


async def _ask_until_dead(event: Event) -> None:
    """Issue checks until the server is gone: a point of prompts needs one."""
    while event.server.is_alive():
        try:
            await event.api.call("POST", f"/media/{event.media}/checks", {"lifetime_s": 120})
        except Exception:  # noqa: BLE001 - a server that dies fails in many ways
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)


async def _settled_prompts(event: Event) -> list[str]:
    """Return how every prompt ended, once none is open."""
    async with asyncio.timeout(ENDS_S):
        while True:
            report = await event.api.call("GET", f"/media/{event.media}/statistics")
            states = [check["outcome"] for row in report["participants"] for check in row["checks"]]
            if "pending" not in states and "issued" not in states:
                return states
            await asyncio.sleep(0.2)


async def _inspect_dead(event: Event, watchers: Sequence[Watcher], seen: Inspected) -> None:
    """Hold what was said before the server died against what it left."""
    await all_parted(watchers)
    with copied(event.server.data) as db:
        seen.inspect(db, [watcher.receipts for watcher in watchers])


def _inspect_living(event: Event, watchers: Sequence[Watcher], seen: Inspected) -> None:
    """Hold what was said until now against what another process reads."""
    with beside(event.server.data) as db:
        seen.inspect(db, [watcher.receipts for watcher in watchers])


def _said(found: Found, seen: Inspected) -> str:
    return (
        f"{found.acknowledged} rows acknowledged, {seen.receipts} receipts held against {seen.databases} databases"
        f" before anybody was back, {len(found.faults)} faults"
    )


def _stopped(event: Event, watchers: Sequence[Watcher], seen: Inspected) -> Found:
    """Stop the server and look once more; what was seen before comes first."""
    event.server.stop()
    found = look(event.server.data, watchers)
    found.faults = seen.faults + found.faults
    if not any(watcher.posted for watcher in watchers):
        found.faults.append("no row was acknowledged by the answer to a POST")
    if not seen.receipts:
        found.faults.append("nothing was held against any database")
    return found
