"""Recordings in Chromium: credited by their content whatever the speed, gone on with, and shown to all by the clock."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.async_api import Page

from tests.browser.stage import Stage, eventually, player, plays_on, reload_frame
from tests.films import READ_CLOCK, clock_film, film

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]
CREDIT_LAG_MS = 250  # positions a browser reports lag by some frames


async def showing(stage: Stage, file: Path, **media: str) -> Stage:
    """Return the stage with a media that shows this file instead of its broadcast."""
    made = await stage.api.call("POST", "/media", {"title": "Разбор случая", **media})
    people = await stage.api.call("POST", "/lists", {"title": "Врачи", "media": [made["code"]]})
    own = replace(stage, media=made["code"], people=people["code"], encoder=None)
    for user_id in ("d-1", "d-2"):
        await own.admit(user_id)
    headers = {"Authorization": f"Bearer {stage.server.key}", "Content-Type": "video/mp4"}
    url = f"{stage.server.url}/api/v1/media/{own.media}/recording"
    body = BytesIO(await asyncio.to_thread(file.read_bytes))
    async with stage.api.http.post(url, data=body, headers=headers) as answer:
        assert answer.status == 201, await answer.text()

    async def ready() -> bool:
        told = await stage.api.call("GET", f"/media/{own.media}/recording")
        assert told["state"] != "failed", told
        return bool(told["state"] == "ready")

    await eventually(ready)
    return own


async def opened(stage: Stage, user_id: str) -> Page:
    page = await stage.context.new_page()
    await page.goto(f"{stage.site}/?player={quote(await stage.launch(user_id), safe='')}")
    return page


async def position_s(page: Page) -> float:
    return float(await player(page).get_by_test_id("video").evaluate("v => v.currentTime"))


async def seek(page: Page, to_s: float) -> None:
    await player(page).get_by_test_id("video").evaluate("(v, to) => { v.currentTime = to }", to_s)


async def until_past(page: Page, at_s: float) -> None:
    async def past() -> bool:
        return await position_s(page) >= at_s

    await eventually(past)


async def credited(stage: Stage, fits: Callable[[list[int]], bool]) -> list[int]:
    """Return what d-1 is credited for each session as soon as that fits."""

    async def said() -> list[int] | None:
        _, row = await stage.statistics("d-1")
        watched = [session["watched_ms"] for session in row["sessions"]]
        return watched if fits(watched) else None

    return list(await eventually(said))


async def test_a_recording_is_credited_by_its_content_at_any_speed_in_loops_and_through_a_break(
    stage: Stage, tmp_path: Path
) -> None:
    own = await showing(stage, film(tmp_path / "film.mp4", 40), kind="recording")
    for title, from_ms, to_ms in (("Первый", 4_000, 12_000), ("Второй", 16_000, 22_000)):
        session = {"title": title, "from_ms": from_ms, "to_ms": to_ms}
        await own.api.call("POST", f"/media/{own.media}/sessions", session)
    page = await opened(own, "d-1")
    await plays_on(page)
    await player(page).get_by_test_id("rate").select_option("2")
    await seek(page, 3)
    await until_past(page, 23)
    await player(page).get_by_test_id("rate").select_option("1")
    # Twice the speed earns the clock, half of the content; the break between the sessions earns nothing.
    fast = await credited(own, lambda ms: sum(ms) > 6_000)
    assert [abs(ms - all_ms / 2) < 500 for ms, all_ms in zip(fast, (8_000, 6_000), strict=True)] == [
        True
    ] * 2, fast
    for _ in range(2):  # again at leisure: the rest of the content; a third time earns nothing more
        await seek(page, 3)
        await until_past(page, 13)
    again = await credited(own, lambda ms: ms[0] > 7_500)
    assert 8_000 - CREDIT_LAG_MS <= again[0] <= 8_000
    await seek(page, 13)
    await until_past(page, 15)
    assert (await credited(own, lambda ms: ms[0] > 7_500))[1] == again[1]
    await page.close()


async def test_a_recording_goes_on_where_it_was_left(stage: Stage, tmp_path: Path) -> None:
    own = await showing(stage, film(tmp_path / "film.mp4", 60), kind="recording")
    page = await opened(own, "d-1")
    await plays_on(page)
    await seek(page, 30)
    await until_past(page, 36)
    await reload_frame(page)
    await plays_on(page)
    assert 30 <= await position_s(page) < 45
    await seek(page, 59)
    await player(page).get_by_role("button", name="Смотреть сначала").click()
    await plays_on(page)
    assert await position_s(page) < 20
    await page.close()


async def test_a_plan_asks_whoever_plays_a_session_of_a_recording(stage: Stage, tmp_path: Path) -> None:
    own = await showing(stage, film(tmp_path / "film.mp4", 60), kind="recording")
    at = f"/media/{own.media}"
    session = await own.api.call("POST", f"{at}/sessions", {"title": "A", "from_ms": 20_000, "to_ms": 60_000})
    await own.api.call("PUT", f"{at}/check-plan", {"every_s": [4, 6], "lifetime_s": 60})
    page = await opened(own, "d-1")
    await until_past(page, 10)  # before the session: nobody is asked
    report, _ = await own.statistics("d-1")
    assert report["checks"] == []
    await seek(page, 20)
    await player(page).get_by_test_id("check-confirm").click(timeout=60_000)

    async def confirmed() -> bool:
        _, row = await own.statistics("d-1")
        told = [(check["session_id"], check["outcome"]) for check in row["checks"]]
        return (session["id"], "confirmed") in told

    assert await eventually(confirmed)
    await page.close()


async def left(page: Page) -> bool:
    """Click beside the player, again while the browser is still leaving full screen; tell whether it lost the focus."""
    await page.mouse.click(1200, 650)
    return bool(await page.evaluate("document.activeElement !== document.getElementById('player')"))


async def test_the_site_hears_what_the_viewer_does_in_the_words_of_either_dialect(
    stage: Stage, tmp_path: Path
) -> None:
    own = await showing(stage, film(tmp_path / "film.mp4", 25), kind="recording")
    link = (await own.launch("d-1")).replace("#", "?dialect=boomstream#")
    page = await stage.context.new_page()
    await page.goto(f"{stage.site}/?player={quote(link, safe='')}")
    await plays_on(page)

    async def heard(wanted: dict[str, Any]) -> dict[str, Any]:
        """Return the first message to the site that has these fields."""

        async def found() -> dict[str, Any] | None:
            said = [data for origin, data in await page.evaluate("heard") if origin == own.server.url]
            return next((data for data in said if wanted.items() <= data.items()), None)

        return dict(await eventually(found))

    theirs, ours = {"code": own.media}, {"source": "rollcall", "media": own.media}
    played = await heard(theirs | {"method": "time"})
    assert abs(played["duration"] - 25) < 1
    button = player(page).get_by_test_id("full-screen")
    await button.click()
    assert await heard(theirs | {"method": "fullScreen", "event": "requestFullscreen"})
    assert await heard(theirs | {"method": "event", "event": "window.onfocus"})
    await button.click()
    assert await heard(theirs | {"method": "fullScreen", "event": "exitFullscreen"})
    assert await heard(ours | {"type": "full_screen", "on": False})
    await eventually(partial(left, page))
    assert await heard(theirs | {"method": "event", "event": "window.onblur"})
    act = """([code, url, data]) => document.getElementById("player").contentWindow.postMessage(
        { code, method: "action", action: "seek", data }, url)"""
    await page.evaluate(act, [own.media, own.server.url, 12])
    await until_past(page, 12)
    await player(page).locator("input.seek").press("End")
    stopped = await heard(theirs | {"method": "stop"})
    assert abs(stopped["time"] - stopped["duration"]) < 1
    assert await heard(ours | {"type": "seek"})
    assert set(await heard(theirs | {"method": "progress"})) == {"code", "method", "event"}
    said = [data["method"] for _, data in await page.evaluate("heard") if "method" in data]
    assert said[-1] == "stop"
    assert "pause" not in said
    await page.close()


async def test_all_viewers_of_a_scheduled_broadcast_see_the_same_at_the_same_time(
    stage: Stage, tmp_path: Path
) -> None:
    file = clock_film(tmp_path / "clock.mp4", 42)
    starts = datetime.now(UTC) + timedelta(seconds=8)
    own = await showing(stage, file, kind="scheduled", starts_at=starts.isoformat())
    early = await opened(own, "d-1")
    await plays_on(early)
    late = await opened(own, "d-2")
    await plays_on(late)

    async def behind_s(page: Page) -> float:
        """Return how far behind the schedule the picture is that a viewer sees."""
        at_ms, shown_s = await player(page).get_by_test_id("video").evaluate(READ_CLOCK)
        return float(at_ms / 1000 - starts.timestamp() - shown_s)

    async def together() -> list[float] | None:
        both: Any = await asyncio.gather(behind_s(early), behind_s(late))
        return both if abs(both[0] - both[1]) < 0.5 and all(abs(one - 6) < 1 for one in both) else None

    await eventually(together, 15)
    beside = []
    for _ in range(20):
        first, second = await asyncio.gather(behind_s(early), behind_s(late))
        beside.append(abs(first - second))
        await asyncio.sleep(0.25)
    assert sorted(beside)[-2] < 0.5, beside  # one look in twenty may fall between two seconds
    await player(early).get_by_text("Трансляция завершена").wait_for(timeout=60_000)
    for page in (early, late):
        await page.close()
