"""Participants in both databases: exact User IDs, replacement, revival, large batches, projects apart."""

from rollcall.actions import lists, media
from rollcall.actions.projects import create_project
from rollcall.domain.access import AccessRow
from rollcall.domain.ids import ListNo, MediaNo, ProjectNo, UserId
from rollcall.store import participants
from rollcall.store.database import Connection, Database
from rollcall.store.lists import find_list
from rollcall.store.participants import Entry


def entry(user_id: str, name: str | None = None) -> Entry:
    return Entry(UserId(user_id), name, None, 5, 9, {"город": "Пермь 🏔"})


async def make(database: Database) -> tuple[ProjectNo, ListNo, MediaNo]:
    no = (await database.write(lambda conn: create_project(conn, "P", [], 0))).project.no
    new = media.NewMedia("M", "live", "signed", None, None, None, None)
    code = await media.create_media(database, no, new, "test", 0)
    of_list = await lists.create_list(database, no, "L", [code], "test", 0)

    def numbers(conn: Connection) -> tuple[ListNo, MediaNo]:
        found = find_list(conn, no, of_list)
        assert found is not None
        return found.no, media.find(conn, no, code).no

    return (no, *await database.read(numbers))


async def test_user_ids_are_compared_exactly(database: Database) -> None:
    no, of_list, media_no = await make(database)
    names = ["a", "A", " a", "a ", "é", "e\u0301", "а", "%", "_", "a\u200b", "ß", "ss", "🩺", "я" * 200]
    await database.write(
        lambda conn: participants.put_participants(conn, no, of_list, [entry(n, n) for n in names], 1)
    )

    def read(conn: Connection) -> None:
        for name in names:
            found = participants.find_participant(conn, no, of_list, name)
            assert found is not None
            assert (found.user_id, found.name, found.fields) == (name, name, {"город": "Пермь 🏔"})
            rows = participants.find_access_rows(conn, no, media_no, UserId(name))
            assert rows == [AccessRow(name, 5, 9, None)]
        assert participants.find_participant(conn, no, of_list, "SS") is None
        everybody = participants.access_rows(conn, no, media_no, [UserId(n) for n in [*names, "none"]])
        assert {user: len(rows) for user, rows in everybody.items()} == dict.fromkeys(names, 1)

    await database.read(read)


async def test_removing_hides_and_putting_revives_the_same_row(database: Database) -> None:
    no, of_list, media_no = await make(database)

    def change(conn: Connection) -> None:
        assert participants.put_participants(conn, no, of_list, [entry("a", "A"), entry("a", "B")], 1) == 1
        first = participants.find_participant(conn, no, of_list, "a")
        assert first is not None
        assert first.name == "B"
        assert participants.remove_participant(conn, no, of_list, "a", 2)
        assert not participants.remove_participant(conn, no, of_list, "a", 3)
        assert participants.find_participant(conn, no, of_list, "a") is None
        rows = participants.find_access_rows(conn, no, media_no, UserId("a"))
        assert rows == [AccessRow("B", 5, 9, 2)]
        assert participants.put_participants(conn, no, of_list, [entry("a")], 4) == 1
        again = participants.find_participant(conn, no, of_list, "a")
        assert again is not None
        assert (again.no, again.name, again.created_ms, again.updated_ms) == (first.no, None, 1, 4)

    await database.write(change)


async def test_full_chunks_go_in_and_are_counted(database: Database) -> None:
    no, of_list, media_no = await make(database)
    users = [UserId(f"врач {n}") for n in range(participants.CHUNK)]

    def change(conn: Connection) -> None:
        entries = [entry(user) for user in users]
        assert participants.put_participants(conn, no, of_list, entries, 1) == participants.CHUNK
        assert participants.put_participants(conn, no, of_list, entries, 2) == 0
        assert participants.count_participants(conn, no, [of_list]) == {of_list: participants.CHUNK}
        assert len(participants.access_rows(conn, no, media_no, [*users, *users])) == participants.CHUNK
        page = participants.participants_after(conn, no, of_list, 0, 3)
        assert [row.user_id for row in page] == users[:3]
        assert participants.participants_after(conn, no, of_list, page[-1].no, 1)[0].user_id == users[3]

    await database.write(change)


async def test_another_project_sees_and_changes_nothing(database: Database) -> None:
    no, of_list, media_no = await make(database)
    other, _, _ = await make(database)

    def change(conn: Connection) -> None:
        participants.put_participants(conn, no, of_list, [entry("a")], 1)
        assert participants.find_participant(conn, other, of_list, "a") is None
        assert participants.find_access_rows(conn, other, media_no, UserId("a")) == []
        assert participants.participants_after(conn, other, of_list, 0, 10) == []
        assert participants.count_participants(conn, other, [of_list]) == {}
        assert not participants.remove_participant(conn, other, of_list, "a", 2)
        assert participants.find_participant(conn, no, of_list, "a") is not None

    await database.write(change)
