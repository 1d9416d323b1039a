"""Projects: the tenants of this installation, which origins may frame their players, and who tried to."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from rollcall.domain.ids import ProjectCode, ProjectNo
from rollcall.store.tables import framing_refusals, projects

KEPT_ORIGINS = 100


@dataclass(frozen=True, slots=True)
class Project:
    """One tenant. `embed_origins` empty: players may be framed by our own origin only."""

    no: ProjectNo
    code: ProjectCode
    title: str
    embed_origins: tuple[str, ...]
    created_ms: int


@dataclass(frozen=True, slots=True)
class FramingRefusal:
    """A page of a foreign origin tried to frame a player of the project."""

    origin: str
    count: int
    last_ms: int


_COLUMNS = (projects.c.no, projects.c.code, projects.c.title, projects.c.embed_origins, projects.c.created_ms)


def _project(row: Any) -> Project:
    return Project(row.no, row.code, row.title, tuple(row.embed_origins), row.created_ms)


def add_project(conn: Connection, code: ProjectCode, title: str, origins: list[str], now_ms: int) -> Project:
    """Store a new project."""
    values = {"code": code, "title": title, "embed_origins": origins, "created_ms": now_ms}
    no = conn.execute(insert(projects).values(values).returning(projects.c.no)).scalar_one()
    return Project(ProjectNo(no), code, title, tuple(origins), now_ms)


def get_project(conn: Connection, project_no: ProjectNo) -> Project:
    """Return the project of this number, which exists."""
    return _project(conn.execute(select(*_COLUMNS).where(projects.c.no == project_no)).one())


def find_project(conn: Connection, code: str) -> Project | None:
    """Return the project of this code (commands; the API knows its project by the key)."""
    row = conn.execute(select(*_COLUMNS).where(projects.c.code == code)).one_or_none()
    return None if row is None else _project(row)


def change_project(conn: Connection, project_no: ProjectNo, values: dict[str, Any]) -> None:
    """Set `title` and `embed_origins`, whichever is given."""
    if values:
        conn.execute(update(projects).where(projects.c.no == project_no).values(values))


def framing_refusals_of(conn: Connection, project_no: ProjectNo) -> list[FramingRefusal]:
    """Return who tried to frame a player without being allowed, latest first."""
    table = framing_refusals
    query = select(table.c.origin, table.c.count, table.c.last_ms).where(table.c.project_no == project_no)
    rows = conn.execute(query.order_by(table.c.last_ms.desc(), table.c.origin).limit(KEPT_ORIGINS))
    return [FramingRefusal(*row) for row in rows]


def lock_project(conn: Connection, project_no: ProjectNo) -> None:
    """Hold the project's row until the transaction ends, so that what is counted stays counted."""
    conn.execute(select(projects.c.no).where(projects.c.no == project_no).with_for_update())
