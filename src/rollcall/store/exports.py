"""Exports of statistics and the pieces of their files. One that has expired, or was deleted, is not there.

Whoever makes an export touches it. One that runs and was not touched for `SILENT_MS` has been left by its node: it is
told as failed, and nothing is added to it any more, even if the node comes back. A node that starts again
says so at once.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, insert, or_, select, update

from rollcall.domain.ids import ProjectNo
from rollcall.store.tables import export_pieces, exports
from rollcall.wire.statistics import FormatName

KEPT_MS: Final = 24 * 3600 * 1000
SILENT_MS: Final = 60_000
PIECE_BYTES: Final = 256 * 1024  # written in a few ms, so that evidence waits no longer than that
FORGOTTEN_AT_ONCE: Final = 8
INTERRUPTED: Final = "interrupted; ask again"  # whatever ended its node

State = Literal["running", "ready", "failed"]


@dataclass(frozen=True, slots=True)
class Export:
    """One export as it is told; `participants` is None until they are counted."""

    no: int
    code: str
    of_code: str
    format: FormatName
    personal: bool
    state: State
    participants_done: int
    participants: int | None
    bytes: int
    error: str | None
    touched_ms: int
    created_ms: int
    expires_ms: int

    def pieces(self) -> int:
        """Return how many pieces its file has."""
        return -(-self.bytes // PIECE_BYTES)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a project keeps in exports; `oldest` is the code of one, "" without any."""

    count: int
    bytes: int
    oldest: str


@dataclass(frozen=True, slots=True)
class NewExport:
    """What is known of an export before anything was counted."""

    code: str
    of_code: str
    format: FormatName
    personal: bool
    made_by: str


def add_export(conn: Connection, project_no: ProjectNo, new: NewExport, now_ms: int) -> None:
    """Store an export that runs."""
    conn.execute(
        insert(exports).values(
            project_no=project_no,
            code=new.code,
            of_code=new.of_code,
            format=new.format,
            personal=new.personal,
            made_by=new.made_by,
            state="running",
            touched_ms=now_ms,
            created_ms=now_ms,
            expires_ms=now_ms + KEPT_MS,
        )
    )


def find_export(conn: Connection, project_no: ProjectNo, code: str, now_ms: int) -> Export | None:
    """Return an export of the project as it stands at this moment."""
    row = conn.execute(_there(project_no, now_ms).where(exports.c.code == code)).one_or_none()
    return None if row is None else _as_it_stands(row, now_ms)


def exports_after(
    conn: Connection, project_no: ProjectNo, after: int, limit: int, now_ms: int
) -> list[Export]:
    """Return exports of the project as they stand, in the order of their making."""
    query = _there(project_no, now_ms).where(exports.c.no > after).order_by(exports.c.no).limit(limit)
    return [_as_it_stands(row, now_ms) for row in conn.execute(query)]


def read_kept(conn: Connection, project_no: ProjectNo, now_ms: int) -> Kept:
    """Return what the project keeps: files that are ready, and what is written of others."""
    c = exports.c
    kept = (c.project_no == project_no, c.expires_ms > now_ms, or_(c.state == "ready", _runs(now_ms)))
    query = select(func.count(), func.coalesce(func.sum(c.bytes), 0), func.min(c.no)).where(*kept)
    count, bytes_, oldest = conn.execute(query).one()
    code = conn.execute(select(c.code).where(c.no == oldest)).scalar_one_or_none()
    return Kept(count, int(bytes_), code or "")


def count_running(conn: Connection, project_no: ProjectNo, now_ms: int) -> int:
    """Return how many exports of the project wait or are being made."""
    query = select(func.count()).select_from(exports)
    return conn.execute(query.where(exports.c.project_no == project_no, _runs(now_ms))).scalar_one()


