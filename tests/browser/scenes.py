"""What browsers do to a player, played in real Chromium: each scene returns what the server's disk says of it.

The tests play them short, the soak `browser` long and often. A scene judges nothing.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from tests.browser.chromium import Chromium, Tab
from tests.browser.proven import Proven, gaps, now_ms, proven
from tests.browser.stage import Broadcast, eventually

THROTTLED = "--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/5"
SOUND_ON = "[data-testid=sound-on]"
FULL_DISK = "IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError') }; 0"
# The browser's own page for it, where internal pages are allowed; it tells whether it has discarded the player.
DISCARD = """(() => {
    const main = document.querySelector("discards-main")?.shadowRoot
    const rows = main?.querySelector("discards-tab")?.shadowRoot
    const row = [...(rows?.querySelectorAll("tr") ?? [])].find(row => row.textContent.includes("/embed/"))
    const links = [...(row?.querySelectorAll("*") ?? [])].filter(each => each.children.length === 0)
    const link = links.find(link => link.textContent.trim() === "[Urgent Discard]")
    link?.click()
    return !!link
})()"""
HAND_OVER_S = 15
GOOD_ENOUGH_MS = 2_000
SETTLE_MS = 1_000  # a browser needs a moment to hide, stop or show a page


@dataclass(frozen=True, slots=True)
class Scene:
    """One participant's spans, and the stretch `[since, until)` in which something was done to the player."""

    spans: list[Proven]
    since_ms: int
    until_ms: int

    def inside(self) -> list[Proven]:
        """Return the spans that have a part in the stretch, its first and last moments left out."""
        since_ms, until_ms = self.since_ms + SETTLE_MS, self.until_ms - 200
        return [span for span in self.spans if span.start_ms < until_ms and span.end_ms > since_ms]

    def gaps(self) -> list[tuple[int, int]]:
        """Return what no span covers from the first span to the end of the stretch."""
        return gaps(self.spans, self.spans[0].start_ms, self.until_ms)

    def longest_gap_ms(self) -> int:
        """Return the longest of them."""
        return max((until_ms - since_ms for since_ms, until_ms in self.gaps()), default=0)

    def playing_ms(self) -> int:
        """Return how much of the stretch is proven as playing."""
        inside = (span for span in self.inside() if span.state == "playing")
        return sum(min(s.end_ms, self.until_ms) - max(s.start_ms, self.since_ms) for s in inside)


@dataclass(frozen=True, slots=True)
class Killed:
    """A browser was killed and opened again. `lost_ms`: in all; `unopened_ms`: had it not been opened again."""

    lost_ms: int
    unopened_ms: int
    spans: list[Proven]


@dataclass(frozen=True, slots=True)
class Seat:
    """One participant of a broadcast, each scene at a seat of its own."""

    air: Broadcast
    user_id: str

    async def framed(self) -> str:
        """Return the address of the organiser's page with a fresh link for the player in it."""
        return f"{self.air.site}/?player={quote(await self.air.launch(self.user_id), safe='')}"

    def spans(self) -> list[Proven]:
        """Return what is stored."""
        return proven(self.air.server, self.user_id)

    async def spans_when(self, wanted: Callable[[list[Proven]], bool], within_s: float = 60) -> list[Proven]:
        """Wait until the stored spans are as wanted; return them."""

        async def look() -> list[Proven]:
            spans = self.spans()
            return spans if spans and wanted(spans) else []

        found: list[Proven] = await eventually(look, within_s)
        return found


async def watch(seat: Seat, browser: Chromium) -> Tab:
    """Open the player and wait until the picture has played for two seconds and the server's disk knows it."""
    tab = await browser.open(await seat.air.launch(seat.user_id))
    await eventually(lambda: tab.evaluate("(document.querySelector('video')?.currentTime ?? 0) > 2"), 60)
    await seat.spans_when(lambda spans: any(span.state == "playing" for span in spans))
    return tab


