"""What Boomstream's clients do, unchanged but for a host name, behind the reverse proxy that we publish.

A PHP site puts its visitor on the list and makes the players of its page theirs; Chromium shows the classic frame and
the adaptive place: they play, tell the page what happens, obey it, and know the visitor in player and chat.
"""

import asyncio
import os
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Frame, Page, Route, async_playwright

from rollcall.media.encoder import test_picture_command as picture_command
from tests.browser.reverse_proxy import Front, behind_nginx
from tests.browser.stage import CHROMIUM, eventually
from tests.running import RunningServer

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]
CLIENT = Path(__file__).parents[2] / "examples" / "boomstream-client-php" / "personalise.php"
MOODLE = "moodle.example:8443"
LISTEN = """<script>
window.heard = []; addEventListener("message", event => heard.push([event.origin, event.data]));
window.act = (action, data) => document.querySelector("iframe").contentWindow.postMessage(
  {code: "CODE", method: "action", action, data}, "FRONT");
</script>"""
CLASSIC = (
    """<!doctype html><meta charset=utf-8><title>Лекция</title>
<iframe src="FRONT/CODE" width=960 height=560 frameborder=0 allow="autoplay; fullscreen"></iframe>"""
    + LISTEN
)
ADAPTIVE = """<!doctype html><meta charset=utf-8><title>Лекция</title><script src="FRONT/CODE/config.jsonp"></script>
<script src="FRONT/assets/javascripts/biframesdk.js"></script><div style="width:640px">
<span data-boomstream-code="CODE" data-boomstream-mode="adaptive" data-boomstream-use-fullscreen-mode="0"></span></div>
<script>const sdk = new bIframeSDK("CODE"); window.heard = [];
for (const method of ["loaded", "play", "pause", "time"]) sdk.on(method, data => heard.push(["FRONT", data]));
window.act = (action, data) => sdk[action](data);</script>"""


@dataclass
class Moodle:
    """An organiser's site with a broadcast and a subscription, made through the compatible interface over TLS."""

    server: RunningServer
    front: Front
    http: aiohttp.ClientSession
    browser: Browser
    site: str = ""
    media: str = ""
    subscription: str = ""
    pages: dict[str, str] = field(default_factory=dict)

    async def call(self, method: str, **given: Any) -> Any:
        """Call the compatible API; return a successful answer."""
        asked = {"apikey": self.server.key, "format": "json", **given}
        async with self.http.get(f"{self.front.url}/api/{method}", params=asked) as answer:
            said = await answer.json(content_type=None)
        assert said["Status"] == "Success", said
        return said

    async def v1(self, path: str) -> Any:
        """Read through API v1."""
        headers = {"Authorization": f"Bearer {self.server.key}"}
        async with self.http.get(f"{self.front.url}/api/v1{path}", headers=headers) as answer:
            assert answer.status == 200
            return await answer.json()

    async def personalised(self, page: str, user: str) -> str:
        """Return a page as the PHP site gives it to a visitor."""
        page = page.replace("FRONT", self.front.url).replace("CODE", self.media)
        done = await self.run_client(page, user)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    async def run_client(self, page: str, user: str, **others: str) -> subprocess.CompletedProcess[str]:
        """Run the PHP site over a page, with `others` of its settings."""
        given = {
            "ROLLCALL_HOST": self.front.url.removeprefix("https://"),
            "ROLLCALL_KEY": self.server.key,
            "ROLLCALL_SUBSCRIPTION": self.subscription,
            "ROLLCALL_CA": str(self.front.authority),
        }
        line = ["php", str(CLIENT), MOODLE, user, f"{user}@hospital.example"]
        env = {**os.environ, **given, **others}
        run = partial(subprocess.run, line, input=page, capture_output=True, text=True, env=env)
        return await asyncio.to_thread(run)

    async def show(self, page: str, site: str = "", *, as_firefox: bool = False) -> Page:
        """Open a page of the site in a private window, `as_firefox`: where a frame is not told its ancestors."""
        name = f"{len(self.pages)}"
        self.pages[name] = page
        context = await self.browser.new_context(ignore_https_errors=True, locale="ru-RU")
        if as_firefox:
            await context.route("**/assets/*.js", without_ancestors)
        opened = await context.new_page()
        await opened.goto(f"{site or self.site}/{name}")
        return opened


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def moodle(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Moodle]:
    folder = tmp_path_factory.mktemp("moodle")
    async with AsyncExitStack() as stack:
        pages: dict[str, str] = {}
        site = await stack.enter_async_context(_site(pages))
        server = RunningServer(folder / "data", site)
        front = stack.enter_context(behind_nginx(server, folder / "nginx"))
        trusting = ssl.create_default_context(cafile=front.authority)
        connector = aiohttp.TCPConnector(ssl=trusting)
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(CHROMIUM))
        stack.push_async_callback(browser.close)
        moodle = Moodle(server, front, http, browser, site, pages=pages)
        live = await moodle.call("live/create", title="Кардиология сегодня")
        moodle.media = live["Code"]
        made = await moodle.call(
            "ppv/create", name="Курс", subscription_type="password", period=30, media=moodle.media
        )
        moodle.subscription = made["Items"]["Item"]["Code"]
        stack.enter_context(_published(f"{live['PublishServer']}/{live['PublishKey']}"))
        yield moodle


