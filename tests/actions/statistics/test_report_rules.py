"""Each rule of a report by itself, on both engines."""

import pytest

from rollcall.actions.statistics import Ask, report_event, report_media
from rollcall.domain.errors import NotFound
from rollcall.domain.ids import ProjectNo, SessionId, UserId
from rollcall.store import tables
from rollcall.store.database import Database
from tests.actions.statistics.reading import NOW_MS, T0, fill, read, row
from tests.history import Records, add, code


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


def test_a_silence_lets_late_time_of_its_own_project_count_without_a_cap(database: Database) -> None:
    def rows(r: Records) -> str:
        hall = r.media()
        r.session(hall, T0, T0 + 100_000)
        play = r.play(hall, "anna")
        r.span(hall, play, 1, T0, T0 + 10_000)
        r.span(hall, play, 2, T0 + 10_000, T0 + 80_000, late=True)
        r.span(hall, play, 3, T0 + 80_000, T0 + 90_000)
        return r.codes[hall]

    mine, hall = fill(database, rows)
    other, elsewhere = fill(database, rows)
    database.write_now(
        lambda c: add(
            c, tables.outages, code=code(), source="silence", project_no=mine.project_no, from_ms=T0 + 20_000,
            to_ms=T0 + 70_000, created_ms=T0,
        )
    )  # fmt: skip
    told = [read(database, of) for of in (mine.event, hall, other.event, elsewhere)]
    assert [row(report, "anna")["watched_ms"] for report in told] == [90_000, 90_000, 45_000, 45_000]
    assert [len(report["outages"]) for report in told] == [1, 1, 0, 0]
