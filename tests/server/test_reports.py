"""Reports of a real server: however many are written or given up, it serves everybody else, and ends when it must."""

import http.client
import json
import select
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
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
        assert readable(waiting) == []


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


def test_calls_that_were_given_up_keep_nobody_waiting(server: RunningServer) -> None:
    """Counting and writing all of them would take minutes; and none of them keeps what it would have told."""
    large, small = hall(server, PEOPLE), hall(server, 2)
    query = urllib.parse.urlencode({"apikey": server.key, "format": "json", "code": large})
    started_s = time.monotonic()
    assert compatible(server, "live/nmo", code=large)["Status"] == "Success"
    one_s = time.monotonic() - started_s
    for _ in range(10):
        calls = [asked(server, f"/api/live/nmo?{query}") for _ in range(8)]
        assert compatible(server, "info")["Status"] == "Success"  # by now they have come
        for call in calls:
            call.close()
    started_s = time.monotonic()
    assert len(server.must("GET", f"/media/{small}/statistics")["participants"]) == 2
    assert compatible(server, "live/nmo", code=small)["Status"] == "Success"
    assert time.monotonic() - started_s < 20 * one_s  # of eighty


def test_a_server_that_is_stopped_cuts_off_who_still_reads_and_says_nothing(server: RunningServer) -> None:
    """Nobody takes what came for the whole, and neither readers that wait nor those that are slow delay the end."""
    large = hall(server, PEOPLE)
    query = urllib.parse.urlencode({"apikey": server.key, "format": "json", "code": large})
    with ExitStack() as stack:

        def call(path: str = f"/api/live/nmo?{query}") -> http.client.HTTPConnection:
            return stack.enter_context(closing(asked(server, path)))

        begun = [call(statistics_path(large, name)).getresponse() for name in ("json", "xlsx")]
        pdf = call(statistics_path(large, "pdf"))
        while not presses(server):
            time.sleep(0.05)
        begun.append(pdf.getresponse())
        waiting = call(statistics_path(large, "xlsx"))
        for _ in range(5):
            call()
        assert compatible(server, "info")["Status"] == "Success"  # by now they have come
        process = psutil.Process(server.pid)
        server.stop()
        assert not process.is_running()
        assert [answer.status for answer in begun] == [200] * 3
        assert waiting.getresponse().status == 503
        for answer in begun:
            with pytest.raises((http.client.IncompleteRead, ConnectionError)):
                answer.read()
            answer.close()
    assert "Traceback" not in server.log()
    assert "ASGI" not in server.log()


@contextmanager
def asking(server: RunningServer, media: str, name: str) -> Iterator[list[http.client.HTTPConnection]]:
    """Ask for as many large reports as there may be, while the block lasts; then hang up.

    One is being made, and yielded are those that wait for its turn.
    """
    connections: list[http.client.HTTPConnection] = []
    try:
        while not connections:
            connections.append(asked(server, statistics_path(media, name)))
            if connections[0].getresponse().status == 429:  # those that hung up have not ended yet
                connections.pop().close()
        while len(connections) < MOST_LARGE:
            connections.append(asked(server, statistics_path(media, name)))
            assert compatible(server, "info")["Status"] == "Success"
            if readable(connections[-1:]):
                connections.pop().close()
        yield connections[1:]
    finally:
        for connection in connections:
            connection.close()


def statistics_path(media: str, name: str) -> str:
    return f"/api/v1/media/{media}/statistics?format={name}"


def asked(server: RunningServer, path: str) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", path, headers={"Authorization": f"Bearer {server.key}"})
    return connection


def readable(connections: list[http.client.HTTPConnection]) -> list[object]:
    return select.select([connection.sock for connection in connections], [], [], 0)[0]


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
