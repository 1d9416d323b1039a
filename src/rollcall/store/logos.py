"""The logos of projects: at most one each, replaced as a whole."""

from sqlalchemy import Connection, delete, insert, select

from rollcall.domain.ids import ProjectNo
from rollcall.domain.logo import Logo
from rollcall.store.tables import logos


def put_logo(conn: Connection, project_no: ProjectNo, logo: Logo, now_ms: int) -> None:
    """Store the logo in the place of the former one."""
    remove_logo(conn, project_no)
    values = {"project_no": project_no, "kind": logo.kind, "content": logo.content, "updated_ms": now_ms}
    conn.execute(insert(logos).values(values))


def find_logo(conn: Connection, project_no: ProjectNo) -> Logo | None:
    """Return the logo of the project, if it has one."""
    query = select(logos.c.kind, logos.c.content).where(logos.c.project_no == project_no)
    row = conn.execute(query).one_or_none()
    return None if row is None else Logo(row.kind, bytes(row.content))


def remove_logo(conn: Connection, project_no: ProjectNo) -> bool:
    """Remove the logo; tell whether there was one."""
    return conn.execute(delete(logos).where(logos.c.project_no == project_no)).rowcount > 0
