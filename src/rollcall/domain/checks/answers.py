"""What counts as an answer to a check of each kind. Whether it came in time is decided in `resolve`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rollcall.domain.checks.marks import MarkRow

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
    """Return which of a participant's answers, given on whichever play, answer what was asked; in their order."""
    ordered = sorted(answers, key=lambda mark: (mark.at_ms, mark.play_no, mark.seq))
    match expected:
        case Click():
            return ordered
        case TypedCode(digits):
            wrong = [mark for mark in ordered if mark.answer != digits]
            limit = wrong[WRONG_ENTRIES] if len(wrong) > WRONG_ENTRIES else None
            before = ordered if limit is None else ordered[: ordered.index(limit)]
            return [mark for mark in before if mark.answer == digits]
        case Choice():
            return [mark for mark in ordered if _index(expected, mark.answer) is not None]


def is_correct(expected: Expected, answer: str | None) -> bool | None:
    """Tell whether an accepted answer is the right one; None where nothing is right or wrong."""
    if not isinstance(expected, Choice) or expected.right is None or answer is None:
        return None
    return _index(expected, answer) == expected.right


def _index(choice: Choice, answer: str | None) -> int | None:
    """Return which choice an answer names: its index as text, written as a program writes it."""
    return next((index for index in range(choice.choices) if str(index) == answer), None)
