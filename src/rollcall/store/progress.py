"""Queries behind "my progress": one participant at one media, by index, cheap enough for every connection."""

from typing import NamedTuple

from sqlalchemy import Connection, select

from rollcall.domain.ids import MediaNo, ProjectNo, UserId
from rollcall.domain.intervals import Interval
from rollcall.store import tables


class AskedRow(NamedTuple):
    """How a check stands for the participant; `check_issued_ms` is the check's first issue to anybody."""

    check_issued_ms: int
    state: str


def project_of_media(connection: Connection, media_no: MediaNo) -> ProjectNo:
    """Return the project of a media that exists."""
    query = select(tables.media.c.project_no).where(tables.media.c.no == media_no)
    return ProjectNo(connection.execute(query).scalar_one())


def playing_of(
    connection: Connection, project_no: ProjectNo, media_no: MediaNo, user_id: UserId
) -> list[Interval]:
    """Return the participant's spans that earn, over all plays (the rule is `domain/credit.earns`)."""
    t, p = tables.spans.c, tables.plays.c
    query = (
        select(t.start_ms, t.end_ms)
        .join(tables.plays, p.no == t.play_no)
        .where(
            p.project_no == project_no,
            p.media_no == media_no,
            p.user_id == user_id,
            t.state == "playing",
            t.unverified.is_(False),
        )
    )
    return [Interval._make(row) for row in connection.execute(query).all()]


def asked_of(
    connection: Connection, project_no: ProjectNo, media_no: MediaNo, user_id: UserId
) -> list[AskedRow]:
    """Return every check that the participant was asked."""
    c, p = tables.checks.c, tables.prompts.c
    query = (
        select(c.issued_ms, p.state)
        .join(tables.prompts, p.check_no == c.no)
        .where(
            c.project_no == project_no, c.media_no == media_no, c.issued_ms.is_not(None), p.user_id == user_id
        )
    )
    return [AskedRow._make(row) for row in connection.execute(query).all()]
