"""Generated histories of every grade, policy and axis: report and "my progress" are what the rule says (I11, I12)."""

from dataclasses import asdict
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings

from rollcall.actions.progress import read_progress
from rollcall.actions.statistics import Ask, report_anything_now
from rollcall.domain.credit import Credit, Share, credit, credit_in, presence
from rollcall.domain.ids import MediaNo, SessionId, UserId
from rollcall.domain.intervals import Interval, intersect
from rollcall.render.statistics_json import json_chunks
from rollcall.store.database import Database
from tests.actions.statistics.drawn import (
    NOW_MS,
    RULES,
    USERS,
    Asked,
    History,
    at,
    histories,
    sessions_of,
    standing,
    watchings,
    write,
)  # fmt: skip
from tests.history import Records

GENERATED = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def read(database: Database, code: str, ask: Ask = Ask()) -> Any:  # noqa: B008 - a frozen value
    return msgspec.json.decode(b"".join(json_chunks(report_anything_now(database, code, ask, NOW_MS, RULES))))


def told(share: Share) -> dict[str, int]:
    return asdict(share)


def ruled(found: Credit) -> dict[str, int]:
    return told(found.total) | asdict(found.listed) | {"watched_plain_ms": found.watched_plain_ms}


def by_rule(history: History, user: str, halls: list[int]) -> Credit:
    spans = [span for span in watchings(history, user) if span.media_no in halls]
    return credit(spans, sessions_of(history, halls), NOW_MS, standing(history, user, halls), RULES)


def user_of(row: Any) -> str:
    """Return whose row it is: in the figures of a hall a user may have another ID."""
    return str(row["user_id"].partition("|")[0])


def check_rows(history: History, report: Any, halls: list[int]) -> None:
    for row in report["participants"]:
        user = user_of(row)
        found = by_rule(history, user, halls)
        expected = ruled(found)
        assert {name: row[name] for name in expected} == expected
        attended = {s.hall for s in history.spans if s.user == user}
        shares = [
            told(share)
            for share, (no, _) in zip(found.sessions, sessions_of(history, halls), strict=True)
            if no in attended
        ]
        assert [{name: s[name] for name in told(Share())} for s in row["sessions"]] == shares
        if "event" in report:
            of_media = [
                found.media[MediaNo(h)].watched_ms if MediaNo(h) in found.media else 0
                for h in halls
                if h in attended
            ]
            assert [media["watched_ms"] for media in row["per_media"]] == of_media


@GENERATED
@given(history=histories())
def test_the_report_of_an_event_and_of_each_media_is_the_rule(database: Database, history: History) -> None:
    records, halls = database.write_now(lambda c: (r := Records(c), write(r, history)))
    everywhere = list(range(len(halls)))
    check_rows(history, read(database, records.event), everywhere)
    for position, hall in enumerate(halls):
        check_rows(history, read(database, records.codes[hall]), [position])


@GENERATED
@given(history=histories(of_live=True))
def test_whoever_is_counted_fast_has_what_the_rule_gives_over_all_their_ids(
    sqlite_database: Database, history: History
) -> None:
    """Everything came live, so that prompts alone decide whom the fast count leaves to the rule."""
    records, halls = sqlite_database.write_now(lambda c: (r := Records(c), write(r, history)))
    check_rows(history, read(sqlite_database, records.event), list(range(len(halls))))


@GENERATED
@given(history=histories())
def test_one_session_alone_tells_what_it_tells_among_all(sqlite_database: Database, history: History) -> None:
    records, halls = sqlite_database.write_now(lambda c: (r := Records(c), write(r, history)))
    everywhere = list(range(len(halls)))
    whole = read(sqlite_database, records.event)
    for position, session in enumerate(whole["sessions"]):
        part = read(sqlite_database, records.event, Ask(session_id=SessionId(session["id"])))
        for row in part["participants"]:
            found = credit_in(
                watchings(history, row["user_id"]),
                sessions_of(history, everywhere),
                position,
                NOW_MS,
                standing(history, row["user_id"], everywhere),
                RULES,
            )
            assert {name: row[name] for name in ruled(found)} == ruled(found)
    for user in USERS:
        alone = read(sqlite_database, records.event, Ask(user_id=UserId(user)))
        assert alone["participants"] == [row for row in whole["participants"] if row["user_id"] == user]


@GENERATED
@given(history=histories())
def test_who_never_played_around_a_check_was_not_present(sqlite_database: Database, history: History) -> None:
    records, halls = sqlite_database.write_now(lambda c: (r := Records(c), write(r, history)))
    for hall_no, hall in enumerate(halls):
        report = read(sqlite_database, records.codes[hall])
        asked = [check for check in history.checks if check.hall == hall_no]
        issued = {check["id"]: check["issued_at"] for check in report["checks"]}
        for row in report["participants"]:
            for check in row["checks"]:
                outcome = check["outcome"]
                if check["issued_at"] is None:
                    moment = next(a for a in asked if stamp(a) == issued[check["check_id"]])
                    assert outcome == (
                        "undelivered" if there(history, user_of(row), moment) else "not_present"
                    )


def stamp(asked: Asked) -> str:
    seconds = asked.at // 2
    return f"2026-03-01T09:{seconds // 60:02}:{seconds % 60:02}.{asked.at % 2 * 500:03}Z"


def there(history: History, user: str, asked: Asked) -> bool:
    spans = [span for span in watchings(history, user) if span.media_no == asked.hall]
    around = Interval(at(asked.at) - 30_000, at(asked.at) + 10_000)
    return bool(intersect(presence(spans, standing(history, user, [asked.hall]), RULES), (around,)))


@GENERATED
@given(history=histories())
async def test_progress_equals_the_statistics(database: Database, history: History) -> None:
    records, halls = await database.write(lambda c: (r := Records(c), write(r, history)))
    for hall in halls:
        for row in report_anything_now(database, records.codes[hall], Ask(), NOW_MS, RULES).participants:
            seen = await read_progress(database, MediaNo(hall), UserId(row.user_id), NOW_MS, RULES)
            assert (seen.watched_ms, seen.recovered_ms, seen.unverified_ms, seen.voided_ms) == (
                row.watched_ms,
                row.recovered_ms,
                row.unverified_ms,
                row.voided_ms,
            )
            assert [(s.id, s.watched_ms) for s in seen.sessions] == [
                (s.session_id, s.watched_ms) for s in row.sessions
            ]
