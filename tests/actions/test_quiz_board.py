"""What rooms are told of their quizzes: each change once, on every node, and nothing of what is only planned."""

import pytest

from rollcall.actions.quiz_board import QuizBoard
from rollcall.actions.quizzes import Place, Wanted, close_quiz, create_quiz, open_quiz, remove_quiz
from rollcall.domain.ids import ProjectNo
from rollcall.domain.quizzes.draw import Drawing
from rollcall.domain.quizzes.questions import FreeText
from rollcall.domain.quizzes.rule import Rule
from rollcall.live.hub import Hub
from rollcall.store.database import Database
from tests.audience import Place as Media
from tests.audience import add_place
from tests.hall import T0, Screen

RULE = Rule(
    drawing=Drawing({}, shuffle_questions=True, shuffle_choices=True),
    time_limit_s=None,
    attempts=1,
    pass_percent=70,
    show="never",
)
WANTED = Wanted("Зачёт", RULE, None, None, None, [(None, FreeText(text="Опишите"))])


class Node:
    """One process that serves a media, with one viewer."""

    def __init__(self, database: Database, media: Media) -> None:
        self.hub = Hub()
        self.board = QuizBoard(database, self.hub)
        self.room = self.hub.room(media.media_no)  # type: ignore[arg-type]
        self.screen = Screen("ann")  # type: ignore[arg-type]
        self.room.add(self.screen)

    async def told(self) -> list[str]:
        self.screen.got.clear()
        await self.board.refresh()
        return [message["state"] for message in self.screen.got]


@pytest.fixture
async def media(database: Database) -> Media:
    return await database.write(lambda conn: add_place(conn, "ann"))


async def test_each_change_is_told_once_on_every_node(database: Database, media: Media) -> None:
    nodes = [Node(database, media), Node(database, media)]
    at = Place(ProjectNo(media.project_no), media.code, "test", T0)

    async def told() -> list[list[str]]:
        return [await node.told() for node in nodes]

    quiz = await create_quiz(database, at, WANTED)
    assert await told() == [[], []]
    await open_quiz(database, at, quiz)
    assert await told() == [["open"], ["open"]]
    assert await told() == [[], []]
    await close_quiz(database, at, quiz)
    assert await told() == [["closed"], ["closed"]]
    await open_quiz(database, at, quiz)
    await remove_quiz(database, at, quiz)
    assert await told() == [[], []]  # players know it closed
    other = await create_quiz(database, at, WANTED)
    await open_quiz(database, at, other)
    late = Node(database, media)
    assert await late.told() == ["open"]
    await remove_quiz(database, at, other)
    assert await late.told() == ["closed"]
    nodes[0].room.discard(nodes[0].screen)
    assert await nodes[0].told() == []
