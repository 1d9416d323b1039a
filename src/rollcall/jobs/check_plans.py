"""Each second: draws the moments of running check plans and issues the prompts that are due.

Moments are decided in `domain/checks/draws` and kept in the database, so that a restart goes on where it was; nothing
about the future leaves the server. Each node does this for the people connected to it; where several draw at once, what
is stored first holds. It knows no evidence but who is playing now and for how long.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from secrets import SystemRandom
from typing import TypeVar

from rollcall.actions import delivery
from rollcall.actions.check_plans import PlayingTime
from rollcall.base.clock import Clock
from rollcall.base.secrets import new_code
from rollcall.domain.checks import draws as rules
from rollcall.domain.checks.draws import BEGUN, EVERYBODY, Drawn, Present, Random, Step
from rollcall.domain.checks.plan import has_content_parts, has_parts
from rollcall.domain.ids import CheckId, MediaNo, UserId
from rollcall.domain.sessions import (
    ContentWindow,
    Session,
    WallWindow,
    Window,
    as_content,
    elapsed_ms,
    session_at,
)
from rollcall.live.hub import Hub
from rollcall.store import check_plans, checks, sessions
from rollcall.store.check_counts import last_controls, lost_controls
from rollcall.store.check_plans import StoredPlan
from rollcall.store.checks import Check, Wording
from rollcall.store.database import Connection, Database
from rollcall.store.open_prompts import users_asked_now
from rollcall.store.sessions import MediaRef

Axis = TypeVar("Axis", WallWindow, ContentWindow)
UNFORESEEN: Random = SystemRandom().randint


@dataclass(frozen=True, slots=True)
class _Stage:
    """What one media's plan stands on at this moment."""

    stored: StoredPlan
    session: Session
    sessions: Sequence[Session]
    draws: Mapping[UserId, Drawn]
    busy: frozenset[UserId]
    asked: Mapping[UserId, int]
    lost: Mapping[UserId, int]


async def run_once(
    db: Database,
    hub: Hub,
    playing: PlayingTime,
    clock: Clock,
    random: Random = UNFORESEEN,
) -> None:
    """Bring every running plan up to date. Whoever serves leaves `random` as it is."""
    visited = [media_no for media_no, room in hub.rooms() if room.is_visited()]
    for stored in await db.read(lambda conn: check_plans.list_running(conn, visited)):
        await run_plan(db, hub, playing, stored, clock.now_ms(), random)


async def run_plan(
    db: Database, hub: Hub, playing: PlayingTime, stored: StoredPlan, now_ms: int, random: Random
) -> None:
    """Bring one plan up to date: draw for whoever is new, ask whoever is due."""
    of = stored.of
    current = await db.read(lambda conn: _sessions(conn, of))
    playing.set_windows(of.no, [(w.starts_ms, w.ends_ms) for w in _windows(current, WallWindow)])
    playing.set_reach(of.no, of.reach_s)
    playing.set_contents(of.no, _windows(current, ContentWindow))
    if not current:
        return
    connected = hub.room(of.no).lately()  # who comes for a moment now and then can be asked too
    present = [user_id for user_id in playing.present(of.no, now_ms) if user_id in connected]
    # A moment in a part of a session's content is no playing time, and there is one in each session.
    if of.is_by_content and present and not any(has_content_parts(stored.plan, each) for each in current):
        draws = await db.read(lambda conn: check_plans.draws_of(conn, of.no))
        present = [user_id for user_id in present if _may_be_due(playing, of.no, draws, user_id, now_ms)]
    for session, users in _by_session(playing, of.no, current, present, now_ms):
        stage = await db.read(partial(_read, stored, session, current, now_ms))
        people = {user_id: _seen(playing, stage, user_id, now_ms) for user_id in users}
        steps = _steps(stage, people, now_ms, random)
        if steps:
            for check, asked in await db.write(partial(_store, stage, steps, now_ms)):
                await delivery.deliver(db, hub, check, asked, now_ms)


def _sessions(conn: Connection, of: MediaRef) -> list[Session]:
    """Return the sessions of a media as plans see them: where each watches at their own time, of content."""
    found = sessions.list_sessions(conn, of.project_no, of.no)
    if not of.is_by_content:
        return found
    return [replace(session, window=as_content(session.window)) for session in found]


def _windows(current: Iterable[Session], axis: type[Axis]) -> list[Axis]:
    return [session.window for session in current if isinstance(session.window, axis)]


def _by_session(
    playing: PlayingTime, media: MediaNo, current: Sequence[Session], present: Sequence[UserId], now_ms: int
) -> list[tuple[Session, list[UserId]]]:
    """Return the sessions of now: the one of the clock with all who are present, of content each with its own."""
    running = session_at(current, now_ms)
    if running is not None:
        return [(running, list(present))]
    if not _windows(current, ContentWindow):
        return []
    places: dict[Window | None, list[UserId]] = {}
    for user_id in present:
        places.setdefault(playing.place(media, user_id, now_ms), []).append(user_id)
    return [(session, places[session.window]) for session in current if session.window in places]


