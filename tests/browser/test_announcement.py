"""The pinned announcement in Chromium: there within seconds, harmless, put away until there is another."""

from urllib.parse import quote

import pytest

from tests.browser.stage import Stage, eventually, player

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


async def test_an_announcement_is_pinned_put_away_replaced_and_taken_away(stage: Stage) -> None:
    path = f"/media/{stage.media}/announcement"
    page = await stage.context.new_page()
    await page.goto(f"{stage.site}/?player={quote(await stage.launch('d-1'), safe='')}")
    shown = player(page).get_by_test_id("announcement")
    await player(page).get_by_test_id("chat-input").wait_for()
    assert await shown.count() == 0
    text = "Продолжим в 12:30: https://academy.example/plan <img src=x onerror=parent.postMessage('ran','*')>"
    await stage.api.call("PUT", path, {"text": text})
    await shown.wait_for(timeout=10_000)
    assert await shown.locator("p").inner_text() == text
    link = shown.get_by_role("link")
    assert await link.get_attribute("href") == "https://academy.example/plan"
    assert await link.get_attribute("rel") == "noopener noreferrer nofollow"
    assert await shown.locator("img").count() == 0
    await player(page).get_by_role("button", name="Скрыть объявление").click()
    assert await shown.count() == 0
    await stage.api.call("PUT", path, {"text": "Начинаем"})
    await shown.wait_for(timeout=10_000)
    await stage.api.call("DELETE", path)

    async def gone() -> bool:
        return await shown.count() == 0

    await eventually(gone)
    heard = await page.evaluate("heard.map(([, data]) => data)")
    assert "ran" not in heard
    await page.close()
