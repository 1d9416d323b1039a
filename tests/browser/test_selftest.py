"""The self-test in Chromium: what a participant sees before the event, and that nothing of it is evidence."""

from urllib.parse import quote

import pytest

from tests.browser.proven import proven
from tests.browser.stage import Stage, player

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

TESTER = "never-watches"
FRAME = """<!doctype html><meta charset=utf-8><iframe id=player src="{url}" width=960 height=560></iframe>"""


async def planned(stage: Stage) -> str:
    """Make a media that has not begun, and return a link of the tester for it."""
    media = await stage.api.call("POST", "/media", {"title": "Завтрашний эфир", "kind": "live"})
    people = await stage.api.call("POST", "/lists", {"title": "Слушатели", "media": [media["code"]]})
    await stage.api.call("PUT", f"/lists/{people['code']}/participants/{TESTER}", {"name": "Анна Иванова"})
    launched = await stage.api.call("POST", f"/media/{media['code']}/launch", {"user_id": TESTER})
    return str(launched["url"])


async def test_a_participant_tests_picture_sound_check_and_line_before_the_event(stage: Stage) -> None:
    page = await stage.context.new_page()
    await page.goto(f"{stage.site}/?player={quote(await planned(stage), safe='')}")
    here = player(page)
    await here.get_by_test_id("selftest-open").click()
    test = here.get_by_test_id("selftest")
    for subject in ("picture", "line", "clock", "storage", "site"):
        await test.locator(f"[data-subject={subject}][data-grade]").wait_for(timeout=30_000)
    await here.get_by_test_id("selftest-sound").click()
    await here.get_by_test_id("selftest-heard").click()
    await here.get_by_test_id("selftest-check").click()
    await here.get_by_test_id("check-confirm").click()
    await test.locator("[data-subject=check][data-grade=good]").wait_for()
    assert await here.get_by_test_id("check-dialog").count() == 0
    grades = {
        subject: await test.locator(f"[data-subject={subject}]").get_attribute("data-grade")
        for subject in ("sound", "check", "picture", "clock", "storage", "site")
    }
    assert set(grades.values()) == {"good"}, grades
    report = await here.get_by_test_id("selftest-report").text_content()
    assert report is not None
    assert "Chrom" in report
    assert TESTER not in report
    assert "Анна" not in report
    assert not [span for span in proven(stage.server, TESTER) if span.state == "playing"]
    await test.get_by_role("button", name="Закрыть").last.click()
    assert await here.get_by_test_id("selftest").count() == 0
    await page.close()


async def test_a_site_that_allows_nothing_is_told_what_is_missing(stage: Stage) -> None:
    page = await stage.context.new_page()
    await page.goto(stage.site)
    await page.set_content(FRAME.format(url=await planned(stage)))
    here = player(page)
    await here.get_by_test_id("selftest-open").click()
    found = here.locator("[data-subject=site][data-grade=note]")
    await found.wait_for()
    assert "fullscreen" in await found.inner_text()
    assert 'allow="autoplay; fullscreen; picture-in-picture"' in await found.inner_text()
    await page.close()