def note_progress(conn: Connection, no: int, done: int, participants: int | None, now_ms: int) -> bool:
    """Store how far a running export is and that its node is alive; tell whether it still runs."""
    return _change(conn, no, now_ms, participants_done=done, participants=participants)


def add_piece(conn: Connection, no: int, place: int, piece: bytes, now_ms: int) -> bool:
    """Add a piece to the file of a running export; tell whether it still runs, nothing is added otherwise."""
    if not _change(conn, no, now_ms, bytes=exports.c.bytes + len(piece)):
        return False
    conn.execute(insert(export_pieces).values(export_no=no, place=place, piece=piece))
    return True


def finish_export(conn: Connection, no: int, participants: int, now_ms: int) -> bool:
    """Let the file of a running export be fetched; tell whether it still ran."""
    return _change(conn, no, now_ms, state="ready", participants=participants, participants_done=participants)


def fail_exports(conn: Connection, nos: Collection[int], error: str) -> None:
    """Let those of these exports fail that run, with a sentence for whoever asked."""
    running = update(exports).where(exports.c.no.in_(nos), exports.c.state == "running")
    conn.execute(running.values(state="failed", error=error))


def fail_left(conn: Connection, node: str, error: str) -> None:
    """Let what a node was making when it last ended fail; call it before it makes anything."""
    running = update(exports).where(exports.c.made_by == node, exports.c.state == "running")
    conn.execute(running.values(state="failed", error=error))


def expire_export(conn: Connection, no: int, now_ms: int) -> None:
    """Let an export be gone from now on, whatever its state."""
    conn.execute(update(exports).where(exports.c.no == no).values(expires_ms=now_ms))


def read_piece(conn: Connection, no: int, place: int) -> bytes | None:
    """Return a piece of a file, None when it has been forgotten."""
    c = export_pieces.c
    query = select(c.piece).where(c.export_no == no, c.place == place)
    return conn.execute(query).scalar_one_or_none()


def forget_some(conn: Connection, now_ms: int) -> int:
    """Delete a few pieces that nobody can ask for, and exports that have expired once none of theirs is left.

    Returns how many rows; call it again while it returns any, so that no transaction is long.
    """
    c, p = exports.c, export_pieces.c
    left = and_(c.state == "running", c.touched_ms < now_ms - SILENT_MS)
    gone = select(c.no).where(or_(c.expires_ms <= now_ms, c.state == "failed", left))
    found = conn.execute(
        select(p.export_no, p.place).where(p.export_no.in_(gone)).limit(FORGOTTEN_AT_ONCE)
    ).all()
    for no, place in found:
        conn.execute(delete(export_pieces).where(p.export_no == no, p.place == place))
    if found:
        return len(found)
    return conn.execute(delete(exports).where(c.expires_ms <= now_ms)).rowcount


def _there(project_no: ProjectNo, now_ms: int) -> Select[Any]:
    c = exports.c
    return select(
        c.no, c.code, c.of_code, c.format, c.personal, c.state, c.participants_done, c.participants, c.bytes,
        c.error, c.touched_ms, c.created_ms, c.expires_ms,
    ).where(c.project_no == project_no, c.expires_ms > now_ms)  # fmt: skip


def _as_it_stands(row: Iterable[Any], now_ms: int) -> Export:
    found = Export(*row)
    if found.state == "running" and found.touched_ms < now_ms - SILENT_MS:
        return replace(found, state="failed", error=INTERRUPTED)
    return found


def _change(conn: Connection, no: int, now_ms: int, **values: Any) -> bool:
    running = update(exports).where(exports.c.no == no, _runs(now_ms))
    return conn.execute(running.values(**values, touched_ms=now_ms)).rowcount == 1


def _runs(now_ms: int) -> ColumnElement[bool]:
    """Return the condition that an export is wanted and that its node has been heard of."""
    c = exports.c
    return and_(c.state == "running", c.expires_ms > now_ms, c.touched_ms >= now_ms - SILENT_MS)
