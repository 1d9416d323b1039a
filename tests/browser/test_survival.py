"""The player outlives what browsers do to it: hidden and throttled, paused, frozen, killed and opened again.

All of it happens at once, each in a browser of its own: `scenes` starts everything, a test judges what it waits for.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.browser.chromium import Chromium
from tests.browser.proven import gaps, now_ms
from tests.browser.scenes import (
    SOUND_ON,
    THROTTLED,
    Killed,
    Scene,
    Seat,
    frozen,
    hidden,
    killed,
    reloaded,
    watch,
)
from tests.browser.stage import Broadcast, beside, eventually, on_air, profile_with_partitioned_storage

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

Play = Callable[[Broadcast, Path], Coroutine[Any, Any, Any]]
Scenes = dict[Play, asyncio.Task[Any]]

# What a page sees of a proxy that does not know what to do with a WebSocket.
NO_SOCKETS = (
    "WebSocket = class { constructor() { setTimeout(() => this.onclose?.({code: 1006}), 20) } close() {} }"
)
NOTICE = "document.querySelector('.notices').innerText"
LOST_AT_MOST_MS = 10_000
BUSY_MS = 2_000  # a busy machine takes its turns late


async def never_audible(air: Broadcast, profile: Path) -> tuple[Scene, str]:
    """Return also what the player said when it was back."""
    async with Chromium(profile, THROTTLED) as browser:
        seat = await seated(air, "muted")
        tab = await watch(seat, browser)
        assert await tab.evaluate(
            f"document.querySelector('{SOUND_ON} small').innerText"
        )  # it says so before
        scene, _ = await hidden(seat, browser, tab, 5)
        return scene, str(await eventually(lambda: tab.evaluate(NOTICE), 10))


async def audible(air: Broadcast, profile: Path) -> tuple[Scene, int]:
    """Return also how old the newest evidence ever was."""
    async with Chromium(profile, THROTTLED) as browser:
        seat = await seated(air, "audible")
        tab = await watch(seat, browser)
        await tab.click(SOUND_ON)
        return await hidden(seat, browser, tab, 13)


async def frozen_page(air: Broadcast, profile: Path) -> Scene:
    async with Chromium(profile) as browser:
        seat = await seated(air, "frozen")
        tab = await watch(seat, browser)
        await tab.click(SOUND_ON)
        return await frozen(seat, browser, tab, 6)


async def killed_twice(air: Broadcast, profile: Path) -> tuple[Killed, Killed]:
    """In a frame of a foreign site: opened again as it was, then with a fresh link."""
    async with Chromium(profile_with_partitioned_storage(profile)) as browser:
        seat = await seated(air, "killed")
        framed = await seat.framed()
        as_it_was = await killed(seat, browser, framed, after_s=3)
        browser.kill()
        await browser.start()
        return as_it_was, await killed(seat, browser, framed, after_s=3, again=await seat.framed())


async def disk_full(air: Broadcast, profile: Path) -> Scene:
    async with Chromium(profile) as browser:
        return await reloaded(await seated(air, "disk-full"), browser, after_s=13)


async def by_turns(air: Broadcast, profile: Path) -> tuple[Seat, str, int]:
    """Watch and answer where no socket gets through; return the seat, the check, and how old the evidence ever was."""
    async with beside(air) as own, Chromium(profile) as browser:  # the check is asked of nobody else
        seat = Seat(own, "d-1")
        tab = await browser.open("about:blank")
        await tab.visit(await own.launch(seat.user_id), NO_SOCKETS)
        await seat.spans_when(lambda spans: any(span.state == "playing" for span in spans))
        oldest_ms = await oldest_evidence_ms(seat, 19)
        check = await own.api.call("POST", f"/media/{own.media}/checks", {"lifetime_s": 30})
        button = "[data-testid=check-confirm]"
        await eventually(lambda: tab.evaluate(f"!!document.querySelector('{button}')"), 15)
        await tab.click(button)
        await eventually(lambda: tab.evaluate("!!document.querySelector('[data-testid=check-done]')"), 10)
        return seat, str(check["id"]), oldest_ms


async def oldest_evidence_ms(seat: Seat, for_s: float) -> int:
    """Watch for a while; return how much a kill at the worst moment would have lost."""
    until_ms, oldest_ms = now_ms() + for_s * 1000, 0
    while now_ms() < until_ms:
        await asyncio.sleep(0.25)
        oldest_ms = max(oldest_ms, now_ms() - seat.spans()[-1].end_ms)
    return oldest_ms


async def seated(air: Broadcast, user_id: str) -> Seat:
    await air.admit(user_id)
    return Seat(air, user_id)


SCENES: tuple[Play, ...] = (never_audible, audible, frozen_page, killed_twice, disk_full, by_turns)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scenes(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scenes]:
    """Play all scenes before one broadcast."""
    folder = tmp_path_factory.mktemp("survival")
    async with on_air(folder) as air:
        playing: Scenes = {
            scene: asyncio.create_task(scene(air, folder / scene.__name__)) for scene in SCENES
        }
        try:
            yield playing
        finally:
            for task in playing.values():
                task.cancel()
            await asyncio.gather(*playing.values(), return_exceptions=True)


async def test_a_frozen_page_counts_nothing_and_is_back_in_seconds(scenes: Scenes) -> None:
    """F17: frozen in the background, as browsers do, and brought back."""
    scene: Scene = await scenes[frozen_page]
    ((since_ms, until_ms),) = scene.gaps()
    assert abs(since_ms - scene.since_ms) < 500  # nothing lost before
    assert scene.until_ms - until_ms < 500  # nothing counted
    back = [span for span in scene.spans if span.start_ms >= until_ms]
    assert back[0].start_ms < scene.until_ms + 5_000
    assert any(span.state == "playing" and span.start_ms < scene.until_ms + 5_000 for span in back)
    assert not any(span.late or span.unverified for span in scene.spans)


async def test_a_hidden_tab_that_was_never_audible_is_stopped_and_says_so(scenes: Scenes) -> None:
    """F16, with timers of hidden pages down to one a minute after 5 s."""
    scene, told = await scenes[never_audible]
    assert any(f"{second} s not counted" in told for second in (4, 5, 6)), told
    assert scene.gaps() == []
    assert {(s.state, s.visible, s.muted) for s in scene.inside()} == {("paused", False, True)}


async def test_a_hidden_tab_with_sound_goes_on(scenes: Scenes) -> None:
    """F16, with timers of hidden pages down to one a minute after 5 s."""
    scene, oldest_ms = await scenes[audible]
    assert oldest_ms <= 12_000  # while it is hidden, not only afterwards
    assert scene.gaps() == []
    assert {(span.visible, span.muted) for span in scene.inside()} == {(False, False)}
    assert {span.state for span in scene.inside()} <= {"playing", "stalled"}  # a busy machine is late
    assert scene.playing_ms() > 8_000


async def test_a_killed_browser_has_lost_two_seconds_when_it_comes_back(scenes: Scenes) -> None:
    """F19: never opened again, opened as it was, opened with a fresh link."""
    as_it_was, fresh = await scenes[killed_twice]
    assert max(as_it_was.lost_ms, fresh.lost_ms) <= 2_000
    assert max(as_it_was.unopened_ms, fresh.unopened_ms) <= LOST_AT_MOST_MS
    assert len({span.play for span in as_it_was.spans}) == 1  # the same play goes on
    assert len({span.play for span in fresh.spans}) == 2  # a new play, and the old one by its key
    assert not any(span.late or span.unverified for span in fresh.spans)


async def test_a_page_that_is_reloaded_after_its_disk_failed_loses_nothing(scenes: Scenes) -> None:
    """The new page opens a play of its own; the last words of the old one come by its key."""
    scene: Scene = await scenes[disk_full]
    assert gaps(scene.spans, scene.since_ms, scene.until_ms - 200) == []
    assert len({span.play for span in scene.spans}) == 2
    assert not any(span.late or span.unverified for span in scene.spans)


async def test_where_sockets_are_broken_everything_goes_by_turns(scenes: Scenes) -> None:
    """F19 there, too: what a kill at any moment would have lost."""
    seat, check, oldest_ms = await scenes[by_turns]
    assert oldest_ms <= LOST_AT_MOST_MS + BUSY_MS
    _, row = await seat.air.statistics(seat.user_id)
    assert {each["check_id"]: each["outcome"] for each in row["checks"]} == {check: "confirmed"}
    spans = seat.spans()
    assert gaps(spans, spans[0].start_ms, spans[-1].end_ms) == []
