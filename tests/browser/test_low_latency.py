"""Close behind the encoder in Chromium: parts as they are made, and the classic way where the network is too slow."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
import pytest_asyncio
from playwright.async_api import Page, Response

from tests.browser.stage import Stage, eventually, player, plays_on, staged

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

COUNT_STALLS = """video => {
  window.kept = true;
  video.stalls = 0;
  video.addEventListener("waiting", () => { video.stalls += 1; });
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hasty(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with staged(tmp_path_factory.mktemp("hasty"), low_latency_viewers=300) as built:
        yield built


async def watched(stage: Stage) -> tuple[Page, list[str]]:
    """Open the player; return its page and the names of what it fetches of the picture, as they come."""
    fetched: list[str] = []

    def note(response: Response) -> None:
        if "/hls/" in response.url and response.ok:
            fetched.append(response.url.rpartition("/")[2])

    page = await stage.context.new_page()
    page.on("response", note)
    await page.goto(f"{stage.site}/?player={quote(await stage.launch('d-1'), safe='')}")
    await plays_on(page)
    return page, fetched


async def test_the_player_waits_for_each_part_and_plays_it(hasty: Stage) -> None:
    page, fetched = await watched(hasty)
    before = len(fetched)

    async def goes_on() -> bool:
        new = fetched[before:]
        parts = sum(name.startswith("part-") for name in new)
        waited = sum(name.startswith("low.m3u8?_HLS_msn=") for name in new)
        return parts >= 8 and waited >= 8

    await eventually(goes_on)
    assert not any(name.startswith("live.m3u8") for name in fetched)
    await page.close()


async def test_a_player_that_runs_dry_again_and_again_goes_on_the_classic_way(hasty: Stage) -> None:
    """A picture played too fast runs dry as one does whose network is too slow."""
    page, fetched = await watched(hasty)
    video = player(page).get_by_test_id("video")

    async def gave_in() -> bool:
        await video.evaluate("v => { v.playbackRate = 8 }")
        return "classic.m3u8" in fetched

    await eventually(gave_in, 60)
    await video.evaluate("v => { v.playbackRate = 1 }")
    await plays_on(page)
    assert any(name.startswith("live.m3u8") for name in fetched)
    await page.close()


async def test_an_encoder_that_is_away_for_seconds_and_returns_otherwise_costs_one_stall_and_no_reload(
    hasty: Stage,
) -> None:
    page, _ = await watched(hasty)
    video = player(page).get_by_test_id("video")
    assert await video.evaluate("v => v.videoWidth") == 640
    await video.evaluate(COUNT_STALLS)
    hasty.end_encoder()
    await asyncio.sleep(4)
    hasty.publish(size="320x180")

    async def is_small() -> bool:
        return bool(await video.evaluate("v => v.videoWidth === 320"))

    await eventually(is_small)
    await plays_on(page)
    await asyncio.sleep(3)
    assert await video.evaluate("v => [v.stalls, window.kept]") == [1, True]
    await page.close()
