"""A quiz in Chromium: all kinds over a cut line and a reload, by keyboard on a phone, in two tabs, to its end."""

import asyncio
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from playwright.async_api import FrameLocator, Locator, Page

from tests.browser.stage import Stage, eventually, player, plays_on, reload_frame

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

TITLE = "Итоговый контроль"
SINGLE = {
    "kind": "single",
    "text": "Порог давления",
    "choices": [{"text": "сто двадцать"}, {"text": "сто сорок", "right": True}],
}
MULTIPLE = {
    "kind": "multiple",
    "text": "Органы-мишени",
    "points": 2,
    "choices": [{"text": "сердце", "right": True}, {"text": "почки", "right": True}, {"text": "желудок"}],
}
STEPS = ["осмотр", "пальпация", "перкуссия", "аускультация"]
ORDER = {"kind": "order", "text": "Порядок осмотра", "items": STEPS}
NUMBER = {"kind": "number", "text": "Избыток оснований", "answer": "-2.5", "tolerance": "0"}
TEXT = {"kind": "text", "text": "Ингибитор АПФ", "accepted": ["каптоприл"]}
ESSAY = {"kind": "text", "text": "Опишите тактику", "points": 4}
ALL = (SINGLE, MULTIPLE, ORDER, NUMBER, TEXT, ESSAY)


async def make_quiz(stage: Stage, *questions: dict[str, Any], opened: bool = True, **other: Any) -> str:
    quizzes = f"/media/{stage.media}/quizzes"
    body = {"title": TITLE, "questions": list(questions), "shuffle_questions": False, **other}
    quiz = str((await stage.api.call("POST", quizzes, body))["id"])
    if opened:
        await stage.api.call("POST", f"{quizzes}/{quiz}/open")
    return quiz


async def result_of(stage: Stage, quiz: str) -> dict[str, Any]:
    """Return what the organiser is told of the doctor's attempts."""
    told = await stage.api.call("GET", f"/media/{stage.media}/quizzes/{quiz}/results")
    (row,) = [row for row in told["items"] if row["user_id"] == "d-1"]
    return dict(row)


async def framed(stage: Stage) -> Page:
    page = await stage.context.new_page()
    await page.goto(f"{stage.site}/?player={quote(await stage.launch('d-1'), safe='')}")
    await plays_on(page)
    return page


async def is_saved(place: FrameLocator | Page) -> None:
    await place.locator("[data-testid=quiz-saved] [data-state=saved]").wait_for(timeout=10_000)


async def at_question(place: FrameLocator | Page, text: str) -> None:
    await place.locator("#quiz-text", has_text=text).wait_for(timeout=10_000)


async def go_on(place: FrameLocator | Page, text: str) -> None:
    await is_saved(place)
    await place.get_by_test_id("quiz-next").click()
    await at_question(place, text)


async def in_order(place: FrameLocator | Page, wanted: list[str], lift: Callable[[Locator], Any]) -> None:
    """Lift one item after the other to its place."""
    items = place.get_by_test_id("quiz-item")
    for index, text in enumerate(wanted):
        while (texts := await items.locator(".quiz-item").all_inner_texts()).index(text) > index:
            await lift(items.nth(texts.index(text)).get_by_test_id("quiz-up"))
    if texts == wanted and await place.get_by_test_id("quiz-keep").count():
        await place.get_by_test_id("quiz-keep").click()


async def begin(place: FrameLocator | Page) -> None:
    await place.get_by_test_id("quiz-enter").click(timeout=10_000)
    await place.get_by_test_id("quiz-start").click()


