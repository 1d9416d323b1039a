"""Our own outages end up in the log by themselves: a kill and a clean stop, each to the second."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from rollcall.wire.moments import to_ms
from tests.running import RunningServer

WITHIN_MS = 2_000
AWAY_S = 5.0


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def outages(server: RunningServer, event: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = server.must("GET", f"/events/{event}/outages")["items"]
    return found


def at_ms(text: str) -> int:
    return to_ms(datetime.fromisoformat(text))


@pytest.mark.parametrize("end", [RunningServer.kill, RunningServer.stop], ids=["killed", "stopped"])
def test_the_time_without_a_server_is_an_outage_to_the_second(
    server: RunningServer, end: Callable[[RunningServer], None]
) -> None:
    media = server.must("POST", "/media", {"title": "Зал", "kind": "live"})
    server.must("POST", f"/media/{media['code']}/sessions", {"title": "Блок"})
    time.sleep(1.5)
    assert outages(server, media["event"]) == []
    gone_ms = now_ms()
    end(server)
    time.sleep(AWAY_S)
    server.start()
    back_ms = now_ms()
    (outage,) = outages(server, media["event"])
    assert (outage["source"], outage["media"], outage["reason"]) == ("down", None, None)
    off_ms = at_ms(outage["from"]) - gone_ms, at_ms(outage["to"]) - back_ms
    assert max(map(abs, off_ms)) <= WITHIN_MS, off_ms
