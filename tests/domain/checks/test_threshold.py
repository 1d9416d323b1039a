"""What is enough: the published rules of real events, their contradictions, and what must hold for every tally."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.checks.threshold import (
    CountThreshold,
    ShareThreshold,
    Tally,
    Threshold,
    Verdict,
    contradiction,
    judge,
)

few = st.integers(0, 12)
tallies = st.builds(
    lambda confirmed, missed, not_present, lost, unshown, cancelled, excused: Tally(
        confirmed, missed, not_present, lost + unshown, cancelled, excused, unshown
    ),
    *[few] * 7,
)
denominators = st.sampled_from(["held", "asked"])
thresholds: st.SearchStrategy[Threshold] = st.one_of(
    st.builds(
        lambda least, more, denominator: CountThreshold(least, least + more, denominator),
        st.integers(1, 9),
        st.integers(0, 4),
        denominators,
    ),
    st.builds(ShareThreshold, st.integers(1, 99), st.booleans(), denominators),
)


@pytest.mark.parametrize(
    ("threshold", "tally", "verdict"),
    [
        (CountThreshold(6, 9), Tally(confirmed=6, missed=3), Verdict("passed", 6, 6, 9)),
        (CountThreshold(6, 9), Tally(confirmed=5, missed=4), Verdict("failed", 6, 5, 9)),
        (CountThreshold(6, 9), Tally(confirmed=5, missed=1, not_present=3), Verdict("failed", 6, 5, 9)),
        # Two of nine were lost by us: ceil(6 · 7 / 9) = 5.
        (CountThreshold(6, 9), Tally(confirmed=5, missed=2, undelivered=2), Verdict("passed", 5, 5, 7)),
        # Two of nine were dropped by the player: nothing is made easier by that.
        (CountThreshold(6, 9), Tally(confirmed=5, missed=2, undelivered=2, unshown=2), Verdict("failed", 6, 5, 9)),
        (CountThreshold(6, 9), Tally(confirmed=5, missed=1, undelivered=3, unshown=2), Verdict("failed", 6, 5, 8)),
        (ShareThreshold(70), Tally(confirmed=5, undelivered=4, unshown=4), Verdict("failed", 7, 5, 9)),
        (ShareThreshold(70), Tally(confirmed=5, undelivered=4), Verdict("passed", 4, 5, 5)),
        (ShareThreshold(9, denominator="asked"), Tally(undelivered=1, unshown=1), Verdict("failed", 1, 0, 1)),
        (ShareThreshold(70, strictly=True), Tally(confirmed=7, missed=3), Verdict("failed", 8, 7, 10)),
        (ShareThreshold(70), Tally(confirmed=7, missed=3), Verdict("passed", 7, 7, 10)),
        # What we lost takes the place of checks that were to be asked, not of those that were asked beside them.
        (CountThreshold(6, 9), Tally(confirmed=5, missed=4, undelivered=3), Verdict("failed", 6, 5, 9)),
        (CountThreshold(6, 9), Tally(confirmed=5, missed=3, undelivered=3), Verdict("failed", 6, 5, 8)),
        (CountThreshold(6, 9), Tally(confirmed=5, missed=2, excused=2), Verdict("passed", 5, 5, 7)),
        (ShareThreshold(50), Tally(confirmed=1, undelivered=1), Verdict("passed", 1, 1, 1)),
        (ShareThreshold(50), Tally(confirmed=1, excused=2), Verdict("not_assessable", 1, 1, 1)),
        (ShareThreshold(80), Tally(confirmed=4, not_present=1), Verdict("passed", 4, 4, 5)),
        (ShareThreshold(80), Tally(confirmed=3, not_present=2), Verdict("failed", 4, 3, 5)),
        (ShareThreshold(80, denominator="asked"), Tally(confirmed=3, not_present=2), Verdict("passed", 3, 3, 3)),
        (ShareThreshold(50), Tally(), Verdict("not_assessable", 0, 0, 0)),
        (ShareThreshold(50), Tally(confirmed=1, undelivered=2), Verdict("not_assessable", 1, 1, 1)),
        (CountThreshold(3, 5), Tally(undelivered=5), Verdict("not_assessable", 0, 0, 0)),
        (ShareThreshold(70), Tally(confirmed=1, cancelled=8), Verdict("not_assessable", 1, 1, 1)),
        (ShareThreshold(7, denominator="asked"), Tally(confirmed=1, not_present=9), Verdict("not_assessable", 1, 1, 1)),
    ],
)  # fmt: skip
def test_published_rules(threshold: Threshold, tally: Tally, verdict: Verdict) -> None:
    assert judge(threshold, tally) == verdict


@given(threshold=thresholds, undelivered=st.integers(0, 50))
def test_who_is_lost_by_us_in_everything_has_no_result(threshold: Threshold, undelivered: int) -> None:
    assert judge(threshold, Tally(undelivered=undelivered)).result == "not_assessable"


@given(threshold=thresholds, dropped=st.integers(1, 50))
def test_a_player_that_drops_every_prompt_fails(threshold: Threshold, dropped: int) -> None:
    assert judge(threshold, Tally(undelivered=dropped, unshown=dropped)).result == "failed"


@given(threshold=thresholds, tally=tallies)
def test_dropping_a_prompt_is_no_better_than_missing_it(threshold: Threshold, tally: Tally) -> None:
    missed = replace(tally, missed=tally.missed + 1)
    dropped = replace(tally, undelivered=tally.undelivered + 1, unshown=tally.unshown + 1)
    assert judge(threshold, dropped) == judge(threshold, missed)


def test_no_more_prompts_are_unshown_than_undelivered() -> None:
    with pytest.raises(ValueError, match="undelivered"):
        Tally(undelivered=1, unshown=2)


@given(threshold=thresholds, tally=tallies)
def test_one_more_confirmation_never_turns_a_pass_into_a_failure(threshold: Threshold, tally: Tally) -> None:
    if judge(threshold, tally).result == "passed":
        assert judge(threshold, replace(tally, confirmed=tally.confirmed + 1)).result == "passed"


@given(threshold=thresholds, tally=tallies, lost=st.integers(1, 5))
def test_what_we_lose_never_turns_a_pass_into_a_failure(
    threshold: Threshold, tally: Tally, lost: int
) -> None:
    if judge(threshold, tally).result == "passed":
        for name in ("undelivered", "cancelled", "excused"):
            more = replace(tally, **{name: getattr(tally, name) + lost})
            assert judge(threshold, more).result != "failed"


@given(threshold=thresholds, tally=tallies)
def test_missing_instead_of_confirming_never_helps(threshold: Threshold, tally: Tally) -> None:
    if tally.confirmed and judge(threshold, tally).result == "failed":
        worse = replace(tally, confirmed=tally.confirmed - 1, missed=tally.missed + 1)
        assert judge(threshold, worse).result == "failed"


def test_a_rule_that_says_two_things_is_told_with_the_arithmetic() -> None:
    assert contradiction(CountThreshold(7, 9), ShareThreshold(70, strictly=True)) is None
    said = contradiction(CountThreshold(6, 9), ShareThreshold(70, strictly=True))
    assert said == "6 of 9 is 66.7 %, but more than 70 % of 9 is 7 or more."
