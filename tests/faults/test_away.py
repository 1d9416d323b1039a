"""F20: the server is away while people watch on; what they watched comes late, inside an outage, and counts whole.

The short form: 42 s without a server, so that rows come more than 30 s late; players keep them as the page does.
"""

import asyncio
import time
from datetime import datetime
from typing import Any

import aiohttp
import pytest

from rollcall.wire.api.values import rfc3339
from rollcall.wire.moments import to_ms
from tests.running import RunningServer
from tests.server.conftest import Event, make_event
from tests.server.player import Player

AWAY_S = 42
LATE_MS = 30_000
WITHIN_MS = 2_000
BEAT_MS = 5_000
SESSION_MS = 7_000
PEOPLE = ("d-1", "d-2")


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def at_ms(text: str) -> int:
    return to_ms(datetime.fromisoformat(text))


def watched_on(player: Player, start_ms: int) -> list[dict[str, Any]]:
    """Return the beats of a player that has played from `start_ms` of its clock until now."""
    ends = [*range(start_ms + BEAT_MS, player.now_ms(), BEAT_MS), player.now_ms()]
    return [player.beat(start, end) for start, end in zip([start_ms, *ends], ends, strict=False)]


async def evidence(event: Event, user_id: str) -> list[dict[str, Any]]:
    shown = await event.api.call("GET", f"/media/{event.media}/participants/{user_id}/evidence")
    return [span for play in shown["items"] for span in play["spans"]]


@pytest.mark.slow
async def test_what_is_watched_while_the_server_is_away_is_late_inside_an_outage(
    server: RunningServer,
) -> None:
    async with aiohttp.ClientSession() as http:
        event = await make_event(server, http)
        players = [await event.player(user_id) for user_id in PEOPLE]
        starts = [player.now_ms() for player in players]
        await asyncio.sleep(2)
        for player, start in zip(players, starts, strict=True):
            await player.send(player.beat(start, player.now_ms()))
        starts = [player.now_ms() for player in players]
        gone_ms = now_ms()
        server.kill()
        await asyncio.sleep(AWAY_S)
        server.start()
        back_ms = now_ms()
        for player, start in zip(players, starts, strict=True):
            opened = await player.connect()
            assert (opened["resumed"], opened["durable"]) == (True, 1)
            rows = watched_on(player, start)
            assert await player.send(*rows) == 1 + len(rows)
        window = {"starts_at": rfc3339(gone_ms + 1_000), "ends_at": rfc3339(gone_ms + 1_000 + SESSION_MS)}
        await event.api.call(
            "POST", f"/media/{event.media}/sessions", {"title": "Пока нас не было", **window}
        )

        media = await event.api.call("GET", f"/media/{event.media}")
        (outage,) = (await event.api.call("GET", f"/events/{media['event']}/outages"))["items"]
        assert outage["source"] == "down"
        off_ms = at_ms(outage["from"]) - gone_ms, at_ms(outage["to"]) - back_ms
        assert max(map(abs, off_ms)) <= WITHIN_MS, off_ms
        for user_id in PEOPLE:
            late = [span for span in await evidence(event, user_id) if span["late"]]
            assert late
            assert {(span["state"], span["unverified"]) for span in late} == {("playing", False)}
            assert at_ms(late[0]["from"]) <= gone_ms + 1_000
            assert at_ms(late[-1]["to"]) >= back_ms - LATE_MS - BEAT_MS
            # A cap of 25 % of the sessions would leave 1750 ms: all of it counts, because the outage holds it.
            row = await event.row(user_id)
            assert (row["watched_ms"], row["recovered_ms"]) == (SESSION_MS, SESSION_MS)
            assert at_ms(outage["from"]) - 1_000 <= at_ms(late[0]["from"]) < at_ms(late[-1]["to"]) <= back_ms