@contextmanager
def _published(ingest: str) -> Iterator[None]:
    encoder = subprocess.Popen(picture_command(ingest), stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        encoder.kill()
        encoder.wait()


@asynccontextmanager
async def _site(pages: dict[str, str]) -> AsyncIterator[str]:
    """Serve the organiser's pages at an origin of their own."""

    async def page(request: web.Request) -> web.Response:
        return web.Response(text=pages[request.path[1:]], content_type="text/html")

    app = web.Application()
    app.router.add_get("/{name}", page)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://localhost:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def without_ancestors(route: Route) -> None:
    """Let the player's scripts look for `ancestorOrigins` in vain; no script can remove it from Chromium."""
    answer = await route.fetch()
    await route.fulfill(response=answer, body=(await answer.text()).replace("ancestorOrigins", "noOrigins"))


async def framed(page: Page) -> Frame:
    """Return the player's frame once it is there."""

    async def found() -> Frame | None:
        return next((frame for frame in page.frames if "/embed/" in frame.url), None)

    return await eventually(found)  # type: ignore[no-any-return]


async def is_paused(frame: Frame) -> bool:
    return bool(await frame.get_by_test_id("video").evaluate("video => video.paused"))


async def played(frame: Frame) -> None:
    """Wait until the picture has advanced by a second from wherever it is now."""
    position = "video => video.currentTime"
    video = frame.get_by_test_id("video")

    async def advanced() -> bool:
        before = await video.evaluate(position)
        await asyncio.sleep(1.5)
        return bool(await video.evaluate(position) >= before + 1)

    await eventually(advanced, 60)


@pytest.mark.parametrize(("page", "user"), [(CLASSIC, "41"), (ADAPTIVE, "42")], ids=["classic", "adaptive"])
async def test_a_visitor_lands_in_player_and_chat_as_who_they_are(
    moodle: Moodle, page: str, user: str
) -> None:
    personal = await moodle.personalised(page, user)
    user_id = f"{MOODLE}|{user}|{moodle.media}"
    assert f"?id_recovery={user_id}" in personal
    shown = await moodle.show(personal)
    frame = await framed(shown)
    await played(frame)

    async def heard(method: str) -> Any:
        said = await shown.evaluate("heard")
        assert {origin for origin, _ in said} <= {moodle.front.url}
        theirs = [data for _, data in said if data.get("method") == method]
        return theirs[-1] if theirs else None

    for method in ("loaded", "play", "time"):
        said = await eventually(lambda method=method: heard(method))
        assert said["code"] == moodle.media
        assert set(said) >= {"method", "code", "time", "duration"}

    await shown.evaluate("act('pause')")
    await eventually(lambda: is_paused(frame))
    assert await eventually(lambda: heard("pause"))
    await shown.evaluate("act('volume', 30)")
    await shown.evaluate("act('play')")
    await played(frame)

    button = frame.get_by_test_id("chat-button")
    if await button.get_attribute("aria-expanded") != "true":
        await button.click()
    await frame.get_by_test_id("chat-input").fill(f"Здравствуйте, {user}")
    await frame.get_by_test_id("chat-send").click()

    async def said_in_chat() -> bool:
        items = (await moodle.v1(f"/media/{moodle.media}/chat"))["items"]
        return (user_id, f"Здравствуйте, {user}") in {(item["user_id"], item["text"]) for item in items}

    assert await eventually(said_in_chat)
    evidence = await moodle.v1(f"/media/{moodle.media}/participants/{user_id}/evidence")
    (play,) = evidence["items"]
    assert "playing" in {span["state"] for span in play["spans"]}
    await shown.context.close()


async def test_an_id_on_no_list_is_refused_and_learns_nothing(moodle: Moodle) -> None:
    address = f"{moodle.front.url}/{moodle.media}?id_recovery={MOODLE}|66|{moodle.media}"
    shown = await moodle.show(f'<!doctype html><meta charset=utf-8><iframe src="{address}"></iframe>')
    frame = await framed(shown)
    await frame.get_by_test_id("refusal").wait_for()
    assert "Кардиология" not in await frame.content()
    await shown.context.close()


async def test_an_unknown_subscription_leaves_the_page_as_it_was(moodle: Moodle) -> None:
    page = CLASSIC.replace("FRONT", moodle.front.url).replace("CODE", moodle.media)
    done = await moodle.run_client(page, "43", ROLLCALL_SUBSCRIPTION="AAAAAAAA")
    assert done.stdout == page
    assert "43" in done.stderr


async def test_a_host_on_the_page_never_gets_the_key(moodle: Moodle) -> None:
    called: list[bool] = []
    listening = await asyncio.start_server(lambda *_: called.append(True), "127.0.0.1", 0)
    stranger = f"localhost:{listening.sockets[0].getsockname()[1]}"
    own = moodle.front.url.removeprefix("https://")
    hosts = [stranger, f"{own}@{stranger}", f"{stranger}/{own}", f"{own}.{stranger}", "localhost"]
    pictures = "".join(f'<img src="https://{host}/pictures/a.png">' for host in hosts)
    async with listening:
        personal = await moodle.personalised(f"{pictures}{CLASSIC}", "44")
    assert personal.startswith(pictures)
    assert personal.count("id_recovery=") == 1
    assert called == []


async def test_a_frame_that_is_not_told_its_ancestors_speaks_with_its_page(moodle: Moodle) -> None:
    shown = await moodle.show(await moodle.personalised(CLASSIC, "43"), as_firefox=True)
    frame = await framed(shown)
    assert await frame.evaluate("document.referrer") == f"{moodle.site}/"

    async def heard() -> bool:
        said = await shown.evaluate("heard")
        return "loaded" in {data.get("method") for _, data in said}

    await eventually(heard)
    await played(frame)
    await shown.evaluate("act('pause')")
    await eventually(lambda: is_paused(frame))
    await shown.context.close()


async def test_a_foreign_site_that_frames_the_classic_address_is_counted(moodle: Moodle) -> None:
    foreign = moodle.site.replace("localhost", "127.0.0.1")
    frame = f'<!doctype html><meta charset=utf-8><iframe src="{moodle.front.url}/{moodle.media}"></iframe>'
    shown = await moodle.show(frame, foreign)

    async def counted() -> bool:
        refusals = (await moodle.v1("/project"))["framing_refusals"]
        return [(refusal["origin"], refusal["count"]) for refusal in refusals] == [(foreign, 1)]

    await eventually(counted)
    await shown.context.close()


async def test_frames_without_a_right_address_do_not_disturb_the_script_of_the_page(moodle: Moodle) -> None:
    wrong = '<iframe src="http://[wrong"></iframe><script src="FRONT/CODE/config.jsonp"></script>'
    page = ADAPTIVE.replace('<script src="FRONT/CODE/config.jsonp"></script>', wrong)
    shown = await moodle.show(page.replace("FRONT", moodle.front.url).replace("CODE", moodle.media))
    await framed(shown)
    assert await shown.evaluate("sdk.play()")
    await shown.context.close()


async def test_no_secret_is_in_the_log_of_the_proxy(moodle: Moodle) -> None:
    await moodle.call("live/info", code=moodle.media)

    async def written() -> bool:
        return "/api/live/info" in moodle.front.log.read_text()

    await eventually(written)  # nginx writes a request down only after its last byte has gone out
    log = moodle.front.log.read_text()
    for secret in (moodle.server.key, "apikey", "id_recovery", MOODLE):
        assert secret not in log
    paths = {line.split('"')[1].split()[1] for line in log.splitlines() if '"GET /hls/' in line}
    assert all(path.startswith("/hls/***") for path in paths)


async def test_no_secret_is_in_any_log_of_the_proxy_when_the_server_is_away(tmp_path: Path) -> None:
    server = RunningServer(tmp_path / "data")
    with behind_nginx(server, tmp_path / "nginx") as front:
        server.stop()
        trusting = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=front.authority))
        async with aiohttp.ClientSession(connector=trusting) as http:
            for path in (
                "api/ppv/addbuyer?apikey=SECRET",
                "AAAAAAAA?id_recovery=SECRET",
                "hls/SECRET/x.m3u8",
            ):
                async with http.get(f"{front.url}/{path}") as answer:
                    assert answer.status == 502
    logs = {file.name: file.read_text() for file in front.log.parent.glob("*.log")}
    assert logs.keys() == {"error.log", "rollcall-error.log", "rollcall.log"}
    assert logs["rollcall.log"].count(" 502 ") == 3
    assert not [name for name, text in logs.items() if "SECRET" in text]
