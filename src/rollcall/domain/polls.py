"""Polls: which votes there may be, how they are tallied, and who may see how many chose what.

A participant has one vote. Of an anonymous poll it is known who has voted and how many chose what, never who chose
what: its counts are told in steps of several votes, so that no two of them differ by the choice of one person.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rollcall.domain.errors import Malformed, Problem

State = Literal["planned", "open", "closed"]
Show = Literal["never", "after_vote", "after_close", "live"]
MOST_CHOICES = 20
LEAST_TOGETHER = 5  # anonymous votes that are told together


@dataclass(frozen=True, slots=True)
class Ballot:
    """What is asked: up to `most` of these choices, which differ from each other."""

    question: str
    choices: tuple[str, ...]
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What an organiser decides of a poll."""

    anonymous: bool
    changeable: bool
    show: Show


@dataclass(frozen=True, slots=True)
class Vote:
    """What a participant chose: places of choices, from 0; None where nobody knows. A later one has a higher turn.

    `signed`: by a play whose identity was proven.
    """

    choices: tuple[int, ...] | None
    turn: int
    signed: bool = True


@dataclass(frozen=True, slots=True)
class Count:
    """How many voted, and how many of them chose each choice."""

    votes: int
    chosen: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """All votes of a poll. Of an anonymous one `told` is what may be told, `held` what may be next."""

    now: Count
    told: Count
    held: Count | None = None


def empty(choices: int) -> Tally:
    """Return the tally of a poll in which nobody has voted."""
    nothing = Count(0, (0,) * choices)
    return Tally(nothing, nothing)


def check_poll(ballot: Ballot, rule: Rule) -> None:
    """Raise Malformed for a poll that cannot be."""
    if len({choice.strip() for choice in ballot.choices}) < len(ballot.choices):
        raise Malformed(Problem("$.choices", "No two choices may be the same."))
    if not 1 <= ballot.most <= len(ballot.choices):
        raise Malformed(Problem("$.max_choices", "Must be 1 to the number of choices."))
    if rule.anonymous and rule.changeable:
        sentence = "A vote of an anonymous poll cannot be changed: nobody knows which one it was."
        raise Malformed(Problem("$.changeable", sentence))


def fits(ballot: Ballot, choices: Sequence[int]) -> bool:
    """Tell whether these places can be a vote."""
    distinct = set(choices)
    known = all(0 <= place < len(ballot.choices) for place in distinct)
    return known and len(distinct) == len(choices) and 1 <= len(distinct) <= ballot.most


def replaces(rule: Rule, saved: Vote | None, said: Vote) -> bool:
    """Tell whether a vote that arrives is stored: the first is, a later one where votes may change.

    Whoever knows a User ID alone cannot vote in place of its owner: a signed vote replaces a plain one, never the other
    way round. Of an anonymous poll nobody knows which vote would have to go.
    """
    if saved is None:
        return True
    if rule.anonymous:
        return False
    if said.signed != saved.signed:
        return said.signed
    return rule.changeable and said.turn > saved.turn


def counted(tally: Tally, rule: Rule, saved: Vote | None, said: Vote) -> Tally:
    """Return the tally with a vote that is stored instead of `saved`."""
    before = set((saved.choices if saved is not None else None) or ())
    after = set(said.choices or ())
    chosen = tuple(
        count + (place in after) - (place in before) for place, count in enumerate(tally.now.chosen)
    )
    now = Count(tally.now.votes + (saved is None), chosen)
    return told(replace(tally, now=now), rule)


def told(tally: Tally, rule: Rule, *, closed: bool = False) -> Tally:
    """Return the tally with what may be told of it now.

    What is told of an anonymous poll differs from what was told before by `LEAST_TOGETHER` votes or by none. So it is
    told only when as many more have come: who votes last could not hide among those who come at the close.
    """
    now = tally.now
    if not rule.anonymous:
        return Tally(now, now)
    before, held = tally.told, tally.held
    if closed:
        return Tally(now, now if now.votes >= before.votes + LEAST_TOGETHER else before)
    if held is not None and now.votes >= held.votes + LEAST_TOGETHER:
        before, held = held, None
    if held is None and now.votes >= before.votes + LEAST_TOGETHER:
        held = now
    return Tally(now, before, held)


def sees(show: Show, state: State, *, voted: bool) -> bool:
    """Tell whether a participant may see the counts of a poll."""
    match show:
        case "never":
            return False
        case "live":
            return state != "planned"
        case "after_vote":
            return state == "closed" or (state == "open" and voted)
        case "after_close":
            return state == "closed"
