"""States of the chat, for the gallery and for axe: a conversation, questions, and what those see who may not write."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from playwright.async_api import Page, expect

if TYPE_CHECKING:
    from tests.browser.states import Show

QUIET = {"mode": "open", "slow_s": 0, "premoderated": False, "authors": "names"}


@asynccontextmanager
async def conversation(show: "Show") -> AsyncIterator[Page]:
    """Show a question that is answered, and an answer being written with the emoji at hand."""
    page = await _chatting(show)
    await page.get_by_test_id("chat-ask").click()
    await _write(page, "Какова доза при СКФ ниже 30 мл/мин?")
    asked = (await show.call("GET", "chat?kind=question"))["items"][0]["id"]
    answer = {"text": "Доза не меняется: слайд 14.", "name": "Лектор", "reply_to": asked, "answers": True}
    await show.call("POST", "chat", answer)
    await page.get_by_text("слайд 14").wait_for()
    await page.get_by_test_id("reply").last.click()
    await page.get_by_test_id("chat-input").fill("Спасибо, очень полезно")
    await page.get_by_test_id("chat-emoji").click()
    yield page


@asynccontextmanager
async def questions(show: "Show") -> AsyncIterator[Page]:
    """Show the questions alone."""
    page = await _chatting(show)
    await page.get_by_test_id("chat-questions").click()
    await page.get_by_test_id("chat-questions-list").wait_for()
    yield page


@asynccontextmanager
async def moderated(show: "Show") -> AsyncIterator[Page]:
    """Show a message that waits for a moderator, and the time until the next one."""
    page = await _chatting(show)
    await _set(show, premoderated=True, authors="pseudonyms")
    try:
        await expect(page.get_by_test_id("chat-hint")).not_to_be_empty()
        await _write(page, "Можно ли задать вопрос не по теме?")
        await _set(show, slow_s=600)
        await page.reload()
        await page.locator(".said.pending").last.wait_for(timeout=30_000)
        yield page
    finally:
        for waiting in (await show.call("GET", "chat?state=waiting"))["items"]:
            await show.call("POST", f"chat/{waiting['id']}/reject")
        await _set(show, **QUIET)


@asynccontextmanager
async def silenced(show: "Show") -> AsyncIterator[Page]:
    """Show the chat to somebody who may only read."""
    page = await _chatting(show)
    await show.call("PUT", "chat/bans/d-1")
    try:
        await page.locator(".chat-closed").wait_for()
        yield page
    finally:
        await show.call("DELETE", "chat/bans/d-1")


async def _chatting(show: "Show") -> Page:
    page = await show.watch()
    await show.panel(page, "chat")
    await page.get_by_test_id("chat-input").wait_for()
    return page


async def _write(page: Page, text: str) -> None:
    await page.get_by_test_id("chat-input").fill(text)
    await page.get_by_test_id("chat-send").click()
    await expect(page.locator(".said time").last).to_be_visible()
    await expect(page.locator(".said").get_by_text(text).last).to_be_visible()
    await expect(page.locator(".said:not(:has(time))")).to_have_count(0)  # the server has it


async def _set(show: "Show", **settings: Any) -> None:
    await show.call("PATCH", "chat/settings", settings)
