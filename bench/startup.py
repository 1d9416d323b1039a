"""Start-up: from the click to the first frame in Chromium on a throttled line, beside a bare hls.js page.

The bare page knows its playlist from the start and has nothing else to do: it is as fast as this stream can begin.
"""

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.async_api import Page

from bench.result import Result, beside
from tests.browser.stage import Stage, eventually, staged

RUNS = 9
AIM = "≥ 0.77 (1.3 × the time)"
# When the first frame of the page's only video is shown, in milliseconds since the page was asked for.
SPY = """
const look = () => {
  const video = document.querySelector("video");
  if (!video) return requestAnimationFrame(look);
  video.muted = true;
  video.requestVideoFrameCallback(() => { window.firstFrame = performance.now(); });
};
look();
"""
BARE = """<!doctype html><meta charset=utf-8><link rel=modulepreload href="{hls}">
<video muted autoplay playsinline></video>
<script type=module>
import * as all from "{hls}";
const Hls = Object.values(all).find(each => each?.isSupported?.());
const hls = new Hls();
hls.loadSource("{playlist}");
hls.attachMedia(document.querySelector("video"));
</script>"""


@dataclass(frozen=True, slots=True)
class Line:
    """A line as Chromium imitates it; `rtt_ms`: there and back."""

    name: str
    mbit: float
    rtt_ms: int


LINES = (Line("10 Mbit/s", 10, 20), Line("2 Mbit/s, 100 ms", 2, 100))


def run() -> list[Result]:
    """Measure on each line, the two pages by turns."""
    return asyncio.run(_measure())


async def _measure() -> list[Result]:
    with tempfile.TemporaryDirectory(prefix="rollcall-") as folder:
        async with staged(Path(folder), low_latency_viewers=300) as stage:
            hls, playlist = await _addresses(stage)
            bare_page = BARE.format(hls=hls, playlist=playlist)
            results = []
            for line in LINES:
                bare, own = [], []
                for _ in range(RUNS):
                    bare.append(await _first_frame_ms(stage, line, "/bare", bare_page))
                    own.append(await _first_frame_ms(stage, line, await stage.launch("d-1"), None))
                peer = ("bare hls.js page", median(bare))
                name = f"first frame on {line.name}, median of {RUNS}"
                results.append(beside(name, median(own), "ms", peer, AIM, less=True))
            return results


async def _addresses(stage: Stage) -> tuple[str, str]:
    """Return the address of hls.js and of the playlist that a player was let in to."""
    page = await stage.context.new_page()
    await page.goto(await stage.launch("d-1"))
    names = "performance.getEntriesByType('resource').map(each => each.name)"

    async def found() -> tuple[str, str] | None:
        loaded = list(await page.evaluate(names))
        scripts = [name for name in loaded if "/assets/hls-" in name]
        playlists = [name for name in loaded if "index.m3u8" in name]
        return (scripts[0], playlists[0]) if scripts and playlists else None

    addresses: tuple[str, str] = await eventually(found)
    await page.close()
    return addresses


async def _first_frame_ms(stage: Stage, line: Line, url: str, body: str | None) -> float:
    """Return how long one visit with an empty cache took to its first frame."""
    context = await stage.browser.new_context(locale="ru-RU")
    try:
        page = await context.new_page()
        await page.add_init_script(SPY)
        if body is not None:
            url = f"{stage.server.url}{url}"
            await page.route(url, lambda route: route.fulfill(body=body, content_type="text/html"))
        await _throttle(page, line)
        await page.goto(url)
        return float(await eventually(lambda: page.evaluate("window.firstFrame"), 60))
    finally:
        await context.close()


async def _throttle(page: Page, line: Line) -> None:
    session = await page.context.new_cdp_session(page)
    rate = line.mbit * 1_000_000 / 8
    conditions = {
        "offline": False, "latency": line.rtt_ms, "downloadThroughput": rate, "uploadThroughput": rate,
    }  # fmt: skip
    await session.send("Network.enable")
    await session.send("Network.emulateNetworkConditions", conditions)
