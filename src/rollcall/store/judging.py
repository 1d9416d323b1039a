"""Queries for how evidence is judged: spans, prompts, returns, reviews and outages of a few participants of one event.

The statements are built once: "my progress" asks them for every connection. Rows come straight from the driver's
cursor. What they amount to is decided in `domain/credit` and `domain/checks/policy`.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple, cast

from sqlalchemy import BindParameter, Connection, Executable, and_, bindparam, func, select, text

from rollcall.domain.checks.policy import Policy
from rollcall.domain.ids import EventNo, MediaNo, ProjectNo, SessionNo, UserId
from rollcall.store.outages import concerns
from rollcall.store.tables import checks, events, marks, media, outages, plays, prompts, reviews, spans

_PROJECT: Final[BindParameter[Any]] = bindparam("project_no")
_MEDIA: Final[BindParameter[Any]] = bindparam("media", expanding=True)
_USERS: Final[BindParameter[Any]] = bindparam("users", expanding=True)
_RULED: Final = (
    select(
        events.c.project_no,
        events.c.no,
        events.c.presence_policy,
        events.c.hidden_counts,
        events.c.behind_counts,
        media.c.no,
        media.c.kind,
        media.c.dvr_s,
        media.c.dvr_before_s,
    )
    .join(media, media.c.event_no == events.c.no)
    .where(
        events.c.no == select(media.c.event_no).where(media.c.no == bindparam("media_no")).scalar_subquery()
    )
    .order_by(media.c.no)
)
_SPANS: Final = (
    select(
        plays.c.user_id,
        plays.c.no,
        spans.c.media_no,
        plays.c.identity,
        spans.c.start_ms,
        spans.c.end_ms,
        spans.c.state,
        spans.c.visible,
        spans.c.muted,
        spans.c.late,
        spans.c.unverified,
        spans.c.rate,
        spans.c.content_from_ms,
        spans.c.content_to_ms,
    )
    .join(spans, spans.c.play_no == plays.c.no)
    .where(plays.c.project_no == _PROJECT, plays.c.media_no.in_(_MEDIA), plays.c.user_id.in_(_USERS))
)
_PROMPTS: Final = (
    select(
        prompts.c.user_id,
        checks.c.media_no,
        checks.c.issued_ms,
        checks.c.session_no,
        prompts.c.state,
        prompts.c.confirmed_ms,
        func.coalesce(prompts.c.expired_ms, prompts.c.closed_ms, prompts.c.issued_ms + prompts.c.lifetime_ms),
        func.coalesce(prompts.c.closed_ms, prompts.c.issued_ms + prompts.c.lifetime_ms),
        and_(prompts.c.unshown, prompts.c.state == "undelivered"),
    )
    .join(prompts, prompts.c.check_no == checks.c.no)
    .where(
        checks.c.project_no == _PROJECT,
        checks.c.media_no.in_(_MEDIA),
        checks.c.issued_ms.is_not(None),
        prompts.c.user_id.in_(_USERS),
    )
)
_RETURNS: Final = (
    select(
        marks.c.user_id,
        marks.c.at_ms,
        func.coalesce(prompts.c.closed_ms, prompts.c.issued_ms + prompts.c.lifetime_ms),
    )
    .join(checks, and_(checks.c.code == marks.c.check_code, checks.c.project_no == marks.c.project_no))
    .join(prompts, and_(prompts.c.check_no == checks.c.no, prompts.c.user_id == marks.c.user_id))
    .where(
        marks.c.project_no == _PROJECT,
        marks.c.media_no.in_(_MEDIA),
        marks.c.user_id.in_(_USERS),
        text("mark = 'resume'"),
        prompts.c.state == "missed",
    )
)
_REVIEWS: Final = (
    select(reviews.c.user_id, reviews.c.media_no, reviews.c.from_ms, reviews.c.to_ms, reviews.c.counts)
    .where(reviews.c.project_no == _PROJECT, reviews.c.media_no.in_(_MEDIA), reviews.c.user_id.in_(_USERS))
    .order_by(reviews.c.no)
)
_OUTAGES: Final = (
    select(outages.c.media_no, outages.c.from_ms, outages.c.to_ms, outages.c.source, outages.c.reason)
    .where(
        concerns(_PROJECT, bindparam("event_no")),
        outages.c.withdrawn_ms.is_(None),
        outages.c.to_ms > bindparam("from_ms"),
        outages.c.from_ms < bindparam("to_ms"),
    )
    .order_by(outages.c.from_ms, outages.c.no)
)
_MISSED: Final = (
    select(prompts.c.user_id)
    .distinct()
    .where(prompts.c.project_no == _PROJECT, prompts.c.media_no.in_(_MEDIA), prompts.c.state == "missed")
)
_UNSHOWN: Final = (
    select(prompts.c.user_id)
    .distinct()
    .where(
        prompts.c.project_no == _PROJECT,
        prompts.c.media_no.in_(_MEDIA),
        text("unshown"),
        prompts.c.state == "undelivered",
    )
)


class RuledRow(NamedTuple):
    """One media of an event, and how the event has its evidence judged. `dvr_before_s`: the most `dvr_s` was before."""

    project_no: ProjectNo
    event_no: EventNo
    policy: Policy
    hidden_counts: bool
    behind_counts: bool
    media_no: MediaNo
    kind: str
    dvr_s: int
    dvr_before_s: int


class SpanRow(NamedTuple):
    """A span in any state, with whose it is."""

    user_id: UserId
    play_no: int
    media_no: MediaNo
    identity: str
    start_ms: int
    end_ms: int
    state: str
    visible: bool
    muted: bool
    late: bool
    unverified: bool
    rate: float
    content_from_ms: int
    content_to_ms: int


class PromptRow(NamedTuple):
    """A check as it stands for one participant. `expired_ms` is meant for a missed one, `ended_ms` for an ended one."""

    user_id: UserId
    media_no: MediaNo
    check_issued_ms: int
    session_no: SessionNo | None
    state: str
    confirmed_ms: int | None
    expired_ms: int
    ended_ms: int
    unshown: bool


class ReviewRow(NamedTuple):
    """A reviewer's word on a stretch of unverified time, in the order in which they were said."""

    user_id: UserId
    media_no: MediaNo
    from_ms: int
    to_ms: int
    counts: bool


