"""How prompts end: by marks, by time, by hand; what outages and sessions corrected later make of it; what players hear.

Functions that take a connection work in the caller's transaction and return what is to be published after its commit.
How a prompt stands is decided by `domain/checks/corrected`, the same for one that is open, had ended, or is corrected;
asking and sending are in `delivery`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from itertools import groupby
from operator import attrgetter

from rollcall.actions import counting
from rollcall.actions.telling import note_answers
from rollcall.domain.checks.answers import Choice, Click, Expected, TypedCode
from rollcall.domain.checks.corrected import ChangedOutage, MovedEnd, judge, moved, uncovered
from rollcall.domain.checks.marks import MarkRow
from rollcall.domain.checks.outcome import (
    CountingNow,
    Final,
    PromptOutcome,
    State,
    Told,
)
from rollcall.domain.checks.resolve import runs_at
from rollcall.domain.checks.windows import Prompt
from rollcall.domain.ids import CheckId, CheckNo, EventNo, MediaNo, PlayNo, ProjectNo, UserId
from rollcall.domain.intervals import Interval, Intervals
from rollcall.live.hub import Hub
from rollcall.store import checks, prompts
from rollcall.store.checks import Check
from rollcall.store.database import Connection
from rollcall.store.marks import heard_of, marks_of
from rollcall.store.prompt_arrivals import arrivals_of
from rollcall.store.prompt_outages import Scope, length_of_all, outages_of
from rollcall.store.prompts import Asked, Ended
from rollcall.store.sessions import MediaRef
from rollcall.wire import viewer_out

_OF_ENDED = attrgetter(*(field.name for field in fields(Ended)))


def apply_marks(conn: Connection, marks: Sequence[MarkRow], now_ms: int) -> list[Told]:
    """Decide the prompts that these marks speak of, in the transaction that makes the marks durable.

    Applying the same marks again changes nothing. Returns the prompts that have ended now, and who is back.
    """
    if not marks:
        return []
    told = _decide(conn, prompts.hold_answered(conn, marks), marks, now_ms)
    back = {(mark.event_no, mark.user_id) for mark in marks if mark.mark == "resume"}
    return [*told, *counting.now_of(conn, back)]


def settle(conn: Connection, now_ms: int, media_no: MediaNo | None = None) -> list[Told]:
    """End the open prompts (of one media) whose time is over or whose session has ended."""
    return _decide(conn, prompts.hold_decidable(conn, now_ms, media_no), (), now_ms)


def follow_late(conn: Connection, late: Mapping[tuple[MediaNo, UserId], int], now_ms: int) -> list[Told]:
    """Judge anew the prompts of participants whose players reported late, in the transaction that makes that durable.

    Each from the earliest moment of which a player told late: whether it kept a prompt from view is known only now.
    """
    return _decide(conn, prompts.hold_had(conn, late), (), now_ms) if late else []


def has_work(conn: Connection, now_ms: int) -> bool:
    """Tell whether `settle` would change anything: a read, so that nobody who writes waits for it in vain."""
    return bool(_changes(conn, prompts.list_decidable(conn, now_ms), (), now_ms))


def reconsider(conn: Connection, event_no: EventNo, within: Interval, now_ms: int) -> list[Told]:
    """Judge anew the ended prompts of an event that an outage touches, which is known now or counts no more."""
    outages_ms = length_of_all(conn, event_no) + within.end - within.start
    asked = prompts.hold_touched(conn, event_no, ChangedOutage(within, outages_ms))
    return _corrected(conn, asked, now_ms)


def follow_outage(
    conn: Connection, within: Interval, project_no: ProjectNo | None, now_ms: int
) -> list[Told]:
    """Judge anew the ended prompts of all events (of a project, None = of all) that an outage of our own touches."""
    touched = prompts.events_touched(conn, ChangedOutage(within, length_of_all(conn)), project_no)
    return [told for event_no in touched for told in reconsider(conn, event_no, within, now_ms)]


def follow_hidden_miss(conn: Connection, event_no: EventNo, now_ms: int) -> list[Told]:
    """Judge anew the unanswered prompts of an event, whose setting for hidden frames has changed."""
    return _corrected(conn, prompts.hold_hidden(conn, event_no), now_ms)


def follow_sessions(
    conn: Connection, of: MediaRef, before: Mapping[CheckNo, int | None], now_ms: int
) -> list[Told]:
    """Judge anew the ended prompts of a media whose session has another end than `before` (see `checks.ends_of`)."""
    by_end: dict[MovedEnd, list[CheckNo]] = {}
    for check_no, ends_ms in checks.ends_of(conn, of).items():
        if check_no in before and (end := moved(before[check_no], ends_ms)) is not None:
            by_end.setdefault(end, []).append(check_no)
    outages_ms = length_of_all(conn, of.event_no) if by_end else 0
    asked = [
        row
        for end, check_nos in by_end.items()
        for row in prompts.hold_ended(conn, check_nos, end, outages_ms)
    ]
    return _corrected(conn, asked, now_ms)


def cancel(conn: Connection, check: Check, now_ms: int) -> list[Told]:
    """Cancel the open prompts of a check."""
    asked = prompts.hold_open(conn, check.no)
    cancelled = [replace(_as_it_is(row), state="cancelled", closed_ms=now_ms) for row in asked]
    prompts.change_prompts(conn, cancelled)
    return [PromptOutcome(row.media_no, row.user_id, row.check, "cancelled", now_ms) for row in asked]


def publish(hub: Hub, told: Iterable[Told]) -> None:
    """Tell every play of these participants what has ended for them; call it after the commit."""
    told = list(told)
    ended = sorted((each for each in told if isinstance(each, PromptOutcome)), key=_same_message)
    for (media_no, check, outcome, at_ms), group in groupby(ended, key=_same_message):
        payload = viewer_out.encode(viewer_out.PromptClosed(check, outcome, at_ms))
        hub.send_users(media_no, [outcome.user_id for outcome in group], payload)
    for each in told:
        if isinstance(each, CountingNow):
            payload = viewer_out.encode(counting.message(each))
            for media_no in each.media:
                hub.send_users(media_no, [each.user_id], payload)


def _corrected(conn: Connection, asked: Sequence[Asked], now_ms: int) -> list[Told]:
    """Judge held prompts that had ended; store what has changed and return whose time counts now or no more."""
    changed = _changes(conn, asked, (), now_ms)
    prompts.change_prompts(conn, [became for _, became in changed])
    note_answers(conn, changed, now_ms)
    return list(counting.now_of(conn, {(prompt.event_no, prompt.user_id) for prompt, _ in changed}))


def _decide(conn: Connection, asked: Sequence[Asked], given: Sequence[MarkRow], now_ms: int) -> list[Told]:
    """Resolve held prompts; store what has changed and return what has ended."""
    changed = _changes(conn, asked, given, now_ms)
    prompts.change_prompts(conn, [became for _, became in changed])
    note_answers(conn, changed, now_ms)
    ended = [
        PromptOutcome(prompt.media_no, prompt.user_id, prompt.check, state, became.confirmed_ms or now_ms)
        for prompt, became in changed
        if (state := became.state) != "issued" and prompt.state != state
    ]
    judged = {
        (prompt.event_no, prompt.user_id)
        for prompt, became in changed
        if became.state in ("missed", "confirmed")
    }
    return [*ended, *counting.now_of(conn, judged)]


def _changes(
    conn: Connection, asked: Sequence[Asked], given: Sequence[MarkRow], now_ms: int
) -> list[tuple[Asked, Ended]]:
    """Return the prompts that become something else, with their durable marks and the `given` ones."""
    marks = marks_of(conn, asked)
    for mark in given:
        known = marks.setdefault((mark.check, mark.user_id), [])
        if mark not in known:
            known.append(mark)
    arrivals = arrivals_of(conn, asked)
    heard = heard_of(conn, {mark.play_no for found in marks.values() for mark in found})
    outages = _outages(conn, asked)
    changed = []
    for prompt in asked:
        of_check = marks.get((prompt.check, prompt.user_id), ())
        own = [mark for mark in of_check if mark.media_no == prompt.media_no]
        rules = _rules(prompt, outages[prompt.project_no, prompt.event_no, prompt.media_no])
        rules = replace(rules, arrivals=arrivals.get((prompt.check_no, prompt.user_id), ()))
        became = _became(prompt, rules, own, heard, now_ms)
        if became != _as_it_is(prompt):
            changed.append((prompt, became))
    return changed


def _outages(conn: Connection, asked: Sequence[Asked]) -> dict[Scope, Intervals]:
    scopes = {(prompt.project_no, prompt.event_no, prompt.media_no) for prompt in asked}
    since_ms = min((prompt.issued_ms for prompt in asked), default=0)
    return outages_of(conn, scopes, since_ms)


def _rules(prompt: Asked, outages: Intervals) -> Prompt:
    return Prompt(
        issued_ms=prompt.issued_ms,
        lifetime_ms=prompt.lifetime_ms,
        session_ends_ms=prompt.session_ends_ms,
        expected=expected_of(prompt),
        hidden_miss=prompt.hidden_miss,
        outages=outages,
        over_ms=prompt.closed_ms,
        withdrawn=prompt.withdrawn,
    )


def expected_of(prompt: Asked) -> Expected:
    """Return what answers a prompt."""
    if prompt.kind == "code" and prompt.code is not None:
        return TypedCode(prompt.code)
    if prompt.question is not None:
        return Choice(len(prompt.question.choices), prompt.question.answer)
    return Click()


def _became(
    prompt: Asked, rules: Prompt, marks: Sequence[MarkRow], heard: Mapping[PlayNo, int], now_ms: int
) -> Ended:
    """Return what a prompt is now. An answer that the end of the session covers stays beside it."""
    stands = judge(prompt.state, rules, marks, heard, now_ms)
    state: State = "issued" if stands.outcome == "pending" else stands.outcome
    is_covered = state == "cancelled" and prompt.confirmed_ms is not None
    answered = uncovered(rules, marks, heard) if is_covered else stands
    is_taken = (prompt.state, state) == ("issued", "cancelled") and runs_at(now_ms, rules, marks)
    return Ended(
        prompt.check_no,
        prompt.user_id,
        state,
        stands.received_ms,
        stands.shown_ms,
        answered.confirmed_ms,
        None if state == "issued" else prompt.closed_ms or now_ms,
        answered.late,
        stands.expired_ms,
        stands.unshown,
        answered.answer,
        answered.correct,
        withdrawn=state != "issued" and (prompt.withdrawn or is_taken),
    )


def _as_it_is(prompt: Asked) -> Ended:
    return Ended(*_OF_ENDED(prompt))


def _same_message(ended: PromptOutcome) -> tuple[MediaNo, CheckId, Final, int]:
    return ended.media_no, ended.check, ended.outcome, ended.at_ms
