"""Turns what was counted into the report's head: media or event, sessions, and checks with their counts.

It decides nothing: every number here was counted in `outcomes`.
"""

from collections.abc import Iterable

from msgspec import UNSET

from rollcall.actions.statistics.frame import Frame, wall_of
from rollcall.actions.statistics.judging import NO_SESSION, JudgedEvent
from rollcall.actions.statistics.outcomes import Outcomes
from rollcall.store.judging import OutageRow
from rollcall.store.statistics import MediaRow, SessionRow
from rollcall.wire.api.values import rfc3339, rfc3339_or_none
from rollcall.wire.statistics import Check, Event, Media, Outage, Rules, Session


def head(frame: Frame) -> Media | Event:
    """Return what the report is about."""
    if frame.event is None:
        return _media(frame.media[0])
    event = frame.event
    joined = UNSET if event.join_users_by == "none" else event.join_users_by
    return Event(event.code, event.title, event.timezone, [_media(row) for row in frame.media], joined)


def _media(row: MediaRow) -> Media:
    return Media(row.code, row.event_code, row.title, row.kind, row.timezone)


def sessions(frame: Frame) -> list[Session]:
    """Return the sessions in the order of their beginning."""
    codes = _codes(frame)
    return [
        Session(
            id=row.code,
            title=row.title,
            starts_at=rfc3339_or_none(row.starts_ms),
            ends_at=rfc3339_or_none(row.ends_ms),
            duration_ms=_duration_ms(row, frame.now_ms),
            media=codes[row.media_no] if frame.event else UNSET,
            from_ms=UNSET if row.from_ms is None else row.from_ms,
            to_ms=UNSET if row.to_ms is None else row.to_ms,
        )
        for row in frame.sessions
    ]


def checks(frame: Frame, outcomes: Outcomes) -> list[Check]:
    """Return the issued checks with the outcomes of all rows."""
    codes = _codes(frame)
    counts = zip(
        *(outcomes.count(o) for o in ("confirmed", "missed", "undelivered", "not_present")), strict=True
    )
    return [
        Check(
            id=row.code,
            session_id=session_code(frame, position),
            origin=row.origin,
            ordinal=row.ordinal,
            issued_at=rfc3339(row.issued_ms),
            last_issued_at=rfc3339(row.last_issued_ms),
            lifetime_s=row.lifetime_s,
            sound=row.sound,
            confirmed=confirmed,
            missed=missed,
            undelivered=undelivered,
            not_present=not_present,
            media=codes[row.media_no] if frame.event else UNSET,
        )
        for position, (row, (confirmed, missed, undelivered, not_present)) in enumerate(
            zip(frame.checks, counts, strict=True)
        )
    ]


def outages(frame: Frame, found: Iterable[OutageRow]) -> list[Outage]:
    """Return the outages of `found` that touched a session of the clock, or any time for sessions of content."""
    return [
        Outage(rfc3339(row.from_ms), rfc3339(row.to_ms), row.source, row.reason)
        for row in found
        if any(_touches(row, session, frame.now_ms) for session in frame.sessions)
    ]


def rules_of(event: JudgedEvent | None) -> Rules | None:
    """Return by which rules an event is counted."""
    if event is None:
        return None
    constants = event.rules
    return Rules(
        presence_policy=event.policy,
        hidden_counts=event.hidden_counts,
        behind_counts=event.behind_counts,
        gap_ms=constants.gap_ms,
        late_percent=constants.late_percent,
        step_ms=constants.step_ms,
        step_percent=constants.step_percent,
        behind_from_ms=constants.behind_ms,
        unshown_prompts=constants.unshown_prompts,
        present_before_ms=constants.present_before_ms,
    )


def _touches(outage: OutageRow, session: SessionRow, now_ms: int) -> bool:
    if outage.media_no not in (None, session.media_no):
        return False
    window = wall_of(session, now_ms)
    return window is None or (outage.from_ms < window.end and window.start < outage.to_ms)


def _duration_ms(row: SessionRow, now_ms: int) -> int:
    window = wall_of(row, now_ms)
    if window is not None:
        return max(0, window.end - window.start)
    return (row.to_ms or 0) - (row.from_ms or 0)


def _codes(frame: Frame) -> dict[int, str]:
    return {media.no: media.code for media in frame.media}


def session_code(frame: Frame, check: int) -> str | None:
    """Return the public id of the session that a check belongs to."""
    position = frame.session_of_check[check]
    return None if position == NO_SESSION else frame.sessions[position].code
