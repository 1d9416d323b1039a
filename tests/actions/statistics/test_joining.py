"""A congress of three halls whose site gives a doctor another User ID in each: joined, they are one participant."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from rollcall.actions import counting
from rollcall.actions.statistics import Ask
from rollcall.domain.ids import EventNo, UserId
from rollcall.domain.joining import by_code, by_email
from rollcall.store import tables
from rollcall.store.database import Database
from tests.actions.statistics.reading import T0, fill, read, row
from tests.history import Records
from tests.reports import read_report

MINUTE = 60_000
Naming = Callable[[str, str], str]


def moodle(person: str, code: str) -> str:
    return f"moodle.example:8443|{person}|{code}"


def alone(person: str, code: str) -> str:
    return f"moodle.example:8443|{person}"


def congress(named: Naming, **judged: Any) -> Callable[[Records], list[int]]:
    """Anna goes from hall to hall, for a while with two open; Boris stays in the first and never answers."""

    def rows(r: Records) -> list[int]:
        halls = [r.media(title=f"Зал {n}") for n in (1, 2, 3)]
        one, two, three = halls
        name = {(p, hall): named(p, r.codes[hall]) for p in ("7", "8") for hall in halls}
        for hall in halls:
            r.session(hall, T0, T0 + 9 * MINUTE)
            members = r.list_of(hall)
            for person, label in (("7", "Анна"), ("8", "Борис")):
                r.participant(members, name[person, hall], name=label)

        def watch(
            person: str, hall: int, *spans: tuple[int, int], identity: str = "plain", **more: Any
        ) -> int:
            play = r.play(
                hall, name[person, hall], identity=identity, opened_ms=T0 + spans[0][0],
                last_arrival_ms=T0 + spans[-1][1], ip=f"192.0.2.{hall}",
            )  # fmt: skip
            for ordinal, (start, end) in enumerate(spans, 1):
                r.span(hall, play, ordinal, T0 + start, T0 + end, **more)
            return play

        watch("7", one, (0, 3 * MINUTE), (4 * MINUTE, 5 * MINUTE))
        watch("7", two, (2 * MINUTE, 4 * MINUTE), identity="signed")
        watch("7", three, (5 * MINUTE, 6 * MINUTE), late=True, unverified=True)
        watch("7", three, (6 * MINUTE, 8 * MINUTE), visible=False)
        r.review(three, name["7", three], T0 + 5 * MINUTE, T0 + 5 * MINUTE + 30_000)
        back = watch("8", one, (0, 9 * MINUTE))
        for hall, person, at, state in (
            (one, "7", MINUTE, "confirmed"), (two, "7", 3 * MINUTE, "missed"), (one, "7", 4 * MINUTE, "confirmed"),
            (three, "7", 7 * MINUTE, "confirmed"), (one, "8", 5 * MINUTE, "missed"),
        ):  # fmt: skip
            check = r.check(hall, T0 + at)
            ended: dict[str, Any] = (
                {"confirmed_ms": T0 + at + 2_000}
                if state == "confirmed"
                else {"expired_ms": T0 + at + 10_000}
            )
            r.prompt(hall, check, name[person, hall], state, T0 + at, closed_ms=T0 + at + 10_000, **ended)
            if person == "8":
                r.returned(hall, back, name["8", one], T0 + 6 * MINUTE, check=r.check_code(check))
        r.judged(**judged)
        return halls

    return rows


def figures(database: Database, naming: Naming, joined: str, policy: str) -> list[dict[str, Any]]:
    """Return the rows of the event without what names them."""
    how = {"presence_policy": policy, "hidden_counts": policy == "record", "join_users_by": joined}
    records, _ = fill(database, congress(naming, **how))
    report = read(database, records.event)
    for person in report["participants"]:
        person.pop("user_ids", None)
        for part in ("sessions", "checks", "per_media"):
            for item in person[part]:
                for name in ("session_id", "check_id", "code"):
                    item.pop(name, None)
    return list(report["participants"])


def test_joined_ids_have_every_figure_of_a_site_with_one_id(sqlite_database: Database) -> None:
    joined = figures(sqlite_database, moodle, "id_without_code", "record")
    known = figures(sqlite_database, alone, "none", "record")
    assert joined == known
    assert [person["user_id"] for person in joined] == [alone("7", ""), alone("8", "")]


@pytest.mark.parametrize(
    ("policy", "voided_ms"), [("stop_until_confirmed", 50_000), ("void_since_last_confirmed", MINUTE)]
)
def test_a_stop_is_that_of_the_id_whose_players_were_told(
    sqlite_database: Database, policy: str, voided_ms: int
) -> None:
    """Anna's miss in the second hall takes of its 2-4 min what she did not see in the first, up to 3 min."""
    anna, boris = figures(sqlite_database, moodle, "id_without_code", policy)
    assert anna["voided_ms"] == voided_ms
    assert boris == figures(sqlite_database, alone, "none", policy)[1]
    assert boris["voided_ms"] > 0