def _may_be_due(
    playing: PlayingTime, media: MediaNo, draws: Mapping[UserId, Drawn], user_id: UserId, now_ms: int
) -> bool:
    """Tell whether it is worth looking where somebody is: most people's gaps are long, and that is cheap to see."""
    drawn = draws.get(user_id)
    if drawn is None or drawn.due_played_ms is None:
        return True
    return playing.at_most_ms(media, user_id, now_ms) >= drawn.due_played_ms


def _seen(playing: PlayingTime, stage: _Stage, user_id: UserId, now_ms: int) -> Present:
    media, window = stage.stored.of.no, stage.session.window
    return Present(
        playing.expected_ms(media, user_id, now_ms),
        stage.asked.get(user_id, 0),
        user_id in stage.busy,
        playing.covered_ms(media, user_id, window, now_ms) if isinstance(window, ContentWindow) else 0,
    )


def _read(
    stored: StoredPlan, session: Session, current: Sequence[Session], now_ms: int, conn: Connection
) -> _Stage:
    of, plan = stored.of, stored.plan
    parts = has_parts(plan, session) or has_content_parts(plan, session)
    return _Stage(
        stored,
        session,
        current,
        check_plans.draws_of(conn, of.no),
        frozenset(users_asked_now(conn, of.no, now_ms)),
        last_controls(conn, of.project_no, session.no),
        lost_controls(conn, of.project_no, session.no) if parts else {},
    )


def _steps(
    stage: _Stage, people: Mapping[UserId, Present], now_ms: int, random: Random
) -> dict[UserId, Step]:
    """Return the steps that change something, under the IDs under which their moments are kept."""
    plan, session = stage.stored.plan, stage.session
    if not plan.per_participant:
        return _common_steps(stage, people, now_ms, random)
    steps = {}
    for user_id, who in people.items():
        row = rules.row_of(plan, session, user_id)
        drawn = _again(stage, user_id, who, now_ms, random) or stage.draws.get(row)
        step = rules.advance(plan, session, drawn, who, now_ms, random)
        if step.drawn != stage.draws.get(row):
            steps[row] = step
    return steps


def _common_steps(
    stage: _Stage, people: Mapping[UserId, Present], now_ms: int, random: Random
) -> dict[UserId, Step]:
    plan, session, draws = stage.stored.plan, stage.session, stage.draws
    everybody = Present(elapsed_ms(stage.sessions, now_ms), max(stage.asked.values(), default=0))
    common = rules.advance(plan, session, draws.get(EVERYBODY), everybody, now_ms, random)
    begun = draws.get(BEGUN)
    if common.ask is not None:
        begun = rules.begin_common(session, common.ask, now_ms)
    steps: dict[UserId, Step | None] = {EVERYBODY: Step(common.drawn)}
    steps[BEGUN] = None if begun is None else Step(begun)
    for user_id, who in people.items():
        steps[user_id] = rules.advance_common(plan, session, draws.get(user_id), begun, who, now_ms, random)
    return {who: step for who, step in steps.items() if step is not None and step.drawn != draws.get(who)}


def _again(stage: _Stage, user_id: UserId, who: Present, now_ms: int, random: Random) -> Drawn | None:
    """Return the replacement of a control that was lost on its way, if its part still has room."""
    plan, session = stage.stored.plan, stage.session
    ordinal, drawn = stage.lost.get(user_id), stage.draws.get(rules.row_of(plan, session, user_id))
    if ordinal is None or drawn is None or drawn.session_no != session.no or drawn.ordinal <= ordinal:
        return None
    return rules.draw_again(plan, session, ordinal, who, now_ms, random)


def _store(
    stage: _Stage, steps: Mapping[UserId, Step], now_ms: int, conn: Connection
) -> list[tuple[Check, list[UserId]]]:
    """Make draws and prompts durable and return whom to send what; nothing when plan or session have changed.

    Nor for a participant whose moment another node has moved since it was read: their step is decided there.
    """
    of = stage.stored.of
    if check_plans.hold_plan(conn, of.project_no, of.no) != stage.stored:
        return []
    if stage.session not in _sessions(conn, of):
        return []
    draws = check_plans.draws_of(conn, of.no)
    steps = {who: step for who, step in steps.items() if draws.get(who) == stage.draws.get(who)}
    check_plans.put_draws(conn, of, {user_id: step.drawn for user_id, step in steps.items()})
    due: dict[int, list[UserId]] = {}
    for row, step in steps.items():
        if step.ask is not None:
            due.setdefault(step.ask, []).append(rules.user_of(row))
    asked = []
    for ordinal, users in due.items():
        check = _control(conn, stage, ordinal, now_ms)
        if check.state != "cancelled":
            checks.note_issue(conn, check, stage.session.no, now_ms)
            delivery.issue(conn, check, users, check.lifetime_s * 1000, now_ms)
            asked.append((check, users))
    return asked


def _control(conn: Connection, stage: _Stage, ordinal: int, now_ms: int) -> Check:
    """Return the check of this control of the session, made at its first prompt."""
    of, plan, session = stage.stored.of, stage.stored.plan, stage.session
    found = checks.find_control(conn, of.project_no, session.no, ordinal)
    if found is not None:
        return found
    wording = Wording("click", plan.lifetime_s, plan.sound, None)
    return checks.add_check(
        conn,
        of,
        CheckId(new_code()),
        wording,
        now_ms,
        origin="plan",
        session_no=session.no,
        ordinal=ordinal,
    )
