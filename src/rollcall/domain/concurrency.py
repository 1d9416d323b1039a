"""Several players of one participant at one media: which may be open, and which has to close.

Time is the union over all plays whatever is chosen here; the choice is about who may look, not about what counts.
A signed player ranks above a plain one, so whoever only knows a User ID never closes the player of its owner; of two
of a kind the one opened later is the participant's wish. A connection that comes back keeps the rank of its play.
"""

from collections.abc import Collection, Iterable
from typing import Literal, NamedTuple

from rollcall.domain.ids import PlayNo

Concurrency = Literal["union", "newest", "ask"]
Elsewhere = Literal["watching_elsewhere", "already_watching", "watching_signed"]


class Rank(NamedTuple):
    """Which of two players stays: the greater. Their order is that of the fields."""

    signed: bool
    opened_ms: int
    no: PlayNo


def refused_beside(
    rule: Concurrency, others: Collection[Rank], *, signed: bool, take_over: bool
) -> Elsewhere | None:
    """Return why no new player may be opened beside these; None = it may."""
    if rule == "union" or not others:
        return None
    if not signed and _outranked_by_signed(others):
        return "watching_signed"
    return "already_watching" if rule == "ask" and not take_over else None


def refused_by(rule: Concurrency, mine: Rank, others: Iterable[Rank]) -> Elsewhere | None:
    """Return why an opened player has to close because one of the others stays; None = it stays and they close."""
    above = [other for other in others if other > mine]
    if rule == "union" or not above:
        return None
    if not mine.signed and _outranked_by_signed(above):
        return "watching_signed"
    return "already_watching" if rule == "ask" else "watching_elsewhere"


def _outranked_by_signed(others: Iterable[Rank]) -> bool:
    return any(other.signed for other in others)
