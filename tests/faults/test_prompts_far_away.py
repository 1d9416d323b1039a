"""F21-F23 and I13-I14 in simulated time against the real actions and store: checks across slow and broken networks.

`bench/soak/prompts.py` does the same with a thousand players.
"""

from collections import Counter
from typing import Any

import pytest

from rollcall.domain.checks.threshold import CountThreshold, ShareThreshold, Tally, judge
from rollcall.store.database import Database
from tests.faults.far_away import asked, cut, slow, wrongly_ended, wrongly_timed


async def test_f21_latency_round_trips_and_skew_make_no_wrong_miss(sqlite_database: Database) -> None:
    players, prompts, _ = await asked(sqlite_database, slow(50, seed=21), minutes=9)
    assert wrongly_timed(players, prompts) == []
    assert Counter(row.state for row in prompts.values()).keys() == {"confirmed", "missed"}


@pytest.mark.parametrize(
    ("answers", "outcomes"),
    [(True, {"confirmed", "missed", "undelivered"}), (False, {"missed", "undelivered"})],
)
async def test_f22_a_line_cut_anywhere_has_the_outcome_of_what_really_happened(
    sqlite_database: Database, answers: bool, outcomes: set[str]
) -> None:
    players, prompts, issued_ms = await asked(sqlite_database, cut(1, seed=22, answers=answers), minutes=12)
    assert wrongly_ended(players, prompts, issued_ms) == []
    assert {row.state for row in prompts.values()} == outcomes


async def test_f23_a_player_that_suppresses_prompts_leaves_them_unshown(sqlite_database: Database) -> None:
    fates: list[dict[str, Any]] = [
        {"suppresses": True},
        {"suppresses": True, "up_ms": 900},
        {"suppresses": True, "deaf": True},
        {"after_ms": 5_000},
    ]
    players, prompts, _ = await asked(sqlite_database, fates, minutes=4)
    *liars, honest = (prompts[player.user_id] for player in players)
    for row in liars:
        assert (row.state, row.unshown, row.shown_ms) == ("undelivered", True, None)
    assert (honest.state, honest.unshown) == ("confirmed", False)
    suppressed_all = Tally(undelivered=9, unshown=9)
    a_third = Tally(confirmed=6, undelivered=3, unshown=3)
    for tally in (suppressed_all, a_third):
        assert judge(ShareThreshold(70), tally).result == "failed"
        assert judge(CountThreshold(7, 9), tally).result == "failed"
