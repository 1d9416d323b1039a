"""Many connections that break at once are an outage of ours; the same many who leave their pages are none."""

import asyncio
import socket
from datetime import datetime
from typing import Any

from tests.server.conftest import Event
from tests.server.player import Player

CROWD = 12
LIMIT_S = 20


async def outages(event: Event) -> list[dict[str, Any]]:
    media = await event.api.call("GET", f"/media/{event.media}")
    found = await event.api.call("GET", f"/events/{media['event']}/outages")
    return list(found["items"])


async def crowd_of(event: Event) -> list[Player]:
    rows = [{"user_id": f"c-{n}"} for n in range(CROWD)]
    await event.api.call("POST", f"/lists/{event.people}/participants/batch", rows)
    return [await event.player(f"c-{n}") for n in range(CROWD)]


def cut(player: Player) -> None:
    """Break the connection without a word, as a network does."""
    assert player.socket is not None
    player.socket.get_extra_info("socket").shutdown(socket.SHUT_RDWR)


async def test_a_crowd_that_is_cut_off_is_an_outage_and_a_crowd_that_leaves_is_none(event: Event) -> None:
    await event.api.call("POST", f"/media/{event.media}/sessions", {"title": "Блок 1"})
    crowd = await crowd_of(event)
    for player in crowd:
        await player.leave()
    await asyncio.sleep(1.5)  # a beat of the log sees that they are gone
    for player in crowd:
        await player.connect()
    clock = await event.player("d-1")
    cut_ms = clock.last_tick["at_ms"]
    for player in crowd:
        cut(player)
    await asyncio.sleep(1.5)
    assert await outages(event) == []
    for player in crowd:
        await player.connect()
    back_ms = (await clock.connect(new=True))["now_ms"]
    async with asyncio.timeout(LIMIT_S):
        while not (found := await outages(event)):
            await asyncio.sleep(0.2)
    ((outage,),) = (found,)
    assert (outage["source"], outage["media"]) == ("silence", None)
    start, end = (datetime.fromisoformat(outage[name]).timestamp() * 1000 for name in ("from", "to"))
    assert cut_ms - 10_000 <= start <= cut_ms + 1_000 < end <= back_ms + 3_000
