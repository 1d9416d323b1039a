"""What rooms are told to show beside the picture: each change once on every node, and of nothing nothing."""

import msgspec
import pytest

from rollcall.actions.aside import AsideBoard, greet
from rollcall.actions.materials import Materials
from rollcall.actions.programme import write_programme, write_speaker
from rollcall.actions.quizzes import Place
from rollcall.base.cabinet import Cabinet
from rollcall.domain.ids import MediaNo, ProjectNo, UserId
from rollcall.domain.programme import Item, Speaker
from rollcall.live.hub import Hub
from rollcall.store.database import Database
from tests.audience import add_place
from tests.hall import T0, Screen


async def test_each_change_is_told_once_on_every_node(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    media = await database.write(lambda conn: add_place(conn, "ann"))
    at, no = Place(ProjectNo(media.project_no), media.code, "test", T0), MediaNo(media.media_no)
    materials = Materials(database, Cabinet(tmp_path_factory.mktemp("files")), 1_000)
    screens = [Screen(UserId("ann")), Screen(UserId("ann"))]
    boards = []
    for screen in screens:
        hub = Hub()
        hub.room(no).add(screen)
        boards.append(AsideBoard(database, hub))

    async def told() -> list[int]:
        """Return how many messages each node sends, and check that newcomers hear the same."""
        for screen, board in zip(screens, boards, strict=True):
            screen.got.clear()
            await board.refresh()
        greeting = await database.read(lambda conn: greet(conn, no))
        for screen in screens:
            if screen.got:
                assert [msgspec.json.decode(greeting or b"{}")] == screen.got or greeting is None
        return [len(screen.got) for screen in screens]

    assert await told() == [0, 0]
    assert await database.read(lambda conn: greet(conn, no)) is None
    link = await materials.add_link(at, "Рекомендации", "https://academy.example")
    assert await told() == [1, 1]
    assert screens[0].got[0]["materials"] == [
        {
            "material": link.id, "kind": "link", "title": "Рекомендации", "url": "https://academy.example",
            "file_name": None, "size_bytes": None,
        }
    ]  # fmt: skip
    assert await told() == [0, 0]
    await write_speaker(database, at, None, Speaker("Анна Иванова"))
    await write_programme(database, at, [Item("Аритмии", None, T0)])
    assert await told() == [1, 1]
    assert screens[1].got[0]["programme"][0]["starts_at_ms"] == T0
    assert screens[1].got[0]["speaker"] == {"name": "Анна Иванова", "role": None, "description": None}
    await materials.remove(at, link.id)
    await write_speaker(database, at, None, None)
    await write_programme(database, at, None)
    assert await told() == [1, 1]
    assert screens[0].got == [{"type": "aside", "materials": [], "speaker": None, "programme": []}]
    assert await told() == [0, 0]
