"""Queries for who attended: participants, plays, proven spans and prompts of one report or of one user.

Large results come as numpy arrays straight from the driver's cursor: two million rows as objects would cost more than
all arithmetic on them. What counts is decided by `domain/credit.earns`; `playing` says the same in SQL. It knows
nothing of totals or outcomes.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, func, select

from rollcall.domain.ids import CheckNo, MediaNo, ProjectNo, UserId
from rollcall.store import tables

Ints: TypeAlias = NDArray[np.int64]


class ListedRow(NamedTuple):
    """A participant on one list of one media; `removed_ms` when either was withdrawn."""

    media_no: MediaNo
    user_id: UserId
    name: str | None
    removed_ms: int | None
    updated_ms: int


class PlayRow(NamedTuple):
    """A play, without its spans."""

    no: int
    media_no: MediaNo
    user_id: UserId
    identity: str
    opened_ms: int
    last_arrival_ms: int


class OriginRow(NamedTuple):
    """Where a play came from: personal data, read only for whoever may see it."""

    user_id: UserId
    ip: str
    user_agent: str


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


def listed(
    connection: Connection, project_no: ProjectNo, media: Iterable[MediaNo], user_id: UserId | None
) -> list[ListedRow]:
    """Return every participant of every list of the media (or one user), withdrawn ones too."""
    p, on_list, on_media = tables.participants.c, tables.lists.c, tables.list_media.c
    query = (
        select(
            on_media.media_no,
            p.user_id,
            p.name,
            func.coalesce(p.removed_ms, on_list.removed_ms),
            p.updated_ms,
        )
        .join(tables.lists, on_list.no == p.list_no)
        .join(tables.list_media, on_media.list_no == p.list_no)
        .where(p.project_no == project_no, on_media.media_no.in_(list(media)), *_of(p.user_id, user_id))
    )
    return [ListedRow._make(row) for row in connection.execute(query).all()]


def plays(
    connection: Connection, project_no: ProjectNo, media: Iterable[MediaNo], user_id: UserId | None
) -> list[PlayRow]:
    """Return every play of the media (or of one user there), oldest first."""
    t = tables.plays.c
    query = (
        select(t.no, t.media_no, t.user_id, t.identity, t.opened_ms, t.last_arrival_ms)
        .where(t.project_no == project_no, t.media_no.in_(list(media)), *_of(t.user_id, user_id))
        .order_by(t.no)
    )
    return [PlayRow._make(row) for row in connection.execute(query).all()]


def origins(
    connection: Connection, project_no: ProjectNo, media: Iterable[MediaNo], user_id: UserId | None
) -> Iterable[OriginRow]:
    """Return where each play came from, oldest play first."""
    t = tables.plays.c
    query = (
        select(t.user_id, t.ip, t.user_agent)
        .where(t.project_no == project_no, t.media_no.in_(list(media)), *_of(t.user_id, user_id))
        .order_by(t.opened_ms, t.no)
    )
    return (OriginRow._make(row) for row in connection.execute(query))


def granted(
    connection: Connection, project_no: ProjectNo, media: Iterable[MediaNo], user_id: UserId | None
) -> list[GrantedRow]:
    """Return each user whom a play grant of the media was given."""
    t = tables.grants.c
    query = (
        select(t.user_id, func.max(t.name), func.max(t.revoked_ms))
        .where(t.project_no == project_no, t.media_no.in_(list(media)), *_of(t.user_id, user_id))
        .group_by(t.user_id)
    )
    return [GrantedRow._make(row) for row in connection.execute(query).all()]


def playing(connection: Connection, project_no: ProjectNo, play_nos: Sequence[int]) -> Ints:
    """Return the spans of these plays that earn, as rows of (play, start_ms, end_ms) in order of plays."""
    t = tables.spans.c
    query = select(t.play_no, t.start_ms, t.end_ms).where(
        t.play_no.in_(list(play_nos)),
        t.project_no == project_no,
        t.state == "playing",
        t.unverified.is_(False),
    )
    rows = cast("Iterable[tuple[int, int, int]]", connection.execute(query).cursor)
    return np.fromiter(chain.from_iterable(rows), np.int64).reshape(-1, 3)


def prompts(
    connection: Connection, project_no: ProjectNo, checks: Iterable[CheckNo], user_id: UserId | None
) -> Iterable[PromptRow]:
    """Return each prompt of these checks (or those of one user)."""
    t = tables.prompts.c
    query = select(t.check_no, t.user_id, t.state, t.late, t.issued_ms, t.shown_ms, t.confirmed_ms).where(
        t.project_no == project_no, t.check_no.in_(list(checks)), *_of(t.user_id, user_id)
    )
    return (PromptRow._make(row) for row in connection.execute(query))


def _of(column: ColumnElement[str], user_id: UserId | None) -> list[ColumnElement[bool]]:
    return [] if user_id is None else [column == user_id]