async def test_all_kinds_are_answered_over_a_cut_line_and_a_reload_and_the_picture_goes_on(
    stage: Stage,
) -> None:
    page = await framed(stage)
    frame = player(page)
    quiz = await make_quiz(stage, *ALL, opened=False, pass_percent=60, time_limit_s=900)
    await asyncio.sleep(2)
    assert await frame.get_by_test_id("quiz-tab").count() == 0
    await stage.api.call("POST", f"/media/{stage.media}/quizzes/{quiz}/open")
    invited = frame.get_by_role("status").filter(has_text=f"Открыт тест «{TITLE}»")
    await invited.wait_for(timeout=10_000)
    await begin(frame)

    await at_question(frame, "Порог давления")
    assert await frame.get_by_test_id("quiz-place").inner_text() == "Вопрос 1 из 6"
    await frame.get_by_role("radio", name="сто сорок").check()
    await go_on(frame, "Органы-мишени")
    for organ in ("сердце", "почки"):
        await frame.get_by_role("checkbox", name=organ).check()
    await go_on(frame, "Порядок осмотра")
    await in_order(frame, STEPS, lambda up: up.click())
    await go_on(frame, "Избыток оснований")

    # The line is cut: the answer is kept, and saved when it is back.
    await stage.context.set_offline(True)
    try:
        await frame.get_by_test_id("quiz-number").fill("\u22122,5")
        await frame.locator("[data-state=kept]").wait_for(timeout=30_000)
        await frame.get_by_test_id("banner").wait_for(timeout=40_000)
    finally:
        await stage.context.set_offline(False)
    await is_saved(frame)
    saved = (await result_of(stage, quiz))["all"][0]["answers"]
    assert saved[3]["answer"] == "\u22122,5"

    # Reloaded while something is written: it is all there, and the next open question is on display.
    await frame.get_by_test_id("quiz-next").click()
    await at_question(frame, "Ингибитор АПФ")
    await frame.get_by_test_id("quiz-text").press_sequentially("Каптоприл")
    await reload_frame(page)
    await at_question(frame, "Опишите тактику")
    assert await frame.get_by_text("Есть ответ: 5 из 6").count() == 1
    await plays_on(page)

    # A check comes over it; whoever was writing goes on writing.
    essay = frame.get_by_test_id("quiz-text")
    await essay.press_sequentially("Госпитали")
    await stage.api.call("POST", f"/media/{stage.media}/checks", {"lifetime_s": 60})
    await frame.get_by_test_id("check-confirm").click(timeout=15_000)
    await frame.get_by_test_id("check-done").wait_for(timeout=15_000)
    await page.keyboard.type("зация")
    assert await essay.input_value() == "Госпитализация"
    await is_saved(frame)

    await frame.get_by_test_id("quiz-map").nth(4).click()
    await at_question(frame, "Ингибитор АПФ")
    assert await frame.get_by_test_id("quiz-text").input_value() == "Каптоприл"
    await frame.get_by_test_id("quiz-text").fill("")
    await frame.get_by_test_id("quiz-end").click()
    unanswered = frame.get_by_test_id("quiz-open")
    assert await unanswered.all_inner_texts() == ["Вопрос 5"]
    await unanswered.click()
    await frame.get_by_test_id("quiz-text").fill("каптоприл")
    await frame.get_by_test_id("quiz-end").click()
    assert await unanswered.count() == 0
    await frame.get_by_test_id("quiz-confirm").click()
    await same_result(stage, quiz, frame)
    await plays_on(page)
    _, row = await stage.statistics("d-1")
    assert [check["outcome"] for check in row["checks"]] == ["confirmed"]


async def same_result(stage: Stage, quiz: str, place: FrameLocator | Page) -> None:
    """The participant sees what the organiser is told."""
    await place.get_by_test_id("quiz-verdict").wait_for(timeout=10_000)
    row = await result_of(stage, quiz)
    attempt = row["all"][-1]
    shown = place.get_by_test_id("quiz-points")
    assert int(await shown.get_attribute("data-hundredths") or "") == round(attempt["points"] * 100)
    passed = await place.get_by_test_id("quiz-result").get_attribute("data-passed")
    assert passed == {True: "true", False: "false", None: "unknown"}[attempt["passed"]]
    marks = place.get_by_test_id("quiz-mark")
    told = [await mark.get_attribute("data-verdict") for mark in await marks.all()]
    assert told == [answer["verdict"] for answer in attempt["answers"]]


