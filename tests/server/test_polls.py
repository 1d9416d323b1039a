"""Polls at real players: in two tabs, with votes that come again; and nobody hears what is not for them."""

import asyncio
from typing import Any

from tests.server.conftest import Event
from tests.server.player import Message, Player

POLL = {"question": "Как слышно?", "choices": ["хорошо", "плохо", "никак"], "show_results": "after_vote"}


async def opened(event: Event, **other: Any) -> str:
    path = f"/media/{event.media}/polls"
    poll = str((await event.api.call("POST", path, {**POLL, **other}))["id"])
    await event.api.call("POST", f"{path}/{poll}/open")
    return poll


def vote(poll: str, *choices: int, turn: int = 1) -> Message:
    return {"type": "poll_vote", "poll": poll, "turn": turn, "choices": list(choices)}


async def cast(player: Player, said: Message) -> Message:
    await player.say(said)
    return await player.hear("poll_voted")


def heard(player: Player) -> Message:
    """Return what a player was told of the poll when it came."""
    (told,) = [message for message in player.heard if message["type"] == "poll"]
    return told


async def results(event: Event, poll: str) -> list[int]:
    told = await event.api.call("GET", f"/media/{event.media}/polls/{poll}/results")
    return [choice["votes"] for choice in told["choices"]]


async def test_a_vote_is_told_to_every_tab_and_counts_to_whoever_has_voted(event: Event) -> None:
    first, second, other = await event.player(), await event.player(), await event.player("d-2")
    poll = await opened(event)
    for player in (first, second, other):
        told = await player.hear("poll")
        assert (told["question"], told["choices"], told["mine"], told["results"]) == (
            POLL["question"], POLL["choices"], None, None,
        )  # fmt: skip
    mine = {"type": "poll_voted", "poll": poll, "turn": 1, "choices": [1]}
    mine["results"] = {"votes": 1, "counted": 1, "chosen": [0, 1, 0]}
    assert await cast(first, vote(poll, 1)) == mine
    assert await second.hear("poll_voted") == mine
    # The same again, and another from a tab that was offline meanwhile: neither counts.
    for again in (vote(poll, 1), vote(poll, 2, turn=7)):
        assert await cast(second, again) == mine
    await cast(other, vote(poll, 0))
    while (await first.hear("poll_results"))["results"]["chosen"] != [1, 1, 0]:
        pass
    assert await results(event, poll) == [1, 1, 0]
    late = await event.player()
    told = heard(late)
    assert told["mine"] == {"voted": True, "choices": [1], "turn": 1}
    assert told["results"] == {"votes": 2, "counted": 2, "chosen": [1, 1, 0]}


async def test_an_anonymous_vote_is_told_to_nobody_and_forgotten_by_the_server(event: Event) -> None:
    first, second, other = await event.player(), await event.player(), await event.player("d-2")
    poll = await opened(event, anonymous=True, show_results="live")
    told = await cast(first, vote(poll, 2))
    assert (told["choices"], told["results"]) == (None, {"votes": 1, "counted": 0, "chosen": [0, 0, 0]})
    assert await second.hear("poll_voted") == told
    while (await other.hear("poll_results"))["results"]["votes"] != 1:
        pass
    late = await event.player()
    assert heard(late)["mine"] == {"voted": True, "choices": None, "turn": 0}
    assert "poll_voted" not in [message["type"] for message in other.heard]


async def test_what_is_no_vote_is_refused_and_too_many_have_to_wait(event: Event) -> None:
    player = await event.player()
    poll = await opened(event)
    planned = str((await event.api.call("POST", f"/media/{event.media}/polls", POLL))["id"])
    codes = []
    for said in (vote(planned, 0), vote("AAAAAAAA", 0), vote(poll, 0, 1), vote(poll, 7)):
        await player.say(said)
        codes.append((await player.hear("poll_refused"))["code"])
    assert codes == ["poll_not_open", "poll_not_open", "wrong_choice", "wrong_choice"]
    assert await results(event, poll) == [0, 0, 0]
    for turn in range(30):
        await player.say(vote(poll, 0, turn=turn + 1))
    refused = await player.hear("poll_refused")
    assert (refused["code"], refused["retry_s"] > 0) == ("too_many_requests", True)
    assert await results(event, poll) == [1, 0, 0]


async def test_many_who_vote_at_once_are_all_counted(event: Event) -> None:
    people = [await event.player(user) for user in ("d-1", "d-2")] + [await event.player() for _ in range(4)]
    poll = await opened(event, changeable=True, max_choices=2)
    await asyncio.gather(*(cast(player, vote(poll, 0, 1, turn=3)) for player in people))
    await cast(people[1], vote(poll, 2, turn=4))
    assert await results(event, poll) == [1, 1, 1]
