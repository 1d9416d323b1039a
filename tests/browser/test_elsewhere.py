"""Two windows of one participant in Chromium, at a media that allows one player: the sentence, the choice, no loss."""

import time
from urllib.parse import quote

import pytest
from playwright.async_api import Page

from tests.browser.stage import Stage, eventually, player, plays_on

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


async def window(stage: Stage) -> Page:
    """Open the player once more for the same participant, by a link of its own."""
    page = await stage.context.new_page()
    await page.goto(f"{stage.site}/?player={quote(await stage.launch('d-1'), safe='')}")
    return page


async def is_refused(page: Page, code: str) -> None:
    refusal = player(page).get_by_test_id("refusal")
    await refusal.wait_for(timeout=20_000)
    assert await refusal.get_attribute("data-code") == code


async def watch_here(page: Page) -> None:
    await player(page).get_by_test_id("watch-here").click()
    await plays_on(page)


async def test_a_participant_chooses_the_window_and_loses_nothing(stage: Stage) -> None:
    media = f"/media/{stage.media}"
    await stage.api.call("PATCH", media, {"concurrency": "newest"})
    first = await window(stage)
    await plays_on(first)
    began_s = time.monotonic()
    await stage.api.call("POST", f"{media}/sessions", {"title": "Блок"})
    second = await window(stage)
    await is_refused(first, "watching_elsewhere")
    await plays_on(second)
    await watch_here(first)
    await is_refused(second, "watching_elsewhere")
    await stage.api.call("PATCH", media, {"concurrency": "ask"})
    third = await window(stage)
    await is_refused(third, "already_watching")
    await plays_on(first)
    await watch_here(third)
    await is_refused(first, "watching_elsewhere")
    elapsed_s = time.monotonic() - began_s

    async def handed_over() -> bool:
        shown = await stage.api.call("GET", f"{media}/participants/d-1/evidence")
        plays = shown["items"]
        assert [play["lost"] + play["rejected"] for play in plays] == [0] * 4
        return all(any(span["state"] == "playing" for span in play["spans"]) for play in plays)

    assert await eventually(handed_over)
    _, row = await stage.statistics("d-1")
    assert 0 < row["watched_ms"] <= (elapsed_s + 30) * 1000
