"""Cutting a media into sessions on both engines: overlap, stopping, correcting afterwards, revisions."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from rollcall.actions import sessions
from rollcall.domain.checks.plan import Plan
from rollcall.domain.errors import Conflict, Malformed, NotFound
from rollcall.domain.sessions import ContentWindow, Session, WallWindow, Window
from rollcall.store import check_plans, tables
from rollcall.store import sessions as store
from rollcall.store.database import Connection, Database
from tests.hall import T0, Hall, open_hall
from tests.history import Records

MINUTE = 60_000


async def make(hall: Hall, starts_ms: int, ends_ms: int | None, title: str = "Block") -> Session:
    session, warnings = await sessions.create_session(
        hall.db,
        hall.hub,
        hall.project_no,
        hall.code,
        title,
        WallWindow(starts_ms, ends_ms),
        "key:a",
        hall.now_ms,
    )
    assert warnings == []
    return session


async def change(hall: Hall, session: Session, window: Window) -> Session:
    changed, _ = await sessions.change_session(
        hall.db, hall.hub, hall.project_no, hall.code, session.id,
        lambda before: replace(before, window=window), "key:b", hall.now_ms,
    )  # fmt: skip
    return changed


async def stop(hall: Hall, session: Session) -> Session:
    stopped, _ = await sessions.stop_session(
        hall.db, hall.hub, hall.project_no, hall.code, session.id, "key:b", hall.now_ms
    )
    return stopped


async def current(hall: Hall) -> list[Session]:
    return await hall.db.read(lambda conn: store.list_sessions(conn, hall.project_no, hall.media_no))


async def test_sessions_may_touch_and_never_overlap(database: Database) -> None:
    hall = await open_hall(database)
    first = await make(hall, T0, T0 + MINUTE)
    second = await make(hall, T0 + MINUTE, None)
    for starts_ms, ends_ms in ((T0 - 1, T0 + 1), (T0 + 30, T0 + 31), (T0 + 10**9, None), (T0 - 5, None)):
        with pytest.raises(Conflict) as refused:
            await make(hall, starts_ms, ends_ms)
        assert refused.value.code == "sessions_overlap"
    before = await make(hall, T0 - MINUTE, T0)
    assert await current(hall) == [first, second, before]


async def test_sessions_of_another_media_do_not_matter(database: Database) -> None:
    hall, other = await open_hall(database), await open_hall(database)
    await make(hall, T0, None)
    await make(other, T0, None)


async def test_each_change_is_a_revision_that_stays_readable(database: Database) -> None:
    hall = await open_hall(database)
    made = await make(hall, T0, None)
    hall.wait(MINUTE)
    stopped = await stop(hall, made)
    assert stopped == replace(made, window=WallWindow(T0, T0 + MINUTE), revision=2)
    hall.wait(MINUTE)
    assert await stop(hall, made) == stopped
    reopened = await change(hall, made, WallWindow(T0 - MINUTE, None))
    assert reopened == replace(made, window=WallWindow(T0 - MINUTE, None), revision=3)
    await sessions.delete_session(
        hall.db, hall.hub, hall.project_no, hall.code, made.id, "key:b", hall.now_ms
    )
    assert await current(hall) == []
    revisions = await database.read(lambda conn: store.revisions_of(conn, hall.project_no, made.no))
    assert revisions == [
        store.Revision(1, "Block", WallWindow(T0, None), False, "key:a", T0),
        store.Revision(2, "Block", WallWindow(T0, T0 + MINUTE), False, "key:b", T0 + MINUTE),
        store.Revision(3, "Block", WallWindow(T0 - MINUTE, None), False, "key:b", T0 + 2 * MINUTE),
        store.Revision(4, "Block", WallWindow(T0 - MINUTE, None), True, "key:b", T0 + 2 * MINUTE),
    ]
    with pytest.raises(NotFound):
        await stop(hall, made)
    await make(hall, T0, None)


async def test_a_change_is_checked_like_a_new_session_and_refused_whole(database: Database) -> None:
    hall = await open_hall(database)
    first, second = await make(hall, T0, T0 + MINUTE), await make(hall, T0 + 2 * MINUTE, T0 + 3 * MINUTE)
    with pytest.raises(Conflict):
        await change(hall, first, WallWindow(T0, T0 + 2 * MINUTE + 1))
    with pytest.raises(Malformed, match="ends_at"):
        await change(hall, first, WallWindow(T0, T0))
    with pytest.raises(Malformed, match="from_ms"):
        await change(hall, first, ContentWindow(0, 1))
    assert await current(hall) == [first, second]
    assert (await change(hall, first, WallWindow(T0, T0 + 2 * MINUTE))).revision == 2


async def test_a_session_that_has_not_begun_cannot_be_stopped(database: Database) -> None:
    hall = await open_hall(database)
    session = await make(hall, T0 + MINUTE, None)
    with pytest.raises(Conflict) as refused:
        await stop(hall, session)
    assert refused.value.code == "session_not_begun"


async def test_recordings_are_cut_by_content_and_the_forms_exclude_each_other(database: Database) -> None:
    hall, recording = await open_hall(database), await open_hall(database, kind="recording")

    async def cut(where: Hall, window: Window) -> Session:
        made, _ = await sessions.create_session(
            database, where.hub, where.project_no, where.code, "Chapter", window, "key:a", T0
        )
        return made

    chapter = await cut(recording, ContentWindow(0, MINUTE))
    assert await current(recording) == [chapter]
    with pytest.raises(Conflict):
        await cut(recording, ContentWindow(MINUTE - 1, 2 * MINUTE))
    with pytest.raises(Malformed, match="starts_at"):
        await cut(recording, WallWindow(T0, None))
    with pytest.raises(Malformed, match="from_ms"):
        await cut(hall, ContentWindow(0, MINUTE))
    with pytest.raises(Conflict):
        await stop(recording, chapter)


async def test_checks_belong_to_the_session_that_holds_their_moment_now(database: Database) -> None:
    hall = await open_hall(database)

    def add(conn: Connection) -> list[int]:
        records = Records(conn)
        records.project_no, records.event_no = hall.project_no, hall.event_no
        return [records.check(hall.media_no, T0 + minute * MINUTE, state="closed") for minute in (1, 5, 9)]

    early, middle, late = await database.write(add)

    async def belong() -> dict[int, int | None]:
        query = select(tables.checks.c.no, tables.checks.c.session_no)
        return {row.no: row.session_no for row in await database.read(lambda conn: conn.execute(query).all())}

    session = await make(hall, T0, T0 + 6 * MINUTE)
    assert await belong() == {early: session.no, middle: session.no, late: None}
    await change(hall, session, WallWindow(T0 + 5 * MINUTE, T0 + 10 * MINUTE))
    assert await belong() == {early: None, middle: session.no, late: session.no}
    await sessions.delete_session(database, hall.hub, hall.project_no, hall.code, session.id, "key:b", T0)
    assert await belong() == {early: None, middle: None, late: None}


async def test_ending_the_media_ends_its_open_sessions(database: Database) -> None:
    hall = await open_hall(database)
    past, open_one = await make(hall, T0 - MINUTE, T0), await make(hall, T0, None)
    await stop(hall, past)
    future = await make_after(hall, open_one)

    def end(conn: Connection) -> None:
        of = store.find_media(conn, hall.project_no, hall.code)
        assert of is not None
        assert sessions.close_open_sessions(conn, of, "key:a", T0 + MINUTE, T0 + MINUTE) == []

    await database.write(end)
    assert [session.window for session in await current(hall)] == [
        past.window,
        WallWindow(T0, T0 + MINUTE),
        future.window,
    ]


async def make_after(hall: Hall, session: Session) -> Session:
    """Make a session far later; the open one must first get an end to allow it."""
    await change(hall, session, WallWindow(T0, T0 + 100 * MINUTE))
    return await make(hall, T0 + 100 * MINUTE, T0 + 110 * MINUTE)


async def test_half_an_hour_without_a_picture_warns(database: Database) -> None:
    hall = await open_hall(database)
    session = await make(hall, T0, None)

    async def warned() -> list[str]:
        def read(conn: Connection) -> list[str]:
            of = store.find_media(conn, hall.project_no, hall.code)
            assert of is not None
            return sessions.warnings(conn, of, session, hall.now_ms)

        return await database.read(read)

    hall.wait(30 * MINUTE - 1)
    assert await warned() == []
    hall.wait(1)
    assert await warned() == [
        "The session has been running for more than 30 minutes and there is no picture."
    ]
    await database.write(lambda conn: conn.execute(update(tables.media).values(signal_ms=T0)))
    assert await warned() == []


async def test_a_session_too_short_for_the_plan_warns_with_the_arithmetic(database: Database) -> None:
    hall = await open_hall(database)

    def plan(conn: Connection) -> None:
        of = store.find_media(conn, hall.project_no, hall.code)
        assert of is not None
        check_plans.put_plan(conn, of, Plan(None, (40, 60), 20, False, True, 3), T0)

    await database.write(plan)
    _, warnings = await sessions.create_session(
        database, hall.hub, hall.project_no, hall.code, "Short", WallWindow(T0, T0 + 90_000), "key:a", T0
    )
    assert ["90 s / 3 = 30 s" in warning for warning in warnings] == [True]


async def test_another_project_finds_no_media_and_changes_nothing(database: Database) -> None:
    hall, other = await open_hall(database), await open_hall(database)
    session = await make(hall, T0, None)
    for project_no, code in ((other.project_no, hall.code), (other.project_no, other.code)):
        with pytest.raises(NotFound):
            await sessions.stop_session(database, hall.hub, project_no, code, session.id, "key:x", T0)
    with pytest.raises(NotFound):
        await sessions.create_session(
            database, other.hub, other.project_no, hall.code, "Theirs", WallWindow(T0, None), "key:x", T0
        )
    assert await current(hall) == [session]
    audited = await database.read(
        lambda conn: conn.execute(select(tables.audit.c.action, tables.audit.c.project_no)).all()
    )
    assert [tuple(row) for row in audited] == [("session.create", hall.project_no)]
