"""Open sessions end with their media, at the moment that was announced."""

from sqlalchemy import update

from rollcall.actions import sessions
from rollcall.domain.sessions import Session, WallWindow
from rollcall.jobs import ends
from rollcall.store import tables
from rollcall.store.database import Database
from rollcall.store.sessions import list_sessions
from tests.hall import T0, Hall, open_hall


async def test_an_open_session_ends_when_its_media_does(database: Database) -> None:
    hall = await open_hall(database, "anna")
    session, _ = await sessions.create_session(
        database, hall.hub, hall.project_no, hall.code, "Блок 1", WallWindow(T0, None), "test", T0
    )
    of_hall = tables.media.c.no == hall.media_no
    await database.write(
        lambda conn: conn.execute(update(tables.media).where(of_hall).values(ends_ms=T0 + 60_000))
    )

    hall.wait(59_000)
    await ends.run_once(database, hall.hub, hall.clock)
    assert [found.window for found in await shown(hall.db, hall)] == [WallWindow(T0, None)]

    hall.wait(30_000)
    for _ in range(2):
        await ends.run_once(database, hall.hub, hall.clock)
        (ended,) = await shown(hall.db, hall)
        assert (ended.window, ended.revision) == (WallWindow(T0, T0 + 60_000), session.revision + 1)


async def shown(database: Database, hall: Hall) -> list[Session]:
    return await database.read(lambda conn: list_sessions(conn, hall.project_no, hall.media_no))
