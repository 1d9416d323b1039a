"""What only passing time can show, lived through at once: servers that are away, and a moment that nobody foresees.

F20: a server is away while people watch on; what they watched comes late, inside an outage, and counts whole. In the
short form it is away for 36 s, so that rows come more than 30 s late; players keep them as the page does. Another
server ends cleanly, which is an outage too. F32 and I16: on a third, what two players receive before they are asked
differs in ids, times and macs alone.
"""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from rollcall.wire.api.values import rfc3339
from rollcall.wire.moments import to_ms
from tests.running import RunningServer
from tests.server.conftest import Event, make_event
from tests.server.player import Player

AWAY_S, STOPPED_S = 36, 5
LATE_MS = 30_000
WITHIN_MS = 2_000
BEAT_MS = 1_000
SESSION_MS = 2_000
PEOPLE = ("d-1", "d-2")
VARYING = re.compile(
    r'"(play|upload_key|mac|playlist|path|user_name|at_ms|now_ms|(?:playlist_)?until_ms|n|durable|viewers)": '
    r'(?:"[^"]*"|[0-9]+)'
)
TIME = re.compile(r'"(?:at|now)_ms": ([0-9]+)')
pytestmark = pytest.mark.xdist_group("passing time")


@dataclass
class Gap:
    """When a server was gone, was started again and answered, Unix milliseconds."""

    gone_ms: int
    started_ms: int
    back_ms: int


@dataclass
class Stopped:
    """How a server was away, and the outages that it tells of itself."""

    gap: Gap
    outages: list[dict[str, Any]]


@dataclass
class Away(Stopped):
    """Also for each participant the late spans and the row of the statistics."""

    late: dict[str, list[dict[str, Any]]]
    rows: dict[str, dict[str, Any]]


@dataclass
class Passed:
    away: Away
    stopped: Stopped
    asked: list[list[Any]]


@pytest.fixture(scope="module")
def passed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Passed]:
    with ExitStack() as ends:
        yield asyncio.run(_pass([tmp_path_factory.mktemp("passing") for _ in range(3)], ends))


async def _pass(folders: list[Path], ends: ExitStack) -> Passed:
    async with aiohttp.ClientSession() as http, asyncio.timeout(300):

        async def on_server(folder: Path, happens: Callable[[Event], Awaitable[Any]]) -> Any:
            server = await asyncio.to_thread(RunningServer, folder / "data")
            ends.callback(server.stop)
            await asyncio.to_thread(server.start)
            return await happens(await make_event(server, http))

        told = await asyncio.gather(
            *(on_server(*each) for each in zip(folders, (_go_away, _stop, _ask), strict=True))
        )
    return Passed(*told)


async def _go_away(event: Event) -> Away:
    players = [await event.player(user_id) for user_id in PEOPLE]
    starts = [player.now_ms() for player in players]
    await asyncio.sleep(2)
    for player, start in zip(players, starts, strict=True):
        await player.send(player.beat(start, player.now_ms()))
    starts = [player.now_ms() for player in players]
    gap = await _gap(event, RunningServer.kill, AWAY_S)
    for player, start in zip(players, starts, strict=True):
        opened = await player.connect()
        assert (opened["resumed"], opened["durable"]) == (True, 1)
        rows = watched_on(player, start)
        assert await player.send(*rows) == 1 + len(rows)
    begins_ms = gap.gone_ms + 1_000
    window = {"starts_at": rfc3339(begins_ms), "ends_at": rfc3339(begins_ms + SESSION_MS)}
    await event.api.call("POST", f"/media/{event.media}/sessions", {"title": "Пока нас не было", **window})
    late = {user_id: [s for s in await _spans(event, user_id) if s["late"]] for user_id in PEOPLE}
    return Away(gap, await _outages(event), late, {user_id: await event.row(user_id) for user_id in PEOPLE})


async def _stop(event: Event) -> Stopped:
    await event.api.call("POST", f"/media/{event.media}/sessions", {"title": "Блок 1"})
    await asyncio.sleep(1.5)
    assert await _outages(event) == []
    return Stopped(await _gap(event, RunningServer.stop, STOPPED_S), await _outages(event))


async def _ask(event: Event) -> list[list[Any]]:
    """Let two participants play until their plans, drawn for each, ask them; return what each was sent."""
    await event.api.call("POST", f"/media/{event.media}/sessions", {"title": "Блок 1"})
    await event.api.call("PUT", f"/media/{event.media}/check-plan", {"every_s": [11, 14], "lifetime_s": 10})
    players = [await event.player(user_id) for user_id in PEOPLE]
    return await asyncio.gather(*(_until_asked(player) for player in players))


