"""Beside the picture in Chromium: files are saved, never shown, links are harmless, the programme says what runs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.browser.stage import Stage, eventually, player, plays_on

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

SLIDES = b"%PDF-1.7\n" + bytes(range(256)) * 500
NASTY = "Слайды <img src=x onerror=parent.postMessage('ran','*')>"


async def call(stage: Stage, method: str, path: str, body: Any = None) -> Any:
    return await stage.api.call(method, f"/media/{stage.media}/{path}", body)


async def upload(stage: Stage, name: str, content: bytes, title: str) -> str:
    url = f"{stage.server.url}/api/v1/media/{stage.media}/materials/files/{quote(name)}?title={quote(title)}"
    headers = {"Authorization": f"Bearer {stage.server.key}", "Content-Type": "application/octet-stream"}
    async with stage.api.http.post(url, data=content, headers=headers) as answer:
        assert answer.status == 201, await answer.text()
        return str((await answer.json())["id"])


async def test_files_are_saved_from_the_frame_and_the_picture_goes_on(stage: Stage, tmp_path: Path) -> None:
    page = await stage.context.new_page()
    await page.goto(f"{stage.site}/?player={quote(await stage.launch('d-1'), safe='')}")
    await plays_on(page)
    frame = player(page)
    assert await frame.get_by_test_id("materials-tab").count() == 0
    file = await upload(stage, "Слайды.pdf", SLIDES, NASTY)
    link = await call(
        stage, "POST", "materials", {"title": "Руководство", "url": "https://academy.example/a?b=1"}
    )
    await frame.get_by_test_id("materials-tab").click(timeout=10_000)
    shown = frame.get_by_test_id("material")
    await shown.first.wait_for(timeout=10_000)
    assert await shown.locator("b").all_inner_texts() == [NASTY, "Руководство"]
    assert await frame.locator(".materials img").count() == 0
    sizes = (await shown.locator("small").all_inner_texts())[0].replace("\u00a0", " ")
    assert sizes == "PDF, 125 кБ"
    async with page.expect_download(timeout=15_000) as saved:
        await shown.first.click()
    download = await saved.value
    assert download.suggested_filename == "Слайды.pdf"
    await download.save_as(tmp_path / "saved.pdf")
    assert (tmp_path / "saved.pdf").read_bytes() == SLIDES
    other = shown.nth(1)
    assert await other.get_attribute("href") == "https://academy.example/a?b=1"
    assert await other.get_attribute("rel") == "noopener noreferrer nofollow"
    assert await other.get_attribute("target") == "_blank"
    await plays_on(page)
    await call(stage, "PUT", "materials", {"materials": [link["id"], file]})

    async def reordered() -> bool:
        return await shown.locator("b").all_inner_texts() == ["Руководство", NASTY]

    await eventually(reordered, 10)
    for one in (file, link["id"]):
        await call(stage, "DELETE", f"materials/{one}")
    await frame.get_by_test_id("materials-tab").wait_for(state="detached", timeout=10_000)
    assert await frame.get_by_role("tab", selected=True).inner_text() == "Чат"
    assert "ran" not in await page.evaluate("heard.map(([, data]) => data)")


async def test_the_programme_says_what_runs_now_and_who_speaks(stage: Stage) -> None:
    context = await stage.browser.new_context(
        viewport={"width": 320, "height": 640}, locale="en-US", is_mobile=True, has_touch=True
    )
    page = await context.new_page()
    await page.goto(await stage.launch("d-1"))
    await page.get_by_test_id("chat-tab").wait_for(timeout=20_000)
    session = await call(stage, "POST", "sessions", {"title": "Блок 1. Аритмии"})
    speaker = {
        "name": "Анна Иванова",
        "role": "кардиолог",
        "description": "Книга: https://academy.example/book",
    }
    await call(stage, "PUT", f"sessions/{session['id']}/speaker", speaker)
    await page.get_by_test_id("programme-tab").wait_for(timeout=10_000)
    # By keyboard: the tabs are one stop, arrows go round.
    await page.get_by_test_id("chat-tab").focus()
    await page.keyboard.press("ArrowLeft")
    items = page.get_by_test_id("programme-item")
    await items.first.wait_for(timeout=10_000)
    assert await page.get_by_role("tab", selected=True).inner_text() == "Programme"
    assert await items.first.get_attribute("aria-current") == "time"
    await items.filter(has_text="Анна Иванова, кардиолог").wait_for(timeout=10_000)  # named after it began
    text = await items.first.inner_text()
    assert all(part in text for part in ("now", "Блок 1. Аритмии"))
    assert await items.first.get_by_role("link").get_attribute("href") == "https://academy.example/book"
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await call(stage, "POST", f"sessions/{session['id']}/stop")
    await page.locator(".programme .running").wait_for(state="detached", timeout=15_000)
    now = datetime.now(UTC)
    times = [(now + timedelta(seconds=seconds)).isoformat() for seconds in (-60, 3, 600)]
    written = [
        {"title": "Открытие", "starts_at": times[0]},
        {"title": "Доклад", "starts_at": times[1], "ends_at": times[2]},
    ]
    await call(stage, "PUT", "programme", {"items": written})
    await page.locator("[aria-current]", has_text="Открытие").wait_for(timeout=10_000)
    await page.locator("[aria-current]", has_text="Доклад").wait_for(timeout=10_000)
    assert await items.count() == 2
    await call(stage, "PUT", "programme", {"items": []})
    await page.get_by_test_id("programme-tab").wait_for(state="detached", timeout=10_000)
