"""A broadcast in which viewers may go back, on a real server: no minute of what nobody could have seen."""

import asyncio
import time
from datetime import UTC, datetime

import aiohttp

from tests.running import RunningServer
from tests.server.conftest import Event, make_event

HOUR_MS = 3_600_000
LENGTH_MS = 1_000


def moment(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat()


async def watch(event: Event, user_id: str, *contents_ms: int) -> None:
    """Play for a second from each of these moments of the programme, each in a tab of its own, then leave."""
    players = [await event.player(user_id) for _ in contents_ms]
    starts = [player.now_ms() for player in players]
    await asyncio.sleep(LENGTH_MS / 1000)
    for player, start_ms, content_ms in zip(players, starts, contents_ms, strict=True):
        end_ms = start_ms + LENGTH_MS
        await player.send(
            player.beat(
                start_ms, end_ms, media_from_ms=content_ms, media_to_ms=content_ms + end_ms - start_ms
            )
        )
        await player.leave()


async def test_what_is_to_come_and_what_is_out_of_reach_earn_nothing(
    running: RunningServer, http: aiohttp.ClientSession
) -> None:
    event = await make_event(running, http, dvr_s=60)
    now_ms = round(time.time() * 1000)
    for title, start_ms, end_ms in (
        ("over", now_ms - 2 * HOUR_MS, now_ms - HOUR_MS),
        ("now", now_ms - 90_000, now_ms + 20_000),
        ("next", now_ms + 45_000, now_ms + 85_000),
    ):
        body = {"title": title, "starts_at": moment(start_ms), "ends_at": moment(end_ms)}
        await event.api.call("POST", f"/media/{event.media}/sessions", body)
    await watch(event, "d-1", now_ms + 50_000, now_ms - 2 * HOUR_MS)
    await watch(event, "d-2", now_ms - 60_000, now_ms - 3_000)
    assert [session["watched_ms"] for session in (await event.row("d-1"))["sessions"]] == [0, 0, 0]
    over, now, following = (session["watched_ms"] for session in (await event.row("d-2"))["sessions"])
    assert (over, following) == (0, 0)
    assert LENGTH_MS / 2 < now <= 2 * LENGTH_MS
