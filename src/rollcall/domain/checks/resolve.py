"""Decides how a prompt stands for one participant, from the marks of all their plays. Pure, and never final too early.

Each play has a window from its own display. `confirmed`: an answer inside its play's window. `missed`: displayed, every
window over, and each play heard from since then (its rows arrive in order, so an answer would have come first) or
silent for `SILENCE_MS`. Never displayed is never missed. Outages of our own will extend the windows; none are
known here yet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rollcall.domain.checks.marks import MarkRow
from rollcall.domain.checks.outcome import Outcome, Resolution
from rollcall.domain.ids import PlayNo

DELIVERY_MS = 120_000  # after the lifetime: how long a prompt that nobody received is offered
SILENCE_MS = 300_000  # after a play's window: how long a silent play may still send its answer
LAST_MS = 420_000  # after the lifetime: the latest end of any prompt
GRACE_MS = 1_000  # an answer may be this much, and half the clock bound, after the window


@dataclass(frozen=True, slots=True)
class Prompt:
    """A check as asked of one participant; `lifetime_ms` is what they were given once it is displayed.

    `session_ends_ms`: end of the session that the check belongs to, None while there is none.
    """

    issued_ms: int
    lifetime_ms: int
    session_ends_ms: int | None = None

    @property
    def undelivered_ms(self) -> int:
        """Return when delivery is given up."""
        return self.issued_ms + self.lifetime_ms + DELIVERY_MS

    @property
    def last_ms(self) -> int:
        """Return when the prompt ends in any case."""
        return self.issued_ms + self.lifetime_ms + LAST_MS


@dataclass(frozen=True, slots=True)
class _Window:
    """The lifetime in one play, from its row `seq` on; an answer counts until `accepts_until_ms`."""

    play_no: PlayNo
    seq: int
    until_ms: int
    accepts_until_ms: int


def resolve(prompt: Prompt, marks: Sequence[MarkRow], heard: Mapping[PlayNo, int], now_ms: int) -> Resolution:
    """Return how the prompt stands at `now_ms`.

    `marks` are all marks of this participant for this check, in any order; `heard` says up to which moment each
    play has been proven to report.
    """
    windows = _windows(prompt, marks)
    received_ms, shown_ms = _first(marks, "received"), _first(marks, "shown")
    answer = _accepted(windows, marks)
    if answer is not None:
        late = answer.arrival_ms > _deadline_ms(prompt, windows[answer.play_no], marks)
        return Resolution("confirmed", received_ms, shown_ms, answer.at_ms, late)
    return Resolution(_unanswered(prompt, windows, heard, now_ms), received_ms, shown_ms)


def _unanswered(
    prompt: Prompt, windows: Mapping[PlayNo, _Window], heard: Mapping[PlayNo, int], now_ms: int
) -> Outcome:
    ends_ms = prompt.session_ends_ms
    if ends_ms is not None and ends_ms <= now_ms and _runs_at(ends_ms, windows):
        return "cancelled"
    if not windows:
        return "undelivered" if now_ms >= prompt.undelivered_ms else "pending"
    if all(_over(window, heard.get(window.play_no), now_ms) for window in windows.values()):
        return "missed"
    if now_ms < prompt.last_ms:
        return "pending"
    return "missed" if any(w.accepts_until_ms <= now_ms for w in windows.values()) else "undelivered"


def _windows(prompt: Prompt, marks: Sequence[MarkRow]) -> dict[PlayNo, _Window]:
    windows: dict[PlayNo, _Window] = {}
    for mark in sorted(marks, key=lambda mark: (mark.play_no, mark.seq)):
        if mark.mark in ("received", "shown") and mark.play_no not in windows:
            until_ms = max(mark.at_ms, prompt.issued_ms) + prompt.lifetime_ms
            accepts_until_ms = until_ms + GRACE_MS + mark.bound_ms // 2
            windows[mark.play_no] = _Window(mark.play_no, mark.seq, until_ms, accepts_until_ms)
    return windows


def _accepted(windows: Mapping[PlayNo, _Window], marks: Sequence[MarkRow]) -> MarkRow | None:
    accepted = [
        mark
        for mark in marks
        if mark.mark == "answered"
        and (window := windows.get(mark.play_no)) is not None
        and mark.seq > window.seq
        and mark.at_ms < window.accepts_until_ms
    ]
    return min(accepted, key=lambda mark: (mark.at_ms, mark.play_no, mark.seq), default=None)


def _deadline_ms(prompt: Prompt, window: _Window, marks: Sequence[MarkRow]) -> int:
    """Return when the prompt would have ended without the answer of this window's play."""
    known_ms = min(mark.arrival_ms for mark in marks if mark.mark in ("received", "shown"))
    if known_ms >= prompt.undelivered_ms:
        return prompt.undelivered_ms
    return min(window.until_ms + SILENCE_MS, prompt.last_ms)


def _over(window: _Window, heard_ms: int | None, now_ms: int) -> bool:
    """Tell whether a play's window has passed and no answer of this play can still be on its way."""
    heard = heard_ms is not None and heard_ms >= window.accepts_until_ms
    return now_ms >= window.accepts_until_ms and (heard or now_ms >= window.until_ms + SILENCE_MS)


def _runs_at(at_ms: int, windows: Mapping[PlayNo, _Window]) -> bool:
    return not windows or any(window.until_ms > at_ms for window in windows.values())


def _first(marks: Sequence[MarkRow], kind: str) -> int | None:
    return min((mark.at_ms for mark in marks if mark.mark == kind), default=None)
