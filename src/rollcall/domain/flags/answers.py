"""What the answers of one participant to the prompts of an event tell: how fast, how alike, with what activity.

The reaction time of an answer is from the display to the answer in the same player, on the server's clock; both are
marks of one clock, so the network does not matter. People vary: their reaction times are skewed and spread over
hundreds of milliseconds; a program's are early or alike.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from rollcall.domain.flags.kinds import Sign
from rollcall.domain.ids import MediaNo, PlayNo

Who = TypeVar("Who")

INSTANT_MS = 150
INSTANTS = 2
ALIKE_MS = 120
ALIKE = 4
STILL = 3
TOGETHER_MS = 100
TOGETHER = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """One accepted or refused answer. `reaction_ms` ≤ 0: it came before its own display."""

    check: str
    at_ms: int
    reaction_ms: int
    pointer: bool


def judge_answers(answers: Sequence[Answer]) -> list[Sign]:
    """Return the signs in one participant's answers, in any order; the same answers always give the same signs."""
    ordered = sorted(answers, key=lambda answer: (answer.at_ms, answer.check))
    return [*_instant(ordered), *_constant(ordered), *_without_pointer(ordered)]


def _instant(answers: Sequence[Answer]) -> Iterator[Sign]:
    found = [answer for answer in answers if answer.reaction_ms < INSTANT_MS]
    if len(found) >= INSTANTS:
        fastest_ms = min(answer.reaction_ms for answer in found)
        detail = {"answers": len(answers), "fastest_ms": fastest_ms}
        yield Sign("instant_answers", "", len(found), found[0].at_ms, found[-1].at_ms, detail)


def _constant(answers: Sequence[Answer]) -> Iterator[Sign]:
    """Look for the narrowest stretch that holds four fifths of the reaction times."""
    most = -(-4 * len(answers) // 5)
    if most < ALIKE:
        return
    times = sorted(answer.reaction_ms for answer in answers)
    spread_ms, low_ms = min((times[i + most - 1] - times[i], times[i]) for i in range(len(times) - most + 1))
    if spread_ms < ALIKE_MS:
        alike = [answer for answer in answers if low_ms <= answer.reaction_ms <= low_ms + spread_ms]
        middle_ms = sorted(answer.reaction_ms for answer in alike)[len(alike) // 2]
        detail = {"answers": len(answers), "spread_ms": spread_ms, "reaction_ms": middle_ms}
        yield Sign("constant_reactions", "", len(alike), alike[0].at_ms, alike[-1].at_ms, detail)


def _without_pointer(answers: Sequence[Answer]) -> Iterator[Sign]:
    found = [answer for answer in answers if not answer.pointer]
    if len(found) >= STILL and 5 * len(found) >= 4 * len(answers):
        detail = {"answers": len(answers)}
        yield Sign("no_pointer", "", len(found), found[0].at_ms, found[-1].at_ms, detail)


def judge_together(answers: Mapping[Who, Sequence[Answer]]) -> dict[Who, Sign]:
    """Return who of those behind one address answered as one with somebody else; one sign each.

    Only answers close in time are compared, so a hall full of people costs little.
    """
    times = {who: {answer.check: answer.at_ms for answer in given} for who, given in answers.items()}
    alike: dict[Who, tuple[set[Who], set[int]]] = {}
    for (one, other), together in _close(times).items():
        common = times[one].keys() & times[other].keys()
        if together >= TOGETHER and 10 * together >= 9 * len(common):
            for who, partner in ((one, other), (other, one)):
                partners, at_ms = alike.setdefault(who, (set(), set()))
                partners.add(partner)
                at_ms.update(times[who][check] for check in common)
    return {
        who: Sign("answers_as_one", "", len(at_ms), min(at_ms), max(at_ms), {"accounts": len(partners) + 1})
        for who, (partners, at_ms) in alike.items()
    }


def _close(times: Mapping[Who, Mapping[str, int]]) -> Counter[tuple[Who, Who]]:
    """Count for each pair how many checks they answered within `TOGETHER_MS` of each other."""
    by_check: dict[str, list[tuple[int, int]]] = {}
    people = list(times)
    for position, who in enumerate(people):
        for check, at_ms in times[who].items():
            by_check.setdefault(check, []).append((at_ms, position))
    close: Counter[tuple[Who, Who]] = Counter()
    for given in by_check.values():
        for one, other in _neighbours(sorted(given)):
            first, second = sorted((one, other))
            close[people[first], people[second]] += 1
    return close


def _neighbours(given: Sequence[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    for start, (at_ms, one) in enumerate(given):
        for later_ms, other in given[start + 1 :]:
            if later_ms - at_ms > TOGETHER_MS:
                break
            yield one, other


@dataclass(frozen=True, slots=True)
class Seen:
    """A mark of a prompt as it is looked at here. `mark`: received, shown or answered."""

    play_no: PlayNo
    media_no: MediaNo
    seq: int
    mark: str
    check: str
    at_ms: int
    pointer: bool


def answers_in(marks: Iterable[Seen]) -> list[Answer]:
    """Return the first answer of a participant to each check, with its reaction in the player that gave it.

    An answer without a display before it in its own player took no time at all.
    """
    displayed: dict[tuple[PlayNo, str], Seen] = {}
    answered: dict[str, Answer] = {}
    for mark in sorted(marks, key=lambda mark: (mark.play_no, mark.seq)):
        at = displayed.get((mark.play_no, mark.check))
        if mark.mark != "answered":
            if at is None or at.mark == "received":
                displayed[mark.play_no, mark.check] = mark
            continue
        reaction_ms = 0 if at is None else mark.at_ms - at.at_ms
        known = answered.get(mark.check)
        if known is None or mark.at_ms < known.at_ms:
            answered[mark.check] = Answer(mark.check, mark.at_ms, reaction_ms, mark.pointer)
    return list(answered.values())
