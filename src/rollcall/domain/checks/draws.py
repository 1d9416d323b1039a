"""Draws the moments of a check plan and decides, second by second, whom to ask now. Pure: randomness is a parameter.

Three forms. *Gaps*: each participant's own playing time inside sessions since the last draw, uniform in the range.
*Parts* (`per_session` in a session with a known end): one moment in each M-th part. *Common*: one moment for everybody,
drawn like a participant's, then a personal jitter; the moment that came last is remembered, so that each node draws
the jitter of its own people. In a session with an open end `per_session` limits the gaps to M.

In a recording each participant is in a session of their own choice, and leaves it when they like. So there nothing is
drawn again because they went elsewhere, a moment that has passed them by is now, and parts are parts of the content
that they have played, in whatever order.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from rollcall.domain.checks.plan import (
    JITTER_MS,
    Plan,
    content_part,
    has_content_parts,
    has_parts,
    may_ask,
    part_window,
)
from rollcall.domain.ids import SessionNo, UserId
from rollcall.domain.sessions import ContentWindow, Session

Random = Callable[
    [int, int], int
]  # a whole number of [low, high], both included, each as likely as any other
ABSENT_MS = 15_000  # a moment on the clock that is passed by longer than this (and a lifetime) is drawn anew
EVERYBODY = UserId("")  # whose row holds the common moment to come
BEGUN = UserId("\n")  # whose row holds the common moment that came last; people's ids have no such character
OF_SESSION = "\n"  # parts a User ID from the session of a recording of which a row is


@dataclass(frozen=True, slots=True)
class Drawn:
    """The next moment: on the playing time, or on the server's clock, or none any more (both None).

    In a recording that is cut into parts, on the content of the session that was played.
    """

    session_no: SessionNo
    ordinal: int
    due_played_ms: int | None
    due_ms: int | None


@dataclass(frozen=True, slots=True)
class Present:
    """One participant as the plan sees them now: playing time so far, the last control they had in this session.

    `covered_ms`: of a recording, how much content of this session they have played.
    """

    played_ms: int
    asked: int
    busy: bool = False
    covered_ms: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """What follows: the draw to keep, and which control of the session to ask now, if any."""

    drawn: Drawn
    ask: int | None = None


def row_of(plan: Plan, session: Session, user_id: UserId) -> UserId:
    """Return under which ID the next moment of a participant is kept: for each session where they choose theirs."""
    if not has_content_parts(plan, session):
        return user_id
    return UserId(f"{user_id}{OF_SESSION}{session.no}")


def user_of(row: UserId) -> UserId:
    """Return whose moment is kept under an ID that `row_of` has made."""
    return UserId(row.partition(OF_SESSION)[0])


def advance(
    plan: Plan, session: Session, drawn: Drawn | None, who: Present, now_ms: int, random: Random
) -> Step:
    """Return the next step of a participant (or of the common moment) present at `now_ms`, which `session` holds.

    A due moment waits while the participant is busy with another prompt.
    """
    if has_content_parts(plan, session):
        return _advance_content(plan, session, drawn, who, random)
    form = _advance_parts if has_parts(plan, session) else _advance_gaps
    return form(plan, session, drawn, who, now_ms, random)


def begin_common(session: Session, ordinal: int, now_ms: int) -> Drawn:
    """Return what is remembered of the common moment of a control, which is now."""
    return Drawn(session.no, ordinal, None, now_ms)


def advance_common(
    plan: Plan,
    session: Session,
    drawn: Drawn | None,
    begun: Drawn | None,
    who: Present,
    now_ms: int,
    random: Random,
) -> Step | None:
    """Return the next step of a participant under the common moment that came last; None when there is nothing yet.

    Who appears while others are still being asked is asked with them.
    """
    if begun is not None and _is_new(plan, session, drawn, begun, now_ms):
        return Step(jitter(plan, begun, now_ms, random))
    return advance_jittered(plan, session, drawn, who, now_ms) if drawn is not None else None


def jitter(plan: Plan, begun: Drawn, now_ms: int, random: Random) -> Drawn:
    """Return one participant's moment after a common moment: not before `now_ms`, not after the widest delay."""
    assert begun.due_ms is not None
    passed_ms = min(max(0, now_ms - begun.due_ms), plan.jitter_ms)
    return replace(begun, due_ms=begun.due_ms + random(passed_ms, plan.jitter_ms))


def advance_jittered(plan: Plan, session: Session, drawn: Drawn, who: Present, now_ms: int) -> Step:
    """Return the next step of a participant with a jittered moment; one that has passed them by is dropped."""
    if drawn.due_ms is None or now_ms < drawn.due_ms:
        return Step(drawn)
    done = replace(drawn, due_ms=None)
    if drawn.session_no != session.no or _passed_by(plan, drawn.due_ms, now_ms):
        return Step(done)
    if who.busy or not may_ask(session, plan.tail_ms, now_ms):
        return Step(drawn)
    return Step(done, drawn.ordinal)


def draw_again(
    plan: Plan, session: Session, ordinal: int, who: Present, now_ms: int, random: Random
) -> Drawn | None:
    """Return another moment for a control that was not delivered; None when its part has no room or there is none.

    With gaps nothing replaces it: the next gap, which runs already, does.
    """
    if has_content_parts(plan, session):
        return _in_content(plan, session, ordinal, who, random)
    if not has_parts(plan, session):
        return None
    low_ms, high_ms = part_window(plan, session, ordinal)
    low_ms = max(low_ms, now_ms)
    return Drawn(session.no, ordinal, None, random(low_ms, high_ms)) if low_ms <= high_ms else None


