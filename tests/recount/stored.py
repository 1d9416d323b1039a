"""What the second count reads: stored rows as they are, by plain SQL, for the media of one report."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, text


class Span(NamedTuple):
    """A span with whose it is."""

    user_id: str
    signed: bool
    media_no: int
    play_no: int
    ordinal: int
    state: str
    visible: bool
    muted: bool
    late: bool
    unverified: bool
    rate: float
    content_from_ms: int
    content_to_ms: int
    start_ms: int
    end_ms: int
    first_arrival_ms: int

    @property
    def is_live(self) -> bool:
        """Tell whether it came in time."""
        return not self.late and not self.unverified

    @property
    def in_step(self) -> bool:
        """Tell whether the content advanced as the clock did: within 2 s and a tenth."""
        expected = (self.end_ms - self.start_ms) * self.rate
        return abs(self.content_to_ms - self.content_from_ms - expected) <= 2_000 + expected / 10


class Session(NamedTuple):
    """A session that is not removed."""

    code: str
    media_no: int
    starts_ms: int | None
    ends_ms: int | None
    from_ms: int | None
    to_ms: int | None


class Check(NamedTuple):
    """A check that was issued."""

    no: int
    code: str
    media_no: int
    origin: str
    state: str
    issued_ms: int
    last_issued_ms: int
    lifetime_s: int


class Prompt(NamedTuple):
    """A check as asked of one participant."""

    check_no: int
    user_id: str
    state: str
    late: bool
    issued_ms: int
    lifetime_ms: int
    shown_ms: int | None
    confirmed_ms: int | None
    closed_ms: int | None
    expired_ms: int | None
    is_unshown: bool


class Mark(NamedTuple):
    """A mark of a play."""

    play_no: int
    seq: int
    user_id: str
    mark: str
    check_code: str
    at_ms: int
    bound_ms: int
    arrival_ms: int


@dataclass(frozen=True)
class Stored:
    """Everything that one report rests on. `member` are the pairs (user, media) that have rows in it."""

    is_event: bool
    event: Any
    media: Sequence[Any]
    spans: list[Span]
    sessions: list[Session]
    checks: list[Check]
    prompts: list[Prompt]
    marks: list[Mark]
    outages: Sequence[Any]
    reviews: Sequence[Any]
    event_media: Sequence[Any]
    event_spans: list[Span]
    event_sessions: list[Session]
    event_checks: list[Check]
    event_prompts: list[Prompt]
    event_marks: list[Mark]
    emails: dict[str, str]
    listed: set[tuple[str, int]]
    played: set[tuple[str, int]]

    @property
    def member(self) -> set[tuple[str, int]]:
        return self.listed | self.played


SPANS = """
    SELECT p.user_id, p.identity = 'signed', s.media_no, s.play_no, s.ordinal, s.state, s.visible, s.muted, s.late,
           s.unverified, s.rate, s.content_from_ms, s.content_to_ms, s.start_ms, s.end_ms, s.first_arrival_ms
    FROM spans s JOIN plays p ON p.no = s.play_no WHERE s.media_no = :media ORDER BY s.play_no, s.ordinal
"""
SESSIONS = """
    SELECT code, media_no, starts_ms, ends_ms, from_ms, to_ms FROM sessions
    WHERE media_no = :media AND removed_ms IS NULL ORDER BY no
"""
CHECKS = """
    SELECT no, code, media_no, origin, state, issued_ms, COALESCE(last_issued_ms, issued_ms), lifetime_s FROM checks
    WHERE media_no = :media AND issued_ms IS NOT NULL ORDER BY issued_ms, no
"""
PROMPTS = """
    SELECT check_no, user_id, state, late, issued_ms, lifetime_ms, shown_ms, confirmed_ms, closed_ms,
           expired_ms, unshown FROM prompts
    WHERE media_no = :media
"""
MARKS = """
    SELECT play_no, seq, user_id, mark, check_code, at_ms, bound_ms, arrival_ms FROM marks
    WHERE media_no = :media ORDER BY play_no, seq
