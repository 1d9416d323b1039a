"""Check plans and the moments they have drawn: durable, so that a restart forgets nothing and draws nothing twice."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, or_, select, update

from rollcall.domain.checks.draws import Drawn
from rollcall.domain.checks.plan import Plan
from rollcall.domain.ids import MediaNo, ProjectNo, SessionNo, UserId
from rollcall.store.sessions import MediaRef
from rollcall.store.tables import check_plans, media, plan_draws
from rollcall.store.upsert import upsert_into


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """The check plan of one media."""

    of: MediaRef
    plan: Plan
    paused: bool
    created_ms: int
    updated_ms: int


def put_plan(conn: Connection, of: MediaRef, plan: Plan, now_ms: int) -> None:
    """Store the plan of a media in place of the one before; it runs."""
    values = {"settings": asdict(plan), "paused": False, "updated_ms": now_ms}
    row = {
        "media_no": of.no,
        "project_no": of.project_no,
        "event_no": of.event_no,
        "created_ms": now_ms,
        **values,
    }
    statement = upsert_into(conn, check_plans).values(row)
    conn.execute(statement.on_conflict_do_update(index_elements=[check_plans.c.media_no], set_=values))


def find_plan(conn: Connection, project_no: ProjectNo, media_no: MediaNo) -> StoredPlan | None:
    """Return the plan of a media."""
    query = _plans().where(check_plans.c.project_no == project_no, check_plans.c.media_no == media_no)
    row = conn.execute(query).first()
    return _plan(row) if row else None


def hold_plan(conn: Connection, project_no: ProjectNo, media_no: MediaNo) -> StoredPlan | None:
    """Return the plan of a media if it runs, held until the commit."""
    query = _plans().where(
        check_plans.c.project_no == project_no,
        check_plans.c.media_no == media_no,
        check_plans.c.paused.is_(False),
    )
    row = conn.execute(query.with_for_update(of=check_plans)).first()
    return _plan(row) if row else None


def list_running(conn: Connection, visited: Collection[MediaNo]) -> list[StoredPlan]:
    """Return every plan that is not paused; of media that have ended those that somebody visits.

    What is watched after the end earns, so it is asked; where nobody is there is nothing to do.
    """
    query = _plans().where(
        check_plans.c.paused.is_(False),
        media.c.removed_ms.is_(None),
        or_(media.c.ended_ms.is_(None), media.c.no.in_(visited)),
    )
    return [_plan(row) for row in conn.execute(query)]


def set_paused(conn: Connection, of: MediaRef, paused: bool, now_ms: int) -> None:
    """Pause or resume the plan of a media."""
    conn.execute(
        update(check_plans)
        .where(check_plans.c.project_no == of.project_no, check_plans.c.media_no == of.no)
        .values(paused=paused, updated_ms=now_ms)
    )


def delete_plan(conn: Connection, of: MediaRef) -> None:
    """Forget the plan of a media; its checks stay."""
    conn.execute(
        delete(check_plans).where(check_plans.c.project_no == of.project_no, check_plans.c.media_no == of.no)
    )


def draws_of(conn: Connection, media_no: MediaNo) -> dict[UserId, Drawn]:
    """Return the next moment of every participant of a media, and those in common under ids of their own."""
    c = plan_draws.c
    query = select(c.user_id, c.session_no, c.ordinal, c.due_played_ms, c.due_ms)
    return {
        UserId(user_id): Drawn(SessionNo(session_no), ordinal, due_played_ms, due_ms)
        for user_id, session_no, ordinal, due_played_ms, due_ms in conn.execute(
            query.where(c.media_no == media_no)
        )
    }


def put_draws(conn: Connection, of: MediaRef, draws: Mapping[UserId, Drawn]) -> None:
    """Store the next moments of these participants."""
    if not draws:
        return
    statement = upsert_into(conn, plan_draws)
    changed = ("session_no", "ordinal", "due_played_ms", "due_ms")
    common = {"media_no": of.no, "project_no": of.project_no, "event_no": of.event_no}
    conn.execute(
        statement.on_conflict_do_update(
            index_elements=[plan_draws.c.media_no, plan_draws.c.user_id],
            set_={name: statement.excluded[name] for name in changed},
        ),
        [{**common, "user_id": user_id, **asdict(drawn)} for user_id, drawn in draws.items()],
    )


def forget_draws(conn: Connection, of: MediaRef) -> None:
    """Forget every moment drawn: the plan draws anew."""
    conn.execute(delete(plan_draws).where(plan_draws.c.media_no == of.no))


def _plans() -> Select[Any]:
    c, m = check_plans.c, media.c
    return select(
        m.project_no, m.event_no, m.no, m.code, m.kind, m.signal_ms, m.dvr_s, m.dvr_before_s, c.settings,
        c.paused, c.created_ms, c.updated_ms,
    ).join(media, m.no == c.media_no)  # fmt: skip


def _plan(row: Row[Any]) -> StoredPlan:
    settings = dict(row.settings)
    for name in ("every_min", "every_s"):
        if settings[name] is not None:
            settings[name] = tuple(settings[name])
    of = MediaRef(
        row.project_no, row.event_no, row.no, row.code, row.kind, row.signal_ms, row.dvr_s, row.dvr_before_s
    )
    return StoredPlan(of, Plan(**settings), row.paused, row.created_ms, row.updated_ms)
