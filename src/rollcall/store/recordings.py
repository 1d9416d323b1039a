"""Recordings: how far each has arrived and been prepared, and which one a media shows.

The latest that is ready is shown. What is removed, or has failed, stays as a row that says so.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, and_, func, insert, or_, select, update

from rollcall.domain.broadcast import SCHEDULE_DELAY_MS
from rollcall.domain.ids import MediaCode, MediaNo, ProjectNo
from rollcall.store.media import Kind
from rollcall.store.tables import media, recordings

State = Literal["uploading", "waiting", "preparing", "ready", "failed"]
UNREADY: tuple[State, ...] = ("uploading", "waiting", "preparing")


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording. `size_bytes` is None while nobody has said how large it will be; `permille` of its preparation."""

    no: int
    media_no: MediaNo
    media_code: MediaCode
    code: str
    name: str
    state: State
    node: str
    size_bytes: int | None
    received_bytes: int
    permille: int
    duration_ms: int | None
    width: int | None
    height: int | None
    error: str | None
    created_ms: int
    touched_ms: int


@dataclass(frozen=True, slots=True)
class NewRecording:
    """What is known of a file before it arrives."""

    code: str
    name: str
    size_bytes: int | None
    node: str


@dataclass(frozen=True, slots=True)
class Showing:
    """What a media shows: None where it has no recording; by the clock where it is scheduled.

    `dvr_s`: how far viewers of a broadcast may go back.
    """

    kind: Kind
    recording_no: int | None
    starts_ms: int | None
    ends_ms: int | None
    ended_ms: int | None
    dvr_s: int


def add_recording(
    conn: Connection, project_no: ProjectNo, media_no: MediaNo, new: NewRecording, now_ms: int
) -> int:
    """Store a recording of which nothing has arrived yet."""
    values = {
        "project_no": project_no,
        "media_no": media_no,
        "code": new.code,
        "name": new.name,
        "size_bytes": new.size_bytes,
        "node": new.node,
        "state": "uploading",
        "received_bytes": 0,
        "permille": 0,
        "created_ms": now_ms,
        "touched_ms": now_ms,
    }
    return int(conn.execute(insert(recordings).values(values).returning(recordings.c.no)).scalar_one())


def find_recording(conn: Connection, media_no: MediaNo, code: str) -> Recording | None:
    """Return a recording of a media that was not removed."""
    return _first(conn, _query().where(recordings.c.media_no == media_no, recordings.c.code == code))


def latest_recording(conn: Connection, media_no: MediaNo) -> Recording | None:
    """Return the recording of a media that was begun last and not removed."""
    newest = _query().where(recordings.c.media_no == media_no).order_by(recordings.c.no.desc()).limit(1)
    return _first(conn, newest)


def recording_of_no(conn: Connection, no: int) -> Recording | None:
    """Return a recording that was not removed."""
    return _first(conn, _query().where(recordings.c.no == no))


def shown_recordings(conn: Connection, media_nos: Collection[MediaNo]) -> dict[MediaNo, Recording]:
    """Return the recordings that these media show."""
    query = _query().where(media.c.no.in_(media_nos), media.c.recording_no == recordings.c.no)
    return {row.media_no: row for row in (Recording(*found) for found in conn.execute(query))}


def unready_recordings(conn: Connection, node: str) -> list[Recording]:
    """Return what lies on a node's disk and is not ready, the oldest first."""
    query = _query().where(recordings.c.node == node, recordings.c.state.in_(UNREADY))
    return [Recording(*row) for row in conn.execute(query.order_by(recordings.c.no))]


def count_unready(conn: Connection, media_no: MediaNo) -> int:
    """Return how many recordings of a media arrive, wait or are prepared."""
    query = select(func.count()).select_from(recordings)
    return conn.execute(
        query.where(recordings.c.media_no == media_no, recordings.c.state.in_(UNREADY))
    ).scalar_one()


