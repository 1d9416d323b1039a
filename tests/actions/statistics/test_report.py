"""A whole report, written out by hand: three participants of whom one never came, then each rule by itself."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from rollcall.actions.statistics import Ask, report_anything_now, report_event, report_media
from rollcall.domain.errors import NotFound
from rollcall.domain.ids import ProjectNo, SessionId, UserId
from rollcall.render.statistics_json import json_chunks
from rollcall.store.database import Database
from tests.history import Records

T0 = 1_772_355_600_000  # 2026-03-01T09:00:00Z
NOW_MS = T0 + 600_000


def fill(database: Database, rows: Callable[[Records], Any]) -> tuple[Records, Any]:
    def write(connection: Any) -> tuple[Records, Any]:
        records = Records(connection)
        return records, rows(records)

    return database.write_now(write)


def read(database: Database, code: str, ask: Ask | None = None) -> Any:
    return msgspec.json.decode(
        b"".join(json_chunks(report_anything_now(database, code, ask or Ask(), NOW_MS)))
    )


def row(report: Any, user_id: str) -> Any:
    return next(row for row in report["participants"] if row["user_id"] == user_id)


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
        }

    assert read(database, records.codes[hall]) == {
        "media": {
            "code": records.codes[hall],
            "event": records.event,
            "title": "Hall «1»",
            "kind": "live",
            "timezone": "Europe/Moscow",
        },
        "generated_at": "2026-03-01T09:10:00.000Z",
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
            },
        ],
    }


def test_withdrawn_participants_stay_with_evidence_and_go_without(database: Database) -> None:
    def rows(r: Records) -> int:
        hall = r.media()
        members, other = r.list_of(hall), r.list_of(hall)
        r.participant(members, "came", name="Came", removed_ms=T0 + 1000)
        r.participant(members, "never", removed_ms=T0 + 1000)
        r.participant(members, "elsewhere", removed_ms=T0 + 1000, updated_ms=9, name="Old")
        r.participant(other, "elsewhere", name="New")
        for user_id in ("came", "elsewhere"):
            r.play(hall, user_id)
        r.play(hall, "unlisted", grant_no=r.grant(hall, "unlisted", name="Unlisted", revoked_ms=T0 + 2000))
        return hall

    records, hall = fill(database, rows)
    found = [
        (row["user_id"], row["name"], row["removed_at"])
        for row in read(database, records.codes[hall])["participants"]
    ]
    assert found == [
        ("came", "Came", "2026-03-01T09:00:01.000Z"),
        ("elsewhere", "New", None),
        ("unlisted", "Unlisted", "2026-03-01T09:00:02.000Z"),
    ]


def test_plain_time_is_listed_apart(database: Database) -> None:
    def rows(r: Records) -> int:
        hall = r.media(identity="plain")
        members = r.list_of(hall)
        for user_id in ("both", "never", "plain"):
            r.participant(members, user_id)
        r.session(hall, T0, T0 + 100_000)
        for user_id, identity, start, end in (
            ("both", "plain", 0, 60),
            ("both", "signed", 40, 100),
            ("plain", "plain", 0, 30),
        ):
            play = r.play(hall, user_id, identity=identity)
            r.span(hall, play, 1, T0 + start * 1000, T0 + end * 1000)
        return hall

    records, hall = fill(database, rows)
    found = [
        (row["user_id"], row["identity"], row["watched_ms"], row["watched_plain_ms"])
        for row in read(database, records.codes[hall])["participants"]
    ]
    assert found == [
        ("both", "signed", 100_000, 40_000),
        ("never", "plain", 0, 0),
        ("plain", "plain", 30_000, 30_000),
    ]


def test_a_check_without_a_prompt_is_judged_by_the_evidence(database: Database) -> None:
    def rows(r: Records) -> tuple[int, int, int, int]:
        hall = r.media()
        members = r.list_of(hall)
        r.session(hall, T0, T0 + 500_000)
        for user_id in ("absent", "playing"):
            r.participant(members, user_id)
        play = r.play(hall, "playing")
        r.span(hall, play, 1, T0 + 60_000, T0 + 80_000)
        return (
            hall,
            r.check(hall, T0 + 100_000),
            r.check(hall, T0 + 101_000, origin="plan", lifetime_s=60),
            r.check(hall, T0 + 102_000, state="cancelled"),
        )

    records, (hall, manual, plan, cancelled) = fill(database, rows)
    report = read(database, records.codes[hall])
    codes = [records.check_code(no) for no in (manual, plan, cancelled)]

    def outcomes(user_id: str) -> dict[str, str]:
        return {check["check_id"]: check["outcome"] for check in row(report, user_id)["checks"]}

    assert outcomes("absent") == dict(zip(codes, ["not_present", "not_present", "cancelled"], strict=True))
    assert outcomes("playing") == {codes[0]: "undelivered", codes[2]: "cancelled"}


def test_filters_narrow_the_report_and_change_no_number(database: Database) -> None:
    def rows(r: Records) -> tuple[int, str]:
        hall = r.media()
        members = r.list_of(hall)
        first, second = r.session(hall, T0, T0 + 50_000), r.session(hall, T0 + 60_000, T0 + 90_000)
        for user_id in ("a", "b", "ü/ 💡"):
            r.participant(members, user_id)
            r.span(hall, r.play(hall, user_id), 1, T0 + 10_000, T0 + 70_000)
        for at_ms in (T0 + 20_000, T0 + 65_000):
            check = r.check(hall, at_ms)
            r.prompt(hall, check, "a", "confirmed", at_ms, confirmed_ms=at_ms)
        assert first
        return hall, second

    records, (hall, second) = fill(database, rows)
    code = records.codes[hall]
    whole = read(database, code)
    only = read(database, code, Ask(user_id=UserId("ü/ 💡")))
    assert only["participants"] == [row(whole, "ü/ 💡")]
    assert only["sessions"] == whole["sessions"]
    part = read(database, code, Ask(session_id=SessionId(second)))
    assert part["sessions"] == whole["sessions"][1:]
    assert part["checks"] == whole["checks"][1:]
    assert [r["watched_ms"] for r in part["participants"]] == [10_000] * 3
    assert row(part, "a")["sessions"] == row(whole, "a")["sessions"][1:]
    assert row(part, "a")["checks"] == row(whole, "a")["checks"][1:]
    assert read(database, code, Ask(user_id=UserId("nobody")))["participants"] == []
    with pytest.raises(NotFound):
        read(database, code, Ask(session_id=SessionId("nosuchid")))


def test_addresses_come_only_when_asked_in_order_of_first_use(database: Database) -> None:
    def rows(r: Records) -> int:
        hall = r.media()
        r.participant(r.list_of(hall), "never")
        for opened_ms, ip, agent in ((3, "c", "X"), (1, "b", "Y"), (2, "a", "X"), (4, "b", "X")):
            r.play(hall, "anna", opened_ms=opened_ms, ip=ip, user_agent=agent)
        return hall

    records, hall = fill(database, rows)
    code = records.codes[hall]
    anna = row(read(database, code, Ask(ip=True, user_agent=True)), "anna")
    assert (anna["ip"], anna["user_agent"]) == (["b", "a", "c"], ["Y", "X"])
    assert row(read(database, code, Ask(ip=True)), "never")["ip"] == []
    assert {"ip", "user_agent"}.isdisjoint(row(read(database, code), "anna"))
    assert "user_agent" not in row(read(database, code, Ask(ip=True)), "anna")


def test_an_event_counts_parallel_halls_once(database: Database) -> None:
    def rows(r: Records) -> tuple[int, int]:
        red, blue = r.media(title="Red"), r.media(title="Blue")
        r.participant(r.list_of(red, blue), "anna")
        r.participant(r.list_of(red), "boris")
        for hall in (red, blue):
            r.session(hall, T0, T0 + 100_000)
        r.span(red, r.play(red, "anna"), 1, T0 + 10_000, T0 + 60_000)
        r.span(blue, r.play(blue, "anna"), 1, T0 + 40_000, T0 + 90_000)
        r.check(blue, T0 + 50_000)
        return red, blue

    records, (red, blue) = fill(database, rows)
    red_code, blue_code = records.codes[red], records.codes[blue]
    report = read(database, records.event)
    assert report["event"]["code"] == records.event
    assert [media["code"] for media in report["event"]["media"]] == [red_code, blue_code]
    assert [session["media"] for session in report["sessions"]] == [red_code, blue_code]
    anna, boris = row(report, "anna"), row(report, "boris")
    assert anna["watched_ms"] == 80_000
    assert anna["per_media"] == [
        {"code": red_code, "watched_ms": 50_000},
        {"code": blue_code, "watched_ms": 50_000},
    ]
    assert [session["watched_ms"] for session in anna["sessions"]] == [50_000, 50_000]
    assert boris["per_media"] == [{"code": red_code, "watched_ms": 0}]
    assert (len(boris["sessions"]), boris["checks"]) == (1, [])


async def test_another_project_sees_nothing(database: Database) -> None:
    records, hall = fill(database, lambda r: r.media())
    stranger, _ = fill(database, lambda r: r.media())
    mine, theirs = ProjectNo(records.project_no), ProjectNo(stranger.project_no)
    assert (await report_media(database, mine, records.codes[hall], Ask(), NOW_MS)).checks == []
    with pytest.raises(NotFound):
        await report_media(database, theirs, records.codes[hall], Ask(), NOW_MS)
    assert (await report_event(database, mine, records.event, Ask(), NOW_MS)).sessions == []
    with pytest.raises(NotFound):
        await report_event(database, theirs, records.event, Ask(), NOW_MS)
    with pytest.raises(NotFound):
        read(database, "nosuchid")
