"""How other programs say which choices are right: each with a weight in percent of the question's points."""

from collections.abc import Sequence
from fractions import Fraction

from rollcall.domain.quizzes.numbers import decimal_of
from rollcall.domain.quizzes.questions import Choice, Multiple, Single
from rollcall.wire.banks.bank import refused

Weighed = Sequence[tuple[str, Fraction]]  # the choices and what each is worth, in percent
_NEAR = Fraction(1, 50)  # banks round weights to five places, some to two
_PENALTY_NOTE = (
    "Its wrong choices weigh otherwise in the bank; here each takes away as much as a right one gives."
)


def weight_of(text: str) -> Fraction:
    """Return a weight in percent; raises Malformed when it is no number."""
    weight = decimal_of(text.strip())
    if weight is None or abs(weight) > 100:
        raise refused(f"The weight '{text[:50]}' is no number of percent from -100 to 100.")
    return weight


def single_of(weighed: Weighed, notes: list[str]) -> Single:
    """Return a question of one choice: the one with 100 %."""
    if [weight for _, weight in weighed if weight > 0] != [100]:
        raise refused("One choice must be right with 100 %, and no other partly.")
    if any(weight < 0 for _, weight in weighed):
        notes.append("Its wrong choices take points away in the bank; here they give none.")
    return Single(text="", choices=tuple(Choice(text, weight > 0) for text, weight in weighed))


def multiple_of(weighed: Weighed, notes: list[str]) -> Multiple:
    """Return a question of several choices: those with equal parts of 100 % are right."""
    right = [weight for _, weight in weighed if weight > 0]
    if not right or any(abs(weight * len(right) - 100) > _NEAR * len(right) for weight in right):
        raise refused("Its right choices must have equal weights that make 100 % together.")
    wrong = [weight for _, weight in weighed if weight <= 0]
    if any(abs(weight * len(right) + 100) > _NEAR * len(right) for weight in wrong):
        notes.append(_PENALTY_NOTE)
    return Multiple(text="", choices=tuple(Choice(text, weight > 0) for text, weight in weighed))


def all_or_nothing_of(weighed: Weighed) -> Multiple:
    """Return a question of several choices that gives points only for exactly the right ones."""
    choices = tuple(Choice(text, weight > 0) for text, weight in weighed)
    return Multiple(text="", choices=choices, grading="all_or_nothing")


def weights(choices: Sequence[Choice]) -> list[Fraction]:
    """Return the weight of each choice as a share of one, where wrong ones take away what right ones give."""
    part = Fraction(1, sum(choice.right for choice in choices))
    return [part if choice.right else -part for choice in choices]
