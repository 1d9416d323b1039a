"""One player at a time, over real sockets: who has to close, who is asked, and that nothing watched is lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from rollcall.wire.close import Close
from tests.running import RunningServer
from tests.server.conftest import Event, make_event
from tests.server.player import Player

Make = Callable[..., Awaitable[Event]]


@pytest.fixture
async def make(running: RunningServer, http: aiohttp.ClientSession) -> AsyncIterator[Make]:
    """Return how to make an event of a media with these fields."""
    made: list[Event] = []

    async def event(**media: Any) -> Event:
        made.append(await make_event(running, http, **media))
        return made[-1]

    yield event
    for each in made:
        for player in each.players:
            await player.leave()


async def refused(player: Player) -> tuple[str, int | None]:
    """Return what a player is told at last, and how it is closed."""
    return (await player.hear("refused"))["code"], await player.closed()


async def newcomer(event: Event, user_id: str = "d-1", *, plain: bool = False) -> Player:
    """Return a player with a grant that has not connected yet."""
    body = {"user_id": user_id} if plain else {"token": await event.launch(user_id)}
    _, answer = await event.redeem(body)
    player = Player(event.api.http, event.server.url, event.media, answer["grant"])
    event.players.append(player)
    return player


async def plays_of(event: Event, user_id: str = "d-1") -> int:
    path = f"/media/{event.media}/participants/{user_id}/evidence"
    return len((await event.api.call("GET", path))["items"])


async def is_open(player: Player) -> bool:
    """Tell whether the player's rows still reach the disk."""
    start = player.now_ms()
    await asyncio.sleep(0.02)
    return await player.send(player.beat(start, player.now_ms())) == player.seq


ELSEWHERE = ("watching_elsewhere", int(Close.ELSEWHERE))
ASKED = ("already_watching", int(Close.ELSEWHERE))
SIGNED = ("watching_signed", int(Close.ELSEWHERE))


async def test_the_newest_closes_the_others_and_all_they_watched_counts(make: Make) -> None:
    event = await make(concurrency="newest")
    await event.api.call("POST", f"/media/{event.media}/sessions", {"title": "Блок 1"})
    first, other = await event.player(), await event.player("d-2")
    start = first.now_ms()
    await asyncio.sleep(1)
    middle = first.now_ms()
    await first.say(first.envelope(first.beat(start, middle)))  # its acknowledgement is not waited for
    second = await event.player()
    assert await refused(first) == ELSEWHERE
    await asyncio.sleep(0.5)
    end = first.now_ms()
    status, answer = await first.upload(first.envelope(first.beat(middle, end)))
    assert (status, answer["messages"]) == (200, [{"type": "ack", "durable": 2}])
    assert abs((await event.row())["watched_ms"] - (end - start)) < 700
    assert await is_open(second)
    assert await is_open(other)


async def test_who_was_closed_does_not_come_back_by_itself_but_by_choice(make: Make) -> None:
    event = await make(concurrency="newest")
    first = await event.player()
    second = await event.player()
    assert await refused(first) == ELSEWHERE
    await first.greet()
    assert await refused(first) == ELSEWHERE
    assert await is_open(second)
    before = dict(first.play or {})
    opened = await first.connect(take_over=True)
    assert (opened["resumed"], opened["play"] != before["play"]) == (False, True)
    assert await refused(second) == ELSEWHERE


async def test_a_connection_that_comes_back_keeps_its_place(make: Make) -> None:
    event = await make(concurrency="newest")
    first = await event.player()
    await first.leave()  # without a connection: nobody closes it
    second = await event.player()
    await second.leave()
    assert (await first.connect())["resumed"]
    assert (await second.connect())["resumed"]
    assert await refused(first) == ELSEWHERE
    again = second.socket
    await second.connect()
    assert again is not None
    assert await is_open(second)


async def test_of_many_who_open_at_once_one_stays(make: Make) -> None:
    event = await make(concurrency="newest")
    players = [await newcomer(event) for _ in range(6)]
    ends = await asyncio.gather(*(ended(player) for player in players))
    assert sorted(ends) == [False, True, True, True, True, True]
    (left,) = [player for player, end in zip(players, ends, strict=True) if not end]
    assert left.socket is not None
    assert not left.socket.closed


async def ended(player: Player) -> bool:
    """Open a player and tell whether it was closed within a while."""
    await player.greet()
    try:
        return await player.closed(3) == Close.ELSEWHERE
    except TimeoutError:
        return False


async def test_where_it_is_asked_a_newcomer_has_to_choose(make: Make) -> None:
    event = await make(concurrency="ask")
    first, second = await event.player(), await newcomer(event)
    await second.greet()
    assert await refused(second) == ASKED
    assert await plays_of(event) == 1  # who was asked has opened nothing
    assert await is_open(first)
    await second.connect(take_over=True)
    assert await refused(first) == ELSEWHERE
    assert await is_open(second)
    await first.greet()
    assert await refused(first) == ASKED
    assert await is_open(second)
    other = await event.player("d-2")
    assert await is_open(other)


async def test_nobody_is_asked_when_no_other_player_is_connected(make: Make) -> None:
    event = await make(concurrency="ask")
    first = await event.player()
    await first.leave()
    assert not (await first.connect(new=True))["resumed"]
    await first.leave()
    assert (await first.connect())["resumed"]


@pytest.mark.parametrize("rule", ["newest", "ask"])
async def test_a_plain_player_never_closes_a_signed_one(make: Make, rule: str) -> None:
    event = await make(concurrency=rule, identity="plain")
    signed, plain = await event.player(), await newcomer(event, plain=True)
    for take_over in (False, True):
        await plain.greet(take_over=take_over)
        assert await refused(plain) == SIGNED
    assert await is_open(signed)
    await signed.leave()
    await plain.connect()
    await signed.greet(take_over=True)
    assert await refused(plain) == ELSEWHERE
    assert (await signed.hear("opened"))["identity"] == "signed"
    await plain.greet()
    assert await refused(plain) == SIGNED


async def test_the_same_holds_for_turns_by_post(make: Make) -> None:
    event = await make(concurrency="ask")
    polled = await newcomer(event)
    await polled.poll(hello=True)
    socket = await newcomer(event)
    await socket.greet()
    assert await refused(socket) == ASKED
    third = await newcomer(event)
    _, answer = await third.poll(hello=True)
    assert answer == {"messages": [{"type": "refused", "code": "already_watching"}], "close": 4503}
    await socket.connect(take_over=True)
    _, answer = await polled.poll(polled.envelope())
    assert (answer["messages"][-1], answer["close"]) == (
        {"type": "refused", "code": "watching_elsewhere"},
        4503,
    )
    assert await is_open(socket)


async def test_a_change_of_the_rule_holds_for_whoever_comes_next(make: Make) -> None:
    event = await make()
    first, second = await event.player(), await event.player()
    await event.api.call("PATCH", f"/media/{event.media}", {"concurrency": "newest"})
    assert await is_open(first)
    assert await is_open(second)
    third = await event.player()
    assert [await refused(player) for player in (first, second)] == [ELSEWHERE] * 2
    assert await is_open(third)
