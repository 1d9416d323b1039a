"""Queries for who attended: participants, plays, proven spans and prompts of one report.

Large results come straight from the driver's cursor, as columns: half a million small objects that live until the
report is counted would make Python's collector stop the whole process again and again. The rule of credit is
`domain/credit`; `spans` sorts its spans in SQL. It knows nothing of totals or outcomes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, NamedTuple, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, literal, not_, or_, select, union

from rollcall.domain.credit.spans import PROGRAMME_MS
from rollcall.domain.ids import CheckNo, MediaNo, ProjectNo, UserId
from rollcall.store import tables

Ints: TypeAlias = NDArray[np.int64]
Whose: TypeAlias = UserId | Sequence[UserId] | None  # one, those few who are one participant, or everybody
PORTION_ROWS = 5_000
PAUSED, STALLED, WEAK, HIDDEN, MUTED, BEHIND = 1, 2, 4, 8, 16, 32


@dataclass(frozen=True, slots=True)
class Listed:
    """Participants of lists by media: present ones first, the last changed first; else `removed_ms` is set."""

    media_no: list[MediaNo]
    user_id: list[UserId]
    name: list[str | None]
    removed_ms: list[int | None]


@dataclass(frozen=True, slots=True)
class Plays:
    """Columns of the plays, without their spans, in the order of `no`."""

    no: Ints
    media_no: Ints
    user_id: list[UserId]
    signed: NDArray[np.bool_]
    opened_ms: Ints
    last_arrival_ms: Ints


@dataclass(frozen=True, slots=True)
class Origins:
    """Where plays came from, oldest first: personal data, read only for whoever may see it."""

    user_id: list[UserId]
    ip: list[str]
    user_agent: list[str]


class GrantedRow(NamedTuple):
    """What the grants of a media know of a user who is on no list of it any more."""

    user_id: UserId
    name: str | None
    revoked_ms: int | None


class PromptRow(NamedTuple):
    """A check as asked of one participant."""

    check_no: CheckNo
    user_id: UserId
    state: str
    late: bool
    issued_ms: int
    shown_ms: int | None
    confirmed_ms: int | None
    answer: str | None
    correct: bool | None
    unshown: bool
    kind: str


def listed(connection: Connection, project_no: ProjectNo, media: Iterable[MediaNo], whose: Whose) -> Listed:
    """Return every participant of every list of the media (or one user there), withdrawn ones too."""
    p, on_list, on_media = tables.participants.c, tables.lists.c, tables.list_media.c
    removed_ms = func.coalesce(p.removed_ms, on_list.removed_ms)
    query = (
        select(on_media.media_no, p.user_id, p.name, removed_ms)
        .join(tables.lists, on_list.no == p.list_no)
        .join(tables.list_media, on_media.list_no == p.list_no)
        .where(p.project_no == project_no, on_media.media_no.in_(list(media)), *_of(p.user_id, whose))
        .order_by(removed_ms.is_not(None), p.updated_ms.desc(), p.no)
    )
    return Listed(*_columns(connection, query))


def count_users(connection: Connection, project_no: ProjectNo, media: list[MediaNo], most: int) -> int:
    """Return how many User IDs are on lists of the media or have plays there, and of more than `most` one more."""
    p, on_media, played = tables.participants.c, tables.list_media.c, tables.plays.c
    on_lists = (
        select(p.user_id)
        .join(tables.list_media, on_media.list_no == p.list_no)
        .where(p.project_no == project_no, on_media.media_no.in_(media))
    )
    with_plays = select(played.user_id).where(played.project_no == project_no, played.media_no.in_(media))
    some = (select(each.distinct().limit(most + 1).subquery()) for each in (on_lists, with_plays))
    count = select(func.count()).select_from(union(*some).subquery())
    return min(connection.execute(count).scalar_one(), most + 1)


def plays(connection: Connection, project_no: ProjectNo, media: Iterable[MediaNo], whose: Whose) -> Plays:
    """Return every play of the media (or of one user there)."""
    t = tables.plays.c
    query = (
        select(t.no, t.media_no, t.user_id, t.identity == "signed", t.opened_ms, t.last_arrival_ms)
        .where(t.project_no == project_no, t.media_no.in_(list(media)), *_of(t.user_id, whose))
        .order_by(t.no)
    )
    no, media_no, users, signed, opened_ms, last_arrival_ms = _columns(connection, query)
    return Plays(
        _ints(no),
        _ints(media_no),
        users,
        np.array(signed, np.bool_),
        _ints(opened_ms),
        _ints(last_arrival_ms),
    )


def origins(connection: Connection, project_no: ProjectNo, media: Iterable[MediaNo], whose: Whose) -> Origins:
    """Return where each play came from."""
    t = tables.plays.c
    query = (
        select(t.user_id, t.ip, t.user_agent)
        .where(t.project_no == project_no, t.media_no.in_(list(media)), *_of(t.user_id, whose))
        .order_by(t.opened_ms, t.no)
    )
    return Origins(*_columns(connection, query))


def granted(
    connection: Connection, project_no: ProjectNo, media: Iterable[MediaNo], whose: Whose
) -> Iterator[GrantedRow]:
    """Yield each user whom a play grant of the media was given."""
    t = tables.grants.c
    query = (
        select(t.user_id, func.max(t.name), func.max(t.revoked_ms))
        .where(t.project_no == project_no, t.media_no.in_(list(media)), *_of(t.user_id, whose))
        .group_by(t.user_id)
    )
    return map(GrantedRow._make, _cursor(connection, query))


def spans(connection: Connection, project_no: ProjectNo, play_nos: Sequence[int], behind_ms: int) -> Ints:
    """Return the spans of these plays that are playing, paused or stalled: rows of (play, marks, start_ms, end_ms).

    `marks` adds up what is remarkable about a span, 0 for almost all of them.
    """
    t = tables.spans.c
    behind = and_(
        t.content_from_ms >= PROGRAMME_MS,
        t.start_ms - t.content_from_ms > behind_ms,
        t.end_ms - t.content_to_ms > behind_ms,
    )
    remarkable = (
        (t.state == "paused", PAUSED),
        (t.state == "stalled", STALLED),
        (or_(t.late, t.unverified), WEAK),
        (not_(t.visible), HIDDEN),
        (t.muted, MUTED),
        (behind, BEHIND),
    )
    marks = sum((case((condition, mark), else_=0) for condition, mark in remarkable), start=literal(0))
    query = select(
        t.play_no,
        case((or_(*(condition for condition, _ in remarkable)), marks), else_=0),
        t.start_ms,
        t.end_ms,
    ).where(
        t.play_no.in_(list(play_nos)),
        t.project_no == project_no,
        t.state.in_(("playing", "paused", "stalled")),
    )
    return np.fromiter(chain.from_iterable(_cursor(connection, query)), np.int64).reshape(-1, 4)


def prompts(
    connection: Connection, project_no: ProjectNo, checks: Iterable[CheckNo], whose: Whose
) -> Iterator[PromptRow]:
    """Yield each prompt of these checks (or those of one user)."""
    t = tables.prompts.c
    query = (
        select(
            t.check_no, t.user_id, t.state, t.late, t.issued_ms, t.shown_ms, t.confirmed_ms, t.answer, t.correct,
            t.unshown, tables.checks.c.kind,
        )
        .join(tables.checks, tables.checks.c.no == t.check_no)
        .where(t.project_no == project_no, t.check_no.in_(list(checks)), *_of(t.user_id, whose))
    )  # fmt: skip
    return map(PromptRow._make, _cursor(connection, query))


def user_ids(connection: Connection, project_no: ProjectNo, media: Iterable[MediaNo]) -> set[UserId]:
    """Return everybody who is or was on a list of the media, or played there."""
    nos = list(media)
    p, on_media, t = tables.participants.c, tables.list_media.c, tables.plays.c
    on_lists = select(p.user_id).join(tables.list_media, on_media.list_no == p.list_no)
    queries = (
        on_lists.where(p.project_no == project_no, on_media.media_no.in_(nos)).distinct(),
        select(t.user_id).where(t.project_no == project_no, t.media_no.in_(nos)).distinct(),
    )
    return {row[0] for query in queries for row in _cursor(connection, query)}


def emails(connection: Connection, project_no: ProjectNo, media: Iterable[MediaNo]) -> dict[UserId, str]:
    """Return the addresses on the lists of the media: of several the one that `listed` would name first."""
    p, on_media = tables.participants.c, tables.list_media.c
    query = (
        select(p.user_id, p.email)
        .join(tables.list_media, on_media.list_no == p.list_no)
        .where(p.project_no == project_no, on_media.media_no.in_(list(media)), p.email.is_not(None))
        .order_by(p.removed_ms.is_(None), p.updated_ms, p.no.desc())
    )
    return dict(cast("Iterable[tuple[UserId, str]]", _cursor(connection, query)))


def _of(column: ColumnElement[str], whose: Whose) -> list[ColumnElement[bool]]:
    if whose is None:
        return []
    return [column == whose if isinstance(whose, str) else column.in_(whose)]


def _cursor(connection: Connection, query: Select[Any]) -> Iterable[tuple[Any, ...]]:
    """Run a query and return the driver's own cursor: plain tuples, nothing converted."""
    return cast("Iterable[tuple[Any, ...]]", connection.execute(query).cursor)


def _columns(connection: Connection, query: Select[Any]) -> tuple[list[Any], ...]:
    """Return a result as one list per column; its rows live only a portion at a time."""
    columns: tuple[list[Any], ...] = tuple([] for _ in query.selected_columns)
    rows = iter(_cursor(connection, query))
    while portion := list(islice(rows, PORTION_ROWS)):
        for column, values in zip(columns, zip(*portion, strict=True), strict=True):
            column.extend(values)
    return columns


def _ints(values: list[int]) -> Ints:
    return np.array(values, np.int64)