class OutageRow(NamedTuple):
    """An outage that an event may claim; `media_no` None = every media of it."""

    media_no: MediaNo | None
    from_ms: int
    to_ms: int
    source: Literal["down", "silence", "incident"]
    reason: str | None


def ruled(connection: Connection, media_no: MediaNo) -> list[RuledRow]:
    """Return every media of the event that `media_no` belongs to, archived ones too."""
    rows = connection.execute(_RULED, {"media_no": media_no}).all()
    return [RuledRow._make(row) for row in rows]


def spans_of(
    connection: Connection, project_no: ProjectNo, event_media: Sequence[MediaNo], users: Sequence[UserId]
) -> Iterator[SpanRow]:
    """Yield the spans of these participants."""
    return map(SpanRow._make, _rows(connection, _SPANS, project_no, event_media, users))


def prompts_of(
    connection: Connection, project_no: ProjectNo, event_media: Sequence[MediaNo], users: Sequence[UserId]
) -> Iterator[PromptRow]:
    """Yield every check that these participants were asked."""
    return map(PromptRow._make, _rows(connection, _PROMPTS, project_no, event_media, users))


def returns_of(
    connection: Connection, project_no: ProjectNo, event_media: Sequence[MediaNo], users: Sequence[UserId]
) -> Iterator[tuple[UserId, int]]:
    """Yield when these participants said that they are back after a miss, whose check they named.

    Nobody can be back before the miss was decided, and so before they could be told of it.
    """
    found = _rows(connection, _RETURNS, project_no, event_media, users)
    return ((UserId(user_id), max(at_ms, missed_ms)) for user_id, at_ms, missed_ms in found)


def reviews_of(
    connection: Connection, project_no: ProjectNo, media_nos: Sequence[MediaNo], users: Sequence[UserId]
) -> Iterator[ReviewRow]:
    """Yield what reviewers said of these participants' time."""
    return map(ReviewRow._make, _rows(connection, _REVIEWS, project_no, media_nos, users))


def outages_between(
    connection: Connection, project_no: ProjectNo, event_no: EventNo, from_ms: int, to_ms: int
) -> list[OutageRow]:
    """Return our own outages, the project's silences and the event's incidents that touch this time."""
    values = {"project_no": project_no, "event_no": event_no, "from_ms": from_ms, "to_ms": to_ms}
    return [OutageRow._make(row) for row in connection.execute(_OUTAGES, values).all()]


def who_missed(connection: Connection, project_no: ProjectNo, event_media: Sequence[MediaNo]) -> set[UserId]:
    """Return who missed a check of the event."""
    values = {"project_no": project_no, "media": list(event_media)}
    return set(connection.execute(_MISSED, values).scalars())


def who_hid_prompts(
    connection: Connection, project_no: ProjectNo, event_media: Sequence[MediaNo]
) -> set[UserId]:
    """Return whose players had a prompt of the event in view and did not display it."""
    values = {"project_no": project_no, "media": list(event_media)}
    return set(connection.execute(_UNSHOWN, values).scalars())


def _rows(
    connection: Connection,
    query: Executable,
    project_no: ProjectNo,
    media_nos: Sequence[MediaNo],
    users: Sequence[UserId],
) -> Iterable[tuple[Any, ...]]:
    result = connection.execute(
        query, {"project_no": project_no, "media": list(media_nos), "users": list(users)}
    )
    return cast("Iterable[tuple[Any, ...]]", result.cursor)
