"""Queries behind "my progress": one participant at one media, by index, cheap enough for every connection.

The statements are built once: putting one together costs more than running it.
"""

from typing import Final, NamedTuple

from sqlalchemy import Connection, bindparam, select

from rollcall.domain.ids import MediaNo, ProjectNo, UserId
from rollcall.domain.intervals import Interval
from rollcall.store.tables import checks, media, plays, prompts, spans

_PROJECT: Final = select(media.c.project_no).where(media.c.no == bindparam("media_no"))
_PLAYING: Final = (
    select(spans.c.start_ms, spans.c.end_ms)
    .join(plays, plays.c.no == spans.c.play_no)
    .where(
        plays.c.project_no == bindparam("project_no"),
        plays.c.media_no == bindparam("media_no"),
        plays.c.user_id == bindparam("user_id"),
        spans.c.state == "playing",
        spans.c.unverified.is_(False),
    )
)
_LIVE: Final = _PLAYING.where(spans.c.late.is_(False))
_ASKED: Final = (
    select(checks.c.issued_ms, prompts.c.state)
    .join(prompts, prompts.c.check_no == checks.c.no)
    .where(
        checks.c.project_no == bindparam("project_no"),
        checks.c.media_no == bindparam("media_no"),
        checks.c.issued_ms.is_not(None),
        prompts.c.user_id == bindparam("user_id"),
    )
)


class AskedRow(NamedTuple):
    """How a check stands for the participant; `check_issued_ms` is the check's first issue to anybody."""

    check_issued_ms: int
    state: str


def project_of_media(connection: Connection, media_no: MediaNo) -> ProjectNo:
    """Return the project of a media that exists."""
    return ProjectNo(connection.execute(_PROJECT, {"media_no": media_no}).scalar_one())


def playing_of(
    connection: Connection, project_no: ProjectNo, media_no: MediaNo, user_id: UserId
) -> list[Interval]:
    """Return the participant's spans that earn, over all plays (the rule is `domain/credit.earns`)."""
    values = {"project_no": project_no, "media_no": media_no, "user_id": user_id}
    return [Interval._make(row) for row in connection.execute(_PLAYING, values).all()]


def live_playing_of(
    connection: Connection, project_no: ProjectNo, media_no: MediaNo, user_id: UserId
) -> list[Interval]:
    """Return the participant's playing spans of live grade, over all plays."""
    values = {"project_no": project_no, "media_no": media_no, "user_id": user_id}
    return [Interval._make(row) for row in connection.execute(_LIVE, values).all()]


def asked_of(
    connection: Connection, project_no: ProjectNo, media_no: MediaNo, user_id: UserId
) -> list[AskedRow]:
    """Return every check that the participant was asked."""
    values = {"project_no": project_no, "media_no": media_no, "user_id": user_id}
    return [AskedRow._make(row) for row in connection.execute(_ASKED, values).all()]