async def hidden(seat: Seat, browser: Chromium, tab: Tab, for_s: float) -> tuple[Scene, int]:
    """Hide the tab behind another, bring it back.

    Returns also how old the server's newest evidence ever was meanwhile, in ms.
    """
    front = await browser.open("about:blank")
    since_ms = now_ms()
    oldest_ms = 0
    while now_ms() - since_ms < for_s * 1000:
        await asyncio.sleep(0.5)
        oldest_ms = max(oldest_ms, now_ms() - seat.spans()[-1].end_ms)
    until_ms = now_ms()
    await browser.front(tab)
    spans = await seat.spans_when(lambda spans: spans[-1].end_ms > until_ms - SETTLE_MS // 4)
    await browser.close(front)
    return Scene(spans, since_ms, until_ms), oldest_ms


async def minimised(seat: Seat, tab: Tab, for_s: float) -> tuple[Scene, int]:
    """Minimise the window, as a locked screen hides it too, and bring it back; returns what `hidden` does."""
    window = (await tab.call("Browser.getWindowForTarget"))["windowId"]
    await tab.call("Browser.setWindowBounds", windowId=window, bounds={"windowState": "minimized"})
    since_ms = now_ms()
    oldest_ms = 0
    while now_ms() - since_ms < for_s * 1000:
        await asyncio.sleep(0.5)
        oldest_ms = max(oldest_ms, now_ms() - seat.spans()[-1].end_ms)
    until_ms = now_ms()
    await tab.call("Browser.setWindowBounds", windowId=window, bounds={"windowState": "normal"})
    spans = await seat.spans_when(lambda spans: spans[-1].end_ms > until_ms - SETTLE_MS // 4)
    return Scene(spans, since_ms, until_ms), oldest_ms


async def frozen(seat: Seat, browser: Chromium, tab: Tab, for_s: float) -> Scene:
    """Freeze the tab in the background, as browsers do, and bring it back; the stretch is the frozen one."""
    front = await browser.open("about:blank")
    await tab.call("Page.enable")
    await tab.call("Page.setWebLifecycleState", state="frozen")
    since_ms = now_ms()
    await asyncio.sleep(for_s)
    await tab.call("Page.setWebLifecycleState", state="active")
    await browser.front(tab)
    until_ms = now_ms()
    spans = await seat.spans_when(
        lambda spans: any(is_playing_since(span, since_ms + SETTLE_MS) for span in spans)
    )
    await browser.close(front)
    return Scene(spans, since_ms, until_ms)


async def discarded(seat: Seat, browser: Chromium, tab: Tab, for_s: float) -> Scene:
    """Let the browser discard the tab in the background, as it does for want of memory, and come back to it.

    Its profile is a `profile_with_internal_pages`.
    """
    await tab.leave_alone()
    control = await browser.open("chrome://discards")
    await eventually(lambda: control.evaluate(DISCARD), 10)
    since_ms = now_ms()
    await asyncio.sleep(for_s)
    until_ms = now_ms()
    await browser.front(await browser.moved(tab))
    spans = await seat.spans_when(lambda spans: any(is_playing_since(span, until_ms) for span in spans))
    return Scene(spans, since_ms, until_ms)


async def killed(seat: Seat, browser: Chromium, url: str, after_s: float, again: str = "") -> Killed:
    """Watch for a while, kill every process of the browser, open it again with the same profile.

    `again`: the address it is opened with then, where that is another.
    """
    begun_ms = now_ms()
    await browser.open(url)
    before = await seat.spans_when(lambda spans: any(is_playing_since(span, begun_ms) for span in spans))
    first_ms = next(span.start_ms for span in before if is_playing_since(span, begun_ms))
    await asyncio.sleep(after_s)
    browser.kill()
    killed_ms = now_ms()
    await asyncio.sleep(0.5)
    unopened_ms = killed_ms - seat.spans()[-1].end_ms
    await browser.start()
    await browser.open(again or url)
    spans = await seat.spans_when(lambda spans: spans[-1].start_ms > killed_ms)
    for _ in range(HAND_OVER_S):  # what the old page left comes beside what the new one records
        if _lost_ms(spans, first_ms, killed_ms) < GOOD_ENOUGH_MS:
            break
        await asyncio.sleep(1)
        spans = seat.spans()
    return Killed(_lost_ms(spans, first_ms, killed_ms), unopened_ms, spans)


async def reloaded(seat: Seat, browser: Chromium, after_s: float) -> Scene:
    """Watch for a while on a disk that takes nothing any more, then reload; the stretch is from there to the reload."""
    tab = await watch(seat, browser)
    await tab.evaluate(FULL_DISK)
    since_ms = now_ms()
    await asyncio.sleep(after_s)
    until_ms = now_ms()
    await tab.call("Page.reload")
    await seat.spans_when(lambda spans: any(is_playing_since(span, until_ms) for span in spans))
    spans = await seat.spans_when(lambda spans: _lost_ms(spans, since_ms, until_ms) < SETTLE_MS)
    return Scene(spans, since_ms, until_ms)


def _lost_ms(spans: list[Proven], since_ms: int, until_ms: int) -> int:
    return sum(end_ms - start_ms for start_ms, end_ms in gaps(spans, since_ms, until_ms))


def is_playing_since(span: Proven, since_ms: int) -> bool:
    """Return whether a span shows the picture playing after a moment."""
    return span.state == "playing" and span.start_ms > since_ms
