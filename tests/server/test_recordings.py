"""Recordings of a running server: they arrive over broken lines and killed servers, and play by the clock."""

import asyncio
import http.client
import json
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from tests import films
from tests.running import RunningServer
from tests.server.conftest import make_event

SECONDS = 8


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A video file of 8 s that browsers play."""
    return films.film(tmp_path_factory.mktemp("film") / "film.mp4", SECONDS).read_bytes()


def test_a_recording_arrives_over_a_broken_line_and_a_killed_server_and_is_ready(
    server: RunningServer, film: bytes
) -> None:
    media = server.must("POST", "/media", {"title": "Запись", "kind": "recording"})["code"]
    upload = server.must("POST", f"/media/{media}/recording", {"size": len(film), "name": "Лекция.mp4"})
    path = f"/media/{media}/recording/{upload['upload']}"
    half = len(film) // 2
    assert _put(server, path, film[:half], 0, len(film))["received"] == half
    received = _broken_off(server, path, film[half : half + 50_000], half, len(film))
    server.kill()
    server.start()
    assert server.must("GET", path)["received"] == received
    status, refused = _send(server, path, film[half:], half, len(film))
    assert (status, refused["code"]) == (409, "wrong_offset")
    assert str(received) in refused["detail"]
    _put(server, path, film[received:], received, len(film))
    told = _ready(server, media)
    assert (told["name"], told["received"], told["width"], told["height"]) == (
        "Лекция.mp4",
        len(film),
        320,
        180,
    )
    assert abs(told["duration_ms"] - SECONDS * 1000) < 100
    shown = _signalled(server, media)
    assert (shown["duration_ms"], shown["state"], shown["signal"]) == (told["duration_ms"], "live", "on")


def test_a_whole_file_in_one_body_and_one_that_is_none(server: RunningServer, film: bytes) -> None:
    media = server.must("POST", "/media", {"title": "Запись", "kind": "recording"})["code"]
    _whole(server, media, b"this is no video" * 100)
    told = _settled(server, media)
    assert (told["state"], told["error"]) == ("failed", "This is no video file that can be read.")
    _whole(server, media, film)
    assert _ready(server, media)["size"] == len(film)
    assert list((server.data / "recordings" / media).glob("*.upload")) == []


async def test_what_somebody_has_watched_is_not_replaced(
    server: RunningServer, http: aiohttp.ClientSession, film: bytes
) -> None:
    event = await make_event(server, http, kind="recording")
    server.key = event.key
    media = event.media
    _whole(server, media, film)
    first = _ready(server, media)
    _whole(server, media, film)
    second = _ready(server, media)
    assert second["upload"] != first["upload"]
    assert server.call("GET", f"/media/{media}/recording/{first['upload']}")[0] == 404
    player = await event.player()
    status, refused = server.call("POST", f"/media/{media}/recording", {"size": 5})
    assert (status, refused["code"]) == (409, "recording_watched")
    assert server.call("DELETE", f"/media/{media}/recording/{second['upload']}")[0] == 409
    assert player.play is not None
    async with http.get(server.url + player.play["playlist"]) as answer:
        assert (answer.status, b"live.m3u8" in await answer.read()) == (200, True)
    await player.leave()


async def test_a_plan_asks_whoever_plays_in_a_session_of_a_recording_and_nobody_in_its_break(
    server: RunningServer, http: aiohttp.ClientSession
) -> None:
    event = await make_event(server, http, kind="recording")
    at = f"/media/{event.media}"
    session = await event.api.call("POST", f"{at}/sessions", {"title": "A", "from_ms": 0, "to_ms": 600_000})
    await event.api.call("PUT", f"{at}/check-plan", {"every_s": [3, 5], "lifetime_s": 10})
    inside, outside = await event.player("d-1"), await event.player("d-2")
    outside.position_ms = 700_000

    async def play_on(since_ms: int) -> int:
        """Report what both have played since."""
        now_ms = inside.now_ms()
        await inside.send(inside.beat(since_ms, now_ms))
        until_ms = outside.now_ms()
        await outside.send(outside.beat(max(0, until_ms - (now_ms - since_ms)), until_ms))
        return now_ms

    reported_ms, begun_ms = inside.now_ms(), inside.now_ms()
    while not inside.asked:
        await asyncio.sleep(0.5)
        reported_ms = await play_on(reported_ms)
    assert reported_ms - begun_ms >= 2_500
    (check,) = inside.asked
    await inside.send(inside.mark("shown", check), inside.mark("answered", check))
    await inside.hear("prompt_closed")
    while len(inside.asked) < 2:
        await asyncio.sleep(0.5)
        reported_ms = await play_on(reported_ms)
    report = await event.api.call("GET", f"{at}/statistics")
    told = {row["user_id"]: row for row in report["participants"]}
    first = told["d-1"]["checks"][0]
    assert (first["check_id"], first["session_id"], first["outcome"]) == (check, session["id"], "confirmed")
    assert told["d-1"]["sessions"][0]["checks_confirmed"] == 1
    assert [row["outcome"] for row in told["d-2"]["checks"]] == ["not_present"] * len(report["checks"])
    assert outside.asked == {}
    assert [(row["origin"], row["ordinal"]) for row in report["checks"]] == [("plan", 1), ("plan", 2)]
    for player in (inside, outside):
        await player.leave()


def test_a_scheduled_broadcast_has_a_picture_while_its_recording_lasts(
    server: RunningServer, film: bytes
) -> None:
    starts = datetime.now(UTC) + timedelta(seconds=6)
    made = {"title": "Показ", "kind": "scheduled", "starts_at": starts.isoformat()}
    media = server.must("POST", "/media", made)["code"]
    _whole(server, media, film)
    _ready(server, media)
    assert server.must("GET", f"/media/{media}")["signal"] == "off" or datetime.now(UTC) > starts
    shown = _signalled(server, media)
    assert shown["state"] == "live"
    assert abs(datetime.fromisoformat(shown["started_at"]) - starts) < timedelta(milliseconds=1)
    begun = datetime.now(UTC)
    while server.must("GET", f"/media/{media}")["signal"] == "on":
        time.sleep(0.25)
    lasted = datetime.now(UTC) - starts
    assert begun - starts < timedelta(seconds=5)
    assert timedelta(seconds=SECONDS + 6) <= lasted < timedelta(seconds=SECONDS + 12)


def test_a_live_broadcast_takes_no_recording(server: RunningServer) -> None:
    media = server.must("POST", "/media", {"title": "Эфир", "kind": "live"})["code"]
    assert server.call("POST", f"/media/{media}/recording", {"size": 5})[0] == 409
    assert server.call("GET", f"/media/{media}/recording")[0] == 404


def _whole(server: RunningServer, media: str, body: bytes) -> None:
    request = urllib.request.Request(
        f"{server.url}/api/v1/media/{media}/recording",
        method="POST",
        data=body,
        headers={"Authorization": f"Bearer {server.key}", "Content-Type": "video/mp4"},
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 201


def _headers(server: RunningServer, at: int, length: int, size: int) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {server.key}",
        "Content-Type": "application/octet-stream",
        "Content-Range": f"bytes {at}-{at + length - 1}/{size}",
        "Content-Length": str(length),
    }


def _send(server: RunningServer, path: str, body: bytes, at: int, size: int) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("PUT", f"/api/v1{path}", body, _headers(server, at, len(body), size))
    answer = connection.getresponse()
    said = json.loads(answer.read())
    connection.close()
    return answer.status, said


def _put(server: RunningServer, path: str, body: bytes, at: int, size: int) -> Any:
    status, said = _send(server, path, body, at, size)
    assert status == 200, said
    return said


def _broken_off(server: RunningServer, path: str, body: bytes, at: int, size: int) -> int:
    """Announce the rest of the file, send some of it and hang up; return what has arrived once some of that has.

    What the server has not read when its caller hangs up is lost on the way, so a slow one is given more time.
    """
    for pause_s in (0.5, 2, 8, 30):
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        connection.putrequest("PUT", f"/api/v1{path}")
        for name, value in _headers(server, at, size - at, size).items():
            connection.putheader(name, value)
        connection.endheaders(body)
        time.sleep(pause_s)
        connection.close()
        for _ in range(20):
            if (received := server.must("GET", path)["received"]) > at:
                return int(received)
            time.sleep(0.1)
    raise AssertionError("nothing has arrived")


def _settled(server: RunningServer, media: str) -> Any:
    while (told := server.must("GET", f"/media/{media}/recording"))["state"] not in {"ready", "failed"}:
        time.sleep(0.1)
    return told


def _ready(server: RunningServer, media: str) -> Any:
    told = _settled(server, media)
    assert told["state"] == "ready", told
    return told


def _signalled(server: RunningServer, media: str) -> Any:
    while (shown := server.must("GET", f"/media/{media}"))["signal"] == "off":
        time.sleep(0.1)
    return shown