def stopped_in_one(returns: str) -> Callable[[Records], list[UserId]]:
    """Anna misses a check in the first of two halls, and goes on in the second; `returns`: where she says so."""

    def rows(r: Records) -> list[UserId]:
        halls = [r.media() for _ in range(2)]
        ids = [UserId(moodle("7", r.codes[hall])) for hall in halls]
        plays = []
        for hall, user_id, (start, end) in zip(halls, ids, [(0, 5), (3, 10)], strict=True):
            r.session(hall, T0, T0 + 10 * MINUTE)
            last_ms = T0 + end * MINUTE
            plays.append(r.play(hall, user_id, opened_ms=T0 + start * MINUTE, last_arrival_ms=last_ms))
            r.span(hall, plays[-1], 1, T0 + start * MINUTE, last_ms)
        check = r.check(halls[0], T0 + MINUTE)
        at = T0 + MINUTE
        r.prompt(halls[0], check, ids[0], "missed", at, expired_ms=at + MINUTE, closed_ms=at + MINUTE)
        for number, name in enumerate(("there", "elsewhere")):
            if name == returns:
                code = r.check_code(check)
                r.returned(halls[number], plays[number], ids[number], T0 + 4 * MINUTE, check=code)
        r.judged(join_users_by="id_without_code", presence_policy="stop_until_confirmed")
        return ids

    return rows


@pytest.mark.parametrize(
    ("returns", "counts"), [("", [False, True]), ("elsewhere", [False, True]), ("there", [True, True])]
)
def test_nobody_loses_minutes_that_their_page_told_them_were_counting(
    database: Database, returns: str, counts: list[bool]
) -> None:
    """She has 0-2 min of the first hall and 3-10 min of the second, whose page never said that time is stopped."""
    records, ids = fill(database, stopped_in_one(returns))
    told = database.read_now(
        lambda conn: counting.now_of(conn, {(EventNo(records.event_no), user_id) for user_id in ids})
    )
    assert [now.counts for now in sorted(told, key=lambda now: ids.index(now.user_id))] == counts
    [person] = read(database, records.event)["participants"]
    assert (person["watched_ms"], person["voided_ms"]) == (9 * MINUTE, MINUTE)
    apart = [row(read(database, code), user_id) for code, user_id in zip(media(records), ids, strict=True)]
    assert [of["voided_ms"] > 0 for of in apart] == [True, False]
    assert [of["watched_ms"] for of in person["per_media"]] == [of["watched_ms"] for of in apart]


def media(records: Records) -> list[str]:
    return [code for no, code in sorted(records.codes.items()) if no > 0]


def test_three_halls_add_up_to_their_union(database: Database) -> None:
    records, halls = fill(database, congress(moodle, join_users_by="id_without_code"))
    report = read_report(database, records.event, T0 + 10 * MINUTE)
    assert report["event"]["join_users_by"] == "id_without_code"
    anna = row(report, alone("7", ""))
    # 0-5 min in two halls, half a minute that a reviewer let count, two minutes in a hidden page.
    assert anna["watched_ms"] == 5 * MINUTE + 30_000 + 2 * MINUTE
    assert [media["watched_ms"] for media in anna["per_media"]] == [
        4 * MINUTE,
        2 * MINUTE,
        2 * MINUTE + 30_000,
    ]
    assert anna["overlap_ms"] == MINUTE
    assert (anna["identity"], anna["name"]) == ("signed", "Анна")
    assert anna["user_ids"] == [moodle("7", records.codes[hall]) for hall in halls]
    assert sum(s["checks_confirmed"] for s in anna["sessions"]) == 3
    assert sum(s["checks_missed"] for s in anna["sessions"]) == 1
    assert [(c["confirmed"], c["missed"]) for c in report["checks"]] == [
        (1, 0),
        (0, 1),
        (1, 0),
        (0, 1),
        (1, 0),
    ]
    assert len(report["participants"]) == 2


def test_by_default_and_in_the_figures_of_a_media_every_id_is_by_itself(database: Database) -> None:
    records, halls = fill(database, congress(moodle, join_users_by="none"))
    apart = read_report(database, records.event, T0 + 10 * MINUTE)
    assert len(apart["participants"]) == 6
    assert "join_users_by" not in apart["event"]
    assert all("user_ids" not in person for person in apart["participants"])
    records, halls = fill(database, congress(moodle, join_users_by="id_without_code"))
    for hall, watched in zip(halls, (4, 2, 2.5), strict=True):
        of_hall = read_report(database, records.codes[hall], T0 + 10 * MINUTE)
        anna = row(of_hall, moodle("7", records.codes[hall]))
        assert anna["watched_ms"] == watched * MINUTE
        assert "user_ids" not in anna


