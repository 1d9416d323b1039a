"""Participants: the rows of lists. Removing one hides it, and a new row for the same User ID revives it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select, update

from rollcall.domain.access import AccessRow
from rollcall.domain.ids import ListNo, MediaNo, ProjectNo, UserId
from rollcall.domain.subscription import Subscription, capped
from rollcall.store.tables import list_media, lists, participants
from rollcall.store.upsert import upsert_into

CHUNK = 5_000  # parameters of one statement are limited


@dataclass(frozen=True, slots=True)
class Entry:
    """What an organiser says of one participant; the whole of it is replaced each time."""

    user_id: UserId
    name: str | None
    email: str | None
    valid_from_ms: int | None
    valid_until_ms: int | None
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Participant:
    """One row of a list."""

    no: int
    user_id: UserId
    name: str | None
    email: str | None
    valid_from_ms: int | None
    valid_until_ms: int | None
    fields: dict[str, Any]
    created_ms: int
    updated_ms: int


_COLUMNS = (
    participants.c.no,
    participants.c.user_id,
    participants.c.name,
    participants.c.email,
    participants.c.valid_from_ms,
    participants.c.valid_until_ms,
    participants.c.fields,
    participants.c.created_ms,
    participants.c.updated_ms,
)


def find_access_rows(
    conn: Connection, project_no: ProjectNo, media_no: MediaNo, user_id: UserId
) -> list[AccessRow]:
    """Return the user's rows on all lists of the media, removed ones too."""
    return access_rows(conn, project_no, media_no, [user_id])[user_id]


def access_rows(
    conn: Connection, project_no: ProjectNo, media_no: MediaNo, users: Sequence[UserId]
) -> defaultdict[UserId, list[AccessRow]]:
    """Return the rows of these users on all lists of the media; none for whoever is on no list."""
    found: defaultdict[UserId, list[AccessRow]] = defaultdict(list)
    for start in range(0, len(users), CHUNK):
        asked = participants.c.user_id.in_(users[start : start + CHUNK])
        for row in conn.execute(_access(project_no, media_no).where(asked)):
            user_id, rules, created_ms, name, from_ms, until_ms, removed_ms = row
            end_ms = capped(Subscription(**(rules or {})).hard_end_ms(created_ms), until_ms)
            found[user_id].append(AccessRow(name, from_ms, end_ms, removed_ms))
    return found


def _access(project_no: ProjectNo, media_no: MediaNo) -> Select[Any]:
    return (
        select(
            participants.c.user_id,
            lists.c.subscription,
            participants.c.created_ms,
            participants.c.name,
            participants.c.valid_from_ms,
            participants.c.valid_until_ms,
            func.coalesce(participants.c.removed_ms, lists.c.removed_ms),
        )
        .join(lists, lists.c.no == participants.c.list_no)
        .join(list_media, list_media.c.list_no == lists.c.no)
        .where(participants.c.project_no == project_no, list_media.c.media_no == media_no)
        .order_by(participants.c.no)
    )


def find_participant(
    conn: Connection, project_no: ProjectNo, list_no: ListNo, user_id: str
) -> Participant | None:
    """Return one participant of the list."""
    query = _of_list(project_no, list_no).where(participants.c.user_id == user_id)
    row = conn.execute(query).one_or_none()
    return None if row is None else Participant(*row)


def participants_after(
    conn: Connection, project_no: ProjectNo, list_no: ListNo, after_no: int, limit: int
) -> list[Participant]:
    """Return up to `limit` participants of the list in the order of their making."""
    query = _of_list(project_no, list_no).where(participants.c.no > after_no)
    return [Participant(*row) for row in conn.execute(query.order_by(participants.c.no).limit(limit))]


def page_of_participants(
    conn: Connection, project_no: ProjectNo, list_no: ListNo, page: int, rows: int
) -> list[Participant]:
    """Return the `page`-th page (from 1) of `rows` participants, for callers that know no cursors."""
    query = _of_list(project_no, list_no).order_by(participants.c.no).limit(rows).offset((page - 1) * rows)
    return [Participant(*row) for row in conn.execute(query)]


def count_participants(
    conn: Connection, project_no: ProjectNo, list_nos: Iterable[ListNo]
) -> dict[ListNo, int]:
    """Return how many participants each of these lists has; lists without any are missing."""
    query = (
        select(participants.c.list_no, func.count())
        .where(participants.c.project_no == project_no, participants.c.removed_ms.is_(None))
        .where(participants.c.list_no.in_(list(list_nos)))
        .group_by(participants.c.list_no)
    )
    return {ListNo(no): count for no, count in conn.execute(query)}


def put_participants(
    conn: Connection, project_no: ProjectNo, list_no: ListNo, entries: Sequence[Entry], now_ms: int
) -> int:
    """Insert or replace up to 5,000 participants of the list; returns how many were not on it before."""
    present = participants.c.user_id.in_({entry.user_id for entry in entries})
    known = set(conn.execute(_of_list(project_no, list_no, participants.c.user_id).where(present)).scalars())
    row = upsert_into(conn, participants)
    kept = ("name", "email", "valid_from_ms", "valid_until_ms", "fields", "updated_ms")
    replaced = {name: row.excluded[name] for name in kept}
    statement = row.on_conflict_do_update(
        index_elements=[participants.c.list_no, participants.c.user_id],
        set_={**replaced, "removed_ms": None},
    )
    stamp = {"project_no": project_no, "list_no": list_no, "created_ms": now_ms, "updated_ms": now_ms}
    conn.execute(statement, [asdict(entry) | stamp for entry in entries])
    return len({entry.user_id for entry in entries} - known)


def remove_participant(
    conn: Connection, project_no: ProjectNo, list_no: ListNo, user_id: str, now_ms: int
) -> bool:
    """Take one participant off the list; False when there is none of this User ID."""
    change = update(participants).where(
        participants.c.project_no == project_no,
        participants.c.list_no == list_no,
        participants.c.user_id == user_id,
        participants.c.removed_ms.is_(None),
    )
    return conn.execute(change.values(removed_ms=now_ms, updated_ms=now_ms)).rowcount == 1


def _of_list(project_no: ProjectNo, list_no: ListNo, *columns: Any) -> Select[Any]:
    return select(*(columns or _COLUMNS)).where(
        participants.c.project_no == project_no,
        participants.c.list_no == list_no,
        participants.c.removed_ms.is_(None),
    )
