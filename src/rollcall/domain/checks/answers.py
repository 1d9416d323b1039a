"""What counts as an answer to a check of each kind. Whether it came in time is decided in `resolve`."""

from bisect import bisect, insort
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rollcall.domain.checks.marks import MarkRow
from rollcall.domain.ids import PlayNo

WRONG_ENTRIES = 5  # so many may be corrected; a right code after more of them counts no more


@dataclass(frozen=True, slots=True)
class Click:
    """A button: pressing it is the answer."""


@dataclass(frozen=True, slots=True)
class TypedCode:
    """Four digits drawn for this participant, to be typed."""

    digits: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A question: any of its `choices` confirms presence; `right` is the index of the right one, if there is one."""

    choices: int
    right: int | None = None


Expected: TypeAlias = Click | TypedCode | Choice


def acceptable(expected: Expected, answers: Sequence[MarkRow]) -> list[MarkRow]:
    """Return which of a participant's answers, given on whichever play, answer what was asked.

    They are in the order in which they reached us, so whatever comes later never takes the place of the first.
    """
    ordered = sorted(answers, key=lambda mark: (mark.arrival_ms, *_moment(mark)))
    match expected:
        case Click():
            return ordered
        case TypedCode(digits):
            return _typed(digits, ordered)
        case Choice():
            return [mark for mark in ordered if _index(expected, mark.answer) is not None]


def is_correct(expected: Expected, answer: str | None) -> bool | None:
    """Tell whether an accepted answer is the right one; None where nothing is right or wrong."""
    if not isinstance(expected, Choice) or expected.right is None or answer is None:
        return None
    return _index(expected, answer) == expected.right


def _typed(digits: str, ordered: Sequence[MarkRow]) -> list[MarkRow]:
    """Return the right entries of which only `WRONG_ENTRIES` were given before, as far as was known when they came."""
    wrong: list[tuple[int, PlayNo, int]] = []
    right = []
    for mark in sorted(ordered, key=lambda mark: (mark.arrival_ms, mark.answer == digits)):
        if mark.answer != digits:
            insort(wrong, _moment(mark))
        elif bisect(wrong, _moment(mark)) <= WRONG_ENTRIES:
            right.append(mark)
    return right


def _moment(mark: MarkRow) -> tuple[int, PlayNo, int]:
    return mark.at_ms, mark.play_no, mark.seq


def _index(choice: Choice, answer: str | None) -> int | None:
    """Return which choice an answer names: its index as text, written as a program writes it."""
    return next((index for index in range(choice.choices) if str(index) == answer), None)
