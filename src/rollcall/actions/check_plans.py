"""The check plan of a media: set, shown, paused, resumed and taken away. Whom it asks when is the job's work."""

from collections.abc import Sequence
from typing import Protocol

from rollcall.actions.sessions import require_media
from rollcall.domain.checks.plan import Plan, shortfall
from rollcall.domain.errors import Malformed, NotFound, Problem
from rollcall.domain.ids import MediaNo, ProjectNo, UserId
from rollcall.domain.sessions import ContentWindow, WallWindow
from rollcall.store import audit, check_plans, sessions
from rollcall.store.check_plans import StoredPlan
from rollcall.store.database import Connection, Database
from rollcall.store.sessions import MediaRef

COMMON = "Each watches this media at their own time, so no moment is the same for all. Give true."


class PlayingTime(Protocol):
    """What a plan asks of the live evidence; the real one is `live/playing.py`."""

    def set_windows(self, media: MediaNo, windows: list[tuple[int, int | None]]) -> None:
        """Count only what falls into these sessions."""

    def set_contents(self, media: MediaNo, contents: Sequence[ContentWindow]) -> None:
        """Count of a recording only what lies in these sessions."""

    def set_reach(self, media: MediaNo, reach_s: int | None) -> None:
        """Count of a broadcast only what can be reached where viewers may go back so far; None = they may not."""

    def expected_ms(self, media: MediaNo, user_id: UserId, now_ms: int) -> int:
        """Return the playing time inside sessions, as it will be proven if the participant plays on until now."""

    def at_most_ms(self, media: MediaNo, user_id: UserId, now_ms: int) -> int:
        """Return what `expected_ms` does not exceed where sessions hold content."""

    def covered_ms(self, media: MediaNo, user_id: UserId, session: ContentWindow, now_ms: int) -> int:
        """Return how much content of a recording's session has been played, expected in the same way."""

    def place(self, media: MediaNo, user_id: UserId, now_ms: int) -> ContentWindow | None:
        """Return which session of a recording somebody is playing."""

    def present(self, media: MediaNo, now_ms: int) -> list[UserId]:
        """Return everybody who is proven to be playing now, or was a moment ago."""


async def put_plan(
    db: Database, project_no: ProjectNo, code: str, plan: Plan, actor: str, now_ms: int
) -> StoredPlan:
    """Let a plan run in place of the one before; moments are drawn anew. Raises NotFound, Malformed."""
    _check_range(plan)

    def put(conn: Connection) -> StoredPlan:
        of = require_media(conn, project_no, code, hold=True)
        if of.is_by_content and not plan.per_participant:
            raise Malformed(Problem("$.per_participant", COMMON))
        _refuse_shortfall(conn, of, plan, now_ms)
        known = check_plans.find_plan(conn, project_no, of.no)
        if known is None or known.plan != plan:
            check_plans.put_plan(conn, of, plan, now_ms)
            check_plans.forget_draws(conn, of)
            audit.record(conn, project_no, actor, "check_plan.put", of.code, now_ms)
        return _require_plan(conn, of)

    return await db.write(put)


async def get_plan(db: Database, project_no: ProjectNo, code: str) -> StoredPlan:
    """Return the plan of a media. Raises NotFound."""
    return await db.read(lambda conn: _require_plan(conn, require_media(conn, project_no, code)))


async def delete_plan(db: Database, project_no: ProjectNo, code: str, actor: str, now_ms: int) -> None:
    """Ask nobody any more; the checks that were issued stay. Raises NotFound."""

    def delete(conn: Connection) -> None:
        of = require_media(conn, project_no, code, hold=True)
        _require_plan(conn, of)
        check_plans.forget_draws(conn, of)
        check_plans.delete_plan(conn, of)
        audit.record(conn, project_no, actor, "check_plan.delete", of.code, now_ms)

    await db.write(delete)


async def set_paused(
    db: Database, project_no: ProjectNo, code: str, paused: bool, actor: str, now_ms: int
) -> StoredPlan:
    """Pause or resume a plan; after a pause moments are drawn anew, so nobody is asked at once. Raises NotFound."""

    def change(conn: Connection) -> StoredPlan:
        of = require_media(conn, project_no, code, hold=True)
        if _require_plan(conn, of).paused != paused:
            check_plans.set_paused(conn, of, paused, now_ms)
            check_plans.forget_draws(conn, of)
            action = "check_plan.pause" if paused else "check_plan.resume"
            audit.record(conn, project_no, actor, action, of.code, now_ms)
        return _require_plan(conn, of)

    return await db.write(change)


def _require_plan(conn: Connection, of: MediaRef) -> StoredPlan:
    stored = check_plans.find_plan(conn, of.project_no, of.no)
    if stored is None:
        raise NotFound("This media has no check plan.")
    return stored


def _check_range(plan: Plan) -> None:
    if (plan.every_min is None) == (plan.every_s is None):
        raise Malformed(Problem("$", "Give exactly one of 'every_min' and 'every_s'."))
    low, high = plan.gap_s
    if low > high:
        path = "$.every_s" if plan.every_s is not None else "$.every_min"
        raise Malformed(Problem(path, "The first number of the range must not be above the second."))


def _refuse_shortfall(conn: Connection, of: MediaRef, plan: Plan, now_ms: int) -> None:
    """Raise Malformed with the arithmetic when a session that is not over cannot hold its controls."""
    for session in sessions.list_sessions(conn, of.project_no, of.no):
        window = session.window
        is_over = isinstance(window, WallWindow) and window.ends_ms is not None and window.ends_ms <= now_ms
        lack = None if is_over else shortfall(plan, session)
        if lack is not None:
            raise Malformed(Problem("$.per_session", lack))
