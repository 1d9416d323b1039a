"""What flags are judged by: marks, spans, plays and prompts of those who may have to be looked at. Read only.

Every query is narrowed to media that somebody watches now, or to what has come in since the last look.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, or_, select

from rollcall.domain.credit.reach import DRIFT_MS, back_ms
from rollcall.domain.credit.spans import PROGRAMME_MS
from rollcall.domain.flags.answers import Seen
from rollcall.domain.flags.presence import Stretch
from rollcall.domain.ids import CheckId, EventNo, MediaNo, ProjectNo, UserId
from rollcall.domain.intervals import Interval
from rollcall.store.database import chunks
from rollcall.store.outages import concerns
from rollcall.store.tables import checks, marks, media, outages, plays, prompts, spans


@dataclass(frozen=True, slots=True)
class Subject:
    """A participant of a media."""

    project_no: ProjectNo
    event_no: EventNo
    media_no: MediaNo
    user_id: UserId


@dataclass(frozen=True, slots=True)
class FreshAnswer:
    """An answer that has just come in, and from where."""

    of: Subject
    check: CheckId
    at_ms: int
    address: str


@dataclass(frozen=True, slots=True)
class Undisplayed:
    """A prompt that no player says it has displayed."""

    of: Subject
    check: CheckId
    issued_ms: int


@dataclass(frozen=True, slots=True)
class Quiet:
    """A participant whose plays have not fetched the picture of late. `since_ms`: when it could have been fetched."""

    of: Subject
    since_ms: int
    fetched_ms: int | None


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A participant who played for `claimed_ms`, between two moments, what of a broadcast could not be had then."""

    of: Subject
    claimed_ms: int
    first_ms: int
    last_ms: int


def media_watched_since(conn: Connection, since_ms: int) -> set[MediaNo]:
    """Return the media that any play has reported to since then: for the first look after a start."""
    query = select(plays.c.media_no).where(plays.c.last_arrival_ms >= since_ms).distinct()
    return set(conn.execute(query).scalars())


def fresh_answers(conn: Connection, since_ms: int) -> list[FreshAnswer]:
    """Return the answers that arrived since then."""
    m = marks.c
    query = (
        select(m.project_no, m.event_no, m.media_no, m.user_id, m.check_code, m.at_ms, plays.c.ip)
        .join(plays, plays.c.no == m.play_no)
        .where(m.arrival_ms >= since_ms, m.mark == "answered")
    )
    return [FreshAnswer(Subject(*row[:4]), *row[4:]) for row in conn.execute(query)]


def marks_of(conn: Connection, event_no: EventNo, users: Collection[UserId]) -> dict[UserId, list[Seen]]:
    """Return what these participants' players reported of every prompt of an event."""
    m = marks.c
    found: dict[UserId, list[Seen]] = {}
    for some in chunks(sorted(users)):
        query: Select[Any] = (
            select(plays.c.user_id, m.play_no, m.media_no, m.seq, m.mark, m.check_code, m.at_ms, m.pointer)
            .join(plays, plays.c.no == m.play_no)
            .where(plays.c.event_no == event_no, plays.c.user_id.in_(some))
            .where(m.mark.in_(("received", "shown", "answered")))
        )
        for user_id, *mark in conn.execute(query):
            found.setdefault(UserId(user_id), []).append(Seen(*mark))
    return found


def undisplayed(
    conn: Connection, media_nos: Collection[MediaNo], issued_from_ms: int, issued_to_ms: int
) -> list[Undisplayed]:
    """Return the prompts of these media, issued within that time, that were neither displayed nor cancelled."""
    p = prompts.c
    query = (
        select(p.project_no, p.event_no, p.media_no, p.user_id, checks.c.code, p.issued_ms)
        .join(checks, checks.c.no == p.check_no)
        .where(p.media_no.in_(media_nos), p.issued_ms.between(issued_from_ms, issued_to_ms))
        .where(p.state.in_(("issued", "undelivered")), p.shown_ms.is_(None), p.received_ms.is_(None))
    )
    return [Undisplayed(Subject(*row[:4]), *row[4:]) for row in conn.execute(query)]


