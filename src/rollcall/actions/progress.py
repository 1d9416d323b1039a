"""What a participant sees of their own record: the statistics of this moment, of one user, by the reference rule."""

from collections import Counter

from rollcall.actions.statistics.frame import session_holding, wall_of
from rollcall.domain.ids import MediaNo, UserId
from rollcall.domain.intervals import Intervals, intersect, length, union
from rollcall.store import check_plans, progress, statistics
from rollcall.store.check_plans import StoredPlan
from rollcall.store.database import Connection, Database
from rollcall.store.statistics import SessionRow
from rollcall.wire.viewer_out import ChecksExpected, Progress, SessionProgress


async def read_progress(db: Database, media_no: MediaNo, user_id: UserId, now_ms: int) -> Progress:
    """Return proven time and checks of one participant at one media, equal to the statistics read at `now_ms`."""
    return await db.read(lambda connection: _progress(connection, media_no, user_id, now_ms))


def _progress(connection: Connection, media_no: MediaNo, user_id: UserId, now_ms: int) -> Progress:
    statistics.freeze(connection)
    project_no = progress.project_of_media(connection, media_no)
    sessions = statistics.sessions(connection, project_no, [media_no])
    proven = union(progress.playing_of(connection, project_no, media_no, user_id))
    ended = Counter(
        (session_holding(sessions, media_no, asked.check_issued_ms), asked.state)
        for asked in progress.asked_of(connection, project_no, media_no, user_id)
    )
    confirmed = sum(count for (_, state), count in ended.items() if state == "confirmed")
    missed = sum(count for (_, state), count in ended.items() if state == "missed")
    windows = [window for row in sessions if (window := wall_of(row, now_ms)) is not None]
    return Progress(
        watched_ms=length(intersect(proven, windows)),
        recovered_ms=0,
        unverified_ms=0,
        voided_ms=0,
        checks_confirmed=confirmed,
        checks_asked=confirmed + missed,
        expected=_expected(check_plans.find_plan(connection, project_no, media_no)),
        sessions=[
            _session(row, proven, ended[position, "confirmed"], ended[position, "missed"], now_ms)
            for position, row in enumerate(sessions)
        ],
    )


def _session(row: SessionRow, proven: Intervals, confirmed: int, missed: int, now_ms: int) -> SessionProgress:
    window = wall_of(row, now_ms)
    return SessionProgress(
        id=row.code,
        title=row.title,
        starts_at_ms=row.starts_ms,
        ends_at_ms=row.ends_ms,
        watched_ms=0 if window is None else length(intersect(proven, (window,))),
        checks_confirmed=confirmed,
        checks_missed=missed,
    )


def _expected(stored: StoredPlan | None) -> ChecksExpected | None:
    """Return what the plan announces; a paused plan announces nothing."""
    if stored is None or stored.paused:
        return None
    if stored.plan.per_session is not None:
        return ChecksExpected(stored.plan.per_session, None)
    return ChecksExpected(None, stored.plan.gap_s)
