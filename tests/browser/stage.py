"""The stage of a browser test: a server, an encoder, an organiser's site of another origin, and Chromium."""

import asyncio
import contextlib
import json
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from aiohttp import web
from playwright.async_api import Browser, BrowserContext, FrameLocator, Page, async_playwright

from rollcall.cli.api_client import Api
from rollcall.media.encoder import test_picture_command as picture_command
from tests.running import RunningServer

CHROMIUM = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--mute-audio",
)  # fmt: skip
PAGE = """<!doctype html><meta charset=utf-8><title>Учебный сайт</title>
<iframe id=player src="{url}" {sandbox} width=960 height=560 allow="autoplay; fullscreen; picture-in-picture"></iframe>
<script>window.heard = []; addEventListener("message", event => heard.push([event.origin, event.data]))</script>"""


@dataclass(slots=True, kw_only=True)
class Broadcast:
    """An event with one live media and two doctors on its list."""

    server: RunningServer
    api: Api
    media: str
    people: str
    ingest: str
    site: str
    encoder: subprocess.Popen[bytes] | None = None

    def publish(self, size: str = "640x360") -> None:
        """Start the encoder, or start it again as OBS does when the connection was lost."""
        command = picture_command(self.ingest, size=size)
        self.encoder = subprocess.Popen(command, stderr=subprocess.DEVNULL)

    def end_encoder(self) -> None:
        if self.encoder is not None:
            self.encoder.kill()
            self.encoder.wait()
            self.encoder = None

    async def admit(self, user_id: str, name: str = "") -> None:
        """Put somebody on the list."""
        await self.api.call("PUT", f"/lists/{self.people}/participants/{user_id}", {"name": name or user_id})

    async def launch(self, user_id: str) -> str:
        """Return a fresh launch link, as the organiser's server gets it."""
        return str((await self.api.call("POST", f"/media/{self.media}/launch", {"user_id": user_id}))["url"])

    async def statistics(self, user_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the whole report and the row of one participant."""
        report = await self.api.call("GET", f"/media/{self.media}/statistics")
        (row,) = [row for row in report["participants"] if row["user_id"] == user_id]
        return report, row


@dataclass(slots=True, kw_only=True)
class Stage(Broadcast):
    """The broadcast, and Chromium to watch it."""

    context: BrowserContext  # here foreign frames have storage; in private windows of `browser` none
    browser: Browser


Some = TypeVar("Some", bound=Broadcast)


def player(page: Page) -> FrameLocator:
    return page.frame_locator("#player")


async def picture(page: Page) -> tuple[float, int]:
    """Return position and decoded frames of the embedded video."""
    video = player(page).get_by_test_id("video")
    state = await video.evaluate("v => [v.currentTime, v.getVideoPlaybackQuality().totalVideoFrames]")
    return float(state[0]), int(state[1])


async def plays_on(page: Page, within_s: float = 30) -> None:
    """Wait until the picture advances by a second with new frames."""
    async with asyncio.timeout(within_s):
        while True:
            with contextlib.suppress(Exception):
                before = await picture(page)
                await asyncio.sleep(1.5)
                after = await picture(page)
                if after[0] >= before[0] + 1 and after[1] > before[1]:
                    return
            await asyncio.sleep(0.2)


async def reload_frame(page: Page) -> None:
    """Reload the embedded page alone, and wait until it has."""
    frame = next(frame for frame in page.frames if "/embed/" in frame.url)
    async with page.expect_event("framenavigated"):
        await frame.evaluate("setTimeout(() => location.reload())")


async def eventually(what: Any, within_s: float = 30) -> Any:
    """Return the first truthy answer of the coroutine function `what`."""
    async with asyncio.timeout(within_s):
        while not (answer := await what()):
            await asyncio.sleep(0.25)
    return answer


@contextlib.asynccontextmanager
async def on_air(folder: Path, low_latency_viewers: int = 0) -> AsyncIterator[Broadcast]:
    """Run server, site and encoder; everything started here ends here.

    Whoever is compared with a stopwatch watches some seconds behind, where a busy machine makes no picture run dry.
    """
    async with contextlib.AsyncExitStack() as stack:
        site = await stack.enter_async_context(_site())
        server = RunningServer(folder / "data", site)
        settings = f"low_latency_viewers = {low_latency_viewers}\n"
        server.data.joinpath("rollcall.toml").write_text(settings)
        server.start()
        stack.callback(server.stop)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        api = Api(http, server.url, server.key)
        yield await stack.enter_async_context(_published(server, api, site))


@contextlib.asynccontextmanager
async def beside(air: Some) -> AsyncIterator[Some]:
    """Put another media of the same server on air, with an event, a list and an encoder of its own."""
    async with _published(air.server, air.api, air.site) as own:
        other = replace(air, media=own.media, people=own.people, ingest=own.ingest, encoder=own.encoder)
        try:
            yield other
        finally:
            other.end_encoder()


@contextlib.asynccontextmanager
async def _published(server: RunningServer, api: Api, site: str) -> AsyncIterator[Broadcast]:
    media = await api.call("POST", "/media", {"title": "Кардиология сегодня", "kind": "live"})
    people = await api.call("POST", "/lists", {"title": "Слушатели", "media": [media["code"]]})
    broadcast = Broadcast(
        server=server,
        api=api,
        media=media["code"],
        people=people["code"],
        ingest=f"{media['ingest']['rtmp_url']}/{media['ingest']['stream_key']}",
        site=site,
    )
    await broadcast.admit("d-1", "Анна Иванова")
    await broadcast.admit("d-2", "Пётр Сидоров")
    broadcast.publish()
    try:
        yield broadcast
    finally:
        broadcast.end_encoder()


@contextlib.asynccontextmanager
async def staged(folder: Path, low_latency_viewers: int = 0) -> AsyncIterator[Stage]:
    """Build the stage; everything started here ends here."""
    async with contextlib.AsyncExitStack() as stack:
        air = await stack.enter_async_context(on_air(folder, low_latency_viewers))
        playwright = await stack.enter_async_context(async_playwright())
        started: dict[str, Any] = {"executable_path": "/usr/bin/chromium", "args": list(CHROMIUM)}
        profile = profile_with_partitioned_storage(folder / "profile")
        context = await playwright.chromium.launch_persistent_context(profile, locale="ru-RU", **started)
        stack.push_async_callback(context.close)
        browser = await playwright.chromium.launch(**started)
        stack.push_async_callback(browser.close)
        parts = {field.name: getattr(air, field.name) for field in fields(Broadcast)}
        stage = Stage(**parts, context=context, browser=browser)
        stack.callback(stage.end_encoder)
        yield stage


def profile_with_partitioned_storage(folder: Path) -> Path:
    """Make a profile that does not refuse storage to foreign frames, as most browsers do not."""
    (folder / "Default").mkdir(parents=True)
    preferences = {"profile": {"cookie_controls_mode": 0, "block_third_party_cookies": False}}
    (folder / "Default" / "Preferences").write_text(json.dumps(preferences))
    return folder


def profile_with_internal_pages(folder: Path) -> Path:
    """Make a profile in which the browser's own pages about its tabs may be opened."""
    folder.mkdir(parents=True)
    (folder / "Local State").write_text(json.dumps({"internal_only_uis_enabled": True}))
    return folder


@contextlib.asynccontextmanager
async def _site() -> AsyncIterator[str]:
    """Serve the organiser's page at another origin than the player's: `localhost`, and another port."""

    async def page(request: web.Request) -> web.Response:
        sandbox = 'sandbox="allow-scripts"' if "sandbox" in request.query else ""
        text = PAGE.format(url=request.query["player"], sandbox=sandbox)
        return web.Response(text=text, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    try:
        yield f"http://localhost:{port}"
    finally:
        await runner.cleanup()
