"""How much a report will tell: people of lists and plays, and everything that is a column of theirs."""

from rollcall.actions.statistics import Ask, Size, size_of
from rollcall.domain.ids import ProjectNo, SessionId, UserId
from rollcall.domain.rules import PUBLISHED
from rollcall.store.database import Database
from tests.actions.statistics.reading import T0, fill
from tests.history import Records


async def test_it_is_that_of_what_is_asked_for(database: Database) -> None:
    def rows(r: Records) -> tuple[str, str]:
        hall = r.media()
        members = r.list_of(hall)
        for user_id in ("anna", "boris"):
            r.participant(members, user_id)
        r.play(hall, "anna")
        r.play(hall, "vera")
        first = r.session(hall, T0, T0 + 100_000)
        r.session(hall, T0 + 200_000, T0 + 300_000)
        for at_ms in (T0 + 10_000, T0 + 20_000, T0 + 210_000):
            r.check(hall, at_ms)
        r.check(hall, None, state="planned")
        return r.codes[hall], first

    records, (hall, first) = fill(database, rows)

    async def size(ask: Ask) -> Size:
        project_no = ProjectNo(records.project_no)
        return await size_of("media", database, project_no, hall, ask, T0 + 400_000, PUBLISHED)

    assert await size(Ask()) == Size(3, 1 + 2 + 3)
    assert await size(Ask(session_id=SessionId(first))) == Size(3, 1 + 1 + 2)
    assert await size(Ask(user_id=UserId("anna"))) == Size(1, 1 + 2 + 3)
