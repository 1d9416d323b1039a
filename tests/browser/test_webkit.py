"""The basic run in a second engine, the distribution's WebKitGTK: picture, check, chat, progress, proven time."""

import asyncio
from typing import Any

import pytest
from selenium.webdriver import WebKitGTK
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from tests.browser.stage import Stage, eventually
from tests.browser.webkit import webkit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


class Tab:
    """The one tab of the browser, driven beside the event loop."""

    def __init__(self, browser: WebKitGTK) -> None:
        self._browser = browser

    async def open(self, url: str) -> None:
        await asyncio.to_thread(self._browser.get, url)

    async def evaluate(self, expression: str) -> Any:
        return await asyncio.to_thread(self._browser.execute_script, f"return {expression}")

    async def find(self, testid: str) -> WebElement:
        """Wait for an element to be there and in view."""
        selector = f"[data-testid={testid}]"
        await eventually(lambda: self.evaluate(f"document.querySelector('{selector}')?.checkVisibility()"))
        return await asyncio.to_thread(self._browser.find_element, By.CSS_SELECTOR, selector)

    async def click(self, testid: str) -> None:
        element = await self.find(testid)
        await asyncio.to_thread(element.click)

    async def type(self, testid: str, text: str) -> None:
        element = await self.find(testid)
        await asyncio.to_thread(element.send_keys, text)


async def test_webkit_plays_confirms_chats_and_is_credited(stage: Stage) -> None:
    with webkit() as browser:
        tab = Tab(browser)
        await tab.open(await stage.launch("d-1"))
        session = await stage.api.call("POST", f"/media/{stage.media}/sessions", {"title": "Блок 1"})
        await eventually(lambda: _plays(tab), 60)
        await stage.api.call("POST", f"/media/{stage.media}/checks", {"lifetime_s": 60})
        await tab.click("check-confirm")
        await tab.find("check-done")
        await tab.type("chat-input", "Здравствуйте из WebKit")
        await tab.click("chat-send")
        await eventually(lambda: _said(stage, "Здравствуйте из WebKit"))
        await tab.click("progress-tab")
        await eventually(lambda: tab.evaluate("document.querySelector('rollcall-progress dd') !== null"))
        before_ms = await _watched_ms(stage)
        await eventually(lambda: _watched_since(stage, before_ms + 3_000))
        await stage.api.call("POST", f"/media/{stage.media}/sessions/{session['id']}/stop")
        _, row = await stage.statistics("d-1")
        assert [check["outcome"] for check in row["checks"]] == ["confirmed"]


async def _plays(tab: Tab) -> bool:
    """Return whether the picture moves; where the browser wants a click first, give it one."""
    if await tab.evaluate("document.querySelector('.big-play') !== null"):
        await tab.evaluate("document.querySelector('.big-play').click()")
    return bool(await tab.evaluate("(document.querySelector('video')?.currentTime ?? 0) > 2"))


async def _said(stage: Stage, text: str) -> bool:
    page = await stage.api.call("GET", f"/media/{stage.media}/chat")
    return text in [message["text"] for message in page["items"]]


async def _watched_since(stage: Stage, least_ms: int) -> bool:
    return await _watched_ms(stage) >= least_ms


async def _watched_ms(stage: Stage) -> int:
    _, row = await stage.statistics("d-1")
    return int(row["sessions"][0]["watched_ms"])
