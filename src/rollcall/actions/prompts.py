"""How prompts end: by marks, by time, by hand; what outages and sessions corrected later make of it; what players hear.

Functions that take a connection work in the caller's transaction and return what is to be published after its commit.
How a prompt stands is decided by `domain/checks/resolve`; asking and sending are in `delivery`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from rollcall.actions import counting
from rollcall.actions.telling import note_answers
from rollcall.domain.checks.answers import Choice, Click, Expected, TypedCode
from rollcall.domain.checks.corrected import MovedEnd, Own, corrected, moved
from rollcall.domain.checks.marks import MarkRow
from rollcall.domain.checks.outcome import (
    CountingNow,
    Final,
    PromptOutcome,
    Resolution,
    State,
    Told,
    may_become,
)
from rollcall.domain.checks.resolve import resolve
from rollcall.domain.checks.windows import Prompt
from rollcall.domain.ids import CheckId, CheckNo, EventNo, MediaNo
from rollcall.domain.intervals import Interval, Intervals, intersect
from rollcall.live.hub import Hub
from rollcall.store import checks, prompts
from rollcall.store.checks import Check
from rollcall.store.database import Connection
from rollcall.store.marks import heard_of, marks_of
from rollcall.store.prompt_arrivals import arrivals_of
from rollcall.store.prompt_outages import Scope, outages_of
from rollcall.store.prompts import Asked, Ended
from rollcall.store.sessions import MediaRef
from rollcall.wire import viewer_out


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


def has_work(conn: Connection, now_ms: int) -> bool:
    """Tell whether `settle` would change anything: a read, so that nobody who writes waits for it in vain."""
    return bool(_changes(conn, prompts.list_decidable(conn, now_ms), (), now_ms))


def reconsider(conn: Connection, event_no: EventNo) -> list[Told]:
    """Judge the unanswered prompts of an event anew, after an outage or its setting for hidden frames has changed.

    A miss that an outage touches, or that was hidden where the event excuses that, is `undelivered`; and back.
    """
    asked = prompts.hold_unanswered(conn, event_no)
    outages = _outages(conn, asked)
    changed = [
        (prompt, _ended(prompt, state))
        for prompt in asked
        if (state := _judged(prompt, outages[prompt.project_no, prompt.event_no, prompt.media_no]))
        != prompt.state
    ]
    return _corrected(conn, changed)


def follow_sessions(
    conn: Connection, of: MediaRef, before: Mapping[CheckNo, int | None], now_ms: int
) -> list[Told]:
    """Judge anew the ended prompts of a media whose session has another end than `before` (see `checks.ends_of`).

    The outcome is what it would be had the sessions always been as they are, but for what was withdrawn from players:
    nobody misses a check that was taken from the screen before its time was over.
    """
    by_end: dict[MovedEnd, list[CheckNo]] = {}
    for check_no, ends_ms in checks.ends_of(conn, of).items():
        if check_no in before and (end := moved(before[check_no], ends_ms)) is not None:
            by_end.setdefault(end, []).append(check_no)
    scope = (of.project_no, of.event_no, of.no)
    outages = outages_of(conn, [scope], 0)[scope] if by_end else ()
    away_ms = sum(outage.end - outage.start for outage in outages)
    asked = [
        row for end, check_nos in by_end.items() for row in prompts.hold_ended(conn, check_nos, end, away_ms)
    ]
    stands = list(_standing(conn, asked, (), now_ms))
    changed = [
        (prompt, became) for prompt, now in stands if (became := _followed(prompt, now, outages)) is not None
    ]
    note_answers(conn, changed, now_ms)
    return _corrected(conn, changed)


def cancel(conn: Connection, check: Check, now_ms: int) -> list[Told]:
    """Cancel the open prompts of a check."""
    asked = prompts.hold_open(conn, check.no)
    prompts.change_prompts(conn, [_ended(row, "cancelled", closed_ms=now_ms) for row in asked])
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


def _corrected(conn: Connection, changed: Sequence[tuple[Asked, Ended]]) -> list[Told]:
    """Store what corrections make of prompts that had ended, and return whose time counts now or no more."""
    prompts.change_prompts(conn, [became for _, became in changed])
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
    stands = _standing(conn, asked, given, now_ms)
    return [
        (prompt, became) for prompt, now in stands if (became := _became(prompt, now, now_ms)) is not None
    ]


def _standing(
    conn: Connection, asked: Sequence[Asked], given: Sequence[MarkRow], now_ms: int
) -> Iterator[tuple[Asked, Resolution]]:
    """Resolve prompts from their durable marks and the `given` ones."""
    marks = marks_of(conn, asked)
    for mark in given:
        known = marks.setdefault((mark.check, mark.user_id), [])
        if mark not in known:
            known.append(mark)
    arrivals = arrivals_of(conn, asked)
    arrived = {arrival.play_no for found in arrivals.values() for arrival in found}
    reporting = {mark.play_no for found in marks.values() for mark in found}
    heard = heard_of(conn, arrived | reporting)
    outages = _outages(conn, asked)
    for prompt in asked:
        of_check = marks.get((prompt.check, prompt.user_id), ())
        own = [mark for mark in of_check if mark.media_no == prompt.media_no]
        rules = _rules(prompt, outages[prompt.project_no, prompt.event_no, prompt.media_no])
        rules = replace(rules, arrivals=arrivals.get((prompt.check_no, prompt.user_id), ()))
        yield prompt, resolve(rules, own, heard, now_ms)


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


def _became(prompt: Asked, stands: Resolution, now_ms: int) -> Ended | None:
    """Return what changes in a prompt, None when nothing does."""
    seen = (stands.received_ms, stands.shown_ms)
    if stands.outcome != "pending" and may_become(prompt.state, stands.outcome):
        return _resolved(prompt, stands, stands.outcome, prompt.closed_ms or now_ms)
    if prompt.state == "issued":
        return (
            None
            if (prompt.received_ms, prompt.shown_ms) == seen
            else _resolved(prompt, stands, "issued", None)
        )
    if prompt.unshown and not stands.unshown:
        # A journal that came late shows that it was displayed in time after all.
        return _resolved(prompt, stands, prompt.state, prompt.closed_ms)
    return None


def _resolved(prompt: Asked, stands: Resolution, state: State, closed_ms: int | None) -> Ended:
    final = state == stands.outcome
    return Ended(
        prompt.check_no,
        prompt.user_id,
        state,
        stands.received_ms,
        stands.shown_ms,
        stands.confirmed_ms,
        closed_ms,
        stands.late,
        stands.expired_ms if final else None,
        stands.unshown and final,
        stands.answer,
        stands.correct,
        withdrawn=state != "issued"
        and (prompt.withdrawn or (prompt.state, state) == ("issued", "cancelled")),
    )


def _followed(prompt: Asked, stands: Resolution, outages: Intervals) -> Ended | None:
    """Return what a corrected session makes of an ended prompt, None when nothing."""
    own = _own(prompt, outages)
    state = corrected(own, stands, prompt.session_ends_ms)
    if state == prompt.state:
        return None
    if own is None or (state == "confirmed" and own.state != "confirmed"):
        return _resolved(prompt, stands, state, None if state == "issued" else prompt.closed_ms)
    return _ended(prompt, state)


def _own(prompt: Asked, outages: Intervals) -> Own | None:
    """Return what an ended prompt came to by itself, None when only its session has ended it."""
    if prompt.confirmed_ms is not None:
        return Own("confirmed", prompt.confirmed_ms)
    if prompt.withdrawn:
        return None
    if prompt.expired_ms is None:
        return Own("undelivered", _rules(prompt, outages).gives_up_ms)
    return Own("missed" if _judged(prompt, outages) == "missed" else "undelivered", prompt.expired_ms)


def _ended(prompt: Asked, state: State, closed_ms: int | None = None) -> Ended:
    """Return a prompt as it is, in another state."""
    return Ended(
        prompt.check_no,
        prompt.user_id,
        state,
        prompt.received_ms,
        prompt.shown_ms,
        prompt.confirmed_ms,
        closed_ms or prompt.closed_ms,
        prompt.late,
        prompt.expired_ms,
        prompt.unshown,
        prompt.answer,
        prompt.correct,
        prompt.withdrawn,
    )


def _judged(prompt: Asked, outages: Intervals) -> State:
    """Return what a displayed prompt without an answer is, with these outages."""
    assert prompt.expired_ms is not None
    seen = [at_ms for at_ms in (prompt.received_ms, prompt.shown_ms) if at_ms is not None]
    interrupted = bool(intersect([Interval(min(seen), prompt.expired_ms)], outages))
    excused = prompt.shown_ms is None and prompt.hidden_miss == "undelivered"
    return "undelivered" if interrupted or excused else "missed"


def _same_message(ended: PromptOutcome) -> tuple[MediaNo, CheckId, Final, int]:
    return ended.media_no, ended.check, ended.outcome, ended.at_ms