async def test_by_keyboard_alone_on_a_phone_in_english_with_a_second_attempt(stage: Stage) -> None:
    context = await stage.browser.new_context(
        viewport={"width": 360, "height": 740}, locale="en-US", is_mobile=True, has_touch=True
    )
    page = await context.new_page()
    await page.goto(await stage.launch("d-1"))
    await page.get_by_test_id("chat-tab").wait_for(timeout=20_000)
    quiz = await make_quiz(stage, SINGLE, ORDER, attempts=2, pass_percent=100)
    await page.get_by_role("status").filter(has_text=f"The quiz “{TITLE}” is open").wait_for(timeout=10_000)
    await reach(page, "quiz-enter")
    await page.keyboard.press("Enter")
    await focused(page, "quiz-title")
    assert await page.get_by_role("tab", selected=True).inner_text() == "Quiz"
    await reach(page, "quiz-start")
    await page.keyboard.press("Space")
    await focused(page, "quiz-place")
    await at_question(page, "Порог давления")
    group = page.get_by_role("group", name="Порог давления")
    assert await group.get_by_role("radio").count() == 2
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await is_saved(page)
    while not await page.get_by_role("radio", name="сто двадцать").is_checked():
        await page.keyboard.press("ArrowDown")
    await is_saved(page)
    await reach(page, "quiz-next")
    await page.keyboard.press("Enter")
    await focused(page, "quiz-place")
    await at_question(page, "Порядок осмотра")

    async def lift(up: Locator) -> None:
        await up.focus()
        await page.keyboard.press("ArrowUp")
        assert await up.page.evaluate("document.activeElement.dataset.way") == "-1"

    await in_order(page, STEPS, lift)
    await is_saved(page)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await reach(page, "quiz-finish")
    await page.keyboard.press("Enter")
    await reach(page, "quiz-confirm")
    await page.keyboard.press("Enter")
    await focused(page, "quiz-title")
    await page.get_by_text("Not passed").wait_for(timeout=10_000)
    await same_result(stage, quiz, page)
    await page.get_by_text("Attempts left: 1 of 2").wait_for()

    await reach(page, "quiz-start")
    await page.keyboard.press("Enter")
    await at_question(page, "Порог давления")
    await page.get_by_role("radio", name="сто сорок").check()
    await is_saved(page)
    await stage.api.call("POST", f"/media/{stage.media}/quizzes/{quiz}/close")
    await page.get_by_text("The attempt ended when the quiz closed.").wait_for(timeout=15_000)
    await page.get_by_text("The quiz is closed.").wait_for()
    await page.get_by_text("The best attempt counts: no. 1, 50%.").wait_for()
    await same_result(stage, quiz, page)


async def reach(page: Page, test_id: str) -> None:
    """Go to a control by Tab alone."""
    for _ in range(60):
        if await page.evaluate("document.activeElement?.dataset?.testid") == test_id:
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {test_id}")


async def focused(page: Page, test_id: str) -> None:
    there = f"document.activeElement?.dataset?.testid === '{test_id}'"
    await eventually(lambda: page.evaluate(there), 10)


async def test_two_tabs_show_one_attempt_and_the_clock_ends_it(stage: Stage) -> None:
    context = await stage.browser.new_context(locale="ru-RU")
    quiz = await make_quiz(stage, SINGLE, ESSAY, time_limit_s=20)
    first, second = await context.new_page(), await context.new_page()
    for page in (first, second):
        await page.goto(await stage.launch("d-1"))
        await page.get_by_test_id("quiz-invitation").wait_for(timeout=20_000)
    await begin(first)
    await at_question(first, "Порог давления")
    await second.get_by_text(re.compile("Идёт тест")).wait_for(timeout=10_000)
    await second.get_by_test_id("quiz-enter").click()
    await at_question(second, "Порог давления")
    await first.get_by_role("radio", name="сто сорок").check()
    await second.get_by_role("radio", name="сто сорок", checked=True).wait_for(timeout=10_000)
    assert await first.get_by_role("status").filter(has_text="Осталось меньше 1 минуты").count() == 1
    await go_on(first, "Опишите тактику")
    left = await first.get_by_test_id("quiz-left").inner_text()
    assert re.fullmatch("00:([01][0-9]|20)", left.strip())
    await first.get_by_test_id("quiz-text").fill("Начал")
    for page in (first, second):
        await page.get_by_text("Время попытки вышло.").wait_for(timeout=40_000)
        await same_result(stage, quiz, page)
    answers = (await result_of(stage, quiz))["all"][0]["answers"]
    assert [answer["verdict"] for answer in answers] == ["right", "pending"]