def change_recording(conn: Connection, no: int, now_ms: int, of: Collection[State], **values: object) -> bool:
    """Set columns of a recording that is in one of these states; tell whether it was."""
    statement = update(recordings).where(recordings.c.no == no, recordings.c.state.in_(of))
    return conn.execute(statement.values(touched_ms=now_ms, **values)).rowcount > 0


def show_recording(
    conn: Connection, media_no: MediaNo, recording_no: int | None, content_ms: int | None
) -> None:
    """Let a media show this recording from now on, or none."""
    statement = update(media).where(media.c.no == media_no)
    conn.execute(statement.values(recording_no=recording_no, content_ms=content_ms))


def showing(conn: Connection, code: str) -> Showing | None:
    """Return what a media that is not archived shows."""
    c = media.c
    query = select(c.kind, c.recording_no, c.starts_ms, c.ends_ms, c.ended_ms, c.dvr_s)
    row = conn.execute(query.where(c.code == code, c.removed_ms.is_(None))).one_or_none()
    return None if row is None else Showing(*row)


def has_other_pictures(conn: Connection, now_ms: int) -> bool:
    """Tell whether `note_pictures` would change anything."""
    found = select(media.c.no).where(or_(_comes(now_ms), _goes(now_ms))).limit(1)
    return conn.execute(found).first() is not None


def note_pictures(conn: Connection, now_ms: int) -> None:
    """Let every media with a recording have its signal: scheduled ones while they play, others from their start on.

    That a recording can be watched is told nobody as a broadcast that has begun.
    """
    c = media.c
    conn.execute(update(media).where(_goes(now_ms)).values(signal_ms=None))
    comes = update(media).where(_comes(now_ms))
    at_ms = func.coalesce(c.starts_ms, now_ms)
    conn.execute(
        comes.where(c.kind == "scheduled").values(
            signal_ms=at_ms, started_ms=func.coalesce(c.started_ms, at_ms)
        )
    )
    conn.execute(
        comes.where(c.kind == "recording").values(
            signal_ms=now_ms, told_signal_ms=now_ms, started_ms=func.coalesce(c.started_ms, now_ms)
        )
    )


def _comes(now_ms: int) -> ColumnElement[bool]:
    c = media.c
    return and_(
        c.recording_no.is_not(None), c.signal_ms.is_(None), c.removed_ms.is_(None), _has_picture(now_ms)
    )


def _goes(now_ms: int) -> ColumnElement[bool]:
    c = media.c
    return and_(
        c.kind != "live",
        c.signal_ms.is_not(None),
        or_(c.recording_no.is_(None), c.removed_ms.is_not(None), ~_has_picture(now_ms)),
    )


def _has_picture(now_ms: int) -> ColumnElement[bool]:
    """Tell of a media with a recording whether there is a picture."""
    c = media.c
    begun = func.coalesce(c.starts_ms, 0) <= now_ms
    goes_on = and_(c.ended_ms.is_(None), or_(c.ends_ms.is_(None), c.ends_ms > now_ms))
    lasts = c.starts_ms + c.content_ms + SCHEDULE_DELAY_MS > now_ms
    plays_now = and_(c.starts_ms.is_not(None), lasts)
    return and_(begun, goes_on, or_(c.kind == "recording", func.coalesce(plays_now, False)))


def _query() -> Select[Any]:
    c = recordings.c
    return (
        select(
            c.no, c.media_no, media.c.code, c.code, c.name, c.state, c.node, c.size_bytes, c.received_bytes,
            c.permille, c.duration_ms, c.width, c.height, c.error, c.created_ms, c.touched_ms,
        )
        .join(media, media.c.no == c.media_no)
        .where(c.state != "removed")
    )  # fmt: skip


def _first(conn: Connection, query: Select[Any]) -> Recording | None:
    row = conn.execute(query).one_or_none()
    return None if row is None else Recording(*row)
