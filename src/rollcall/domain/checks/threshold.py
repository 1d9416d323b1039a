"""How many confirmations are enough: a count N of M or a percentage, stored as the organiser wrote it.

The denominator is named, because the same sentence means two things: `held` takes every check of the scope, so that
not having been there counts against; `asked` takes only those that reached the participant. What ended `undelivered`,
`cancelled` or `excused` never counts against anybody, except where a player had the prompt, ran on and never displayed
it (`unshown`): that is no loss of ours, and it stays in both denominators as not confirmed. But who has been assessed
in less than half of their checks is not assessable: neither a pass nor a failure.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Literal

Denominator = Literal["held", "asked"]
Result = Literal["passed", "failed", "not_assessable"]


@dataclass(frozen=True, slots=True)
class Tally:
    """How the checks of one participant in one scope (a session, a day, the event) ended.

    `unshown`: those of `undelivered` that a player had and never displayed.
    """

    confirmed: int = 0
    missed: int = 0
    not_present: int = 0
    undelivered: int = 0
    cancelled: int = 0
    excused: int = 0
    unshown: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError where more prompts were unshown than undelivered."""
        if self.unshown > self.undelivered:
            raise ValueError("unshown prompts are undelivered ones")

    def assessed(self, denominator: Denominator) -> int:
        """Return how many checks say something about the participant."""
        answered = self.confirmed + self.missed + self.unshown
        return answered if denominator == "asked" else answered + self.not_present

    @property
    def checks(self) -> int:
        """Return how many checks there were."""
        return self.assessed("held") + self.lost_by_us

    @property
    def lost_by_us(self) -> int:
        """Return how many checks say nothing for reasons that are not the participant's."""
        return self.undelivered - self.unshown + self.cancelled + self.excused


@dataclass(frozen=True, slots=True)
class CountThreshold:
    """At least `least` of `of` checks."""

    least: int
    of: int
    denominator: Denominator = "held"


@dataclass(frozen=True, slots=True)
class ShareThreshold:
    """At least `percent` of the checks, or more than it (`strictly`)."""

    percent: int
    strictly: bool = False
    denominator: Denominator = "held"


Threshold = CountThreshold | ShareThreshold


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result with its arithmetic: `confirmed` of `assessed`, of which `need` would have been enough."""

    result: Result
    need: int
    confirmed: int
    assessed: int


def judge(threshold: Threshold, tally: Tally) -> Verdict:
    """Tell whether the confirmations are enough."""
    assessed = tally.assessed(threshold.denominator)
    need = _need(threshold, tally, assessed)
    result: Result = "passed" if tally.confirmed >= need else "failed"
    if assessed == 0 or 2 * assessed < tally.checks:
        result = "not_assessable"
    return Verdict(result, need, tally.confirmed, assessed)


def contradiction(count: CountThreshold, share: ShareThreshold) -> str | None:
    """Return the arithmetic when a rule that states both says two things ("more than 70 %, 6 of 9"), else None."""
    by_share = _enough(share, count.of)
    if by_share == count.least:
        return None
    sign = "more than" if share.strictly else "at least"
    reached = Fraction(100 * count.least, count.of)
    return (
        f"{count.least} of {count.of} is {float(reached):.1f} %, but {sign} {share.percent} % of {count.of}"
        f" is {by_share} or more."
    )


def _need(threshold: Threshold, tally: Tally, assessed: int) -> int:
    """Return how many confirmations are enough; what we lost lowers the need of a count in proportion."""
    match threshold:
        case ShareThreshold():
            return _enough(threshold, assessed)
        case CountThreshold(least, of):
            remaining = of - min(tally.lost_by_us, max(0, of - assessed))
            return ceil(Fraction(least * remaining, of))


def _enough(share: ShareThreshold, of: int) -> int:
    exact = Fraction(share.percent * of, 100)
    return floor(exact) + 1 if share.strictly else ceil(exact)
