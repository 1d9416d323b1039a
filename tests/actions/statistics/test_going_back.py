"""A broadcast in which viewers may go back: sessions hold what was broadcast in them, whenever it is watched, once."""

from typing import Any

import pytest
from sqlalchemy import update

from rollcall.actions.progress import read_progress
from rollcall.domain.ids import MediaNo, UserId
from rollcall.store import tables
from rollcall.store.database import Database
from tests.actions.statistics.reading import NOW_MS, T0, fill, read, row
from tests.history import Records

MINUTE = 60_000
# One session of 100 s from T0 on, a break of 100 s, and another session that is open.
CASES: dict[str, tuple[list[tuple[int, int, int, int]], list[int]]] = {
    # from and to of the clock, from and to of the programme, in seconds after T0 → watched, in seconds
    "at the broadcast": ([(5, 205, 0, 200)], [100, 0]),
    "in the break, what was missed": ([(105, 195, 0, 90)], [90, 0]),
    "hours behind": ([(300, 400, 0, 100), (400, 420, 200, 220)], [100, 20]),
    "live, and again in the break": ([(5, 105, 0, 100), (105, 195, 10, 100)], [100, 0]),
    "the break, while a session runs": ([(200, 290, 100, 190)], [0, 0]),
    # He who says what nobody could have seen: before it was broadcast, or when it was long out of reach.
    "long before it is broadcast": ([(150, 190, 200, 240)], [0, 0]),
    "a moment before, by an encoder that is fast": ([(190, 250, 200, 260)], [0, 60]),
    "when nobody can go back so far any more": ([(4_000, 4_040, 0, 40)], [0, 0]),
    "as far back as one can": ([(3_600, 3_640, 0, 40)], [40, 0]),
    "without programme time": ([(0, 100, -1, -1)], [100, 0]),
}


@pytest.mark.parametrize("case", CASES)
async def test_each_moment_of_the_programme_counts_once_whenever_it_is_watched(
    database: Database, case: str
) -> None:
    spans, expected = CASES[case]

    def rows(r: Records) -> int:
        hall = r.media()
        r.connection.execute(update(tables.media).where(tables.media.c.no == hall).values(dvr_s=3_600))
        r.session(hall, T0, T0 + 100_000)
        r.session(hall, T0 + 200_000, None)
        play = r.play(hall, "anna", opened_ms=T0, last_arrival_ms=NOW_MS)
        for ordinal, (start, end, since, until) in enumerate(spans, 1):
            content = (T0 + since * 1000, T0 + until * 1000) if since >= 0 else (7_000, 107_000)
            r.span(
                hall,
                play,
                ordinal,
                T0 + start * 1000,
                T0 + end * 1000,
                content_from_ms=content[0],
                content_to_ms=content[1],
            )
        return hall

    records, hall = fill(database, rows)
    told = row(read(database, records.codes[hall]), "anna")
    assert [session["watched_ms"] for session in told["sessions"]] == [s * 1000 for s in expected]
    assert (told["watched_ms"], told["behind_ms"]) == (sum(expected) * 1000, 0)
    progress = await read_progress(database, MediaNo(hall), UserId("anna"), NOW_MS)
    assert [s.watched_ms for s in progress.sessions] == [s * 1000 for s in expected]


def test_a_plans_check_stays_in_the_session_that_was_played(database: Database) -> None:
    def rows(r: Records) -> tuple[int, Any]:
        hall = r.media()
        r.connection.execute(update(tables.media).where(tables.media.c.no == hall).values(dvr_s=3_600))
        first = r.session(hall, T0, T0 + 100_000)
        r.session(hall, T0 + 200_000, None)
        of_list = r.list_of(hall)
        for user, at_s, since_s in (("anna", 105, 0), ("boris", 205, 200), ("clara", 300, 0)):
            r.participant(of_list, user)
            play = r.play(hall, user, opened_ms=T0, last_arrival_ms=NOW_MS)
            at_ms, since_ms = T0 + at_s * 1000, T0 + since_s * 1000
            r.span(
                hall,
                play,
                1,
                at_ms,
                at_ms + 90_000,
                content_from_ms=since_ms,
                content_to_ms=since_ms + 90_000,
            )
        asked = r.check(hall, T0 + 150_000, origin="plan")  # in the break: anna is behind
        session_no = (
            r.connection.execute(tables.sessions.select().where(tables.sessions.c.code == first)).one().no
        )
        belongs = update(tables.checks).where(tables.checks.c.no == asked).values(session_no=session_no)
        r.connection.execute(belongs)
        r.prompt(hall, asked, "anna", "confirmed", T0 + 150_000, confirmed_ms=T0 + 155_000)
        return hall, first

    records, (hall, first) = fill(database, rows)
    report = read(database, records.codes[hall])
    (of_anna,) = row(report, "anna")["checks"]
    assert (of_anna["outcome"], of_anna["session_id"]) == ("confirmed", first)
    assert [check["outcome"] for check in row(report, "boris")["checks"]] == ["not_present"]
    assert row(report, "clara")["checks"] == []


@pytest.mark.parametrize("before_s", [0, 3_600])
async def test_whoever_could_go_back_so_far_keeps_what_they_saw_when_it_is_changed(
    database: Database, before_s: int
) -> None:
    def rows(r: Records) -> int:
        hall = r.media()
        of_hall = update(tables.media).where(tables.media.c.no == hall)
        r.connection.execute(of_hall.values(dvr_s=60, dvr_before_s=before_s))
        r.session(hall, T0, T0 + 100_000)
        play = r.play(hall, "anna", opened_ms=T0, last_arrival_ms=NOW_MS)
        at_ms = T0 + 3_000_000
        r.span(hall, play, 1, at_ms, at_ms + 90_000, content_from_ms=T0, content_to_ms=T0 + 90_000)
        return hall

    records, hall = fill(database, rows)
    assert row(read(database, records.codes[hall]), "anna")["watched_ms"] == (90_000 if before_s else 0)
