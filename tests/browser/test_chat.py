"""The chat in Chromium: what participants see of each other, what moderators decide, and a history of any length."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.browser.speakers import Speakers
from tests.browser.stage import Stage, eventually

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

PAYLOAD = "<img src=x onerror=\"document.title='ran'\"> javascript:alert(1) https://academy.example/a?b=1."
SIZES = {"desktop": (1280, 720), "phone": (320, 640)}


@pytest_asyncio.fixture(loop_scope="session")
async def speakers(stage: Stage) -> AsyncIterator[Speakers]:
    made = Speakers(stage)
    yield made
    await made.leave()


async def watch(stage: Stage, user_id: str, size: str = "desktop", **other: Any) -> Page:
    """Open the player in a window of its own, and wait until it has its chat."""
    width, height = SIZES[size]
    viewport: Any = {"width": width, "height": height}
    context = await stage.browser.new_context(viewport=viewport, **{"locale": "ru-RU", **other})
    page = await context.new_page()
    await page.goto(await stage.launch(user_id))
    await page.get_by_test_id("chat-input").wait_for(timeout=30_000)
    return page


def message(page: Page, text: str) -> Locator:
    return page.locator(".said").filter(has_text=text)


async def write(page: Page, text: str) -> None:
    await page.get_by_test_id("chat-input").fill(text)
    await page.get_by_test_id("chat-input").press("Enter")


async def call(stage: Stage, method: str, path: str = "", body: Any = None) -> Any:
    return await stage.api.call(method, f"/media/{stage.media}/chat{path}", body)


async def test_people_talk_reply_and_mention_each_other(stage: Stage, speakers: Speakers) -> None:
    anna, boris = await watch(stage, "d-1"), await watch(stage, "d-2", "phone")
    await write(anna, "Добрый день!")
    await expect(message(anna, "Добрый день!").locator("b").first).to_have_text("Вы")
    await expect(message(boris, "Добрый день!").locator("b").first).to_have_text("Анна Иванова")
    await message(boris, "Добрый день!").get_by_test_id("reply").click()
    await write(boris, "И вам")
    quoted = message(anna, "И вам").locator("blockquote")
    await expect(quoted).to_contain_text("Вы")
    await expect(quoted).to_contain_text("Добрый день!")
    # Offered once an @ is typed, chosen by the keyboard, and told to the one who is meant.
    await boris.get_by_test_id("chat-input").press_sequentially("Спасибо, @ан")
    await expect(boris.get_by_role("option")).to_have_text(["Анна Иванова"])
    await asyncio.sleep(0.8)  # nobody may write faster
    await boris.get_by_test_id("chat-input").press("Enter")
    await boris.get_by_test_id("chat-input").press("Enter")
    await expect(message(anna, "Спасибо").locator(".name.me")).to_have_text("@Анна Иванова")
    assert await message(boris, "Спасибо").locator(".me").count() == 0
    # What somebody types stays text; only addresses are links, and those give nothing away.
    await speakers.say("Хитрый", PAYLOAD)
    await expect(message(anna, "javascript")).to_contain_text(PAYLOAD)
    link = message(anna, "javascript").get_by_role("link")
    assert await link.get_attribute("href") == "https://academy.example/a?b=1"
    assert await link.get_attribute("rel") == "noopener noreferrer nofollow"
    assert await anna.locator(".said img").count() == 0
    assert await anna.title() != "ran"
    told = (await call(stage, "GET"))["items"]
    await call(stage, "DELETE", f"/{next(one['id'] for one in told if one['text'] == 'Добрый день!')}")
    await expect(message(anna, "И вам").locator("blockquote")).to_contain_text("сообщение удалено")
    assert await message(anna, "Добрый день!").count() == 0


async def test_questions_are_voted_for_and_answered(stage: Stage, speakers: Speakers) -> None:
    anna = await watch(stage, "d-1")
    await anna.get_by_test_id("chat-ask").click()
    await write(anna, "Какова доза?")
    await expect(message(anna, "Какова доза?")).to_contain_text("Вопрос")
    other = await speakers.say("Ольга", "А при диализе?", kind="question")
    await message(anna, "А при диализе?").get_by_test_id("vote").click()
    await expect(message(anna, "А при диализе?").get_by_test_id("vote")).to_have_attribute(
        "aria-pressed", "true"
    )

    async def counted() -> bool:
        questions = (await call(stage, "GET", "?kind=question"))["items"]
        return [one["votes"] for one in questions] == [1, 0]

    await eventually(counted)
    await anna.get_by_test_id("chat-questions").click()
    shown = anna.get_by_test_id("chat-questions-list").locator(".text")
    await expect(shown).to_have_text(["А при диализе?", "Какова доза?"])
    await call(stage, "POST", body={"text": "Та же", "reply_to": other, "answers": True})
    await expect(shown).to_have_text(["Какова доза?", "А при диализе?"])
    await anna.get_by_test_id("chat-all").click()
    await expect(message(anna, "Та же")).to_contain_text("Ответ организатора")
    await expect(message(anna, "А при диализе?").filter(has=anna.locator(".answered"))).to_have_count(1)


async def test_who_is_slowed_moderated_or_banned_sees_it(stage: Stage, tmp_path: Path) -> None:
    anna, boris = await watch(stage, "d-1", "phone", color_scheme="dark"), await watch(stage, "d-2")
    await call(stage, "PATCH", "/settings", {"slow_s": 60, "premoderated": True, "authors": "pseudonyms"})
    await expect(anna.get_by_test_id("chat-hint")).to_contain_text("Имена скрыты")
    await write(anna, "Можно?")
    await expect(message(anna, "Можно?")).to_contain_text("видно только вам")
    await expect(anna.get_by_test_id("chat-hint")).to_contain_text("Следующее сообщение через")
    await anna.get_by_test_id("chat-input").fill("Ещё")
    await expect(anna.get_by_test_id("chat-send")).to_be_disabled()
    await anna.screenshot(path=tmp_path / "slow.png")
    await anna.reload()
    await expect(message(anna, "Можно?")).to_contain_text("видно только вам")
    await expect(anna.get_by_test_id("chat-hint")).to_contain_text("Следующее сообщение через")
    assert await message(boris, "Можно?").count() == 0
    (waiting,) = (await call(stage, "GET", "?state=waiting"))["items"]
    await call(stage, "POST", f"/{waiting['id']}/approve")
    await expect(message(boris, "Можно?").locator("b").first).to_have_text("Участник 1")
    await expect(message(anna, "Можно?")).to_have_count(1)
    assert "Анна" not in await boris.locator("rollcall-chat").inner_text()
    await call(stage, "PUT", "/bans/d-1")
    await expect(anna.get_by_text("вы можете только читать")).to_be_visible()
    assert await anna.get_by_test_id("chat-input").count() == 0
    await call(stage, "DELETE", "/bans/d-1")
    await call(stage, "PATCH", "/settings", {"mode": "closed"})
    await expect(anna.get_by_text("Чат закрыт организатором")).to_be_visible()


async def test_a_long_history_is_drawn_in_part_and_read_without_a_gap(stage: Stage, tmp_path: Path) -> None:
    texts = [f"Сообщение {n}. " + "Ещё немного слов. " * (n % 5) for n in range(450)]
    for text in texts:
        await call(stage, "POST", body={"text": text.strip()})
    page = await watch(stage, "d-1", "phone")
    box, rows = page.get_by_test_id("chat-list"), page.locator("[data-row]")
    await expect(rows.last).to_contain_text("Сообщение 449")
    read: dict[int, str] = {}

    async def look() -> bool:
        drawn = await rows.evaluate_all(
            "rows => rows.map(r => [+r.dataset.row, r.querySelector('.text').textContent])"
        )
        assert len(drawn) < 60
        read.update({number: text.strip() for number, text in drawn})
        await box.evaluate("box => box.scrollBy(0, -500)")
        return len(read) == len(texts)

    await eventually(look, 60)
    assert [read[number] for number in sorted(read)] == [text.strip() for text in texts]
    await expect(page.get_by_text("Начало чата")).to_be_attached()
    # Whoever reads keeps their place while others write, and is told how much has come.
    await box.evaluate("box => { box.scrollTop = box.scrollHeight / 2 }")
    middle = await eventually(lambda: _row_in_view(box))
    for n in range(3):
        await call(stage, "POST", body={"text": f"Новое {n}"})
    await expect(page.get_by_test_id("chat-new")).to_contain_text("3 новых сообщения")
    assert abs((await _top_of(box, middle[0])) - middle[1]) <= 2
    await page.screenshot(path=tmp_path / "scrolled.png")
    await page.get_by_test_id("chat-new").click()
    await expect(rows.last).to_contain_text("Новое 2")
    await expect(page.get_by_test_id("chat-new")).to_have_count(0)
    # By the keyboard from message to message.
    await box.press("ArrowUp")
    await expect(page.locator("[data-row]:focus")).to_contain_text("Новое 2")
    await page.keyboard.press("ArrowUp")
    await expect(page.locator("[data-row]:focus")).to_contain_text("Новое 1")
    await page.keyboard.press("Home")
    await expect(page.locator("[data-row]:focus")).to_contain_text("Сообщение")
    # Its buttons can be reached once it is drawn as the one that has the keyboard.
    await expect(page.locator("[data-row]:focus [data-testid=reply]")).not_to_have_attribute("tabindex", "-1")
    await page.keyboard.press("Tab")
    await expect(page.locator(":focus")).to_have_attribute("data-testid", "reply")
    assert await box.get_attribute("aria-live") == "off"


async def _row_in_view(box: Locator) -> Any:
    """Return the number of a row in view and how far below the top it is, once the list stands still."""
    return await box.evaluate(
        """async box => {
          const place = () => {
            const top = box.getBoundingClientRect().top;
            const row = [...box.querySelectorAll("[data-row]")].find(r => r.getBoundingClientRect().top > top + 40);
            return row ? [+row.dataset.row, row.getBoundingClientRect().top - top] : null;
          };
          const before = JSON.stringify(place());
          await new Promise(done => setTimeout(done, 300));
          const after = place();
          return JSON.stringify(after) === before ? after : null;
        }"""
    )


async def _top_of(box: Locator, row: int) -> float:
    return float(
        await box.evaluate(
            "(box, row) => box.querySelector(`[data-row='${row}']`).getBoundingClientRect().top"
            " - box.getBoundingClientRect().top",
            row,
        )
    )
