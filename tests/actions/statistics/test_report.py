"""A whole report, written out by hand: three participants of whom one never came."""

from typing import Any

from rollcall.store.database import Database
from tests.actions.statistics.reading import T0, fill, read
from tests.history import Records


def test_a_report_says_exactly_what_the_evidence_proves(database: Database) -> None:
    def rows(r: Records) -> tuple[int, str, str, int, int]:
        hall = r.media(title="Hall «1»")
        members = r.list_of(hall)
        for user_id, name in (("anna", "Анна"), ("boris", None), ("vera", "Vera")):
            r.participant(members, user_id, name=name)
        first = r.session(hall, T0, T0 + 100_000, title="One")
        second = r.session(hall, T0 + 200_000, title="Two")
        anna = r.play(hall, "anna", opened_ms=T0 + 5, last_arrival_ms=T0 + 250_000)
        r.span(hall, anna, 1, T0 + 10_000, T0 + 210_000)
        tab = r.play(hall, "anna", opened_ms=T0 + 20_000, last_arrival_ms=T0 + 260_500)
        r.span(hall, tab, 1, T0 + 20_000, T0 + 220_000)
        boris = r.play(hall, "boris", opened_ms=T0 + 50_000, last_arrival_ms=T0 + 90_000)
        r.span(hall, boris, 1, T0 + 50_000, T0 + 60_000, state="paused")
        r.span(hall, boris, 2, T0 + 60_000, T0 + 90_000)
        asked = r.check(hall, T0 + 70_000)
        r.prompt(
            hall,
            asked,
            "anna",
            "confirmed",
            T0 + 70_000,
            shown_ms=T0 + 70_100,
            confirmed_ms=T0 + 72_345,
            late=True,
        )
        r.prompt(hall, asked, "boris", "missed", T0 + 70_000, shown_ms=T0 + 70_200)
        pause = r.check(hall, T0 + 150_000, state="closed", ordinal=2)
        r.prompt(hall, pause, "anna", "issued", T0 + 150_000)
        r.check(hall, None, state="planned", ordinal=3)
        return hall, first, second, asked, pause

    records, (hall, first, second, asked, pause) = fill(database, rows)
    one, two = records.check_code(asked), records.check_code(pause)

    def check(code: str, session: str | None, outcome: str, *at: str | None, late: bool = False) -> Any:
        issued, shown, confirmed = at or (None, None, None)
        return {
            "check_id": code,
            "session_id": session,
            "outcome": outcome,
            "late": late,
            "issued_at": issued,
            "shown_at": shown,
            "confirmed_at": confirmed,
        }

    def session(code: str, watched_ms: int, confirmed: int, missed: int) -> Any:
        return {
            "session_id": code,
            "watched_ms": watched_ms,
            "checks_confirmed": confirmed,
            "checks_missed": missed,
            "recovered_ms": 0,
            "unverified_ms": 0,
            "voided_ms": 0,
        }

    def beside(**figures: int) -> Any:
        names = (
            "recovered",
            "unverified",
            "voided",
            "hidden",
            "muted",
            "paused",
            "stalled",
            "behind",
            "overlap",
        )
        return {f"{name}_ms": 0 for name in names} | figures

    assert read(database, records.codes[hall]) == {
        "media": {
            "code": records.codes[hall],
            "event": records.event,
            "title": "Hall «1»",
            "kind": "live",
            "timezone": "Europe/Moscow",
        },
        "generated_at": "2026-03-01T09:10:00.000Z",
        "quizzes": [],
        "polls": [],
        "sessions": [
            {
                "id": first,
                "title": "One",
                "starts_at": "2026-03-01T09:00:00.000Z",
                "ends_at": "2026-03-01T09:01:40.000Z",
                "duration_ms": 100_000,
            },
            {
                "id": second,
                "title": "Two",
                "starts_at": "2026-03-01T09:03:20.000Z",
                "ends_at": None,
                "duration_ms": 400_000,
            },
        ],
        "checks": [
            {
                "id": one,
                "session_id": first,
                "origin": "manual",
                "ordinal": 1,
                "issued_at": "2026-03-01T09:01:10.000Z",
                "last_issued_at": "2026-03-01T09:01:10.000Z",
                "lifetime_s": 10,
                "sound": True,
                "confirmed": 1,
                "missed": 1,
                "undelivered": 0,
                "not_present": 1,
            },
            {
                "id": two,
                "session_id": None,
                "origin": "manual",
                "ordinal": 2,
                "issued_at": "2026-03-01T09:02:30.000Z",
                "last_issued_at": "2026-03-01T09:02:30.000Z",
                "lifetime_s": 10,
                "sound": True,
                "confirmed": 0,
                "missed": 0,
                "undelivered": 0,
                "not_present": 2,
            },
        ],
        "outages": [],
        "rules": {
            "presence_policy": "record",
            "hidden_counts": True,
            "behind_counts": False,
            "gap_ms": 900_000,
            "late_percent": 25,
            "step_ms": 2_000,
            "step_percent": 10,
            "behind_from_ms": 60_000,
            "unshown_prompts": 2,
            "present_before_ms": 30_000,
        },
        "participants": [
            {
                "user_id": "anna",
                "name": "Анна",
                "identity": "signed",
                "watched_ms": 110_000,
                "watched_plain_ms": 0,
                "first_seen_at": "2026-03-01T09:00:00.005Z",
                "last_seen_at": "2026-03-01T09:04:20.500Z",
                "removed_at": None,
                "sessions": [session(first, 90_000, 1, 0), session(second, 20_000, 0, 0)],
                "checks": [
                    check(
                        one,
                        first,
                        "confirmed",
                        "2026-03-01T09:01:10.000Z",
                        "2026-03-01T09:01:10.100Z",
                        "2026-03-01T09:01:12.345Z",
                        late=True,
                    ),
                    check(two, None, "pending", "2026-03-01T09:02:30.000Z", None, None),
                ],
                "flags": [],
                **beside(overlap_ms=90_000),
            },
            {
                "user_id": "boris",
                "name": None,
                "identity": "signed",
                "watched_ms": 30_000,
                "watched_plain_ms": 0,
                "first_seen_at": "2026-03-01T09:00:50.000Z",
                "last_seen_at": "2026-03-01T09:01:30.000Z",
                "removed_at": None,
                "sessions": [session(first, 30_000, 0, 1), session(second, 0, 0, 0)],
                "checks": [
                    check(one, first, "missed", "2026-03-01T09:01:10.000Z", "2026-03-01T09:01:10.200Z", None),
                    check(two, None, "not_present"),
                ],
                "flags": [],
                **beside(paused_ms=10_000),
            },
            {
                "user_id": "vera",
                "name": "Vera",
                "identity": "signed",
                "watched_ms": 0,
                "watched_plain_ms": 0,
                "first_seen_at": None,
                "last_seen_at": None,
                "removed_at": None,
                "sessions": [session(first, 0, 0, 0), session(second, 0, 0, 0)],
                "checks": [check(one, first, "not_present"), check(two, None, "not_present")],
                "flags": [],
                **beside(),
            },
        ],
    }
