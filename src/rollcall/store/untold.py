"""Media, sessions and checks that are no longer what webhooks were told last: by a person's hand, or by the hour.

The conditions below find the few candidates by index; what there is to tell is decided in `domain/webhooks/changes`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, or_, select, update

from rollcall.domain.broadcast import State
from rollcall.domain.ids import CheckNo, MediaNo, ProjectNo, SessionNo
from rollcall.domain.webhooks.changes import CheckState, SessionState
from rollcall.store.tables import checks, events, media, sessions


@dataclass(frozen=True, slots=True)
class MediaNamed:
    """A media by its names; `no` is internal."""

    no: MediaNo
    project_no: ProjectNo
    code: str
    title: str
    event: str


@dataclass(frozen=True, slots=True)
class UntoldMedia:
    """A media that may have changed."""

    of: MediaNamed
    told_state: State
    told_signal_ms: int | None
    starts_ms: int | None
    ends_ms: int | None
    started_ms: int | None
    ended_ms: int | None
    signal_ms: int | None


@dataclass(frozen=True, slots=True)
class UntoldSession:
    """A session on the clock that may have changed."""

    of: MediaNamed
    no: SessionNo
    told_state: SessionState
    code: str
    title: str
    revision: int
    starts_ms: int
    ends_ms: int | None
    created_ms: int
    removed_ms: int | None


@dataclass(frozen=True, slots=True)
class UntoldCheck:
    """A check that has changed."""

    of: MediaNamed
    no: CheckNo
    told_state: CheckState
    state: CheckState
    code: str
    session: str | None
    origin: str
    ordinal: int
    kind: str
    lifetime_s: int
    issued_ms: int | None


def has_untold(conn: Connection, now_ms: int) -> bool:
    """Tell whether there is anything to look at."""
    queries = (
        select(media.c.no).where(_state_changed(now_ms)),
        select(media.c.no).where(_signal_changed()),
        select(sessions.c.no).where(_session_changed(now_ms)),
        select(checks.c.no).where(_check_changed()),
    )
    return any(conn.execute(query.limit(1)).first() is not None for query in queries)


def hold_media(conn: Connection, now_ms: int, limit: int) -> list[UntoldMedia]:
    """Return media that may have changed, held until the commit."""
    c = media.c
    query = _named(
        c.told_state, c.told_signal_ms, c.starts_ms, c.ends_ms, c.started_ms, c.ended_ms, c.signal_ms
    ).where(or_(_state_changed(now_ms), _signal_changed()))
    return [UntoldMedia(*_split(row)) for row in _held(conn, query, media, limit)]


def hold_sessions(conn: Connection, now_ms: int, limit: int) -> list[UntoldSession]:
    """Return sessions that may have changed, held until the commit."""
    c = sessions.c
    query = (
        _named(
            c.no,
            c.told_state,
            c.code,
            c.title,
            c.revision,
            c.starts_ms,
            c.ends_ms,
            c.created_ms,
            c.removed_ms,
        )
        .join(sessions, c.media_no == media.c.no)
        .where(_session_changed(now_ms))
    )
    return [UntoldSession(*_split(row)) for row in _held(conn, query, sessions, limit)]


def hold_checks(conn: Connection, limit: int) -> list[UntoldCheck]:
    """Return checks that have changed, held until the commit."""
    c = checks.c
    query = (
        _named(
            c.no, c.told_state, c.state, c.code, sessions.c.code, c.origin, c.ordinal, c.kind, c.lifetime_s,
            c.issued_ms,
        )
        .join(checks, c.media_no == media.c.no)
        .outerjoin(sessions, sessions.c.no == c.session_no)
        .where(_check_changed())
    )  # fmt: skip
    return [UntoldCheck(*_split(row)) for row in _held(conn, query, checks, limit)]


def told_media(conn: Connection, rows: Sequence[tuple[UntoldMedia, State]]) -> None:
    """Note what is told of these media now."""
    changed = (
        update(media)
        .where(media.c.no == bindparam("of"))
        .values(told_state=bindparam("new_state"), told_signal_ms=bindparam("new_signal"))
    )
    if rows:
        conn.execute(
            changed,
            [{"of": row.of.no, "new_state": state, "new_signal": row.signal_ms} for row, state in rows],
        )


def told_sessions(conn: Connection, rows: Iterable[tuple[UntoldSession, SessionState]]) -> None:
    """Note what is told of these sessions now."""
    changed = (
        update(sessions).where(sessions.c.no == bindparam("of")).values(told_state=bindparam("new_state"))
    )
    values = [{"of": row.no, "new_state": state} for row, state in rows]
    if values:
        conn.execute(changed, values)


def told_checks(conn: Connection, rows: Iterable[UntoldCheck]) -> None:
    """Note what is told of these checks now."""
    changed = update(checks).where(checks.c.no == bindparam("of")).values(told_state=bindparam("new_state"))
    values = [{"of": row.no, "new_state": row.state} for row in rows]
    if values:
        conn.execute(changed, values)


def media_named(conn: Connection, numbers: Iterable[MediaNo]) -> dict[MediaNo, MediaNamed]:
    """Return these media by their names."""
    query = _named().where(media.c.no.in_(set(numbers)))
    return {row.no: MediaNamed(*row) for row in conn.execute(query)}


def _state_changed(now_ms: int) -> ColumnElement[bool]:
    c = media.c
    is_over = or_(c.ended_ms.is_not(None), c.ends_ms <= now_ms)
    begun = or_(c.started_ms.is_not(None), c.starts_ms <= now_ms)
    goes_on = and_(c.ended_ms.is_(None), or_(c.ends_ms.is_(None), c.ends_ms > now_ms))
    return or_(
        and_(c.told_state == "planned", or_(is_over, begun)),
        and_(c.told_state == "live", or_(is_over, ~func.coalesce(begun, False))),
        and_(c.told_state == "ended", goes_on),
    )


def _signal_changed() -> ColumnElement[bool]:
    return media.c.told_signal_ms.is_distinct_from(media.c.signal_ms)


def _session_changed(now_ms: int) -> ColumnElement[bool]:
    c = sessions.c
    is_over = or_(c.removed_ms.is_not(None), c.ends_ms <= now_ms)
    goes_on = and_(c.removed_ms.is_(None), or_(c.ends_ms.is_(None), c.ends_ms > now_ms))
    return and_(
        c.starts_ms.is_not(None),
        or_(
            and_(c.told_state == "planned", or_(is_over, c.starts_ms <= now_ms)),
            and_(c.told_state == "running", or_(is_over, c.starts_ms > now_ms)),
            and_(c.told_state == "over", goes_on),
        ),
    )


def _check_changed() -> ColumnElement[bool]:
    return checks.c.told_state != checks.c.state


def _named(*columns: ColumnElement[Any]) -> Select[Any]:
    m = media.c
    query: Select[Any] = select(m.no, m.project_no, m.code, m.title, events.c.code, *columns)
    return query.select_from(media).join(events, events.c.no == m.event_no)


def _held(conn: Connection, query: Select[Any], table: Any, limit: int) -> Iterable[Any]:
    return conn.execute(query.order_by(table.c.no).limit(limit).with_for_update(of=table, skip_locked=True))


def _split(row: Any) -> tuple[Any, ...]:
    return (MediaNamed(*row[:5]), *row[5:])
