"""The evidence of one participant, play by play, for a person who judges it. Read only."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from rollcall.domain.ids import MediaNo, PlayNo
from rollcall.store.reviews import Reviewed
from rollcall.store.tables import marks, plays, spans


class PlayRow(NamedTuple):
    """One play; `applied` rows of it are stored."""

    no: PlayNo
    code: str
    identity: str
    opened_ms: int
    last_arrival_ms: int
    applied: int
    rejected: int
    lost: int
    ip: str
    user_agent: str


class SpanRow(NamedTuple):
    """One span of a play."""

    play_no: PlayNo
    start_ms: int
    end_ms: int
    state: str
    visible: bool
    muted: bool
    rate: float
    late: bool
    unverified: bool
    content_from_ms: int
    content_to_ms: int
    first_arrival_ms: int
    last_arrival_ms: int
    bound_ms: int
    media_no: MediaNo


class MarkRow(NamedTuple):
    """One mark of a play."""

    play_no: PlayNo
    mark: str
    check_code: str
    at_ms: int
    arrival_ms: int
    visible: bool
    trusted: bool
    pointer: bool
    answer: str | None
    bound_ms: int


def plays_after(conn: Connection, of: Reviewed, after_no: int, limit: int) -> list[PlayRow]:
    """Return up to `limit` plays of the participant in the order of their opening."""
    c = plays.c
    query = (
        select(*(c[name] for name in PlayRow._fields))
        .where(c.project_no == of.project_no, c.media_no == of.media_no, c.user_id == of.user_id)
        .where(c.no > after_no)
        .order_by(c.no)
        .limit(limit)
    )
    return [PlayRow(*row) for row in conn.execute(query)]


def spans_of(conn: Connection, play_nos: Sequence[PlayNo]) -> dict[PlayNo, list[SpanRow]]:
    """Return the spans of each of these plays in the order of their beginning."""
    c = spans.c
    query = select(*(c[name] for name in SpanRow._fields)).where(c.play_no.in_(play_nos))
    found: dict[PlayNo, list[SpanRow]] = defaultdict(list)
    for row in conn.execute(query.order_by(c.play_no, c.ordinal)):
        found[row.play_no].append(SpanRow(*row))
    return found


def marks_of(conn: Connection, play_nos: Sequence[PlayNo]) -> dict[PlayNo, list[MarkRow]]:
    """Return the marks of each of these plays in their order."""
    c = marks.c
    query = select(*(c[name] for name in MarkRow._fields)).where(c.play_no.in_(play_nos))
    found: dict[PlayNo, list[MarkRow]] = defaultdict(list)
    for row in conn.execute(query.order_by(c.play_no, c.seq)):
        found[row.play_no].append(MarkRow(*row))
    return found