@pytest.mark.parametrize("asked", ["row", "one of its ids"])
def test_a_participant_is_found_by_the_joined_id_and_by_each_of_theirs(
    database: Database, asked: str
) -> None:
    records, halls = fill(database, congress(moodle, join_users_by="id_without_code"))
    whole = read(database, records.event, Ask(ip=True))
    user_id = alone("7", "") if asked == "row" else moodle("7", records.codes[halls[1]])
    told = read(database, records.event, Ask(user_id=UserId(user_id), ip=True))
    assert told["participants"] == [row(whole, alone("7", ""))]
    assert told["participants"][0]["ip"] == [f"192.0.2.{hall}" for hall in halls]
    assert read(database, records.event, Ask(user_id=UserId("nobody")))["participants"] == []


def test_by_email_ids_of_any_form_are_one_participant(database: Database) -> None:
    def rows(r: Records) -> list[int]:
        halls = [r.media() for _ in range(3)]
        emails = [(" Anna@Example.org", "a1"), ("anna@example.ORG", "z2"), (None, "a1b"), (None, "a1c")]
        for hall, (email, user_id) in zip([*halls, halls[0]], emails, strict=True):
            r.session(hall, T0, T0 + 9 * MINUTE) if user_id != "a1c" else None
            no = r.participant(r.list_of(hall), user_id)
            r.connection.execute(
                update(tables.participants).where(tables.participants.c.no == no).values(email=email)
            )
            r.span(hall, r.play(hall, user_id), 1, T0, T0 + MINUTE)
        r.judged(join_users_by="email")
        return halls

    records, _ = fill(database, rows)
    told = read(database, records.event)
    assert [(p["user_id"], p["user_ids"], p["watched_ms"]) for p in told["participants"]] == [
        ("a1", ["a1", "z2"], MINUTE), ("a1b", ["a1b"], MINUTE), ("a1c", ["a1c"], MINUTE),
    ]  # fmt: skip


def test_one_answer_is_enough_where_two_ids_of_a_participant_were_asked(database: Database) -> None:
    def rows(r: Records) -> list[str]:
        hall = r.media()
        r.session(hall, T0, T0 + 9 * MINUTE)
        named = ["moodle|7", f"moodle|7|{r.codes[hall]}"]
        for state in ("confirmed", "missed"):
            check = r.check(hall, T0 + MINUTE)
            for user_id, outcome in zip(
                named, (state, "missed" if state == "confirmed" else "confirmed"), strict=True
            ):
                r.prompt(hall, check, user_id, outcome, T0 + MINUTE, confirmed_ms=T0 + MINUTE + 5)
        for user_id in named:
            r.span(hall, r.play(hall, user_id), 1, T0, T0 + MINUTE)
        r.judged(join_users_by="id_without_code")
        return named

    records, named = fill(database, rows)
    [person] = read(database, records.event)["participants"]
    assert [check["outcome"] for check in person["checks"]] == ["confirmed", "confirmed"]
    assert (person["user_ids"], person["overlap_ms"]) == (named, MINUTE)


@pytest.mark.parametrize("halls", [1, 2])
def test_prompts_that_were_not_displayed_add_up_over_the_ids_of_a_participant(
    database: Database, halls: int
) -> None:
    """One in each of two halls disbelieves from the second on, as two in one hall do; one alone does not."""

    def rows(naming: Naming) -> Callable[[Records], None]:
        def write(r: Records) -> None:
            for number in range(2):
                hall = r.media()
                user_id = naming("7", r.codes[hall])
                starts = T0 + number * 5 * MINUTE
                r.session(hall, starts, starts + 5 * MINUTE)
                r.span(hall, r.play(hall, user_id), 1, starts, starts + 5 * MINUTE)
                if number < halls:
                    at = T0 + (2 * number + 1) * MINUTE
                    ended: dict[str, Any] = {"closed_ms": at + MINUTE, "unshown": True}
                    r.prompt(hall, r.check(hall, at), user_id, "undelivered", at, **ended)
            r.judged(join_users_by="none" if naming is alone else "id_without_code")

        return write

    told = [read(database, fill(database, rows(naming))[0].event) for naming in (alone, moodle)]
    for report in told:
        [person] = report["participants"]
        expected = (4 * MINUTE, 6 * MINUTE) if halls == 2 else (10 * MINUTE, 0)
        assert (person["watched_ms"], person["unverified_ms"]) == expected


def test_what_is_no_code_of_the_event_is_part_of_the_id() -> None:
    ids = [
        UserId(text) for text in ("host|1", "host|2", "host|1|AAAAAAAA", "host|1|BBBBBBBB", "|AAAAAAAA", "x")
    ]
    assert by_code(ids, {"AAAAAAAA"}) == {
        "host|1": ["host|1", "host|1|AAAAAAAA"], "host|1|BBBBBBBB": ["host|1|BBBBBBBB"],
        "host|2": ["host|2"], "x": ["x"], "|AAAAAAAA": ["|AAAAAAAA"],
    }  # fmt: skip


def test_who_has_no_address_is_joined_with_nobody() -> None:
    ids = [UserId(text) for text in ("a", "b", "c@x", "d")]
    emails = {UserId("a"): "  ", UserId("b"): "c@x", UserId("d"): "C@X "}
    assert by_email(ids, emails) == {"a": ["a"], "b": ["b", "d"], "c@x": ["c@x"]}
