"""A flag is on the disk with the rows that raised it: whatever was acknowledged is flagged after a kill, once."""

import aiohttp

from tests.running import RunningServer
from tests.server.conftest import Event, make_event


async def flags(event: Event) -> list[tuple[str, str, int]]:
    items = (await event.api.call("GET", f"/media/{event.media}/flags"))["items"]
    return [(item["user_id"], item["kind"], item["count"]) for item in items]


async def test_flags_survive_a_kill_and_repeats_change_nothing(
    server: RunningServer, http: aiohttp.ClientSession
) -> None:
    event = await make_event(server, http)
    player = await event.player()
    rows = [player.beat(0, 100), player.beat(200, 100), player.beat(300, 100_000)]
    assert await player.send(*rows) == 3
    server.kill()
    server.start()
    expected = [("d-1", "rejected_rows", 2)]
    assert await flags(event) == expected
    await player.connect()
    assert await player.send(*rows) == 3
    assert await flags(event) == expected
    await player.leave()
