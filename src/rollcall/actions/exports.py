"""Exports of statistics: asked for, read while they are made, fetched, deleted.

An export is counted by its node when its turn comes; what it may be about is checked when it is asked for.
"""

from functools import partial
from typing import Final

from rollcall.actions.export_room import refuse_full
from rollcall.actions.making import ExportMaker
from rollcall.actions.statistics import Ask, Subject, report_about, size_of
from rollcall.base.secrets import new_code
from rollcall.domain.errors import Conflict, NotFound, TooMany
from rollcall.domain.ids import ProjectNo
from rollcall.domain.rules import Rules
from rollcall.render.formats import Format
from rollcall.store import audit, projects
from rollcall.store import exports as store
from rollcall.store.database import Connection, Database
from rollcall.store.exports import Export, NewExport

MOST_RUNNING: Final = 4
TRY_AGAIN_S: Final = 10


async def create_export(
    db: Database,
    maker: ExportMaker,
    project_no: ProjectNo,
    subject: Subject,
    code: str,
    ask: Ask,
    wanted: Format,
    rules: Rules,
    actor: str,
    now_ms: int,
) -> Export:
    """Begin an export and return it.

    Raises NotFound as the statistics do, TooMany while many others run, Conflict where many are kept.
    """
    size = await size_of(subject, db, project_no, code, ask, now_ms, rules)
    new = NewExport(new_code(), code, wanted.name, ask.ip or ask.user_agent, maker.node)

    def create(conn: Connection) -> Export:
        projects.lock_project(conn, project_no)
        if store.count_running(conn, project_no, now_ms) >= MOST_RUNNING:
            sentence = f"{MOST_RUNNING} exports of this project are being made; wait for one, or delete it."
            raise TooMany(sentence, TRY_AGAIN_S)
        refuse_full(conn, project_no, now_ms)
        store.add_export(conn, project_no, new, now_ms)
        about = {"of": code, "format": new.format, "personal": new.personal}
        audit.record(conn, project_no, actor, "export.create", new.code, now_ms, **about)
        return find(conn, project_no, new.code, now_ms)

    made = await db.write(create)
    read = partial(report_about, subject, db, project_no, code, ask, rules=rules)
    maker.start(project_no, made.no, wanted, read, large=size.is_large)
    return made


async def delete_export(
    db: Database, maker: ExportMaker, project_no: ProjectNo, code: str, actor: str, now_ms: int
) -> None:
    """Cancel an export that runs, or remove one that is ready. Raises NotFound."""

    def remove(conn: Connection) -> int:
        found = find(conn, project_no, code, now_ms)
        store.expire_export(conn, found.no, now_ms)
        audit.record(conn, project_no, actor, "export.delete", code, now_ms)
        return found.no

    maker.stop(await db.write(remove))


def find(conn: Connection, project_no: ProjectNo, code: str, now_ms: int) -> Export:
    """Return an export of the project; raises NotFound."""
    found = store.find_export(conn, project_no, code, now_ms)
    if found is None:
        raise NotFound("There is no such export.")
    return found


def refuse_unready(export: Export) -> None:
    """Raise Conflict where there is no file to fetch."""
    if export.state == "failed":
        raise Conflict(f"This export has failed: {export.error}", code="export_failed")
    if export.state == "running":
        total = ", not counted yet" if export.participants is None else f" of {export.participants}"
        sentence = f"This export is still being made: {export.participants_done} participants{total}."
        raise Conflict(sentence, code="export_running")


def read_piece(conn: Connection, no: int, place: int) -> bytes:
    """Return a piece of a file; raises NotFound when the export has gone meanwhile."""
    piece = store.read_piece(conn, no, place)
    if piece is None:
        raise NotFound("This export has been deleted.")
    return piece