"""
LISTED = """
    SELECT DISTINCT p.user_id, m.media_no FROM participants p JOIN lists l ON l.no = p.list_no
    JOIN list_media m ON m.list_no = l.no
    WHERE m.media_no = :media AND p.removed_ms IS NULL AND l.removed_ms IS NULL
"""
EMAILS = """
    SELECT p.user_id, p.email FROM participants p JOIN list_media m ON m.list_no = p.list_no
    WHERE m.media_no = :media AND p.email IS NOT NULL
"""
PLAYED = "SELECT DISTINCT user_id, media_no FROM plays WHERE media_no = :media"
OUTAGES = """
    SELECT from_ms, to_ms, event_no, media_no, project_no FROM outages WHERE withdrawn_ms IS NULL
    AND (project_no IS NULL OR project_no = (SELECT project_no FROM events WHERE no = :event))
    AND (event_no IS NULL OR event_no = :event)
"""
REVIEWS = """
    SELECT media_no, user_id, from_ms, to_ms, counts FROM reviews WHERE event_no = :event ORDER BY no
"""


def read_stored(conn: Connection, code: str) -> Stored:
    """Return the rows behind the report of a media or an event."""
    media = conn.execute(text("SELECT * FROM media WHERE code = :code"), {"code": code}).mappings().all()
    is_event = not media
    if is_event:
        of_event = (
            "SELECT * FROM media WHERE event_no = (SELECT no FROM events WHERE code = :code) ORDER BY no"
        )
        media = conn.execute(text(of_event), {"code": code}).mappings().all()
    event_no = media[0]["event_no"]
    event = conn.execute(text("SELECT * FROM events WHERE no = :no"), {"no": event_no}).mappings().one()

    of_no = "SELECT * FROM media WHERE event_no = :no ORDER BY no"
    every = conn.execute(text(of_no), {"no": event_no}).mappings().all()

    def each(query: str, of: Sequence[Any] = media) -> list[Any]:
        return [row for m in of for row in conn.execute(text(query), {"media": m["no"]})]

    def of_event_(query: str) -> list[Any]:
        return list(conn.execute(text(query), {"event": event_no}))

    return Stored(
        is_event=is_event,
        event=event,
        media=media,
        spans=[Span(*row) for row in each(SPANS)],
        sessions=[Session(*row) for row in each(SESSIONS)],
        checks=[Check(*row) for row in each(CHECKS)],
        prompts=[Prompt(*row) for row in each(PROMPTS)],
        marks=[Mark(*row) for row in each(MARKS)],
        outages=of_event_(OUTAGES),
        reviews=of_event_(REVIEWS),
        event_media=every,
        event_spans=[Span(*row) for row in each(SPANS, every)],
        event_sessions=[Session(*row) for row in each(SESSIONS, every)],
        event_checks=[Check(*row) for row in each(CHECKS, every)],
        event_prompts=[Prompt(*row) for row in each(PROMPTS, every)],
        event_marks=[Mark(*row) for row in each(MARKS, every)],
        emails=dict(each(EMAILS)),
        listed={(user_id, media_no) for user_id, media_no in each(LISTED)},
        played={(user_id, media_no) for user_id, media_no in each(PLAYED)},
    )


def read_evidence(
    conn: Connection, event_no: int
) -> tuple[dict[int, list[Span]], dict[int, set[tuple[int, int]]]]:
    """Return the spans of each play of an event, and its marks as (seq, moment)."""
    spans: dict[int, list[Span]] = {}
    for row in conn.execute(
        text(SPANS.replace("s.media_no = :media", "s.event_no = :event")), {"event": event_no}
    ):
        spans.setdefault(row.play_no, []).append(Span(*row))
    marks: dict[int, set[tuple[int, int]]] = {}
    for no, seq, at_ms in conn.execute(text(MOMENTS), {"event": event_no}):
        marks.setdefault(no, set()).add((seq, at_ms))
    return spans, marks


MOMENTS = "SELECT play_no, seq, at_ms FROM marks WHERE event_no = :event"
