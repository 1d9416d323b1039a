"""Two hundred texts that would like to be script, wherever a page shows a text: none runs, none is even refused."""

from collections.abc import Iterator
from typing import Any

import pytest
from lxml import etree
from playwright.async_api import Page

from tests.browser.payloads import payloads
from tests.browser.stage import Stage, eventually
from tests.browser.states import Show

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

COUNT = 200
CHOICES = 10
SPY = """
window.happened = [];
window.ran = number => { happened.push(`ran ${number}`); };
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  happened.push(`${violatedDirective} ${blockedURI}`));
"""


async def spied(show: Show) -> Page:
    """Open the player, its page watched for whatever runs or is refused."""
    await show.context.add_init_script(SPY)
    page = await show.watch()
    page.on("dialog", lambda dialog: page.evaluate(f"happened.push({dialog.message!r})"))
    return page


async def happened(page: Page) -> list[str]:
    return list(await page.evaluate("happened"))


async def test_no_text_of_an_organiser_or_participant_ever_runs(stage: Stage) -> None:
    texts = payloads(COUNT)
    assert len(set(texts)) == COUNT
    show = Show(stage, await stage.browser.new_context(locale="ru-RU"))
    await stage.admit("d-1", texts[0])
    page = await spied(show)
    await page.get_by_text(texts[0], exact=True).wait_for()
    for number, text in enumerate(texts):
        await show.call("POST", "chat", {"name": texts[number - 1], "text": text})
    said = page.get_by_test_id("chat-list").get_by_text(texts[-1], exact=True)
    await said.last.wait_for(timeout=20_000)
    for text in texts[::8]:
        await stage.api.call("PATCH", f"/media/{stage.media}", {"title": text})
        await show.call("PUT", "announcement", {"text": text})
        await _titled(page, text)
    assert await happened(page) == []

    await _ask(show, page, texts)
    await _vote(show, page, texts)
    await _beside(show, page, texts)
    await _quiz(show, page, texts)
    assert await happened(page) == []
    await page.evaluate("document.body.append(Object.assign(new Image(), { src: 'https://evil.example/' }))")
    assert (await happened(page))[0].startswith("img-src")  # the spy does its work
    await show.context.close()


async def _titled(page: Page, text: str) -> None:
    """Wait until title and announcement are this text."""
    shown = page.get_by_test_id("announcement").locator("p")

    async def said() -> bool:
        return await page.title() == text and await shown.inner_text() == text

    await eventually(said)


async def _ask(show: Show, page: Page, texts: list[str]) -> None:
    question = {"text": texts[1], "choices": texts[2:8], "answer": 0}
    check = {"lifetime_s": 60, "kind": "question", "text": texts[0][:200], "question": question}
    await show.call("POST", "checks", check)
    await page.get_by_test_id("check-choice").first.click(timeout=15_000)
    assert await page.get_by_test_id("check-choice").all_inner_texts() == texts[2:8]
    await page.get_by_test_id("check-confirm").click()
    await page.get_by_test_id("check-done").wait_for(timeout=15_000)


async def _vote(show: Show, page: Page, texts: list[str]) -> None:
    body = {"question": texts[5], "choices": texts[20:40], "show_results": "live"}
    poll = (await show.call("POST", "polls", body))["id"]
    await show.call("POST", f"polls/{poll}/open")
    await page.get_by_test_id("poll-enter").click(timeout=15_000)
    assert await page.get_by_test_id("poll-choice").all_inner_texts() == texts[20:40]
    await page.get_by_test_id("poll-choice").first.click()
    await page.get_by_test_id("poll-vote").click()
    await page.locator("[data-testid=poll-bar][data-votes='1']").wait_for(timeout=15_000)


async def _beside(show: Show, page: Page, texts: list[str]) -> None:
    """Show every text as the title of a material, a part of the programme, or what a speaker is."""
    for text in texts[:10]:
        await show.call("POST", "materials", {"title": text, "url": "https://academy.example/"})
    items = [{"title": text, "speaker": {"name": text, "role": text, "description": text}} for text in texts]
    await show.call("PUT", "programme", {"items": items})
    await page.get_by_test_id("materials-tab").click(timeout=15_000)
    await page.get_by_test_id("material").nth(9).wait_for(timeout=15_000)
    assert await page.locator(".material b").all_inner_texts() == texts[:10]
    await page.get_by_test_id("programme-tab").click(timeout=15_000)
    await page.get_by_test_id("programme-item").nth(COUNT - 1).wait_for(timeout=15_000)
    shown = await page.locator(".programme-about").all_inner_texts()
    assert shown == texts


async def _quiz(show: Show, page: Page, texts: list[str]) -> None:
    """Show every text as a question's choice, and some as its text."""
    groups = [texts[at : at + CHOICES] for at in range(0, COUNT, CHOICES)]
    questions = [_single(choices) for choices in groups]
    body = {"title": texts[3], "questions": questions, "shuffle_questions": False, "shuffle_choices": False}
    quiz = (await show.call("POST", "quizzes", body))["id"]
    await show.call("POST", f"quizzes/{quiz}/open")
    await page.get_by_test_id("quiz-enter").click(timeout=15_000)
    await page.get_by_test_id("quiz-start").click()
    for number, choices in enumerate(groups):
        await page.get_by_test_id("quiz-map").nth(number).click(timeout=15_000)
        await page.get_by_role("group", name=" ".join(choices[0].split()), exact=True).wait_for()
        assert await page.get_by_test_id("quiz-choice").all_inner_texts() == choices


def _single(choices: list[str]) -> dict[str, Any]:
    rest = [{"text": text} for text in choices[1:]]
    return {"kind": "single", "text": choices[0], "choices": [{"text": choices[0], "right": True}, *rest]}


async def test_no_user_agent_breaks_out_of_a_report(stage: Stage) -> None:
    """What a browser says of itself comes to the organiser as it was said, in JSON and in XML."""
    said = [text.replace("\u202e", "") for text in payloads(COUNT)[::40]]
    for number, text in enumerate(said):
        await stage.admit(f"ua-{number}", text)
        context = await stage.browser.new_context(user_agent=text)
        page = await context.new_page()
        await page.goto(await stage.launch(f"ua-{number}"))
        await page.locator(".overlay.connecting").wait_for(state="detached", timeout=30_000)
        await context.close()
    url = f"{stage.server.url}/api/v1/media/{stage.media}/statistics?include=user_agent"
    headers = {"Authorization": f"Bearer {stage.server.key}"}
    async with stage.api.http.get(url, headers=headers) as answer:
        report = await answer.json()
    assert set(said) <= set(strings(report))
    async with stage.api.http.get(f"{url}&format=xml", headers=headers) as answer:
        tree = etree.fromstring(await answer.read())
    in_xml = {text for element in tree.iter() for text in (element.text, *element.attrib.values())}
    assert set(said) <= in_xml


def strings(value: Any) -> Iterator[str]:
    """Yield every text in a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings(each)
