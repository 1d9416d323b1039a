""" "My progress" is the statistics of the same moment (I12), and says what the plan announces."""

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from rollcall.actions.progress import read_progress
from rollcall.actions.statistics import Ask, report_anything_now
from rollcall.domain.ids import MediaNo, UserId
from rollcall.store.database import Database
from rollcall.wire.viewer_out import ChecksExpected, Progress
from tests.actions.statistics.test_recount import NOW_MS, T0, History, histories, write
from tests.history import Records

PLAN = {
    "every_min": None,
    "every_s": [40, 60],
    "lifetime_s": 20,
    "sound": True,
    "per_participant": True,
    "per_session": None,
}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories())
async def test_progress_equals_the_statistics(database: Database, history: History) -> None:
    records, halls = await database.write(lambda c: (r := Records(c), write(r, history)))
    for hall in halls:
        report = report_anything_now(database, records.codes[hall], Ask(), NOW_MS)
        for row in report.participants:
            told = await read_progress(database, MediaNo(hall), UserId(row.user_id), NOW_MS)
            outcomes = [check.outcome for check in row.checks]
            assert (told.watched_ms, told.checks_confirmed, told.checks_asked) == (
                row.watched_ms,
                outcomes.count("confirmed"),
                outcomes.count("confirmed") + outcomes.count("missed"),
            )
            assert [(s.id, s.watched_ms, s.checks_confirmed, s.checks_missed) for s in told.sessions] == [
                (s.session_id, s.watched_ms, s.checks_confirmed, s.checks_missed) for s in row.sessions
            ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ChecksExpected(None, (40, 60))),
        ({"every_s": None, "every_min": [30, 45]}, ChecksExpected(None, (1800, 2700))),
        ({"per_session": 3}, ChecksExpected(3, None)),
    ],
)
async def test_expected_is_what_the_plan_announces(
    database: Database, change: dict[str, Any], expected: ChecksExpected
) -> None:
    def rows(r: Records) -> int:
        hall = r.media()
        r.plan(hall, PLAN | change)
        return hall

    hall = await database.write(lambda c: rows(Records(c)))
    told = await read_progress(database, MediaNo(hall), UserId("anna"), NOW_MS)
    assert told == Progress(0, 0, 0, 0, 0, 0, expected, [])


async def test_progress_of_an_open_session_as_the_page_receives_it(database: Database) -> None:
    def rows(r: Records) -> tuple[int, str]:
        hall = r.media()
        session = r.session(hall, T0, title="One")
        r.span(hall, r.play(hall, "anna"), 1, T0 + 1000, T0 + 31_000)
        r.span(hall, r.play(hall, "boris"), 1, T0, T0 + 60_000)
        return hall, session

    hall, session = await database.write(lambda c: rows(Records(c)))
    told = await read_progress(database, MediaNo(hall), UserId("anna"), T0 + 40_000)
    assert msgspec.to_builtins(told) == {
        "type": "progress",
        "watched_ms": 30_000,
        "recovered_ms": 0,
        "unverified_ms": 0,
        "voided_ms": 0,
        "checks_confirmed": 0,
        "checks_asked": 0,
        "expected": None,
        "sessions": [
            {
                "id": session,
                "title": "One",
                "starts_at_ms": T0,
                "ends_at_ms": None,
                "watched_ms": 30_000,
                "checks_confirmed": 0,
                "checks_missed": 0,
            }
        ],
        "quizzes": [],
    }
