"""Presence checks in Chromium: every kind, in full screen, where nobody sees them, and after a miss that stops time."""

import asyncio
from typing import Any
from urllib.parse import quote

import pytest
from playwright.async_api import FrameLocator, Page

from tests.browser.stage import Stage, eventually, player, plays_on

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]
QUESTION = {
    "text": "Что говорит о фибрилляции предсердий?",
    "choices": ["Нет зубца P", "Подъём ST"],
    "answer": 0,
}


async def watch(stage: Stage) -> Page:
    page = await stage.context.new_page()
    await enter(stage, page)
    await plays_on(page)
    return page


async def enter(stage: Stage, page: Page) -> None:
    await page.goto(f"{stage.site}/?player={quote(await stage.launch('d-1'), safe='')}")


async def ask(stage: Stage, **body: Any) -> str:
    return str((await stage.api.call("POST", f"/media/{stage.media}/checks", body))["id"])


async def outcome(stage: Stage, check: str) -> dict[str, Any]:
    """Return the outcome of a check for the doctor once it is final."""

    async def ended() -> dict[str, Any] | None:
        _, row = await stage.statistics("d-1")
        (found,) = [each for each in row["checks"] if each["check_id"] == check]
        return dict(found) if found["outcome"] != "pending" else None

    return dict(await eventually(ended, 40))


async def shown(page: Page) -> list[bool]:
    """Return of each `check_shown` that the parent was told, whether it was hidden."""
    heard = await page.evaluate("heard")
    return [data["hidden"] for _, data in heard if data["type"] == "check_shown"]


async def done(frame: FrameLocator) -> None:
    await frame.get_by_test_id("check-done").wait_for(timeout=15_000)


async def test_every_kind_is_answered_and_full_screen_keeps_none_from_view(stage: Stage) -> None:
    page = await watch(stage)
    frame = player(page)
    await frame.get_by_test_id("full-screen").click()
    root = frame.locator("rollcall-app")
    await eventually(lambda: root.evaluate("app => document.fullscreenElement === app"), 10)
    click = await ask(stage, lifetime_s=60)
    await frame.get_by_test_id("check-confirm").click(timeout=15_000)
    await done(frame)
    code = await ask(stage, kind="code")
    entry = frame.get_by_test_id("check-entry")
    await entry.wait_for(timeout=15_000)
    digits = (await frame.get_by_test_id("check-code").inner_text()).strip()
    await page.keyboard.type("9999" if digits != "9999" else "0000")
    await page.keyboard.press("Enter")
    await frame.locator(".check-wrong").get_by_text("попыток").wait_for()
    await page.keyboard.type(digits)
    await page.keyboard.press("Enter")
    await done(frame)
    question = await ask(stage, kind="question", question=QUESTION)
    await frame.get_by_test_id("check-choice").nth(1).click(timeout=15_000)
    await frame.get_by_test_id("check-confirm").click()
    await done(frame)
    ended = [await outcome(stage, check) for check in (click, code, question)]
    assert [each["outcome"] for each in ended] == ["confirmed"] * 3
    assert (ended[2]["answer"], ended[2]["correct"]) == (1, False)
    assert await shown(page) == [False] * 3


async def test_a_second_check_is_displayed_beside_one_that_is_open(stage: Stage) -> None:
    """Nothing waits behind a long check while its own time is due: both are shown, and each may be answered first."""
    page = await watch(stage)
    frame = player(page)
    long = await ask(stage, lifetime_s=300, kind="code")
    await frame.get_by_test_id("check-entry").wait_for(timeout=15_000)
    await page.keyboard.type("00")
    short = await ask(stage, lifetime_s=60)
    await eventually(lambda: told(page, [False, False]), 20)
    await page.keyboard.type("0")  # the field that is in use keeps the keyboard
    assert await frame.get_by_test_id("check-entry").input_value() == "000"
    await frame.locator(f'[data-check="{short}"]').get_by_test_id("check-confirm").click()
    await frame.locator(f'[data-check="{short}"]').wait_for(state="detached", timeout=15_000)
    digits = (await frame.get_by_test_id("check-code").inner_text()).strip()
    await frame.get_by_test_id("check-entry").fill(digits)
    await page.keyboard.press("Enter")
    await done(frame)
    assert [(await outcome(stage, check))["outcome"] for check in (long, short)] == ["confirmed"] * 2


async def test_picture_in_picture_is_left_so_that_the_dialog_is_seen(stage: Stage) -> None:
    page = await watch(stage)
    frame = player(page)
    outside = "() => document.pictureInPictureElement !== null"
    await frame.locator(".pip").click()
    await eventually(lambda: frame.locator("body").evaluate(outside), 10)
    await ask(stage, lifetime_s=60)
    await frame.get_by_test_id("check-confirm").click(timeout=15_000)
    assert not await frame.locator("body").evaluate(outside)
    await done(frame)
    assert await shown(page) == [False]


async def test_a_frame_scrolled_away_comes_into_view_and_a_covered_one_is_hidden(stage: Stage) -> None:
    page = await watch(stage)
    frame = player(page)
    await page.evaluate("document.body.style.paddingTop = '4000px'")
    await ask(stage, lifetime_s=60)
    await frame.get_by_test_id("check-confirm").click(timeout=15_000)
    await done(frame)
    assert await shown(page) == [False]
    cover = "position:fixed;inset:0;background:#fff;z-index:9"
    await page.evaluate(f"document.body.insertAdjacentHTML('beforeend', '<div id=cover style=\"{cover}\">')")
    await asyncio.sleep(1)
    await ask(stage, lifetime_s=60)
    await eventually(lambda: told(page, [False, True]), 20)
    await page.evaluate("document.getElementById('cover').remove()")
    await frame.get_by_test_id("check-confirm").click(timeout=15_000)
    await done(frame)
    assert await shown(page) == [False, True, False]


async def told(page: Page, hidden: list[bool]) -> bool:
    return await shown(page) == hidden


async def test_a_miss_stops_time_until_the_viewer_says_that_they_are_here(stage: Stage) -> None:
    page = await watch(stage)
    event = (await stage.api.call("GET", f"/media/{stage.media}"))["event"]
    await stage.api.call("PATCH", f"/events/{event}", {"presence_policy": "stop_until_confirmed"})
    stopped = player(page).get_by_test_id("stopped")
    missed = await ask(stage, lifetime_s=10)
    await stopped.wait_for(timeout=60_000)
    await enter(stage, page)
    await stopped.wait_for(timeout=30_000)
    await player(page).get_by_test_id("resume").click()
    await stopped.wait_for(state="detached", timeout=20_000)
    assert (await outcome(stage, missed))["outcome"] == "missed"
