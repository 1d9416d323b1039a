"""PostgreSQL's own arithmetic of ranges counts the live part of generated rows the same (I11)."""

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from sqlalchemy import text

from rollcall.store.database import Database
from tests.recount.count import live_ms
from tests.recount.stored import read_stored
from tests.recount.test_written_rows import LENGTH_MS, T0, USERS, History, histories, write
from tests.reports import read_report

# The union of a user's live playing spans at a media, cut to the union of the media's sessions.
WATCHED = """
    WITH proven AS (
        SELECT range_agg(int8range(s.start_ms, s.end_ms)) AS moments FROM spans s JOIN plays p ON p.no = s.play_no
        WHERE s.media_no = :media AND p.user_id = :user
          AND s.state = 'playing' AND NOT s.unverified AND NOT s.late AND s.start_ms < s.end_ms
    ), counted AS (
        SELECT range_agg(int8range(starts_ms, COALESCE(ends_ms, :now))) AS moments FROM sessions
        WHERE media_no = :media AND removed_ms IS NULL AND starts_ms < COALESCE(ends_ms, :now)
    )
    SELECT COALESCE(sum(upper(moment) - lower(moment)), 0) FROM proven, counted, unnest(
        proven.moments * counted.moments) AS moment
"""


def live_only(history: History) -> History:
    """Return the history without what other rules than the union count, or do not."""
    for play in history.plays:
        play.grades[:] = [(False, False)] * len(play.grades)
        play.looks[:] = [(True, False, 6_000, 0)] * len(play.looks)
    return replace(history, judged={**history.judged, "presence_policy": "record"}, checks=[])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories())
def test_range_agg_counts_the_same(postgres_database: Database, history: History) -> None:
    database, now_ms = postgres_database, T0 + LENGTH_MS
    history = live_only(history)
    records = database.write_now(lambda conn: write(conn, history))
    for media_no, code in [(no, code) for no, code in records.codes.items() if no > 0]:
        stored = database.read_now(lambda conn, code=code: read_stored(conn, code))  # type: ignore[misc]
        report = {row["user_id"]: row for row in read_report(database, code, now_ms)["participants"]}
        for user in sorted({*USERS, *report}):
            counted = by_postgres(database, media_no, user, now_ms)
            assert counted == live_ms(stored, user, now_ms)
            assert counted == report.get(user, {"watched_ms": 0})["watched_ms"]


def by_postgres(database: Database, media_no: int, user: str, now_ms: int) -> Any:
    values = {"media": media_no, "user": user, "now": now_ms}
    return int(database.read_now(lambda conn: conn.execute(text(WATCHED), values).scalar_one()))
