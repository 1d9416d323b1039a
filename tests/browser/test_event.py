"""The real thing: an encoder publishes, a foreign page embeds the player, Chromium plays, an event runs."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest
from lxml import etree
from playwright.async_api import BrowserContext, Page

from tests.browser.stage import Stage, eventually, player, plays_on, reload_frame, staged
from tests.render.test_statistics import back, without_nulls

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]
LIFETIME_S = 10


async def watch(context: BrowserContext, stage: Stage, link: str) -> Page:
    page = await context.new_page()
    await page.goto(f"{stage.site}/?player={quote(link, safe='')}")
    return page


@dataclass(slots=True)
class Slice:
    """A session, and how long it was by the stopwatch."""

    id: str
    length_s: float = 0


@contextlib.asynccontextmanager
async def held(stage: Stage, title: str) -> AsyncIterator[Slice]:
    """Run a session."""
    sessions = f"/media/{stage.media}/sessions"
    started = time.monotonic()
    found = Slice((await stage.api.call("POST", sessions, {"title": title}))["id"])
    yield found
    await stage.api.call("POST", f"{sessions}/{found.id}/stop")
    found.length_s = time.monotonic() - started


async def shown(page: Page, check: str) -> None:
    """Wait until the parent page was told that the check is on display."""
    heard = "heard.some(([, data]) => data.type === 'check_shown' && data.check === '{}')"
    await eventually(lambda: page.evaluate(heard.format(check)), 15)


async def test_an_event_from_the_encoder_to_the_statistics(stage: Stage) -> None:
    page = await watch(stage.context, stage, await stage.launch("d-1"))
    second = await watch(stage.context, stage, await stage.launch("d-1"))
    await asyncio.gather(plays_on(page), plays_on(second))

    async with held(stage, "Блок 1") as first_session:
        await asyncio.sleep(4)
    await asyncio.sleep(3)  # the break
    async with held(stage, "Блок 2") as second_session:
        await asyncio.sleep(1)
        checks = f"/media/{stage.media}/checks"
        clicked = await stage.api.call("POST", checks, {"lifetime_s": 20, "sound": True, "text": "Вы здесь?"})
        await player(second).get_by_test_id("check-confirm").click(timeout=10_000)
        await player(page).get_by_test_id("check-done").wait_for(timeout=10_000)
        missed = await stage.api.call("POST", checks, {"lifetime_s": LIFETIME_S})
        for each in (page, second):
            await shown(each, missed["id"])
        await asyncio.sleep(LIFETIME_S + 1.5)

    async def settled() -> bool:
        _, row = await stage.statistics("d-1")
        proven = {part["session_id"]: part["watched_ms"] for part in row["sessions"]}
        outcomes = {check["outcome"] for check in row["checks"]}
        return proven[second_session.id] >= (second_session.length_s - 1) * 1000 and "pending" not in outcomes

    await eventually(settled, 40)
    report, row = await stage.statistics("d-1")
    proven = {part["session_id"]: part for part in row["sessions"]}
    for run in (first_session, second_session):
        assert abs(proven[run.id]["watched_ms"] - run.length_s * 1000) <= 1000
    # Both tabs count once and the break not at all: never more than the sessions are long.
    assert row["watched_ms"] == sum(part["watched_ms"] for part in row["sessions"])
    assert all(
        proven[session["id"]]["watched_ms"] <= session["duration_ms"] for session in report["sessions"]
    )
    assert {check["check_id"]: check["outcome"] for check in row["checks"]} == {
        clicked["id"]: "confirmed",
        missed["id"]: "missed",
    }
    assert [c["session_id"] for c in report["checks"]] == [second_session.id] * 2
    (absent,) = [other for other in report["participants"] if other["user_id"] == "d-2"]
    assert (absent["watched_ms"], {check["outcome"] for check in absent["checks"]}) == (
        0,
        {"not_present"},
    )
    await xml_equals_json(stage)

    heard = await page.evaluate("heard")
    kinds = {data["type"] for origin, data in heard if origin == stage.server.url}
    assert {"loaded", "play", "check_shown"} <= kinds
    assert len(heard) == len([1 for origin, _ in heard if origin == stage.server.url])


async def xml_equals_json(stage: Stage) -> None:
    url = f"{stage.server.url}/api/v1"
    headers = stage.api._headers
    query = "include=ip,user_agent"
    async with aiohttp.ClientSession(headers=headers) as http:
        async with http.get(f"{url}/media/{stage.media}/statistics?format=json&{query}") as answer:
            plain = await answer.json()
        async with http.get(f"{url}/media/{stage.media}/statistics?format=xml&{query}") as answer:
            document = etree.fromstring(await answer.read())
        async with http.get(f"{url}/statistics.xsd") as answer:
            schema = etree.XMLSchema(etree.fromstring(await answer.read()))
    schema.assertValid(document)
    told = without_nulls(plain), back(document)
    for either in told:
        either.pop("generated_at")
        for row in either["participants"]:  # who never came has no addresses: an empty list is no element
            row["ip"], row["user_agent"] = row.get("ip", []), row.get("user_agent", [])
    assert told[0] == told[1]


async def test_reloads_and_restores_play_on_and_a_spent_token_is_refused(stage: Stage) -> None:
    link = await stage.launch("d-1")
    page = await watch(stage.context, stage, link)
    await plays_on(page)

    await reload_frame(page)
    await plays_on(page)
    await page.goto(f"{stage.site}/?player={quote(await stage.launch('d-1'), safe='')}")
    await plays_on(page)  # the parent was reloaded with a fresh token
    await page.close()
    restored = await watch(stage.context, stage, link)
    await plays_on(restored)  # the tab came back with the address it had

    elsewhere = await stage.browser.new_context(locale="ru-RU")
    stranger = await watch(elsewhere, stage, link)
    refusal = player(stranger).get_by_test_id("refusal")
    await refusal.wait_for(timeout=10_000)
    assert await refusal.get_attribute("data-code") == "token_spent"

    await a_foreign_page_cannot_frame_the_player(stage, await elsewhere.new_page())
    private = await watch(elsewhere, stage, await stage.launch("d-2"))
    await plays_on(private)
    await player(private).get_by_text("браузер не хранит время").wait_for(timeout=5_000)
    await reload_frame(private)  # without storage the grant survives in the frame's history
    await plays_on(private)

    sandboxed = await elsewhere.new_page()
    await sandboxed.goto(f"{stage.site}/?sandbox&player={quote(await stage.launch('d-2'), safe='')}")
    refusal = player(sandboxed).get_by_test_id("refusal")
    await refusal.wait_for(timeout=10_000)
    assert await refusal.get_attribute("data-code") == "sandboxed"

    withdrawn = time.monotonic()
    await stage.api.call("DELETE", f"/lists/{stage.people}/participants/d-1")
    await player(restored).get_by_test_id("refusal").wait_for(timeout=10_000)
    assert time.monotonic() - withdrawn < 10


async def a_foreign_page_cannot_frame_the_player(stage: Stage, page: Page) -> None:
    """The same site under another name is no origin of the project: the browser refuses, and it is counted."""
    foreign = stage.site.replace("localhost", "127.0.0.1")
    await page.goto(f"{foreign}/?player={quote(await stage.launch('d-2'), safe='')}")
    assert [frame.url for frame in page.frames[1:]] == ["chrome-error://chromewebdata/"]

    async def counted() -> bool:
        refusals = (await stage.api.call("GET", "/project"))["framing_refusals"]
        return [(refusal["origin"], refusal["count"]) for refusal in refusals] == [(foreign, 1)]

    await eventually(counted, 15)


async def test_a_killed_server_loses_nothing_and_the_picture_comes_back(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        page = await watch(stage.context, stage, await stage.launch("d-1"))
        await plays_on(page)
        started = time.monotonic()
        await stage.api.call("POST", f"/media/{stage.media}/sessions", {"title": "Блок 1"})

        async def watched_for(least_ms: float) -> float | None:
            _, row = await stage.statistics("d-1")
            return float(row["watched_ms"]) if row["watched_ms"] >= least_ms else None

        before_ms = await eventually(lambda: watched_for(1), 20)
        stage.server.kill()
        played_s = time.monotonic() - started
        stage.end_encoder()  # its connection is gone; OBS comes back by itself
        await asyncio.sleep(1)
        stage.server.start()
        stage.publish()
        assert await watched_for(before_ms) is not None
        await plays_on(page, 30)
        # All that had played when the server died, but for a second, and three seconds since.
        await eventually(lambda: watched_for((played_s - 1 + 3) * 1000), 30)
