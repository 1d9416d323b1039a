"""Votes count once whatever comes again in whichever order, and anonymous counts never tell one person's choice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain import polls
from rollcall.domain.errors import Malformed
from rollcall.domain.polls import LEAST_TOGETHER, Ballot, Count, Rule, Tally, Vote, check_poll, fits, sees

BALLOT = Ballot("Что мешает?", ("время", "деньги", "ничего"), 2)
NAMED = Rule(anonymous=False, changeable=True, show="live")
FIXED = replace(NAMED, changeable=False)
ANONYMOUS = Rule(anonymous=True, changeable=False, show="live")

votes = st.builds(
    Vote,
    st.lists(st.integers(0, 2), min_size=1, max_size=2, unique=True).map(tuple),
    st.integers(1, 9),
)
words = st.lists(st.tuples(st.sampled_from("abcdefghijklmnop"), votes), max_size=60)


@dataclass
class Box:
    """A poll as the store keeps it."""

    rule: Rule
    tally: Tally
    saved: dict[str, Vote]
    told: list[Count]

    def take(self, user: str, said: Vote) -> None:
        saved = self.saved.get(user)
        if polls.replaces(self.rule, saved, said):
            self.tally = polls.counted(self.tally, self.rule, saved, said)
            self.saved[user] = replace(said, choices=None) if self.rule.anonymous else said
        self.told.append(self.tally.told)

    def close(self) -> None:
        self.tally = polls.told(self.tally, self.rule, closed=True)
        self.told.append(self.tally.told)


def box(rule: Rule, said: Sequence[tuple[str, Vote]] = ()) -> Box:
    made = Box(rule, polls.empty(len(BALLOT.choices)), {}, [])
    for user, vote in said:
        made.take(user, vote)
    return made


def recount(chosen: Sequence[Vote]) -> Count:
    return Count(
        len(chosen), tuple(sum(place in (vote.choices or ()) for vote in chosen) for place in range(3))
    )


@given(said=words, order=st.randoms(use_true_random=False))
def test_the_latest_vote_of_each_counts_once_whatever_comes_again_in_whichever_order(
    said: list[tuple[str, Vote]], order: "object"
) -> None:
    # Two votes of one turn do not differ: a page never says two things in one turn.
    latest: dict[tuple[str, int], Vote] = {}
    meant = [(user, latest.setdefault((user, vote.turn), vote)) for user, vote in said]
    again = [*meant, *meant]
    order.shuffle(again)  # type: ignore[attr-defined]
    expected = {user: max((v for u, v in meant if u == user), key=lambda v: v.turn) for user, _ in meant}
    made = box(NAMED, again)
    assert made.saved == expected
    assert made.tally.now == made.tally.told == recount(list(expected.values()))


@given(said=words)
def test_the_first_vote_stays_where_votes_do_not_change(said: list[tuple[str, Vote]]) -> None:
    first: dict[str, Vote] = {}
    for user, vote in said:
        first.setdefault(user, vote)
    assert box(FIXED, [*said, *said]).saved == first
    anonymous = box(ANONYMOUS, [*said, *said])
    assert anonymous.saved == {user: Vote(None, vote.turn) for user, vote in first.items()}
    assert anonymous.tally.now == recount(list(first.values()))


@given(said=words, closings=st.sets(st.integers(0, 60)))
def test_what_is_told_of_an_anonymous_poll_differs_by_several_votes_or_none(
    said: list[tuple[str, Vote]], closings: set[int]
) -> None:
    """Also over closing and opening it again, whoever votes in between."""
    made = box(ANONYMOUS)
    for at, (user, vote) in enumerate(said):
        made.take(user, vote)
        if at in closings:
            made.close()
    made.close()
    steps = [later.votes - earlier.votes for earlier, later in pairwise([Count(0, (0, 0, 0)), *made.told])]
    assert all(step == 0 or step >= LEAST_TOGETHER for step in steps)
    for count in made.told:
        assert count.votes <= len(made.saved)
    assert len(made.saved) - made.told[-1].votes < LEAST_TOGETHER


@pytest.mark.parametrize("rule", [NAMED, FIXED])
def test_nobody_who_knows_a_user_id_alone_votes_in_place_of_its_owner(rule: Rule) -> None:
    plain, signed = Vote((0,), 1, signed=False), Vote((1,), 1)
    assert box(rule, [("ann", plain), ("ann", signed)]).saved == {"ann": signed}
    assert box(rule, [("ann", signed), ("ann", replace(plain, turn=9))]).saved == {"ann": signed}
    assert box(rule, [("ann", plain), ("ann", signed)]).tally.now == Count(1, (0, 1, 0))
    anonymous = box(ANONYMOUS, [("ann", plain), ("ann", signed)])
    assert anonymous.tally.now == Count(1, (1, 0, 0))


def test_all_votes_of_a_closed_anonymous_poll_are_told_together() -> None:
    made = box(ANONYMOUS, [(f"doctor-{n}", Vote((n % 3,), 1)) for n in range(12)])
    assert [count.votes for count in made.told] == [0] * 9 + [5] * 3
    made.close()
    assert made.tally.told == Count(12, (4, 4, 4))
    few = box(ANONYMOUS, [(f"doctor-{n}", Vote((0,), 1)) for n in range(4)])
    few.close()
    assert few.tally == Tally(Count(4, (4, 0, 0)), Count(0, (0, 0, 0)))


@pytest.mark.parametrize(
    ("choices", "is_vote"),
    [
        ([0], True),
        ([2, 0], True),
        ([], False),
        ([0, 0], False),
        ([3], False),
        ([-1], False),
        ([0, 1, 2], False),
    ],
)
def test_a_vote_is_of_known_choices_and_not_too_many(choices: list[int], is_vote: bool) -> None:
    assert fits(BALLOT, choices) is is_vote


@pytest.mark.parametrize(
    ("ballot", "rule", "path"),
    [
        (replace(BALLOT, choices=("да", "да ")), NAMED, "$.choices"),
        (replace(BALLOT, most=4), NAMED, "$.max_choices"),
        (BALLOT, replace(ANONYMOUS, changeable=True), "$.changeable"),
    ],
)
def test_a_poll_that_cannot_be_is_refused(ballot: Ballot, rule: Rule, path: str) -> None:
    with pytest.raises(Malformed) as refused:
        check_poll(ballot, rule)
    assert [problem.path for problem in refused.value.problems] == [path]


def test_who_sees_counts_when() -> None:
    seen = {
        (show, state, voted)
        for show in ("never", "after_vote", "after_close", "live")
        for state in ("planned", "open", "closed")
        for voted in (False, True)
        if sees(show, state, voted=voted)
    }
    everybody = {
        (show, "closed", voted) for show in ("after_vote", "after_close", "live") for voted in (True, False)
    }
    assert seen == everybody | {("live", "open", True), ("live", "open", False), ("after_vote", "open", True)}