def quiet_players(
    conn: Connection, media_nos: Collection[MediaNo], heard_ms: int, quiet_ms: int
) -> list[Quiet]:
    """Return who reports since `heard_ms` although nothing was fetched for them since `quiet_ms`.

    Only for media whose picture is on and of which somebody else's requests were seen since `heard_ms`.
    """
    p = plays.c
    fetched_ms = func.max(p.fetched_ms)
    opened_ms = func.min(case((p.last_arrival_ms >= heard_ms, p.opened_ms)))
    seen = select(p.media_no).where(p.media_no.in_(media_nos), p.fetched_ms >= heard_ms).distinct()
    query = (
        select(p.project_no, p.event_no, p.media_no, p.user_id, opened_ms, media.c.signal_ms, fetched_ms)
        .join(media, media.c.no == p.media_no)
        .where(p.media_no.in_(seen), media.c.signal_ms.is_not(None))
        .group_by(p.project_no, p.event_no, p.media_no, p.user_id, media.c.signal_ms)
        .having(opened_ms.is_not(None), or_(fetched_ms.is_(None), fetched_ms < quiet_ms))
    )
    return [
        Quiet(Subject(*of), max(opened, signal_ms), fetched)
        for *of, opened, signal_ms, fetched in conn.execute(query)
    ]


def out_of_reach(
    conn: Connection, media_nos: Collection[MediaNo], since_ms: int, least_ms: int
) -> list[Unreachable]:
    """Return who reports since then and played for so long what of these broadcasts nobody could reach."""
    p, s, m = plays.c, spans.c, media.c
    reach_s = case((m.dvr_s > m.dvr_before_s, m.dvr_s), else_=m.dvr_before_s)
    back = reach_s * 1000 + back_ms(0)
    old = (s.start_ms - s.content_from_ms, s.end_ms - s.content_to_ms)
    claimed_ms = func.sum(s.end_ms - s.start_ms)
    query = (
        select(
            p.project_no, p.event_no, p.media_no, p.user_id, claimed_ms, func.min(s.start_ms), func.max(s.end_ms)
        )
        .join(spans, s.play_no == p.no)
        .join(media, m.no == p.media_no)
        .where(p.media_no.in_(media_nos), p.last_arrival_ms >= since_ms, m.dvr_s > 0)
        .where(s.state == "playing", s.unverified.is_(False), s.content_from_ms >= PROGRAMME_MS)
        .where(or_(*(each < -DRIFT_MS for each in old), *(each > back for each in old)))
        .group_by(p.project_no, p.event_no, p.media_no, p.user_id)
        .having(claimed_ms >= least_ms)
    )  # fmt: skip
    return [
        Unreachable(Subject(*of), int(claimed), first_ms, last_ms)
        for *of, claimed, first_ms, last_ms in conn.execute(query)
    ]


def travellers(conn: Connection, media_nos: Collection[MediaNo], since_ms: int) -> list[Subject]:
    """Return who has watched the events of these media from several addresses, and reports since then.

    The media is the one of the event that they opened first.
    """
    p = plays.c
    events = select(media.c.event_no).where(media.c.no.in_(media_nos))
    query = (
        select(p.project_no, p.event_no, func.min(p.media_no), p.user_id)
        .where(p.event_no.in_(events))
        .group_by(p.project_no, p.event_no, p.user_id)
        .having(func.count(p.ip.distinct()) > 1, func.max(p.last_arrival_ms) >= since_ms)
    )
    return [Subject(*row) for row in conn.execute(query)]


def stretches_of(
    conn: Connection, event_no: EventNo, users: Collection[UserId], since_ms: int
) -> dict[UserId, list[Stretch]]:
    """Return what these participants' plays reported at an event since then."""
    found: dict[UserId, list[Stretch]] = {}
    s, p = spans.c, plays.c
    playing = and_(s.state == "playing", s.unverified.is_(False))
    for some in chunks(sorted(users)):
        query: Select[Any] = (
            select(
                p.user_id, p.no, p.media_no, p.opened_ms, p.ip, s.start_ms, s.end_ms, playing, s.visible,
                s.late.is_(False),
            )
            .join(spans, s.play_no == p.no)
            .where(p.event_no == event_no, p.user_id.in_(some), s.end_ms >= since_ms)
        )  # fmt: skip
        for user_id, *stretch in conn.execute(query):
            found.setdefault(UserId(user_id), []).append(Stretch(*stretch))
    return found


def outages_since(conn: Connection, of: Subject, since_ms: int) -> list[Interval]:
    """Return the outages that concern a media since then, declared ones too."""
    o = outages.c
    query = select(o.from_ms, o.to_ms).where(
        o.to_ms >= since_ms,
        o.withdrawn_ms.is_(None),
        concerns(of.project_no, of.event_no),
        or_(o.media_no.is_(None), o.media_no == of.media_no),
    )
    return [Interval(*row) for row in conn.execute(query)]
