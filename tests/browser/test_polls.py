"""Polls in Chromium: over a cut line and a reload, in two tabs, by keyboard on a narrow phone; counts as they come."""

from typing import Any
from urllib.parse import quote

import pytest
from playwright.async_api import FrameLocator, Page

from tests.browser.stage import Stage, eventually, player, plays_on, reload_frame

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

QUESTION = "Какой темой открыть следующий блок?"
CHOICES = ["Аритмии", "Липиды <img src=x onerror=parent.postMessage('ran','*')>", "Гипертония"]


async def make_poll(stage: Stage, **other: Any) -> str:
    path = f"/media/{stage.media}/polls"
    body = {"question": QUESTION, "choices": CHOICES, "show_results": "after_vote", **other}
    poll = str((await stage.api.call("POST", path, body))["id"])
    await stage.api.call("POST", f"{path}/{poll}/open")
    return poll


async def counts(stage: Stage, poll: str) -> list[int]:
    told = await stage.api.call("GET", f"/media/{stage.media}/polls/{poll}/results")
    return [choice["votes"] for choice in told["choices"]]


async def bars(place: FrameLocator | Page) -> list[int]:
    return [
        int(await bar.get_attribute("data-votes") or "")
        for bar in await place.get_by_test_id("poll-bar").all()
    ]


async def counted(place: FrameLocator | Page, *wanted: int) -> None:
    async def shown() -> bool:
        return await bars(place) == list(wanted)

    await eventually(shown, 15)


async def state(place: FrameLocator | Page, name: str) -> None:
    await place.locator(f"[data-testid=poll-state][data-state={name}]").wait_for(timeout=20_000)


async def enter(place: FrameLocator | Page) -> None:
    await place.get_by_test_id("poll-enter").click(timeout=20_000)
    await place.get_by_test_id("poll").wait_for()


async def test_a_vote_survives_a_cut_line_and_a_reload_and_counts_come_by_themselves(stage: Stage) -> None:
    page = await stage.context.new_page()
    await page.goto(f"{stage.site}/?player={quote(await stage.launch('d-1'), safe='')}")
    await plays_on(page)
    frame = player(page)
    assert await frame.get_by_test_id("poll-tab").count() == 0
    poll = await make_poll(stage, changeable=True)
    await frame.get_by_role("status").filter(has_text=f"Опрос: {QUESTION}").wait_for(timeout=10_000)
    await enter(frame)
    assert await frame.get_by_text("Организатор увидит, что выбрали именно вы.").count() == 1
    assert await bars(frame) == []
    await stage.context.set_offline(True)
    try:
        await frame.get_by_role("radio", name="Аритмии").check()
        await frame.get_by_test_id("poll-vote").click()
        await state(frame, "sending")
        await frame.get_by_test_id("banner").wait_for(timeout=40_000)
        assert await counts(stage, poll) == [0, 0, 0]
    finally:
        await stage.context.set_offline(False)
    await state(frame, "voted")
    await counted(frame, 1, 0, 0)
    # A colleague votes: the bars move by themselves, and say their numbers.
    other = await (await stage.browser.new_context(locale="ru-RU")).new_page()
    await other.goto(await stage.launch("d-2"))
    await enter(other)
    await other.get_by_role("radio", name="Липиды").check()
    await other.get_by_test_id("poll-vote").click()
    for place in (frame, other):
        await counted(place, 1, 1, 0)
    results = frame.get_by_role("list", name="Ответы участников")
    assert "1 голос · 50" in (await results.inner_text()).replace("\u00a0", " ")
    assert await frame.locator(".poll img").count() == 0
    await reload_frame(page)
    await frame.get_by_test_id("poll-tab").click(timeout=20_000)
    await state(frame, "voted")
    assert await frame.get_by_test_id("poll-invitation").count() == 0
    await counted(frame, 1, 1, 0)
    await frame.get_by_test_id("poll-change").click()
    assert await frame.get_by_role("radio", name="Аритмии").is_checked()
    await frame.get_by_role("radio", name="Гипертония").check()
    await frame.get_by_test_id("poll-vote").click()
    await counted(other, 0, 1, 1)
    await stage.api.call("POST", f"/media/{stage.media}/polls/{poll}/close")
    for place in (frame, other):
        await state(place, "closed")
    assert await frame.get_by_test_id("poll-change").count() == 0
    await plays_on(page)
    _, row = await stage.statistics("d-1")
    assert [vote["chosen"] for vote in row["polls"]] == [["Гипертония"]]
    await stage.api.call("DELETE", f"/media/{stage.media}/polls/{poll}")
    await frame.get_by_test_id("poll-tab").wait_for(state="detached", timeout=10_000)
    assert await frame.get_by_role("tab", selected=True).inner_text() == "Чат"
    assert "ran" not in await page.evaluate("heard.map(([, data]) => data)")


async def test_by_keyboard_alone_on_the_narrowest_phone_in_english_and_in_two_tabs(stage: Stage) -> None:
    context = await stage.browser.new_context(
        viewport={"width": 320, "height": 640},
        locale="en-US",
        is_mobile=True,
        has_touch=True,
        color_scheme="dark",
    )
    poll = await make_poll(stage, anonymous=True, max_choices=2, show_results="live")
    page, second = await context.new_page(), await context.new_page()
    for each in (page, second):
        await each.goto(await stage.launch("d-1"))
        await each.get_by_test_id("poll-invitation").wait_for(timeout=20_000)
    await page.bring_to_front()
    await reach(page, "poll-enter")
    await page.keyboard.press("Enter")
    await eventually(lambda: page.evaluate("document.activeElement?.tagName === 'H2'"), 10)
    assert await page.evaluate("document.activeElement.textContent") == QUESTION
    assert await page.get_by_text("Anonymous poll").count() == 1
    for _ in range(2):
        await page.keyboard.press("Tab")
        await page.keyboard.press("Space")
    boxes = page.get_by_role("checkbox")
    assert [await box.is_checked() for box in await boxes.all()] == [True, True, False]
    assert [await box.is_disabled() for box in await boxes.all()] == [False, False, True]
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await reach(page, "poll-vote")
    await page.keyboard.press("Enter")
    await state(page, "voted")
    # The other tab knows that there is a vote, and nobody but this page what it was.
    await second.get_by_test_id("poll-invitation").wait_for(state="detached", timeout=10_000)
    assert await page.locator(".poll-own li").count() == 2
    await second.bring_to_front()
    await second.get_by_test_id("poll-tab").click()
    await state(second, "voted")
    assert await second.locator(".poll-own li").count() == 0
    assert await counts(stage, poll) == [0, 0, 0]
    await second.get_by_text("1 participant has answered. The latest answers appear").wait_for()
    await stage.api.call("POST", f"/media/{stage.media}/polls/{poll}/close")
    await state(second, "closed")


async def reach(page: Page, test_id: str) -> None:
    """Go to a control by Tab alone."""
    for _ in range(60):
        if await page.evaluate("document.activeElement?.dataset?.testid") == test_id:
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {test_id}")
