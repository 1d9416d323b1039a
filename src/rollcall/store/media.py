"""Media: what is watched. Archiving hides a media and leaves its evidence where it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Select, func, insert, select, update

from rollcall.domain.broadcast import State, state_at
from rollcall.domain.concurrency import Concurrency
from rollcall.domain.ids import EventCode, EventNo, MediaCode, MediaNo, ProjectNo
from rollcall.store.tables import events, media, plays

Kind = Literal["live", "recording", "scheduled"]
Identity = Literal["signed", "plain"]


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is pinned in the player, and since when."""

    text: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Media:
    """One media that is not archived. `signal_ms`: since when there is a picture; None = there is none.

    `content_ms`: the length of its recording; None while it has none. `dvr_s`: how far back viewers may go, and
    `dvr_before_s` the most that it was before.
    """

    no: MediaNo
    project_no: ProjectNo
    event_no: EventNo
    event_code: EventCode
    code: MediaCode
    title: str
    kind: Kind
    identity: Identity
    concurrency: Concurrency
    timezone: str
    starts_ms: int | None
    ends_ms: int | None
    started_ms: int | None
    ended_ms: int | None
    signal_ms: int | None
    stream_key: str | None
    content_ms: int | None
    announcement_text: str | None
    announced_ms: int | None
    dvr_s: int
    dvr_before_s: int
    created_ms: int

    @property
    def announcement(self) -> Announcement | None:
        """Return what is pinned in the player."""
        if self.announcement_text is None:
            return None
        return Announcement(self.announcement_text, self.announced_ms or 0)

    def state(self, now_ms: int) -> State:
        """Return whether it is planned, live or ended at `now_ms`."""
        return state_at(
            now_ms,
            starts_ms=self.starts_ms,
            started_ms=self.started_ms,
            ends_ms=self.ends_ms,
            ended_ms=self.ended_ms,
        )


@dataclass(frozen=True, slots=True)
class Order:
    """How a list of media is sorted: by title, else in the order of their making."""

    by_title: bool = False
    descends: bool = False


def _query() -> Select[Any]:
    return (
        select(
            media.c.no,
            media.c.project_no,
            media.c.event_no,
            events.c.code,
            media.c.code,
            media.c.title,
            media.c.kind,
            media.c.identity,
            media.c.concurrency,
            media.c.timezone,
            media.c.starts_ms,
            media.c.ends_ms,
            media.c.started_ms,
            media.c.ended_ms,
            media.c.signal_ms,
            media.c.stream_key,
            media.c.content_ms,
            media.c.announcement,
            media.c.announced_ms,
            media.c.dvr_s,
            media.c.dvr_before_s,
            media.c.created_ms,
        )
        .join(events, events.c.no == media.c.event_no)
        .where(media.c.removed_ms.is_(None))
    )


def _first(conn: Connection, query: Select[Any]) -> Media | None:
    row = conn.execute(query).one_or_none()
    return None if row is None else Media(*row)


def find_media(conn: Connection, project_no: ProjectNo, code: str) -> Media | None:
    """Return a media of the project."""
    return _first(conn, _query().where(media.c.project_no == project_no, media.c.code == code))


def find_public_media(conn: Connection, code: str) -> Media | None:
    """Return a media of any project: for the embedded page, whose address is all that a viewer has."""
    return _first(conn, _query().where(media.c.code == code))


def find_by_stream_key(conn: Connection, stream_key: str) -> Media | None:
    """Return the media that an encoder with this stream key publishes to."""
    return _first(conn, _query().where(media.c.stream_key == stream_key))


def find_media_of_numbers(conn: Connection, numbers: Sequence[MediaNo]) -> list[Media]:
    """Return these media, for the rooms of this process."""
    return [Media(*row) for row in conn.execute(_query().where(media.c.no.in_(numbers)))]


def media_after(
    conn: Connection, project_no: ProjectNo, after_no: int, limit: int, event_no: EventNo | None = None
) -> list[Media]:
    """Return up to `limit` media of the project, or of one event, in the order of their making."""
    query = _query().where(media.c.project_no == project_no, media.c.no > after_no)
    if event_no is not None:
        query = query.where(media.c.event_no == event_no)
    return [Media(*row) for row in conn.execute(query.order_by(media.c.no).limit(limit))]


def page_of_broadcasts(
    conn: Connection, project_no: ProjectNo, order: Order, skip: int, limit: int
) -> tuple[list[Media], int]:
    """Return `limit` media that are no recordings after the first `skip`, and how many there are in all."""
    wanted = (media.c.project_no == project_no, media.c.kind != "recording")
    columns: list[Any] = [media.c.title, media.c.no] if order.by_title else [media.c.no]
    ordered = [column.desc() if order.descends else column for column in columns]
    rows = conn.execute(_query().where(*wanted).order_by(*ordered).offset(skip).limit(limit))
    count = select(func.count()).select_from(media).where(*wanted, media.c.removed_ms.is_(None))
    return [Media(*row) for row in rows], conn.execute(count).scalar_one()


def find_media_of_codes(conn: Connection, project_no: ProjectNo, codes: Sequence[str]) -> dict[str, Media]:
    """Return those of these codes that are media of the project."""
    query = _query().where(media.c.project_no == project_no, media.c.code.in_(codes))
    return {found.code: found for found in (Media(*row) for row in conn.execute(query))}


def projects_of(conn: Connection, media_nos: Sequence[MediaNo]) -> dict[MediaNo, ProjectNo]:
    """Return which project each of these media belongs to, archived ones too."""
    query = select(media.c.no, media.c.project_no).where(media.c.no.in_(media_nos))
    return {MediaNo(no): ProjectNo(project_no) for no, project_no in conn.execute(query)}


def add_media(conn: Connection, project_no: ProjectNo, event_no: EventNo, values: dict[str, Any]) -> MediaNo:
    """Store a new media."""
    row = {"chat_version": 0, "chat_mode": "open", "chat_slow_s": 0, **values}
    statement = insert(media).values(project_no=project_no, event_no=event_no, **row)
    return MediaNo(conn.execute(statement.returning(media.c.no)).scalar_one())


def change_media(conn: Connection, project_no: ProjectNo, media_no: MediaNo, values: dict[str, Any]) -> None:
    """Set the given columns of one media."""
    if values:
        of_media = update(media).where(media.c.project_no == project_no, media.c.no == media_no)
        conn.execute(of_media.values(values))


def set_announcement(conn: Connection, media_no: MediaNo, pinned: Announcement | None) -> None:
    """Pin this in the player of a media, or nothing."""
    values = {
        "announcement": None if pinned is None else pinned.text,
        "announced_ms": None if pinned is None else pinned.at_ms,
    }
    conn.execute(update(media).where(media.c.no == media_no).values(values))


def has_plays(conn: Connection, project_no: ProjectNo, media_no: MediaNo) -> bool:
    """Tell whether anybody has ever opened a player of this media."""
    query = select(plays.c.no).where(plays.c.project_no == project_no, plays.c.media_no == media_no).limit(1)
    return conn.execute(query).first() is not None