def _is_new(plan: Plan, session: Session, drawn: Drawn | None, begun: Drawn, now_ms: int) -> bool:
    """Tell whether a common moment whose delays still run has given this participant none yet."""
    assert begun.due_ms is not None
    had = drawn is not None and (drawn.session_no, drawn.ordinal) == (begun.session_no, begun.ordinal)
    return not had and begun.session_no == session.no and now_ms <= begun.due_ms + plan.jitter_ms


def _advance_gaps(
    plan: Plan, session: Session, drawn: Drawn | None, who: Present, now_ms: int, random: Random
) -> Step:
    if drawn is None or drawn.due_played_ms is None:
        return Step(_gap(plan, session, who.asked + 1, who.played_ms, random))
    if drawn.session_no != session.no:
        if not isinstance(session.window, ContentWindow):
            return Step(_carried(session, drawn.due_played_ms, who, random))
        drawn = replace(drawn, session_no=session.no, ordinal=who.asked + 1)
    used_up = plan.per_session is not None and drawn.ordinal > plan.per_session
    due_played_ms = drawn.due_played_ms
    assert due_played_ms is not None
    early = who.played_ms < due_played_ms
    if used_up or early or who.busy or not may_ask(session, plan.draw_tail_ms, now_ms):
        return Step(drawn)
    return Step(_gap(plan, session, drawn.ordinal + 1, who.played_ms, random), drawn.ordinal)


def _gap(plan: Plan, session: Session, ordinal: int, played_ms: int, random: Random) -> Drawn:
    shortest_s, longest_s = plan.gap_s
    return Drawn(session.no, ordinal, played_ms + random(shortest_s * 1000, longest_s * 1000), None)


def _carried(session: Session, due_played_ms: int, who: Present, random: Random) -> Drawn:
    """Take the rest of a gap into the next session; one that ended in between must not be foreseeable."""
    if due_played_ms <= who.played_ms:
        due_played_ms = who.played_ms + random(0, JITTER_MS)
    return Drawn(session.no, who.asked + 1, due_played_ms, None)


def _advance_parts(
    plan: Plan, session: Session, drawn: Drawn | None, who: Present, now_ms: int, random: Random
) -> Step:
    if drawn is None or drawn.session_no != session.no:
        return Step(_in_part(plan, session, who.asked + 1, now_ms, now_ms, random))
    if drawn.due_ms is None:
        over = drawn.due_played_ms is None and drawn.ordinal > (plan.per_session or 0)
        return Step(drawn if over else _in_part(plan, session, drawn.ordinal, now_ms, now_ms, random))
    from_ms, to_ms = part_window(plan, session, drawn.ordinal)
    if not from_ms <= drawn.due_ms <= to_ms or _passed_by(plan, drawn.due_ms, now_ms):
        return Step(_in_part(plan, session, drawn.ordinal, now_ms, now_ms, random))
    if who.busy or now_ms < drawn.due_ms or not may_ask(session, plan.draw_tail_ms, now_ms):
        return Step(drawn)
    later = _in_part(plan, session, drawn.ordinal + 1, now_ms, now_ms + plan.tail_ms, random)
    return Step(later, drawn.ordinal)


def _advance_content(plan: Plan, session: Session, drawn: Drawn | None, who: Present, random: Random) -> Step:
    assert plan.per_session is not None
    if drawn is None:
        drawn = _in_content(plan, session, who.asked + 1, who, random)
    if drawn.due_played_ms is None or who.busy or who.covered_ms < drawn.due_played_ms:
        return Step(drawn)
    return Step(_in_content(plan, session, drawn.ordinal + 1, who, random), drawn.ordinal)


def _in_content(plan: Plan, session: Session, ordinal: int, who: Present, random: Random) -> Drawn:
    """Draw in the part of `ordinal`; in what of it is left, or at once when it has been played."""
    assert plan.per_session is not None
    if ordinal > plan.per_session:
        return Drawn(session.no, ordinal, None, None)
    low_ms, high_ms = content_part(plan, session, ordinal)
    low_ms = max(low_ms, who.covered_ms)
    return Drawn(session.no, ordinal, random(low_ms, high_ms) if low_ms <= high_ms else low_ms, None)


def _in_part(plan: Plan, session: Session, ordinal: int, now_ms: int, wish_ms: int, random: Random) -> Drawn:
    """Draw in the part of `ordinal`, or the first later one with room from `now_ms` on; from `wish_ms` if it has."""
    assert plan.per_session is not None
    for part in range(ordinal, plan.per_session + 1):
        low_ms, high_ms = part_window(plan, session, part)
        low_ms = max(low_ms, now_ms)
        if low_ms <= high_ms:
            return Drawn(session.no, part, None, random(max(low_ms, min(wish_ms, high_ms)), high_ms))
    return Drawn(session.no, plan.per_session + 1, None, None)


def _passed_by(plan: Plan, due_ms: int, now_ms: int) -> bool:
    return now_ms - due_ms > ABSENT_MS + plan.lifetime_s * 1000
