"""What rooms are told of their polls: each change once on every node, counts once a second and to nobody too early."""

from typing import Any

import pytest

from rollcall.actions.poll_board import PollBoard
from rollcall.actions.poll_desk import PollDesk, Word
from rollcall.actions.polls import Wanted, change_poll, close_poll, create_poll, open_poll, remove_poll
from rollcall.actions.quiz_attempts import Taker
from rollcall.actions.quizzes import Place
from rollcall.domain.ids import MediaNo, ProjectNo, UserId
from rollcall.domain.polls import Ballot, Rule, Show
from rollcall.live.hub import Hub
from rollcall.store.database import Database
from rollcall.wire import viewer_in
from tests.audience import Place as Media
from tests.audience import add_place
from tests.hall import T0, Screen

BALLOT = Ballot("Слышно?", ("да", "нет"), 1)


class Node:
    """One process that serves a media, with two viewers."""

    def __init__(self, database: Database, media: Media) -> None:
        self.hub = Hub()
        self.board = PollBoard(database, self.hub)
        self.desk = PollDesk(database)
        self.media_no = MediaNo(media.media_no)
        self.screens = {name: Screen(UserId(name)) for name in ("ann", "bob")}
        for screen in self.screens.values():
            self.hub.room(self.media_no).add(screen)

    async def vote(self, poll: str, user: str, choice: int) -> None:
        taker = Taker(self.media_no, UserId(user), "signed")
        await self.desk.take(Word(taker, viewer_in.PollVote(poll, 1, [choice]), T0))

    async def told(self) -> list[list[Any]]:
        """Return what each viewer hears: how a poll stands, or its counts."""
        for screen in self.screens.values():
            screen.got.clear()
        await self.board.refresh()
        return [
            [message.get("state") or message["results"]["chosen"] for message in screen.got]
            for screen in self.screens.values()
        ]


@pytest.fixture
async def media(database: Database) -> Media:
    return await database.write(lambda conn: add_place(conn, "ann", "bob"))


@pytest.fixture
def at(media: Media) -> Place:
    return Place(ProjectNo(media.project_no), media.code, "test", T0)


def wanted(show: Show, *, anonymous: bool = False) -> Wanted:
    return Wanted(BALLOT, Rule(anonymous=anonymous, changeable=False, show=show))


async def test_each_change_is_told_once_on_every_node(database: Database, media: Media, at: Place) -> None:
    nodes = [Node(database, media), Node(database, media)]

    async def told() -> list[list[list[Any]]]:
        return [await node.told() for node in nodes]

    poll = await create_poll(database, at, wanted("never"))
    assert await told() == [[[], []]] * 2
    await open_poll(database, at, poll)
    assert await told() == [[["open"], ["open"]]] * 2
    await nodes[0].vote(poll, "ann", 0)
    assert await told() == [[[], []]] * 2
    await close_poll(database, at, poll)
    assert await told() == [[["closed"], ["closed"]]] * 2
    await remove_poll(database, at, poll)
    assert await told() == [[["removed"], ["removed"]]] * 2
    assert await told() == [[[], []]] * 2


async def test_counts_are_told_together_to_whoever_may_see_them(
    database: Database, media: Media, at: Place
) -> None:
    node, other = Node(database, media), Node(database, media)
    live = await create_poll(database, at, wanted("live"))
    await open_poll(database, at, live)
    assert await node.told() == [["open", [0, 0]]] * 2
    for number in range(30):
        await other.vote(live, f"doctor-{number}", number % 2)
    assert await node.told() == [[[15, 15]]] * 2
    assert await node.told() == [[], []]

    after = await create_poll(database, at, wanted("after_vote"))
    await open_poll(database, at, after)
    assert await node.told() == [["open"], ["open"]]
    await other.vote(after, "bob", 1)
    assert await node.told() == [[], [[0, 1]]]
    await close_poll(database, at, after)
    assert await node.told() == [["closed", [0, 1]]] * 2

    closed = await create_poll(database, at, wanted("after_close"))
    await open_poll(database, at, closed)
    await other.vote(closed, "bob", 0)
    assert await node.told() == [["open"]] * 2
    await change_poll(database, at, closed, lambda _: wanted("live"))
    assert await node.told() == [["open", [1, 0]]] * 2


async def test_one_more_anonymous_vote_is_told_as_a_number_alone(
    database: Database, media: Media, at: Place
) -> None:
    node = Node(database, media)
    poll = await create_poll(database, at, wanted("live", anonymous=True))
    await open_poll(database, at, poll)
    await node.told()
    for number in range(11):
        await node.vote(poll, f"doctor-{number}", 1)
        (heard, _) = await node.told()
        assert heard == [[0, 5 if number >= 9 else 0]]
