"""Flags as rows: one for each thing that looked odd, raised again in place. They touch no other table.

A sign either adds to its flag (signs of rows of evidence, stored with these rows and so exactly once) or states what is
known by now (signs that a job finds again and again); in both ways nothing is ever taken back.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select, update

from rollcall.domain.flags.kinds import Kind, Sign, merged
from rollcall.domain.ids import EventNo, MediaCode, MediaNo, PlayNo, ProjectNo, UserId
from rollcall.store.attendance import Whose
from rollcall.store.database import chunks
from rollcall.store.tables import flags, media
from rollcall.store.upsert import upsert_into


@dataclass(frozen=True, slots=True)
class Raised:
    """A sign about one participant of one media; `play_no` where it is about one play alone."""

    project_no: ProjectNo
    event_no: EventNo
    media_no: MediaNo
    user_id: UserId
    play_no: PlayNo | None
    sign: Sign


@dataclass(frozen=True, slots=True)
class Flag:
    """A stored flag with the media it belongs to."""

    no: int
    media: MediaCode
    user_id: UserId
    kind: Kind
    count: int
    first_ms: int
    last_ms: int
    detail: dict[str, int]
    note: str | None
    noted_by: str | None
    noted_ms: int | None


@dataclass(frozen=True, slots=True)
class FlagCount:
    """The flags of one kind of one participant, taken together."""

    kind: Kind
    count: int
    first_ms: int
    last_ms: int


_Key = tuple[MediaNo, UserId, str, str]


def recordings_among(conn: Connection, media_nos: Collection[MediaNo]) -> frozenset[MediaNo]:
    """Return which of these media are recordings."""
    query = select(media.c.no).where(media.c.no.in_(media_nos), media.c.kind == "recording")
    return frozenset(conn.execute(query).scalars())


def add_signs(conn: Connection, raised: Sequence[Raised]) -> None:
    """Add each sign to its flag: the count grows by the sign's."""
    if not raised:
        return
    known = _known(conn, raised)
    _store(conn, [_sum(one, known.get(_key(one))) for one in raised])


def state_signs(conn: Connection, raised: Sequence[Raised]) -> int:
    """Store what is known by now, where it says more than the flag does; return how many flags changed."""
    known = _known(conn, raised)
    changed = [new for one in raised if (new := _more(one, known.get(_key(one)))) is not None]
    _store(conn, changed)
    return len(changed)


def page_flags(
    conn: Connection,
    project_no: ProjectNo,
    media_nos: Collection[MediaNo],
    *,
    user_id: UserId | None,
    kind: Kind | None,
    after: int,
    limit: int,
) -> list[Flag]:
    """Return up to `limit` flags of these media, numbered after `after`."""
    f = flags.c
    query = _flags(project_no, media_nos).where(f.no > after).order_by(f.no).limit(limit)
    if user_id is not None:
        query = query.where(f.user_id == user_id)
    if kind is not None:
        query = query.where(f.kind == kind)
    return [Flag(*row) for row in conn.execute(query)]


def note_flag(
    conn: Connection,
    project_no: ProjectNo,
    media_no: MediaNo,
    flag_no: int,
    note: str,
    actor: str,
    now_ms: int,
) -> Flag | None:
    """Keep a reviewer's note on a flag of the media, in place of an earlier one, and return the flag."""
    f = flags.c
    of = (f.project_no == project_no) & (f.media_no == media_no) & (f.no == flag_no)
    conn.execute(update(flags).where(of).values(note=note, noted_by=actor, noted_ms=now_ms))
    row = conn.execute(_flags(project_no, [media_no]).where(f.no == flag_no)).one_or_none()
    return None if row is None else Flag(*row)


def _flags(project_no: ProjectNo, media_nos: Collection[MediaNo]) -> Select[Any]:
    f = flags.c
    return (
        select(
            f.no, media.c.code, f.user_id, f.kind, f.count, f.first_ms, f.last_ms, f.detail, f.note, f.noted_by,
            f.noted_ms,
        )
        .join(media, media.c.no == f.media_no)
        .where(f.project_no == project_no, f.media_no.in_(media_nos))
    )  # fmt: skip


def flags_by_user(
    conn: Connection, project_no: ProjectNo, media_nos: Collection[MediaNo], whose: Whose
) -> dict[UserId, list[FlagCount]]:
    """Return what was flagged of participants of these media, by kind; who has no flag is not there."""
    f = flags.c
    query: Select[Any] = (
        select(f.user_id, f.kind, func.sum(f.count), func.min(f.first_ms), func.max(f.last_ms))
        .where(f.project_no == project_no, f.media_no.in_(media_nos))
        .group_by(f.user_id, f.kind)
        .order_by(f.kind)
    )
    if whose is not None:
        query = query.where(f.user_id.in_([whose] if isinstance(whose, str) else whose))
    found: dict[UserId, list[FlagCount]] = {}
    for user, kind, count, first_ms, last_ms in conn.execute(query):
        found.setdefault(user, []).append(FlagCount(kind, int(count), first_ms, last_ms))
    return found


def _key(raised: Raised) -> _Key:
    return raised.media_no, raised.user_id, raised.sign.kind, raised.sign.key


def _known(conn: Connection, raised: Sequence[Raised]) -> dict[_Key, Sign]:
    """Return what the flags of these participants say already."""
    f = flags.c
    known: dict[_Key, Sign] = {}
    for some in chunks(sorted({one.user_id for one in raised})):
        query = select(f.media_no, f.user_id, f.kind, f.key, f.count, f.first_ms, f.last_ms, f.detail).where(
            f.media_no.in_({one.media_no for one in raised}), f.user_id.in_(some)
        )
        for media_no, user_id, kind, key, *rest in conn.execute(query):
            known[media_no, user_id, kind, key] = Sign(kind, key, *rest)
    return known


def _sum(one: Raised, known: Sign | None) -> Raised:
    return _with(one, known, (known.count if known else 0) + one.sign.count)


def _more(one: Raised, known: Sign | None) -> Raised | None:
    new = _with(one, known, max(known.count if known else 0, one.sign.count))
    return None if new.sign == known else new


def _with(one: Raised, known: Sign | None, count: int) -> Raised:
    new = one.sign
    if known is not None:
        first_ms, last_ms = min(known.first_ms, new.first_ms), max(known.last_ms, new.last_ms)
        detail = merged(new.kind, known.detail, new.detail)
        new = Sign(new.kind, new.key, count, first_ms, last_ms, detail)
    return Raised(one.project_no, one.event_no, one.media_no, one.user_id, one.play_no, new)


def _store(conn: Connection, raised: Sequence[Raised]) -> None:
    if not raised:
        return
    statement = upsert_into(conn, flags)
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=[flags.c.media_no, flags.c.user_id, flags.c.kind, flags.c.key],
        set_={
            "count": new.count,
            "first_ms": new.first_ms,
            "last_ms": new.last_ms,
            "detail": new.detail,
        },
    )
    conn.execute(statement, [_values(one) for one in raised])


def _values(one: Raised) -> dict[str, object]:
    return {
        "project_no": one.project_no,
        "event_no": one.event_no,
        "media_no": one.media_no,
        "user_id": one.user_id,
        "play_no": one.play_no,
        "kind": one.sign.kind,
        "key": one.sign.key,
        "count": one.sign.count,
        "first_ms": one.sign.first_ms,
        "last_ms": one.sign.last_ms,
        "detail": dict(one.sign.detail),
    }
