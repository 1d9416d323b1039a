"""Who is stopped: participants of an event that stops counting after a miss, not back since. Read only."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from rollcall.domain.ids import CheckId, EventNo, MediaNo, UserId
from rollcall.domain.judging import PresencePolicy
from rollcall.store.database import chunks
from rollcall.store.tables import checks, events, marks, media, prompts, sessions


@dataclass(frozen=True, slots=True)
class StoppingEvent:
    """An event whose policy stops counting, with all its media."""

    no: EventNo
    policy: PresencePolicy
    media: tuple[MediaNo, ...]


class Stop(NamedTuple):
    """The last missed check, and from when nothing counts."""

    check: CheckId
    since_ms: int


@dataclass(frozen=True, slots=True)
class _Miss:
    check: CheckId
    expired_ms: int
    closed_ms: int
    session_starts_ms: int | None


def stopping_events(conn: Connection, event_nos: Iterable[EventNo]) -> list[StoppingEvent]:
    """Return which of these events stop counting after a miss."""
    return _stopping(conn, events.c.no.in_(list(event_nos)))


def stopping_events_of_media(conn: Connection, media_no: MediaNo) -> list[StoppingEvent]:
    """Return the event of a media, if it stops counting after a miss."""
    of_media = select(media.c.event_no).where(media.c.no == media_no).scalar_subquery()
    return _stopping(conn, events.c.no == of_media)


def stops_of(conn: Connection, event: StoppingEvent, users: Collection[UserId]) -> dict[UserId, Stop]:
    """Return who of these participants is stopped: a miss after their last confirmation or return."""
    found: dict[UserId, Stop] = {}
    for some in chunks(sorted(users)):
        misses = _misses(conn, event, some)
        if not misses:
            continue
        confirmed, resumed = _confirmed(conn, event, list(misses)), _resumed(conn, misses)
        for user_id, missed in misses.items():
            confirmed_ms = confirmed.get(user_id, 0)
            back_ms = max(confirmed_ms, resumed.get(user_id, 0))
            if since := [miss for miss in missed if miss.expired_ms > back_ms]:
                found[user_id] = Stop(since[-1].check, _since_ms(event.policy, since[0], confirmed_ms))
    return found


def _since_ms(policy: PresencePolicy, miss: _Miss, confirmed_ms: int) -> int:
    if policy == "stop_until_confirmed" or miss.session_starts_ms is None:
        return miss.expired_ms
    return max(miss.session_starts_ms, confirmed_ms)


def _stopping(conn: Connection, which: ColumnElement[bool]) -> list[StoppingEvent]:
    query = (
        select(events.c.no, events.c.presence_policy, media.c.no)
        .join(media, media.c.event_no == events.c.no)
        .where(which, events.c.presence_policy != "record")
        .order_by(events.c.no, media.c.no)
    )
    found: dict[tuple[EventNo, PresencePolicy], list[MediaNo]] = {}
    for event_no, policy, media_no in conn.execute(query):
        found.setdefault((event_no, policy), []).append(media_no)
    return [StoppingEvent(event_no, policy, tuple(of)) for (event_no, policy), of in found.items()]


def _misses(conn: Connection, event: StoppingEvent, users: Collection[UserId]) -> dict[UserId, list[_Miss]]:
    c = prompts.c
    query = (
        select(
            c.user_id,
            checks.c.code,
            c.expired_ms,
            func.coalesce(c.closed_ms, c.expired_ms),
            sessions.c.starts_ms,
        )
        .join(checks, checks.c.no == c.check_no)
        .outerjoin(sessions, sessions.c.no == checks.c.session_no)
        .where(*_of(event, users), c.state == "missed", c.expired_ms.is_not(None))
        .order_by(c.expired_ms, c.check_no)
    )
    found: dict[UserId, list[_Miss]] = {}
    for user_id, *miss in conn.execute(query):
        found.setdefault(user_id, []).append(_Miss(*miss))
    return found


def _confirmed(conn: Connection, event: StoppingEvent, users: Collection[UserId]) -> dict[UserId, int]:
    c = prompts.c
    query = select(c.user_id, func.max(c.confirmed_ms)).where(*_of(event, users), c.state == "confirmed")
    return {UserId(user_id): at_ms for user_id, at_ms in conn.execute(query.group_by(c.user_id))}


def _resumed(conn: Connection, misses: dict[UserId, list[_Miss]]) -> dict[UserId, int]:
    """Return when each was last back from a check that they named, never before its miss was decided."""
    c = marks.c
    named = {(miss.check, user_id): miss for user_id, missed in misses.items() for miss in missed}
    query = select(c.check_code, c.user_id, func.max(c.at_ms)).where(
        c.check_code.in_({check for check, _ in named}), c.user_id.in_(list(misses)), c.mark == "resume"
    )
    found: dict[UserId, int] = {}
    for check, user_id, at_ms in conn.execute(query.group_by(c.check_code, c.user_id)):
        if (miss := named.get((check, user_id))) is not None:
            found[user_id] = max(at_ms, miss.closed_ms, found.get(user_id, 0))
    return found


def _of(event: StoppingEvent, users: Collection[UserId]) -> tuple[Any, ...]:
    return prompts.c.media_no.in_(event.media), prompts.c.user_id.in_(users)
