"""Evidence by its upload key alone: appended once, whoever is logged in now; anything else learns nothing."""

import asyncio
from typing import Any

from tests.server.conftest import Event
from tests.server.player import Player


async def watching(event: Event, seconds: float = 1.0) -> tuple[Player, list[dict[str, Any]]]:
    """Return a player that has watched in a session and not sent a row of it, and its rows."""
    player = await event.player()
    await event.api.call("POST", f"/media/{event.media}/sessions", {"title": "Блок 1"})
    start = player.now_ms()
    await asyncio.sleep(seconds)
    middle, end = start + round(seconds * 500), player.now_ms()
    return player, [player.beat(start, middle), player.beat(middle, end)]


def kinds(answer: dict[str, Any]) -> list[str]:
    return [message["type"] for message in answer["messages"]]


async def test_rows_of_a_play_whose_page_is_gone_are_appended_once(event: Event) -> None:
    player, rows = await watching(event)
    await player.leave()
    status, answer = await player.upload(player.envelope(*rows))
    assert (status, answer) == (200, {"messages": [{"type": "ack", "durable": 2}], "close": None})
    row = await event.row()
    length = rows[-1]["to_ms"] - rows[0]["from_ms"]
    assert abs(row["watched_ms"] - length) < 500
    assert await player.upload(player.envelope(*rows)) == (status, answer)
    assert await event.row() == row
    opened = await player.connect()
    assert (opened["resumed"], opened["durable"]) == (True, 2)


async def test_an_upload_joins_the_open_socket_and_does_not_end_it(event: Event) -> None:
    player, rows = await watching(event)
    _, answer = await player.upload(player.envelope(*rows))
    assert answer["messages"] == [{"type": "ack", "durable": 2}]
    assert (await player.hear("ack"))["durable"] == 2
    start = player.now_ms()
    assert await player.send(player.beat(start, start + 10)) == 3
    _, asked = await player.upload()
    assert kinds(asked) == ["tick", "ack"]
    assert asked["messages"][0]["n"] > player.tick_before


async def test_uploads_at_once_and_the_socket_neither_lose_nor_double_a_row(event: Event) -> None:
    player, rows = await watching(event)
    await player.leave()
    envelopes = [player.envelope(rows[0]), player.envelope(*rows), player.envelope(rows[1])]
    uploads = asyncio.gather(*(player.upload(envelope) for envelope in envelopes * 4))
    await player.connect()
    for status, answer in await uploads:
        assert (status, answer["close"]) == (200, None)
        assert answer["messages"][-1]["type"] == "ack"
    assert await player.send(*rows) == 2
    row = await event.row()
    assert abs(row["watched_ms"] - (rows[-1]["to_ms"] - rows[0]["from_ms"])) < 500


async def test_an_upload_works_after_withdrawal_and_after_the_end(event: Event) -> None:
    player, rows = await watching(event)
    await event.api.call("DELETE", f"/lists/{event.people}/participants/d-1")
    assert await player.closed(10) == 4501
    assert (await player.upload(player.envelope(rows[0])))[1]["messages"][-1]["durable"] == 1
    await event.api.call("POST", f"/media/{event.media}/end")
    assert (await player.upload(player.envelope(rows[1])))[1]["messages"][-1]["durable"] == 2


async def test_an_upload_without_rows_gets_a_tick_that_places_an_epoch_without_one(event: Event) -> None:
    player = await event.player()
    await player.leave()
    await asyncio.sleep(0.3)
    row = player.beat(50, 250) | {"epoch": 1}
    silent = player.envelope(row) | {"epoch": 1, "echo": None}
    silent["epochs"] = [*silent["epochs"], {"epoch": 1, "from_ms": 0, "wall_ms": 1_800_000_000_000}]
    _, answer = await player.upload(silent)
    assert kinds(answer) == ["tick", "gap", "ack"]
    _, asked = await player.upload()
    assert kinds(asked) == ["tick", "ack"]
    placed = player.envelope(row) | {"epoch": 1, "epochs": silent["epochs"]}
    assert placed["echo"]["tick"] == asked["messages"][0]["n"]
    assert (await player.upload(placed))[1]["messages"] == [{"type": "ack", "durable": 1}]


async def test_a_gap_and_lost_rows_are_answered_as_on_the_socket(event: Event) -> None:
    player, rows = await watching(event)
    await player.leave()
    _, answer = await player.upload(player.envelope(rows[1]))
    assert answer["messages"] == [{"type": "gap", "expected": 1}, {"type": "ack", "durable": 0}]
    lost = {"type": "lost", "play": player.envelope()["play"], "first": 1, "last": 1}
    _, answer = await player.upload(lost, player.envelope(rows[1]))
    assert answer["messages"] == [{"type": "ack", "durable": 2}]


async def test_a_wrong_key_another_play_and_another_media_look_alike(event: Event) -> None:
    player, rows = await watching(event)
    other = await event.player("d-2")
    assert player.play is not None
    assert other.play is not None
    envelope = player.envelope(*rows)
    mine = envelope["play"]
    second = await event.api.call("POST", "/media", {"title": "Другая", "kind": "live"})
    refusals = [
        await player.upload(envelope, upload_key=other.play["upload_key"]),
        await player.upload(envelope, upload_key="upl_" + "A" * 43),
        await player.upload(envelope | {"play": "AAAAAAAAAAAA"}, id="AAAAAAAAAAAA"),
    ]
    for media in (second["code"], "NOSUCH22"):
        player.media = media
        refusals.append(await player.upload(envelope))
    await player.leave()
    player.media = event.media
    refusals.append(await player.upload(envelope, upload_key=other.play["upload_key"]))
    assert [status for status, _ in refusals] == [404] * 6
    assert all(answer == refusals[0][1] for _, answer in refusals)
    assert mine not in str(refusals[0][1])
    assert (await event.row())["watched_ms"] == 0


async def test_malformed_and_huge_uploads_are_refused(event: Event) -> None:
    player, rows = await watching(event)
    assert (await player.upload(player.envelope(rows[0]) | {"play": "AAAAAAAAAAAA"}))[0] == 400
    assert (await player.upload({"type": "say", "ref": "r", "text": "x"}))[0] == 400
    assert (await player.upload(player.envelope(rows[0] | {"grade": "live"})))[0] == 400
    assert (await player.upload(upload_key="x" * 300_000))[0] == 413
    assert (await player.upload(*[player.envelope()] * 21))[0] == 400
    assert await player.send(*rows) == 2
