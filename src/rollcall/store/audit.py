"""The audit trail: who did what to which object, when. Rows are only ever added."""

from typing import Any

from sqlalchemy import Connection, insert

from rollcall.domain.ids import ProjectNo
from rollcall.store.tables import audit


def record(
    conn: Connection,
    project_no: ProjectNo,
    actor: str,
    action: str,
    object_name: str,
    now_ms: int,
    **detail: Any,
) -> None:
    """Add one row in the caller's transaction; `detail` holds no secrets."""
    conn.execute(
        insert(audit).values(
            project_no=project_no,
            at_ms=now_ms,
            actor=actor,
            action=action,
            object=object_name,
            detail=detail,
        )
    )
