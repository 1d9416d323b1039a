"""The player outlives what browsers do to it: hidden and throttled, paused, frozen, killed and opened again."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.browser.chromium import Chromium, Tab
from tests.browser.proven import Proven, gaps, now_ms, proven
from tests.browser.stage import Broadcast, eventually, on_air, profile_with_partitioned_storage

pytestmark = [pytest.mark.browser, pytest.mark.slow]

THROTTLED = "--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/5"
NOTICE = "document.querySelector('.notices').innerText"


async def spans_when(
    air: Broadcast, wanted: Callable[[list[Proven]], bool], within_s: float = 40
) -> list[Proven]:
    """Wait until the stored spans are as wanted; return them."""

    async def look() -> list[Proven]:
        spans = proven(air.server, "d-1")
        return spans if spans and wanted(spans) else []

    found: list[Proven] = await eventually(look, within_s)
    return found


async def watching(air: Broadcast, tab: Tab) -> None:
    """Wait until the picture has played for two seconds and the server's disk knows it."""
    await eventually(lambda: tab.evaluate("(document.querySelector('video')?.currentTime ?? 0) > 2"), 40)
    await spans_when(air, lambda spans: any(span.state == "playing" for span in spans))


def during(spans: list[Proven], since_ms: int, until_ms: int) -> list[Proven]:
    """Return the spans that have a part in `[since, until)`."""
    return [span for span in spans if span.start_ms < until_ms and span.end_ms > since_ms]


async def test_a_killed_browser_has_lost_two_seconds_when_it_comes_back(tmp_path: Path) -> None:
    """F19: killed with all its processes; then as if never reopened, then reopened. In a frame of a foreign site."""
    profile = profile_with_partitioned_storage(tmp_path / "profile")
    async with on_air(tmp_path) as air, Chromium(profile) as browser:
        framed = f"{air.site}/?player={quote(await air.launch('d-1'), safe='')}"
        await browser.open(framed)
        await spans_when(air, lambda spans: any(span.state == "playing" for span in spans))
        await asyncio.sleep(3)
        browser.kill()
        killed_ms = now_ms()
        await asyncio.sleep(0.5)
        assert killed_ms - proven(air.server, "d-1")[-1].end_ms <= 10_000

        await browser.start()
        await browser.open(framed)
        spans = await spans_when(air, lambda spans: spans[-1].start_ms > killed_ms)
        assert sum(until - since for since, until in gaps(spans, spans[0].start_ms, killed_ms)) <= 2_000
        assert len({span.play for span in spans}) == 1  # the same play goes on
        assert not any(span.late or span.unverified for span in spans)


async def test_a_hidden_tab_goes_on_unless_the_browser_stops_it(tmp_path: Path) -> None:
    """F16, with timers of hidden pages down to one a minute after 5 s: never audible, then audible."""
    async with on_air(tmp_path) as air, Chromium(tmp_path / "profile", THROTTLED) as browser:
        tab = await browser.open(await air.launch("d-1"))
        await watching(air, tab)
        assert await tab.evaluate("document.querySelector('[data-testid=sound-on] small').innerText") != ""
        front = await browser.open("about:blank")
        hidden_ms = now_ms()
        await asyncio.sleep(6)
        await browser.front(tab)
        seen_ms = now_ms()
        told = str(await eventually(lambda: tab.evaluate(NOTICE), 10))
        assert any(f"00:0{second}" in told for second in (5, 6, 7)), told

        await tab.click("[data-testid=sound-on]")
        await asyncio.sleep(2)
        await browser.front(front)
        audible_ms = now_ms()
        await asyncio.sleep(13)
        spans = proven(air.server, "d-1")
        assert now_ms() - spans[-1].end_ms <= 12_000  # while it is hidden, not only afterwards
        await browser.front(tab)
        back_ms = now_ms()
        spans = await spans_when(air, lambda spans: spans[-1].end_ms > back_ms + 500)

        assert gaps(spans, spans[0].start_ms, back_ms) == []
        stopped = during(spans, hidden_ms + 1_000, seen_ms - 200)
        assert {(span.state, span.visible, span.muted) for span in stopped} == {("paused", False, True)}
        audible = during(spans, audible_ms + 1_000, back_ms - 200)
        assert {(span.visible, span.muted) for span in audible} == {(False, False)}
        assert {span.state for span in audible} <= {"playing", "stalled"}  # a loaded machine may be late
        assert sum(span.end_ms - span.start_ms for span in audible if span.state == "playing") > 8_000
        assert spans[-1].visible


async def test_a_frozen_page_counts_nothing_and_is_back_in_seconds(tmp_path: Path) -> None:
    """F17: frozen in the background, as browsers do, and brought back."""
    async with on_air(tmp_path) as air, Chromium(tmp_path / "profile") as browser:
        tab = await browser.open(await air.launch("d-1"))
        await watching(air, tab)
        await tab.call("Page.enable")
        await tab.click("[data-testid=sound-on]")
        await browser.open("about:blank")
        await tab.call("Page.setWebLifecycleState", state="frozen")
        frozen_ms = now_ms()
        await asyncio.sleep(6)
        await tab.call("Page.setWebLifecycleState", state="active")
        await browser.front(tab)
        back_ms = now_ms()
        spans = await spans_when(air, lambda spans: spans[-1].end_ms > back_ms + 5_000)

        ((since_ms, until_ms),) = gaps(spans, spans[0].start_ms, back_ms + 5_000)
        assert abs(since_ms - frozen_ms) < 500
        assert back_ms - 500 < until_ms < back_ms + 5_000
        assert any(span.state == "playing" for span in during(spans, back_ms, back_ms + 5_000))
        assert not any(span.late or span.unverified for span in spans)
