"""Going back in a live broadcast in Chromium: to what was on, over a pause, to live again, and counted once."""

import asyncio
import time
from urllib.parse import quote

import pytest
from playwright.async_api import Page

from tests.browser.stage import Stage, eventually, player, plays_on

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


async def opened(stage: Stage) -> Page:
    """Return a page with the player of a broadcast in which one may go back, as soon as there is enough of it."""
    await stage.api.call("PATCH", f"/media/{stage.media}", {"dvr_s": 300})
    await stage.api.call("POST", f"/media/{stage.media}/sessions", {"title": "Блок"})
    page = await stage.context.new_page()
    await page.goto(f"{stage.site}/?player={quote(await stage.launch('d-1'), safe='')}")
    await plays_on(page)
    await player(page).get_by_test_id("back").wait_for(timeout=60_000)
    return page


async def behind_s(page: Page) -> float:
    """Return how far behind the broadcast the next picture is of which the player tells its site."""
    await page.evaluate("heard.length = 0")

    async def told() -> float | None:
        said = [data for _, data in await page.evaluate("heard") if data.get("type") == "time"]
        return time.time() - said[-1]["position_ms"] / 1000 if said else None

    return float(await eventually(told))


async def is_behind(page: Page, least_s: float, most_s: float) -> None:
    """Wait until the player is about so far behind."""

    async def there() -> bool:
        return least_s <= await behind_s(page) <= most_s

    await eventually(there, 60)


async def watched_ms(stage: Stage) -> int:
    _, row = await stage.statistics("d-1")
    return int(row["watched_ms"])


async def test_a_viewer_goes_back_and_to_live_and_no_moment_counts_twice(stage: Stage) -> None:
    page = await opened(stage)
    assert await behind_s(page) < 12
    bar = player(page).get_by_test_id("back")

    async def is_long() -> bool:
        return float(await bar.get_attribute("max") or 0) >= 30

    await eventually(is_long)
    await bar.press("Home")
    await is_behind(page, 25, 60)
    before_ms, since_s = await watched_ms(stage), time.monotonic()
    await plays_on(page)
    await asyncio.sleep(10)
    seen_ms = await watched_ms(stage)
    assert seen_ms - before_ms < (time.monotonic() - since_s) * 1000 - 5_000  # most of it had been seen live
    await player(page).get_by_test_id("to-live").click()
    await is_behind(page, 0, 12)
    assert await player(page).get_by_test_id("to-live").count() == 0

    async def goes_on() -> bool:
        return await watched_ms(stage) > seen_ms + 4_000

    await eventually(goes_on)
    report, row = await stage.statistics("d-1")
    (session,) = report["sessions"]
    assert row["watched_ms"] <= session["duration_ms"]
    assert row["behind_ms"] == 0
    await page.close()


async def test_after_a_pause_a_viewer_goes_on_where_they_were(stage: Stage) -> None:
    page = await opened(stage)
    button = player(page).locator(".controls").get_by_role("button", name="Пауза")
    await button.click()
    paused_s = time.monotonic()
    await asyncio.sleep(20)
    await player(page).locator(".controls").get_by_role("button", name="Смотреть").click()
    await plays_on(page)
    away_s = time.monotonic() - paused_s
    await is_behind(page, 16, away_s + 14)
    await page.close()
