"""The comparison finds what is wrong: time that is off, outcomes that cannot be, people who are missing."""

from typing import Any

from rollcall.cli.simulate.comparison import compare
from rollcall.cli.simulate.script.values import PersonScript
from rollcall.cli.simulate.tally import Asked, Truth
from rollcall.domain.intervals import Interval

NOON = 1_735_732_800_000
MEDIA = "abcdefgh"


def person(user_id: str, behaviour: str = "plain") -> PersonScript:
    return PersonScript(user_id, user_id, behaviour, (), ())


def statistics(watched_ms: int, outcome: str, **beside: int) -> dict[str, Any]:
    return {
        "generated_at": "2025-01-01T12:10:00.000Z",
        "sessions": [
            {
                "id": "s1",
                "media": MEDIA,
                "starts_at": "2025-01-01T12:00:00.000Z",
                "ends_at": "2025-01-01T12:01:00.000Z",
            }
        ],
        "participants": [
            {
                "user_id": "a",
                "watched_ms": watched_ms,
                "sessions": [{"session_id": "s1", "watched_ms": watched_ms, **beside}],
                "checks": [{"check_id": "c1", "session_id": "s1", "outcome": outcome}],
                **beside,
            }
        ],
    }


def truth(answered_ms: int | None) -> Truth:
    two_tabs = [Interval(NOON - 5_000, NOON + 20_000), Interval(NOON + 10_000, NOON + 30_000)]
    here = [Interval(NOON - 5_000, NOON + 40_000)]
    asked = {"c1": Asked(NOON + 5_000, NOON + 15_000, answered_ms)}
    return Truth({MEDIA: two_tabs}, {MEDIA: here}, asked, NOON + 30_000)


def test_two_tabs_count_once_and_only_inside_the_session() -> None:
    compared = compare(statistics(30_000, "confirmed"), [person("a")], {"a": truth(NOON + 6_000)})
    assert [(d.where, d.error_ms) for d in compared.deviations] == [("session s1", 0), ("all sessions", 0)]
    assert compared.wrong_outcomes == ()


def test_what_is_wrong_is_found() -> None:
    people = [person("a"), person("b")]
    compared = compare(statistics(31_500, "missed"), people, {"a": truth(NOON + 6_000), "b": truth(None)})
    assert [d.error_ms for d in compared.deviations] == [1_500, 1_500, 30_000, 30_000]
    assert str(compared.worst) == "b (plain) in session s1: 30000 ms"
    assert compared.wrong_outcomes == ("a answered c1: missed",)
    too_late = {"a": truth(NOON + 60_000)}
    for outcome, wrong in (("cancelled", 0), ("confirmed", 0), ("missed", 1)):
        assert len(compare(statistics(0, outcome), [person("a")], too_late).wrong_outcomes) == wrong
    assert compare(statistics(0, "cancelled"), [person("a")], {"a": truth(NOON + 59_999)}).wrong_outcomes
    never = compare(statistics(0, "confirmed"), [person("a")], {"a": Truth()})
    assert never.wrong_outcomes == ("a was never asked c1: confirmed",)


def test_mishaps_explain_loss_and_never_gain() -> None:
    for watched_ms, beyond_ms in ((21_000, 0), (18_000, 2_000), (30_001, 1)):
        told = statistics(watched_ms, "confirmed")
        compared = compare(told, [person("a", "killed")], {"a": truth(NOON + 6_000)})
        assert [d.beyond_ms for d in compared.deviations] == [beyond_ms, beyond_ms]


def test_time_that_is_listed_beside_is_not_lost() -> None:
    told = statistics(10_000, "confirmed", unverified_ms=15_000, voided_ms=5_000)
    compared = compare(told, [person("a")], {"a": truth(NOON + 6_000)})
    assert [d.error_ms for d in compared.deviations] == [0, 0]


def test_a_cheat_may_be_credited_the_time_it_was_there_and_no_more() -> None:
    for behaviour, watched_ms, beyond_ms in (
        ("forged-times", 40_000, 0),
        ("forged-times", 40_500, 500),
        ("no-media", 30_000, 0),
        ("replay-user", 30_001, 1),
        ("replay", 0, 0),
    ):
        told = statistics(watched_ms, "confirmed")
        compared = compare(told, [person("a", behaviour)], {"a": truth(NOON + 6_000)})
        assert [d.beyond_ms for d in compared.deviations] == [beyond_ms, beyond_ms]
