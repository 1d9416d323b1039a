"""What else happens to a player in Chromium: a minimised window, a discarded tab, wrong clocks, another rate.

As in `test_survival` everything happens at once, each in a browser of its own, and a test judges what it waits for.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.browser.chromium import Chromium
from tests.browser.proven import gaps, now_ms
from tests.browser.scenes import SOUND_ON, THROTTLED, Scene, Seat, discarded, minimised, watch
from tests.browser.stage import Broadcast, eventually, on_air, profile_with_internal_pages

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

Play = Callable[[Seat, Path], Coroutine[Any, Any, Any]]
Scenes = dict[Play, asyncio.Task[Any]]

TEN_YEARS_MS = 315_576_000_000
# Both clocks of the page run 5 % fast together, and the one that a user can set jumps when told to.
WRONG_CLOCKS = """
    const steady = performance.now.bind(performance), wall = Date.now.bind(Date), at = [steady(), wall()]
    globalThis.set_ms = 0
    performance.now = () => at[0] + (steady() - at[0]) * 1.05
    Date.now = () => Math.round(at[1] + (wall() - at[1]) * 1.05 + set_ms)
"""
FAST_S, STEADY_S, SET_S = 4, 4, 10  # longer than from one tick to the next
GAP_MS = 12_000


async def in_a_minimised_window(seat: Seat, profile: Path) -> tuple[Scene, int]:
    async with Chromium(profile, THROTTLED) as browser:
        tab = await watch(seat, browser)
        await tab.click(SOUND_ON)
        return await minimised(seat, tab, 13)


async def in_a_discarded_tab(seat: Seat, profile: Path) -> Scene:
    async with Chromium(profile_with_internal_pages(profile)) as browser:
        return await discarded(seat, browser, await watch(seat, browser), 4)


async def with_wrong_clocks(seat: Seat, profile: Path) -> tuple[Scene, list[float]]:
    """The stretch is from the first picture to the end, with the wall clock set on and back by ten years in it.

    Returns also how far the page's wall clock was ahead before each of these and at the end, in ms.
    """
    async with Chromium(profile) as browser:
        tab = await browser.open("about:blank")
        await tab.visit(await seat.air.launch(seat.user_id), WRONG_CLOCKS)
        spans = await seat.spans_when(lambda spans: any(span.state == "playing" for span in spans))
        since_ms = next(span.start_ms for span in spans if span.state == "playing")
        ahead_ms = []
        for set_ms, for_s in ((0, STEADY_S), (TEN_YEARS_MS, SET_S), (-TEN_YEARS_MS, SET_S)):
            await tab.evaluate(f"globalThis.set_ms = {set_ms}")
            await asyncio.sleep(for_s)
            ahead_ms.append(await tab.evaluate("Date.now()") - now_ms())
        until_ms = now_ms()
        spans = await seat.spans_when(lambda spans: spans[-1].end_ms > until_ms)
        return Scene(spans, since_ms, until_ms), ahead_ms


async def at_another_rate(seat: Seat, profile: Path) -> tuple[Scene, dict[str, Any]]:
    """Return also the participant's row of the statistics, once it says what was done."""
    async with Chromium(profile) as browser:
        tab = await watch(seat, browser)
        since_ms = now_ms()
        await tab.evaluate("document.querySelector('video').playbackRate = 1.5; 0")
        await asyncio.sleep(FAST_S)
        await tab.evaluate("document.querySelector('video').playbackRate = 1; 0")
        until_ms = now_ms()
        spans = await seat.spans_when(lambda spans: spans[-1].end_ms > until_ms)

        async def flagged() -> dict[str, Any] | None:
            _, row = await seat.air.statistics(seat.user_id)
            return row if row["flags"] else None

        return Scene(spans, since_ms, until_ms), await eventually(flagged)


SCENES: tuple[Play, ...] = (in_a_minimised_window, in_a_discarded_tab, with_wrong_clocks, at_another_rate)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scenes(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scenes]:
    """Play all scenes before one broadcast with a session."""
    folder = tmp_path_factory.mktemp("tabs")
    async with on_air(folder) as air:
        await air.api.call("POST", f"/media/{air.media}/sessions", {"title": "Блок 1"})
        playing = {scene: await begun(scene, air, folder) for scene in SCENES}
        try:
            yield playing
        finally:
            for task in playing.values():
                task.cancel()
            await asyncio.gather(*playing.values(), return_exceptions=True)


async def begun(scene: Play, air: Broadcast, folder: Path) -> asyncio.Task[Any]:
    await air.admit(scene.__name__)
    return asyncio.create_task(scene(Seat(air, scene.__name__), folder / scene.__name__))


async def test_a_minimised_window_goes_on_hidden_without_a_gap(scenes: Scenes) -> None:
    """F16: so does one behind a locked screen, whose timers are as slow."""
    scene, oldest_ms = await scenes[in_a_minimised_window]
    assert oldest_ms <= GAP_MS
    assert scene.gaps() == []
    assert {(span.visible, span.muted) for span in scene.inside()} == {(False, False)}
    assert scene.playing_ms() > 8_000


async def test_a_discarded_tab_has_lost_nothing_and_counts_nothing_until_it_is_opened(scenes: Scenes) -> None:
    """F17: the browser throws the page away to save memory, and loads it again when the viewer comes back to it."""
    scene: Scene = await scenes[in_a_discarded_tab]
    ((since_ms, until_ms),) = scene.gaps()
    assert scene.since_ms - since_ms < 2_000
    assert until_ms >= scene.until_ms - 200
    assert any(span.state == "playing" and span.start_ms > scene.until_ms for span in scene.spans)
    assert not any(span.late or span.unverified for span in scene.spans)


async def test_wrong_clocks_and_clocks_that_are_set_change_nothing(scenes: Scenes) -> None:
    """F11: 5 % fast costs and earns less than 5 s; the wall clock ten years off is of no weight."""
    scene, (fast_ms, on_ms, back_ms) = await scenes[with_wrong_clocks]
    assert 100 < fast_ms < 5_000  # the page's clocks were wrong indeed
    assert on_ms > TEN_YEARS_MS
    assert -TEN_YEARS_MS < back_ms < 5_000 - TEN_YEARS_MS
    length_ms = scene.until_ms - scene.since_ms
    assert length_ms - 5_000 < scene.playing_ms() <= length_ms
    assert gaps(scene.spans, scene.since_ms, scene.until_ms) == []
    assert not any(span.unverified for span in scene.spans)


async def test_a_broadcast_at_another_rate_earns_the_time_of_the_clock(scenes: Scenes) -> None:
    """F14, with the rate that a script or an extension of the browser sets."""
    scene, row = await scenes[at_another_rate]
    assert scene.gaps() == []
    length_ms = scene.until_ms - scene.since_ms
    assert 1_000 < scene.playing_ms() <= length_ms  # a busy machine stalls a fast picture
    assert row["watched_ms"] <= sum(span.end_ms - span.start_ms for span in scene.spans) + GAP_MS
    assert [flag["kind"] for flag in row["flags"]] == ["playback_rate"]
