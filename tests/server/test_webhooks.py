"""Webhooks of the real program: killed while it sends, its signatures checked by the code of the documentation."""

import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import aiohttp

from tests.hook import PATIENCE_S, hooked
from tests.running import RunningServer
from tests.server.conftest import make_event

DOCUMENT = (Path(__file__).parents[2] / "docs/webhooks.md").read_text("utf-8")


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
    hook_server: RunningServer,
) -> None:
    server = hook_server
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
    hook_server: RunningServer,
) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as http:
        event = await make_event(hook_server, http, identity="plain")
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