async def _until_asked(player: Player) -> list[Any]:
    start_ms = player.now_ms()
    while not any(message["type"] == "prompt" for message in player.heard):
        await asyncio.sleep(0.5)
        end_ms = player.now_ms()
        await player.send(player.beat(start_ms, end_ms))
        start_ms = end_ms
    at = next(at for at, message in enumerate(player.heard) if message["type"] == "prompt")
    return list(player.heard[: at + 1])


async def _gap(event: Event, end: Callable[[RunningServer], None], for_s: int) -> Gap:
    gone_ms = now_ms()
    await asyncio.to_thread(end, event.server)
    await asyncio.sleep(for_s)
    started_ms = now_ms()
    await asyncio.to_thread(event.server.start)
    return Gap(gone_ms, started_ms, now_ms())


async def _outages(event: Event) -> list[dict[str, Any]]:
    media = await event.api.call("GET", f"/media/{event.media}")
    found = await event.api.call("GET", f"/events/{media['event']}/outages")
    return list(found["items"])


async def _spans(event: Event, user_id: str) -> list[dict[str, Any]]:
    shown = await event.api.call("GET", f"/media/{event.media}/participants/{user_id}/evidence")
    return [span for play in shown["items"] for span in play["spans"]]


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def at_ms(text: str) -> int:
    return to_ms(datetime.fromisoformat(text))


def watched_on(player: Player, start_ms: int) -> list[dict[str, Any]]:
    """Return the beats of a player that has played from `start_ms` of its clock until now."""
    ends = [*range(start_ms + BEAT_MS, player.now_ms(), BEAT_MS), player.now_ms()]
    return [player.beat(start, end) for start, end in zip([start_ms, *ends], ends, strict=False)]


def shape(message: Any) -> str:
    """Return a message without what is the player's own: ids, names, times, numbers of ticks and of viewers."""
    return VARYING.sub(r'"\1": 0', json.dumps(message, sort_keys=True))


@pytest.mark.parametrize("how", ["killed", "stopped"])
def test_the_time_without_a_server_is_an_outage_to_the_second(passed: Passed, how: str) -> None:
    """Where starting takes long on a busy machine, it is away until some moment of it."""
    away = passed.away if how == "killed" else passed.stopped
    gap, (outage,) = away.gap, away.outages
    assert (outage["source"], outage["media"], outage["reason"]) == ("down", None, None)
    assert abs(at_ms(outage["from"]) - gap.gone_ms) <= WITHIN_MS
    assert gap.started_ms <= at_ms(outage["to"]) <= gap.back_ms + WITHIN_MS


@pytest.mark.parametrize("user_id", PEOPLE)
def test_f20_what_is_watched_while_the_server_is_away_is_late_and_counts_whole(
    passed: Passed, user_id: str
) -> None:
    away, late = passed.away, passed.away.late[user_id]
    (outage,) = away.outages
    assert late
    assert {(span["state"], span["unverified"]) for span in late} == {("playing", False)}
    assert at_ms(late[0]["from"]) <= away.gap.gone_ms + 1_000
    assert at_ms(late[-1]["to"]) >= away.gap.back_ms - LATE_MS - BEAT_MS
    assert at_ms(outage["from"]) - 1_000 <= at_ms(late[0]["from"]) < at_ms(late[-1]["to"]) <= away.gap.back_ms
    # A cap of 25 % of the sessions would leave 500 ms: all of it counts, because the outage holds it.
    row = away.rows[user_id]
    assert (row["watched_ms"], row["recovered_ms"]) == (SESSION_MS, SESSION_MS)


def test_f32_no_byte_before_the_issue_tells_when_it_comes(passed: Passed) -> None:
    assert [told[-1]["type"] for told in passed.asked] == ["prompt", "prompt"]
    shapes = [{shape(message) for message in told[:-1]} for told in passed.asked]
    assert {json.loads(each)["type"] for each in shapes[0]} >= {"opened", "tick", "ack"}
    assert shapes[0] == shapes[1]
    for told in passed.asked:
        issued_ms = told[-1]["issued_at_ms"]
        said_ms = [int(ms) for each in told[:-1] for ms in TIME.findall(json.dumps(each))]
        assert said_ms
        assert max(said_ms) <= issued_ms  # no moment that was still to come
