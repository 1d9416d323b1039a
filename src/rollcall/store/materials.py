"""Materials of a media in their order, speakers, and the programme that an organiser has written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, select, update

from rollcall.domain.ids import MaterialId, MediaCode, MediaNo, ProjectNo, SessionId
from rollcall.domain.materials import File
from rollcall.domain.programme import Item, Speaker
from rollcall.domain.sessions import ContentWindow, Session, WallWindow
from rollcall.store.sessions import MediaRef
from rollcall.store.tables import grants, materials, media, plays, sessions


@dataclass(frozen=True, slots=True)
class Material:
    """A link (`url`) or a `file`."""

    no: int
    media_no: MediaNo
    media_code: MediaCode
    id: MaterialId
    title: str
    url: str | None
    file: File | None
    created_ms: int


@dataclass(frozen=True, slots=True)
class NewMaterial:
    """A material to be stored behind the others."""

    id: MaterialId
    title: str
    url: str | None
    file: File | None


@dataclass(frozen=True, slots=True)
class Written:
    """What an organiser has written beside a media; `programme` None: its sessions are the programme."""

    speaker: Speaker | None
    programme: list[Item] | None


def add_material(conn: Connection, of: MediaRef, new: NewMaterial, now_ms: int) -> None:
    """Store a material behind the others of its media."""
    c = materials.c
    last = conn.execute(select(func.max(c.position)).where(c.media_no == of.no)).scalar_one()
    file = new.file
    values = {
        "project_no": of.project_no,
        "media_no": of.no,
        "code": new.id,
        "title": new.title,
        "url": new.url,
        "file_name": None if file is None else file.name,
        "media_type": None if file is None else file.media_type,
        "size_bytes": None if file is None else file.size_bytes,
        "position": 0 if last is None else last + 1,
        "created_ms": now_ms,
    }
    conn.execute(insert(materials).values(values))


def find_material(conn: Connection, media_no: MediaNo, material_id: str) -> Material | None:
    """Return a material of a media that was not removed."""
    row = conn.execute(_query(materials.c.media_no == media_no, materials.c.code == material_id)).first()
    return _material(row) if row else None


def list_materials(conn: Connection, media_nos: Sequence[MediaNo]) -> list[Material]:
    """Return the materials of these media in their order."""
    query = _query(materials.c.media_no.in_(media_nos)).order_by(materials.c.position, materials.c.no)
    return [_material(row) for row in conn.execute(query)]


def rename_material(conn: Connection, material: Material, title: str) -> None:
    """Give a material another title."""
    conn.execute(update(materials).where(materials.c.no == material.no).values(title=title))


def order_materials(conn: Connection, ordered: Sequence[Material]) -> None:
    """Let materials of one media stand in this order."""
    for position, material in enumerate(ordered):
        conn.execute(update(materials).where(materials.c.no == material.no).values(position=position))


def remove_material(conn: Connection, material: Material, now_ms: int) -> None:
    """Take a material away; that it was there stays on record."""
    conn.execute(update(materials).where(materials.c.no == material.no).values(removed_ms=now_ms))


def admits(conn: Connection, media_no: MediaNo, play: str) -> bool:
    """Tell whether a play of this media belongs to somebody who may still watch it."""
    query = (
        select(plays.c.no)
        .join(grants, grants.c.no == plays.c.grant_no)
        .where(plays.c.code == play, plays.c.media_no == media_no, grants.c.revoked_ms.is_(None))
    )
    return conn.execute(query).first() is not None


def written(conn: Connection, media_nos: Sequence[MediaNo]) -> dict[MediaNo, Written]:
    """Return what is written beside each of these media."""
    c = media.c
    query = select(c.no, c.speaker, c.programme).where(c.no.in_(media_nos))
    return {
        MediaNo(no): Written(_speaker(speaker), _items(programme))
        for no, speaker, programme in conn.execute(query)
    }


def write_speaker(conn: Connection, of: MediaRef, speaker: Speaker | None) -> None:
    """Say who speaks at a media, or nobody."""
    conn.execute(update(media).where(media.c.no == of.no).values(speaker=_told(speaker)))


def write_programme(conn: Connection, of: MediaRef, items: Sequence[Item] | None) -> None:
    """Write a programme instead of the sessions, or none."""
    told = None if items is None else [msgspec.to_builtins(item) for item in items]
    conn.execute(update(media).where(media.c.no == of.no).values(programme=told))


def write_session_speaker(conn: Connection, session: Session, speaker: Speaker | None) -> None:
    """Say who speaks in a session, or nobody."""
    conn.execute(update(sessions).where(sessions.c.no == session.no).values(speaker=_told(speaker)))


def session_speaker(conn: Connection, session: Session) -> Speaker | None:
    """Return who speaks in a session."""
    query = select(sessions.c.speaker).where(sessions.c.no == session.no)
    return _speaker(conn.execute(query).scalar_one())


def list_parts(
    conn: Connection, media_nos: Sequence[MediaNo]
) -> dict[MediaNo, list[tuple[Session, Speaker | None]]]:
    """Return the sessions of each of these media that are not removed, with who speaks in them."""
    found: dict[MediaNo, list[tuple[Session, Speaker | None]]] = {no: [] for no in media_nos}
    c = sessions.c
    columns = (
        c.media_no,
        c.no,
        c.code,
        c.title,
        c.starts_ms,
        c.ends_ms,
        c.from_ms,
        c.to_ms,
        c.revision,
        c.speaker,
    )
    for row in conn.execute(select(*columns).where(c.media_no.in_(media_nos), c.removed_ms.is_(None))):
        by_clock = row.starts_ms is not None
        window = WallWindow(row.starts_ms, row.ends_ms) if by_clock else ContentWindow(row.from_ms, row.to_ms)
        session = Session(row.no, SessionId(row.code), row.title, window, row.revision)
        found[row.media_no].append((session, _speaker(row.speaker)))
    return found


def _query(*which: ColumnElement[bool]) -> Select[Any]:
    c = materials.c
    columns = c.no, c.media_no, media.c.code.label("media_code"), c.code, c.title, c.url, c.created_ms
    query = select(*columns, c.file_name, c.media_type, c.size_bytes).join(media, media.c.no == c.media_no)
    return query.where(c.removed_ms.is_(None), *which)


def _material(row: Row[Any]) -> Material:
    file = None if row.file_name is None else File(row.file_name, row.media_type, row.size_bytes)
    return Material(row.no, row.media_no, row.media_code, row.code, row.title, row.url, file, row.created_ms)


def _told(speaker: Speaker | None) -> Any:
    return None if speaker is None else msgspec.to_builtins(speaker)


def _speaker(stored: Any) -> Speaker | None:
    return None if stored is None else msgspec.convert(stored, Speaker)


def _items(stored: Any) -> list[Item] | None:
    return None if stored is None else msgspec.convert(stored, list[Item])


def count_materials(conn: Connection, project_no: ProjectNo, media_no: MediaNo) -> int:
    """Return how many materials a media has."""
    c = materials.c
    query = select(func.count()).where(
        c.project_no == project_no, c.media_no == media_no, c.removed_ms.is_(None)
    )
    return conn.execute(query).scalar_one()
