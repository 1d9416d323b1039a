"""The comparison finds what is wrong: time that is off, outcomes that cannot be, people who are missing."""

from typing import Any

from rollcall.cli.simulate.comparison import compare
from rollcall.cli.simulate.script import write_scripts
from rollcall.cli.simulate.tally import Asked, Truth
from rollcall.domain.intervals import Interval

NOON = 1_735_732_800_000


def statistics(watched_ms: int, outcome: str) -> dict[str, Any]:
    return {
        "generated_at": "2025-01-01T12:10:00.000Z",
        "sessions": [
            {"id": "s1", "starts_at": "2025-01-01T12:00:00.000Z", "ends_at": "2025-01-01T12:01:00.000Z"}
        ],
        "participants": [
            {
                "user_id": "a",
                "watched_ms": watched_ms,
                "sessions": [{"session_id": "s1", "watched_ms": watched_ms}],
                "checks": [{"check_id": "c1", "outcome": outcome}],
            }
        ],
    }


def truth(answered_ms: int | None) -> Truth:
    two_tabs = [Interval(NOON - 5_000, NOON + 20_000), Interval(NOON + 10_000, NOON + 30_000)]
    return Truth(two_tabs, {"c1": Asked(NOON + 5_000, NOON + 15_000, answered_ms)}, NOON + 30_000)


def test_two_tabs_count_once_and_only_inside_the_session() -> None:
    compared = compare(statistics(30_000, "confirmed"), {"a": truth(NOON + 6_000)})
    assert (compared.errors_ms, compared.wrong_outcomes) == ((0,), ())


def test_what_is_wrong_is_found() -> None:
    compared = compare(statistics(31_500, "missed"), {"a": truth(NOON + 6_000), "b": truth(None)})
    assert compared.errors_ms == (1_500, 30_000)
    assert compared.worst == "b in session s1: 30000 ms"
    assert compared.wrong_outcomes == ("a answered c1: missed",)
    assert compare(statistics(0, "confirmed"), {"a": Truth()}).wrong_outcomes == (
        "a was never asked c1: confirmed",
    )


def test_the_same_seed_behaves_alike_and_inside_the_length() -> None:
    people = write_scripts(300, 30_000, 7)
    assert people == write_scripts(300, 30_000, 7)
    assert people != write_scripts(300, 30_000, 8)
    for person in people:
        for tab in person.tabs:
            moments = [change.at_ms for change in tab.changes]
            assert 0 <= tab.opens_ms < tab.closes_ms <= 30_000
            assert moments == sorted(moments)
            assert all(tab.opens_ms <= at <= tab.closes_ms for at in moments)
