"""What was acknowledged survives every end of the process, and nothing is stored twice (F1, F2, F3, F8)."""

from pathlib import Path

import aiohttp
import click
import pytest

from tests.faults import crashing
from tests.faults.watchers import Found, acknowledged, look, watching
from tests.means import Means
from tests.running import RunningServer
from tests.server.conftest import Event, make_event

pytestmark = pytest.mark.slow

FAILING = "F2, F3 system calls that kill or fail"
FULL = "F3 a full disk"
CRASH_POINTS = "crash points in the server"
NO_DISK = "a small tmpfs, which may not be mounted here"


async def test_f1_kills_at_random_moments_under_load(event: Event) -> None:
    found = await crashing.kill_at_random(event, kills=6, seed=1)
    assert found.acknowledged > 0
    assert found.faults == []


async def test_f2_a_crash_at_each_point(event: Event) -> None:
    found = await crashing.crash_at_points(event, times=1, seed=2)
    assert found.acknowledged > 0
    assert found.faults == []


async def test_f2_f3_system_calls_that_kill_or_fail(event: Event, means: Means) -> None:
    injections = (
        "fdatasync,fsync:signal=KILL:when=1",
        "pwrite64:signal=KILL:when=2",
        "fdatasync,fsync:error=EIO:when=1",
        "pwrite64:error=EIO:when=1",
        "fdatasync,fsync:error=ENOSPC:when=1",
    )
    found = await crashing.fail_system_calls(event, injections, fatal=True)
    if found is None:
        means(FAILING, CRASH_POINTS, stands_in_for="strace, which is missing or may not attach here")
        found = await crashing.crash_at_points(event, times=1, seed=3)
    else:
        means(FAILING, "strace")
    assert found.acknowledged > 0
    assert found.faults == []


async def test_f24_a_crash_with_open_prompts_makes_none_of_them_missed(event: Event) -> None:
    found = await crashing.crash_with_open_prompts(event, people=12)
    assert found.faults == []


async def test_f3_a_full_disk_acknowledges_nothing_and_loses_nothing(tmp_path: Path, means: Means) -> None:
    with crashing.small_disk(tmp_path / "small", 24) as mounted:
        server = RunningServer(tmp_path / "small" / "data")
        server.start()
        try:
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as http:
                event = await make_event(server, http)
                found = await (crashing.fill_disk(event) if mounted else _without_mount(event, means))
            if mounted:
                means(FULL, "a small tmpfs")
            assert found.acknowledged > 0
            assert found.faults == []
        finally:
            server.stop()


async def _without_mount(event: Event, means: Means) -> Found:
    """Let writes fail as on a full disk, or crash, where no disk may be mounted."""
    found = await crashing.fail_system_calls(event, ["pwrite64:error=ENOSPC:when=1..20"], fatal=False)
    if found is not None:
        means(FULL, "writes that fail by strace", stands_in_for=NO_DISK)
        return found
    means(FULL, CRASH_POINTS, stands_in_for=f"{NO_DISK}, and for strace")
    return await crashing.crash_at_points(event, times=1, seed=3)


async def test_f8_every_acknowledgement_is_lost_once(event: Event) -> None:
    async with watching(event, crashing.WATCHERS, deaf=True) as watchers:
        for _ in range(3):
            await acknowledged(watchers, max(watcher.acked_s for watcher in watchers))
    event.server.stop()
    found = look(event.server.data, watchers)
    lost = [watcher.lost_answers for watcher in watchers]
    click.echo(f"acknowledgements lost: {sum(lost)}; {found.stored} rows stored, {len(found.faults)} faults")
    assert min(lost) > 0
    assert found.faults == []
