"""Kept answers in both databases: found for a day, replaced when outdated, forgotten by the job."""

from rollcall.actions.projects import create_project
from rollcall.base.clock import Clock
from rollcall.jobs.idempotency import run_once
from rollcall.store.database import Connection, Database
from rollcall.store.idempotency import KEPT_MS, KeptAnswer, find_answer, keep_answer

FIRST, SECOND = KeptAnswer(b"h", 201, "application/json", b"{}"), KeptAnswer(b"i", 204, "", b"")


async def test_an_answer_is_found_by_its_key_path_and_project(database: Database) -> None:
    def change(conn: Connection) -> None:
        no = create_project(conn, "P", [], 0).project.no
        other = create_project(conn, "Q", [], 0).project.no
        keep_answer(conn, no, "k", "/lists", FIRST, 10)
        assert find_answer(conn, no, "k", "/lists", 10) == FIRST
        asked = [
            (no, "k", "/media", 10),
            (no, "K", "/lists", 10),
            (other, "k", "/lists", 10),
            (no, "k", "/lists", 11),
        ]
        assert [find_answer(conn, *which) for which in asked] == [None] * 4
        keep_answer(conn, no, "k", "/lists", SECOND, 20)
        assert find_answer(conn, no, "k", "/lists", 11) == SECOND

    await database.write(change)


async def test_what_is_older_than_a_day_is_forgotten(database: Database) -> None:
    clock = Clock()
    now_ms = clock.now_ms()
    no = (await database.write(lambda conn: create_project(conn, "P", [], 0))).project.no

    def keep(conn: Connection) -> None:
        keep_answer(conn, no, "old", "/lists", FIRST, now_ms - KEPT_MS - 1)
        keep_answer(conn, no, "new", "/lists", FIRST, now_ms - KEPT_MS + 60_000)

    await database.write(keep)
    await run_once(database, clock)
    left = await database.read(
        lambda conn: [find_answer(conn, no, key, "/lists", 0) for key in ("old", "new")]
    )
    assert left == [None, FIRST]
