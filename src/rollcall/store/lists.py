"""Lists: who may watch which media. Removing a list hides it and withdraws what it opened."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, select, update

from rollcall.domain.ids import ListCode, ListNo, MediaNo, ProjectNo
from rollcall.store.tables import list_media, lists, media
from rollcall.store.upsert import upsert_into


@dataclass(frozen=True, slots=True)
class List:
    """One list without its media and participants."""

    no: ListNo
    code: ListCode
    title: str
    created_ms: int


def _query(project_no: ProjectNo) -> Select[Any]:
    columns = (lists.c.no, lists.c.code, lists.c.title, lists.c.created_ms)
    return select(*columns).where(lists.c.project_no == project_no, lists.c.removed_ms.is_(None))


def add_list(conn: Connection, project_no: ProjectNo, code: ListCode, title: str, now_ms: int) -> List:
    """Store a new list."""
    values = {"project_no": project_no, "code": code, "title": title, "created_ms": now_ms}
    no = conn.execute(insert(lists).values(values).returning(lists.c.no)).scalar_one()
    return List(ListNo(no), code, title, now_ms)


def find_list(conn: Connection, project_no: ProjectNo, code: str, *, hold: bool = False) -> List | None:
    """Return a list of the project; `hold` lets nobody else hold it until the commit."""
    query = _query(project_no).where(lists.c.code == code)
    row = conn.execute(query.with_for_update() if hold else query).one_or_none()
    return None if row is None else List(*row)


def lists_after(conn: Connection, project_no: ProjectNo, after_no: int, limit: int) -> list[List]:
    """Return up to `limit` lists in the order of their making."""
    query = _query(project_no).where(lists.c.no > after_no).order_by(lists.c.no).limit(limit)
    return [List(*row) for row in conn.execute(query)]


def change_list(conn: Connection, project_no: ProjectNo, list_no: ListNo, values: dict[str, Any]) -> None:
    """Set `title` or `removed_ms`."""
    if values:
        of_list = update(lists).where(lists.c.project_no == project_no, lists.c.no == list_no)
        conn.execute(of_list.values(values))


def media_of(
    conn: Connection, project_no: ProjectNo, list_nos: Iterable[ListNo]
) -> dict[ListNo, list[tuple[MediaNo, str]]]:
    """Return number and code of the media that each list opens, archived ones left out."""
    query = (
        select(list_media.c.list_no, media.c.no, media.c.code)
        .join(media, media.c.no == list_media.c.media_no)
        .where(media.c.project_no == project_no, list_media.c.list_no.in_(list(list_nos)))
        .where(media.c.removed_ms.is_(None))
        .order_by(media.c.no)
    )
    found: dict[ListNo, list[tuple[MediaNo, str]]] = {}
    for list_no, media_no, code in conn.execute(query):
        found.setdefault(list_no, []).append((media_no, code))
    return found


def open_media(conn: Connection, list_no: ListNo, media_nos: Iterable[MediaNo]) -> None:
    """Let the list open these media too; both belong to the caller's project."""
    for media_no in media_nos:
        row = upsert_into(conn, list_media).values(list_no=list_no, media_no=media_no)
        conn.execute(row.on_conflict_do_nothing())


def close_media(conn: Connection, list_no: ListNo, media_nos: Iterable[MediaNo]) -> bool:
    """Let the list open these media no more; False when it opened none of them."""
    gone = delete(list_media).where(
        list_media.c.list_no == list_no, list_media.c.media_no.in_(list(media_nos))
    )
    return conn.execute(gone).rowcount > 0
