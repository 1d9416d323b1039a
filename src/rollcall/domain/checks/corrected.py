"""Judges a prompt anew whatever is corrected: sessions, outages, evidence that came late. Pure, and the one judge.

What it comes to is told by its marks, its session's end and the outages as they are now, so the order in which those
became known is of no weight. Of its history one thing stays: when it first ended, from when on no player is sent it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rollcall.domain.checks.marks import MarkRow
from rollcall.domain.checks.outcome import Resolution, State
from rollcall.domain.checks.resolve import resolve
from rollcall.domain.checks.windows import DELIVERY_MS, DOUBT_MS, GRACE_MS, LAST_MS, Prompt
from rollcall.domain.ids import PlayNo
from rollcall.domain.intervals import Interval


def judge(
    state: State, prompt: Prompt, marks: Sequence[MarkRow], heard: Mapping[PlayNo, int], now_ms: int
) -> Resolution:
    """Return how a prompt that is `state` so far stands at `now_ms`; `pending` is open.

    One that has ended is at once what it will come to, and waits for nobody. Only a miss is never decided before its
    time: until then the prompt is open again.
    """
    stands = resolve(prompt, marks, heard, now_ms)
    if state == "issued" or stands.outcome != "pending":
        return stands
    at_last = resolve(prompt, marks, heard, prompt.last_ms)
    return stands if at_last.outcome == "missed" != state else at_last


def uncovered(prompt: Prompt, marks: Sequence[MarkRow], heard: Mapping[PlayNo, int]) -> Resolution:
    """Return what a prompt comes to by itself, had its session no end."""
    without = replace(prompt, session_ends_ms=None)
    return resolve(without, marks, heard, without.last_ms)


@dataclass(frozen=True, slots=True)
class ChangedOutage:
    """An outage that is known now, or counts no more; `outages_ms`: how long all outages are, with and without it."""

    within: Interval
    outages_ms: int

    @property
    def issued_after_ms(self) -> int:
        """Return after when a prompt must be issued, its lifetime added, to have waited for anything in the outage."""
        return self.within.start - LAST_MS - self.outages_ms


@dataclass(frozen=True, slots=True)
class MovedEnd:
    """The session of a check ends at another moment: `first_ms` and `last_ms` are both ends; None = never."""

    first_ms: int
    last_ms: int | None

    def issued_after_ms(self, outages_ms: int) -> int:
        """Return after when a prompt must be issued, two lifetimes added, to have run at the first of both ends.

        One that is displayed just before it is given up runs for one lifetime more.
        """
        return self.first_ms - DELIVERY_MS - outages_ms

    @property
    def issued_before_ms(self) -> int | None:
        """Return until when a prompt must be issued so that an answer could come before the last of both ends."""
        return None if self.last_ms is None else self.last_ms + GRACE_MS + DOUBT_MS


def moved(before_ms: int | None, after_ms: int | None) -> MovedEnd | None:
    """Return what it means that a session ends `after_ms` and no more `before_ms`; None when that is the same."""
    if before_ms == after_ms:
        return None
    ends = [ends_ms for ends_ms in (before_ms, after_ms) if ends_ms is not None]
    return MovedEnd(min(ends), max(ends) if len(ends) == 2 else None)
