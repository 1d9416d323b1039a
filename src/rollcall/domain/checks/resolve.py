"""Decides how a prompt stands for one participant, from the marks of all their plays. Pure, and never final too early.

An end rests on the marks, the session's end and the outages alone, not on when it is asked for.

`confirmed`: an acceptable answer inside its play's window. `missed`: displayed, every window over, and each play heard
from since then (its rows arrive in order, so an answer would have come first) or silent for `SILENCE_MS`. Never
displayed is never missed, nor is what an outage of ours interrupted: without an answer that is `undelivered`. So is
what we learn to have been displayed only after it would have been given up, with or without outages: it may have been
asked again since, and no outage that is known later makes a miss of it. Where a player kept the prompt from view
(`suppressed`), it is `unshown` as well, which is no fault of ours.
"""

from collections.abc import Mapping, Sequence

from rollcall.domain.checks.answers import acceptable, is_correct
from rollcall.domain.checks.marks import MarkRow
from rollcall.domain.checks.outcome import Outcome, Resolution
from rollcall.domain.checks.suppressed import suppressed
from rollcall.domain.checks.windows import Prompt, Window, current, windows_of
from rollcall.domain.ids import PlayNo


def resolve(prompt: Prompt, marks: Sequence[MarkRow], heard: Mapping[PlayNo, int], now_ms: int) -> Resolution:
    """Return how the prompt stands at `now_ms`.

    `marks` are all marks of this participant for this check, in any order; `heard` says up to which moment each
    play has been proven to report.
    """
    marks = current(prompt, marks)
    windows = windows_of(prompt, marks)
    received_ms, shown_ms = _first(marks, "received"), _first(marks, "shown")
    answer = _accepted(prompt, windows, marks)
    if answer is not None:
        return Resolution(
            "confirmed",
            received_ms,
            shown_ms,
            confirmed_ms=answer.at_ms,
            late=answer.arrival_ms > _deadline_ms(prompt, windows[answer.play_no], marks),
            answer=answer.answer,
            correct=is_correct(prompt.expected, answer.answer),
        )
    known = _known(prompt, windows, marks)
    outcome = _unanswered(prompt, windows, known, heard, now_ms)
    return Resolution(
        outcome,
        received_ms,
        shown_ms,
        expired_ms=max((window.until_ms for window in known.values()), default=None)
        if outcome in ("missed", "undelivered")
        else None,
        unshown=outcome != "pending" and suppressed(prompt, marks, windows, known),
    )


def _known(
    prompt: Prompt, windows: dict[PlayNo, Window], marks: Sequence[MarkRow]
) -> Mapping[PlayNo, Window]:
    """Return the windows as they were known before the prompt would have been given up: only they make a miss."""
    in_time = [mark for mark in marks if mark.arrival_ms < prompt.known_by_ms]
    return windows if len(in_time) == len(marks) else windows_of(prompt, in_time)


def runs_at(at_ms: int, prompt: Prompt, marks: Sequence[MarkRow]) -> bool:
    """Tell whether a prompt is offered, or its lifetime runs, at a moment."""
    return _runs_at(at_ms, prompt, windows_of(prompt, current(prompt, marks)))


def _unanswered(
    prompt: Prompt,
    windows: Mapping[PlayNo, Window],
    known: Mapping[PlayNo, Window],
    heard: Mapping[PlayNo, int],
    now_ms: int,
) -> Outcome:
    """Return what a prompt without an answer is, that waits for all its windows; `known` ones decide."""
    ends = [prompt.session_ends_ms, prompt.over_ms if prompt.withdrawn else None]
    if any(
        ends_ms is not None and ends_ms <= now_ms and _runs_at(ends_ms, prompt, known) for ends_ms in ends
    ):
        return "cancelled"
    if not windows:
        return "undelivered" if now_ms >= prompt.gives_up_ms else "pending"
    if all(_over(window, heard.get(window.play_no), now_ms) for window in windows.values()):
        return _unconfirmed(prompt, known)
    return "pending" if now_ms < prompt.last_ms else _unconfirmed(prompt, known)


def _unconfirmed(prompt: Prompt, known: Mapping[PlayNo, Window]) -> Outcome:
    """Return what a prompt without an answer is, whose time is over.

    Whatever was displayed and known in time had its whole lifetime before `last_ms`.
    """
    interrupted = any(window.interrupted for window in known.values())
    hidden = all(window.hidden for window in known.values())
    excused = interrupted or not known or (hidden and prompt.hidden_miss == "undelivered")
    return "undelivered" if excused else "missed"


def _accepted(prompt: Prompt, windows: Mapping[PlayNo, Window], marks: Sequence[MarkRow]) -> MarkRow | None:
    inside = [
        mark
        for mark in marks
        if mark.mark == "answered"
        and (window := windows.get(mark.play_no)) is not None
        and mark.seq > window.seq
        and mark.at_ms < window.accepts_until_ms
    ]
    return next(iter(acceptable(prompt.expected, inside)), None)


def _deadline_ms(prompt: Prompt, window: Window, marks: Sequence[MarkRow]) -> int:
    """Return when the prompt would have ended without the answer of this window's play."""
    known_ms = min(mark.arrival_ms for mark in marks if mark.mark in ("received", "shown"))
    ends_ms = prompt.session_ends_ms
    if ends_ms is not None and window.until_ms > ends_ms:
        return ends_ms
    if known_ms >= prompt.gives_up_ms:
        return prompt.gives_up_ms
    return min(window.silent_until_ms, prompt.last_ms)


def _over(window: Window, heard_ms: int | None, now_ms: int) -> bool:
    """Tell whether a play's window has passed and no answer of this play can still be on its way."""
    heard = heard_ms is not None and heard_ms >= window.accepts_until_ms
    return now_ms >= window.accepts_until_ms and (heard or now_ms >= window.silent_until_ms)


def _runs_at(at_ms: int, prompt: Prompt, windows: Mapping[PlayNo, Window]) -> bool:
    """Tell whether a prompt is offered, or its lifetime runs, at a moment."""
    return max((window.until_ms for window in windows.values()), default=prompt.gives_up_ms) > at_ms


def _first(marks: Sequence[MarkRow], kind: str) -> int | None:
    return min((mark.at_ms for mark in marks if mark.mark == kind), default=None)
