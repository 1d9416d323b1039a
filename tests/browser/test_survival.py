"""The player outlives what browsers do to it: hidden and throttled, paused, frozen, killed and opened again."""

import asyncio
from pathlib import Path

import pytest

from tests.browser.chromium import Chromium
from tests.browser.proven import gaps, now_ms, proven
from tests.browser.scenes import SOUND_ON, THROTTLED, Seat, frozen, hidden, killed, watch
from tests.browser.stage import eventually, on_air, profile_with_partitioned_storage

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# What a page sees of a proxy that does not know what to do with a WebSocket.
NO_SOCKETS = (
    "WebSocket = class { constructor() { setTimeout(() => this.onclose?.({code: 1006}), 20) } close() {} }"
)
NOTICE = "document.querySelector('.notices').innerText"


async def test_a_killed_browser_has_lost_two_seconds_when_it_comes_back(tmp_path: Path) -> None:
    """F19 in a frame of a foreign site: never reopened, reopened as it was, reopened with a fresh link."""
    profile = profile_with_partitioned_storage(tmp_path / "profile")
    async with on_air(tmp_path) as air, Chromium(profile) as browser:
        seat = Seat(air, "d-1")
        framed = await seat.framed()
        outcome = await killed(seat, browser, framed, after_s=3)
        assert outcome.lost_ms <= 2_000
        assert outcome.unopened_ms <= 10_000
        assert len({span.play for span in outcome.spans}) == 1  # the same play goes on
        assert not any(span.late or span.unverified for span in outcome.spans)

        browser.kill()
        await browser.start()
        outcome = await killed(seat, browser, framed, after_s=3, again=await seat.framed())
        assert outcome.lost_ms <= 2_000
        assert len({span.play for span in outcome.spans}) == 2  # a new play, and the old one by its key
        assert not any(span.late or span.unverified for span in outcome.spans)


async def test_a_hidden_tab_goes_on_unless_the_browser_stops_it(tmp_path: Path) -> None:
    """F16, with timers of hidden pages down to one a minute after 5 s: never audible, then audible."""
    async with on_air(tmp_path) as air, Chromium(tmp_path / "profile", THROTTLED) as browser:
        seat = Seat(air, "d-1")
        tab = await watch(seat, browser)
        assert await tab.evaluate(
            f"document.querySelector('{SOUND_ON} small').innerText"
        )  # it says so before
        muted, _ = await hidden(seat, browser, tab, 5)
        told = str(await eventually(lambda: tab.evaluate(NOTICE), 10))
        assert any(f"00:0{second}" in told for second in (4, 5, 6)), told
        assert muted.gaps() == []
        assert {(s.state, s.visible, s.muted) for s in muted.inside()} == {("paused", False, True)}

        await tab.click(SOUND_ON)
        audible, oldest_ms = await hidden(seat, browser, tab, 13)
        assert oldest_ms <= 12_000  # while it is hidden, not only afterwards
        assert audible.gaps() == []
        assert {(span.visible, span.muted) for span in audible.inside()} == {(False, False)}
        assert {span.state for span in audible.inside()} <= {"playing", "stalled"}  # a busy machine is late
        assert audible.playing_ms() > 8_000


async def test_a_frozen_page_counts_nothing_and_is_back_in_seconds(tmp_path: Path) -> None:
    """F17: frozen in the background, as browsers do, and brought back."""
    async with on_air(tmp_path) as air, Chromium(tmp_path / "profile") as browser:
        seat = Seat(air, "d-1")
        tab = await watch(seat, browser)
        await tab.click(SOUND_ON)
        scene = await frozen(seat, browser, tab, 6)
        ((since_ms, until_ms),) = scene.gaps()
        assert abs(since_ms - scene.since_ms) < 500  # nothing lost before
        assert scene.until_ms - until_ms < 500  # nothing counted
        back = [span for span in scene.spans if span.start_ms >= until_ms]
        assert back[0].start_ms < scene.until_ms + 5_000
        assert any(span.state == "playing" and span.start_ms < scene.until_ms + 5_000 for span in back)
        assert not any(span.late or span.unverified for span in scene.spans)


async def test_where_sockets_are_broken_everything_goes_by_turns(tmp_path: Path) -> None:
    async with on_air(tmp_path) as air, Chromium(tmp_path / "profile") as browser:
        tab = await browser.open("about:blank")
        await tab.visit(await air.launch("d-1"), NO_SOCKETS)
        await Seat(air, "d-1").spans_when(lambda spans: any(span.state == "playing" for span in spans))
        check = await air.api.call("POST", f"/media/{air.media}/checks", {"lifetime_s": 30})
        button = "[data-testid=check-confirm]"
        await eventually(lambda: tab.evaluate(f"!!document.querySelector('{button}')"), 15)
        await asyncio.sleep(1)  # a person
        await tab.click(button)
        await eventually(lambda: tab.evaluate("!!document.querySelector('[data-testid=check-done]')"), 10)
        _, row = await air.statistics("d-1")
        assert {each["check_id"]: each["outcome"] for each in row["checks"]} == {check["id"]: "confirmed"}
        spans = proven(air.server, "d-1")
        assert now_ms() - spans[-1].end_ms < 12_000
        assert gaps(spans, spans[0].start_ms, spans[-1].end_ms) == []
