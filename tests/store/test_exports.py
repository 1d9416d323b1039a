"""Exports in both databases: told as they stand, left ones as failed, and forgotten a few pieces at a time."""

from typing import Any

from sqlalchemy import func, select

from rollcall.actions.projects import create_project
from rollcall.domain.ids import ProjectNo
from rollcall.jobs import exports as job
from rollcall.store import exports as store
from rollcall.store.database import Connection, Database
from rollcall.store.exports import FORGOTTEN_AT_ONCE, INTERRUPTED, KEPT_MS, PIECE_BYTES, SILENT_MS, NewExport
from rollcall.store.tables import export_pieces, exports
from tests.hall import SetClock

NOW = 1_795_392_000_000


def begin(
    conn: Connection, project_no: ProjectNo, code: str = "exportaa", now_ms: int = NOW, node: str = "main"
) -> int:
    store.add_export(conn, project_no, NewExport(code, "mediaaaa", "xlsx", False, node), now_ms)
    found = store.find_export(conn, project_no, code, now_ms)
    assert found is not None
    return found.no


def told(conn: Connection, project_no: ProjectNo, now_ms: int, code: str = "exportaa") -> Any:
    found = store.find_export(conn, project_no, code, now_ms)
    assert found is not None
    return found.state, found.participants_done, found.participants, found.bytes, found.error


async def test_an_export_is_told_as_it_stands(database: Database) -> None:
    def live(conn: Connection) -> None:
        mine, theirs = (create_project(conn, title, [], 0).project.no for title in "PQ")
        no = begin(conn, mine)
        assert told(conn, mine, NOW) == ("running", 0, None, 0, None)
        assert store.find_export(conn, theirs, "exportaa", NOW) is None
        assert [store.count_running(conn, project, NOW) for project in (mine, theirs)] == [1, 0]
        assert store.note_progress(conn, no, 5, 12, NOW + 1_000)
        assert store.add_piece(conn, no, 0, b"x" * PIECE_BYTES, NOW + 2_000)
        assert store.add_piece(conn, no, 1, b"end", NOW + 3_000)
        assert told(conn, mine, NOW + 3_000) == ("running", 5, 12, PIECE_BYTES + 3, None)
        assert store.finish_export(conn, no, 12, NOW + 4_000)
        late = NOW + KEPT_MS - 1
        assert told(conn, mine, late) == ("ready", 12, 12, PIECE_BYTES + 3, None)
        assert store.count_running(conn, mine, NOW + 4_000) == 0
        found = store.find_export(conn, mine, "exportaa", late)
        assert found is not None
        assert found.pieces() == 2
        assert [store.read_piece(conn, no, place) for place in range(3)] == [b"x" * PIECE_BYTES, b"end", None]
        assert store.find_export(conn, mine, "exportaa", NOW + KEPT_MS) is None
        store.expire_export(conn, no, late)
        assert store.find_export(conn, mine, "exportaa", late) is None

    await database.write(live)


async def test_one_whose_node_was_not_heard_of_has_failed_for_ever(database: Database) -> None:
    def live(conn: Connection) -> None:
        project = create_project(conn, "P", [], 0).project.no
        no = begin(conn, project)
        last = NOW + SILENT_MS
        assert told(conn, project, last) == ("running", 0, None, 0, None)
        assert told(conn, project, last + 1) == ("failed", 0, None, 0, INTERRUPTED)
        assert store.count_running(conn, project, last + 1) == 0
        assert not store.note_progress(conn, no, 1, 1, last + 1)
        assert not store.add_piece(conn, no, 0, b"late", last + 1)
        assert not store.finish_export(conn, no, 1, last + 1)
        assert store.read_piece(conn, no, 0) is None
        other = begin(conn, project, "exportbb")
        store.fail_exports(conn, [other], "no")
        assert told(conn, project, NOW, "exportbb") == ("failed", 0, None, 0, "no")
        assert not store.add_piece(conn, other, 0, b"late", NOW)

    await database.write(live)


async def test_the_job_forgets_what_nobody_can_ask_for_and_nothing_else(database: Database) -> None:
    clock = SetClock(NOW + KEPT_MS)

    def fill(conn: Connection) -> None:
        project = create_project(conn, "P", [], 0).project.no
        for code, began_ms in (
            ("expiredd", NOW), ("readyyyy", NOW + 1), ("runningg", clock.at_ms), ("silenttt", NOW + 1),
            ("failedxx", clock.at_ms),
        ):  # fmt: skip
            no = begin(conn, project, code, began_ms)
            for place in range(FORGOTTEN_AT_ONCE + 1):
                store.add_piece(conn, no, place, code.encode(), began_ms)
            if code in {"expiredd", "readyyyy"}:
                store.finish_export(conn, no, 0, began_ms)
            if code == "failedxx":
                store.fail_exports(conn, [no], "no")

    def first(conn: Connection) -> int:
        return store.forget_some(conn, clock.at_ms)

    def left(conn: Connection) -> dict[str, int]:
        e, p = exports.c, export_pieces.c
        query = select(e.code, func.count(p.place)).outerjoin(export_pieces, p.export_no == e.no)
        return dict(tuple(row) for row in conn.execute(query.group_by(e.code)))

    await database.write(fill)
    assert await database.write(first) == FORGOTTEN_AT_ONCE
    await job.run_once(database, clock)
    pieces = FORGOTTEN_AT_ONCE + 1
    assert await database.read(left) == {
        "readyyyy": pieces, "runningg": pieces, "silenttt": 0, "failedxx": 0,
    }  # fmt: skip


async def test_a_node_that_starts_again_gives_up_what_it_was_making_and_nothing_else(
    database: Database,
) -> None:
    def live(conn: Connection) -> None:
        project = create_project(conn, "P", [], 0).project.no
        ready = begin(conn, project, "readyyyy")
        store.finish_export(conn, ready, 3, NOW)
        begin(conn, project, "leftleft")
        begin(conn, project, "othersss", node="other")
        store.fail_left(conn, "main", INTERRUPTED)
        states = [told(conn, project, NOW, code)[0] for code in ("readyyyy", "leftleft", "othersss")]
        assert states == ["ready", "failed", "running"]
        assert store.count_running(conn, project, NOW) == 1

    await database.write(live)
