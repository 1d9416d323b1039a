"""Reports of a real server: however many are written or given up, it serves everybody else, and ends when it must."""

import http.client
import json
import select
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil
import pytest

from rollcall.actions.reports import MOST_LARGE
from tests.running import RunningServer

PEOPLE, SESSIONS = 20_000, 20  # a workbook takes many seconds, a protocol more than half a minute


@pytest.mark.parametrize("name", ["xlsx", "pdf"])
def test_large_reports_delay_nobody(server: RunningServer, name: str) -> None:
    """Small answers of both APIs, and small reports, come while all large ones of a project are still written."""
    large, small = hall(server, PEOPLE), hall(server, 2)
    with asking(server, large, name) as waiting:
        assert compatible(server, "info")["Status"] == "Success"
        assert compatible(server, "live/nmo", code=small)["Status"] == "Success"
        assert len(server.must("GET", f"/media/{small}/statistics")["participants"]) == 2
        for format_ in ("xlsx", "pdf"):
            assert answered(server, small, format_).read()
        status, refused = server.call("GET", f"/media/{large}/statistics")
        assert (status, refused["code"]) == (429, "too_many_requests")
        assert select.select([connection.sock for connection in waiting], [], [], 0)[0] == []


def test_reports_that_nobody_waits_for_end_at_once(server: RunningServer) -> None:
    large = hall(server, PEOPLE)
    for _ in range(2):  # the second time there is room for as many again
        with asking(server, large, "pdf"):
            while not presses(server):
                time.sleep(0.05)
            assert len(presses(server)) == 1
        while presses(server):
            time.sleep(0.05)
    with asking(server, large, "xlsx"):
        pass
    with asking(server, large, "pdf"):
        pass
    server.stop()
    assert "Traceback" not in server.log()


@contextmanager
def asking(server: RunningServer, media: str, name: str) -> Iterator[list[http.client.HTTPConnection]]:
    """Ask for as many large reports as there may be, while the block lasts; then hang up."""
    connections: list[http.client.HTTPConnection] = []
    try:
        while len(connections) < MOST_LARGE:
            connections.append(connection := http.client.HTTPConnection("127.0.0.1", server.port, timeout=60))
            path = f"/api/v1/media/{media}/statistics?format={name}"
            connection.request("GET", path, headers={"Authorization": f"Bearer {server.key}"})
            if connection.getresponse().status == 429:  # those that hung up have not ended yet
                connections.pop().close()
        yield connections
    finally:
        for connection in connections:
            connection.close()


def presses(server: RunningServer) -> list[psutil.Process]:
    return [child for child in psutil.Process(server.pid).children() if _is_press(child)]


def _is_press(child: psutil.Process) -> bool:
    try:
        return "rollcall.render.protocol.press" in child.cmdline()
    except psutil.NoSuchProcess:  # it has ended, whether or not that was noticed yet
        return False


def compatible(server: RunningServer, method: str, **given: str) -> Any:
    query = urllib.parse.urlencode({"apikey": server.key, "format": "json", **given})
    with urllib.request.urlopen(f"{server.url}/api/{method}?{query}", timeout=60) as answer:
        return json.load(answer)


def answered(server: RunningServer, media: str, name: str) -> Any:
    path = f"{server.url}/api/v1/media/{media}/statistics?format={name}"
    request = urllib.request.Request(path, headers={"Authorization": f"Bearer {server.key}"})
    return urllib.request.urlopen(request, timeout=60)


def hall(server: RunningServer, people: int) -> str:
    media = str(server.must("POST", "/media", {"title": "Зал", "kind": "live"})["code"])
    of_list = server.must("POST", "/lists", {"title": "Врачи", "media": [media]})["code"]
    rows = [{"user_id": f"doctor-{number}"} for number in range(people)]
    server.must("POST", f"/lists/{of_list}/participants/batch", rows)
    for day in range(1, SESSIONS + 1):
        times = {
            f"{end}_at": f"2026-01-{day:02}T{hour}:00:00Z" for end, hour in (("starts", 10), ("ends", 11))
        }
        server.must("POST", f"/media/{media}/sessions", {"title": f"День {day}", **times})
    return media
