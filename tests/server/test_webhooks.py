"""Webhooks of the real program: killed while it sends, its signatures checked by the code of the documentation."""

import http.server
import json
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.running import RunningServer
from tests.server.conftest import make_event

DOCUMENT = (Path(__file__).parents[2] / "docs/webhooks.md").read_text("utf-8")
PATIENCE_S = 60


@dataclass
class Hook:
    """A receiver in a thread; while it `holds`, requests come in and are not answered."""

    url: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    came: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    holds: threading.Event = field(default_factory=threading.Event)
    goes_on: threading.Event = field(default_factory=threading.Event)

    def next(self) -> tuple[dict[str, str], bytes]:
        """Wait for one more request."""
        assert self.came.acquire(timeout=PATIENCE_S)
        return self.got[-1]

    def until(self, type_: str) -> Any:
        """Wait for a notice of this type; return its body."""
        while True:
            body = json.loads(self.next()[1])
            if body["type"] == type_:
                return body


@contextmanager
def hooked() -> Iterator[Hook]:
    hook = Hook()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            hook.came.release()
            if hook.holds.is_set():
                hook.goes_on.wait(PATIENCE_S)
                return
            self.send_response(HTTPStatus.NO_CONTENT)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield hook
    finally:
        hook.goes_on.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def open_server(tmp_path: Path) -> Iterator[RunningServer]:
    """Run a server that may reach receivers on the loopback."""
    running = RunningServer(tmp_path / "data")
    (running.data / "rollcall.toml").write_text('webhook_networks = ["127.0.0.0/8"]\n')
    running.start()
    yield running
    running.stop()


def block(language: str) -> str:
    """Return the code of the documentation."""
    (code,) = re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)
    return str(code)


def by_python(secret: str, headers: dict[str, str], body: bytes) -> bool:
    names: dict[str, Any] = {}
    exec(block("python"), names)
    return bool(names["verified"](secret, headers, body))


def by_php(secret: str, headers: dict[str, str], body: bytes) -> bool:
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    given = json.dumps([secret, *(headers[name] for name in names), body.decode()])
    line = "echo json_encode(verified(...json_decode(file_get_contents('php://stdin'))));"
    done = subprocess.run(
        ["php", "-r", block("php") + line], input=given.encode(), capture_output=True, check=True
    )
    return bool(json.loads(done.stdout))


def test_a_notice_is_told_over_a_crash_and_verified_by_the_documented_code(
    open_server: RunningServer,
) -> None:
    server = open_server
    with hooked() as hook:
        made = server.must("POST", "/webhooks", {"url": hook.url, "types": ["session.started"]})
        media = server.must("POST", "/media", {"title": "Зал «А»", "kind": "live"})["code"]
        hook.holds.set()
        server.must("POST", f"/media/{media}/sessions", {"title": "Блок 1"})
        first, body = hook.next()
        server.kill()  # while the receiver has the request and has not answered
        hook.holds.clear()
        server.start()
        headers, again = hook.next()
        assert (headers["webhook-id"], again) == (first["webhook-id"], body)
        assert json.loads(body)["data"]["media"]["title"] == "Зал «А»"
        path = f"/webhooks/{made['id']}/deliveries/{headers['webhook-id']}"
        until = time.monotonic() + PATIENCE_S
        while (shown := server.must("GET", path))["state"] != "delivered":
            assert time.monotonic() < until
            time.sleep(0.05)
        assert (shown["status"], shown["type"]) == (204, "session.started")

        for verified in (by_python, by_php):
            assert verified(made["secret"], headers, again)
            assert not verified(made["secret"], headers, again + b" ")
            assert not verified(made["secret"][:-4] + "AAA=", headers, again)
            late = {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 301)}
            assert not verified(made["secret"], late, again)
        log = server.log()
        assert made["secret"].removeprefix("whsec_") not in log
        assert hook.url not in log


def test_nothing_inner_is_reached_without_the_setting(server: RunningServer) -> None:
    with hooked() as hook:
        status, refusal = server.call("POST", "/webhooks", {"url": hook.url})
        assert (status, [fault["path"] for fault in refusal["errors"]]) == (400, ["$.url"])
        named = hook.url.replace(
            "127.0.0.1", "localhost"
        )  # a name: where it leads shows when it is connected to
        made = server.must("POST", "/webhooks", {"url": named})
        ping = server.must("POST", f"/webhooks/{made['id']}/ping")
        until = time.monotonic() + PATIENCE_S
        while not (shown := server.must("GET", f"/webhooks/{made['id']}/deliveries/{ping['id']}"))[
            "attempts"
        ]:
            assert time.monotonic() < until
            time.sleep(0.05)
        assert (shown["state"], shown["error"], shown["status"]) == ("pending", "address_not_allowed", None)
        assert hook.got == []


async def test_a_refusal_is_told_with_its_reason_and_the_page_learns_nothing_more(
    open_server: RunningServer,
) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as http:
        event = await make_event(open_server, http, identity="plain")
        with hooked() as hook:
            body = {"url": hook.url, "types": ["participant.refused"]}
            await event.api.call("POST", "/webhooks", body)
            refused = [await event.redeem({"user_id": user}) for user in ("d-3", "d-4")]
            assert refused[0] == refused[1]
            assert refused[0][1]["code"] == "access_denied"
            told = [hook.until("participant.refused")["data"] for _ in range(2)]
            assert [(one["user_id"], one["identity"], one["code"]) for one in told] == [
                ("d-3", "plain", "not_on_list"),
                ("d-4", "plain", "not_on_list"),
            ]
            token = await event.launch("d-1")
            await event.redeem({"token": token})
            assert (await event.redeem({"token": token}))[1]["code"] == "token_spent"
            spent = hook.until("participant.refused")["data"]
            assert (spent["user_id"], spent["identity"], spent["code"]) == ("d-1", "signed", "token_spent")
            assert spent["media"]["code"] == event.media
