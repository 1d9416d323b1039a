"""The conversation by POST: the same play, the same room, one turn at a time; nothing is lost with an answer."""

import asyncio
from typing import Any

from tests.server.conftest import Event
from tests.server.player import Player


async def polled(event: Event, user_id: str = "d-1") -> Player:
    """Return a player that has opened its play by a first turn."""
    player = await event.granted(user_id)
    status, opened = await player.poll(hello=True)
    assert (status, opened["close"]) == (200, None)
    assert kinds(opened)[0] == "opened"
    assert kinds(opened)[-1] == "tick"
    return player


def kinds(answer: dict[str, Any]) -> list[str]:
    return [message["type"] for message in answer["messages"]]


def only(answer: dict[str, Any], kind: str) -> dict[str, Any]:
    (message,) = [message for message in answer["messages"] if message["type"] == kind]
    return dict(message)


async def viewers_now(event: Event) -> int:
    return int((await event.api.call("GET", f"/media/{event.media}"))["viewers_now"])


async def test_a_polled_player_proves_what_it_watches(event: Event) -> None:
    player = await polled(event)
    await event.api.call("POST", f"/media/{event.media}/sessions", {"title": "Блок 1"})
    start = player.now_ms()
    await asyncio.sleep(1)
    _, answer = await player.poll(player.envelope(player.beat(start, player.now_ms())))
    assert only(answer, "ack")["durable"] == 1
    row = await event.row()
    assert abs(row["watched_ms"] - (player.now_ms() - start)) < 700
    assert await viewers_now(event) == 1


async def test_what_an_answer_brought_comes_again_until_a_tick_of_it_is_echoed(event: Event) -> None:
    player = await polled(event)
    await player.poll(player.envelope())
    check = await event.api.call("POST", f"/media/{event.media}/checks", {"lifetime_s": 60})
    lost = player.envelope()
    _, answer = await player.poll(lost)
    assert only(answer, "prompt")["check"] == check["id"]
    assert kinds(answer)[-1] == "tick"
    _, again = await player.poll(lost)  # as if that answer had never come
    assert only(again, "prompt")["check"] == check["id"]
    _, heard = await player.poll(player.envelope())
    assert "prompt" not in kinds(heard)


async def test_a_check_is_shown_and_confirmed_by_turns(event: Event) -> None:
    player = await polled(event)
    await event.api.call("POST", f"/media/{event.media}/sessions", {"title": "Блок 1"})
    check = await event.api.call("POST", f"/media/{event.media}/checks", {"lifetime_s": 60})
    await player.poll(player.envelope())
    _, answer = await player.poll(player.envelope(player.mark("shown", check["id"])))
    assert only(answer, "ack")["durable"] == 1
    await player.poll(player.envelope(player.mark("answered", check["id"])))
    _, answer = await player.poll(player.envelope())
    told = [m for m in player.heard if m["type"] == "prompt_closed"]
    assert {m["outcome"] for m in told} == {"confirmed"}
    assert [c["outcome"] for c in (await event.row())["checks"]] == ["confirmed"]


async def test_chat_between_a_polled_and_a_connected_player(event: Event) -> None:
    first, second = await polled(event, "d-1"), await event.player("d-2")
    await first.poll({"type": "say", "ref": "r1", "text": "Здравствуйте!"}, {"type": "ask_progress"})
    (seen,) = (await second.hear("chat"))["items"]
    assert (seen["text"], seen["by"]) == ("Здравствуйте!", 1)
    await second.say({"type": "say", "ref": "r2", "text": "И вам!"})
    while not any(item["ref"] == "r2" for item in (await second.hear("chat"))["items"]):
        pass
    while "И вам!" not in [item["text"] for m in first.heard if m["type"] == "chat" for item in m["items"]]:
        await first.poll(first.envelope())
    assert [m["type"] for m in first.heard].count("progress") >= 1


async def test_socket_and_turns_take_the_same_play_over(event: Event) -> None:
    player = await event.player()
    socket, player.socket = player.socket, None
    _, answer = await player.poll(player.envelope(player.beat(0, 10)))
    assert only(answer, "opened")["resumed"]
    assert only(answer, "ack")["durable"] == 1
    assert socket is not None
    player.socket = socket
    assert await player.closed() == 4003
    opened = await player.connect()
    assert (opened["resumed"], opened["durable"]) == (True, 1)
    assert await viewers_now(event) == 1


async def test_the_turn_after_a_restart_takes_the_play_over(event: Event) -> None:
    player = await polled(event)
    row = player.beat(0, 10)
    await player.poll(player.envelope(row), Connection="close")
    event.server.kill()
    event.server.start()
    _, answer = await player.poll(player.envelope(row, player.beat(10, 20)))
    assert only(answer, "opened")["resumed"]
    assert only(answer, "ack")["durable"] == 2


async def test_withdrawn_access_ends_the_turns(event: Event) -> None:
    player = await polled(event)
    await event.api.call("DELETE", f"/lists/{event.people}/participants/d-1")
    async with asyncio.timeout(10):
        while (answer := (await player.poll(player.envelope()))[1])["close"] is None:
            await asyncio.sleep(0.2)
    assert (answer["close"], only(answer, "refused")["code"]) == (4501, "access_withdrawn")
    _, answer = await player.poll(player.envelope())
    assert (answer["close"], answer["messages"]) == (4501, [{"type": "refused", "code": "access_withdrawn"}])
    assert await viewers_now(event) == 0


async def test_somebody_elses_play_is_not_polled(event: Event) -> None:
    mine, other = await polled(event, "d-1"), await polled(event, "d-2")
    stolen = other.play
    assert stolen is not None
    mine.play = stolen
    _, answer = await mine.poll(mine.envelope(mine.beat(0, 10)))
    opened = only(answer, "opened")
    assert (opened["resumed"], opened["play"] != stolen["play"]) == (False, True)
    assert "ack" not in kinds(answer)
    _, answer = await other.poll(other.envelope())
    assert (answer["close"], "opened" in kinds(answer)) == (None, False)


async def test_malformed_turns_and_foreign_pages_are_refused(event: Event) -> None:
    player = await polled(event)
    envelope = player.envelope(player.beat(0, 10))
    assert (await player.poll(envelope | {"play": "AAAAAAAAAAAA"}))[0] == 400
    assert (await player.poll({"type": "shout"}))[0] == 400
    status, answer = await player.poll(envelope, Origin="https://evil.example")
    assert (status, answer["code"]) == (403, "wrong_origin")
    player.play = None
    assert (await player.poll())[0] == 400
    assert (await event.row())["watched_ms"] == 0
