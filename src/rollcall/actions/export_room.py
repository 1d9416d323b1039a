"""How much a project may keep in exports. Who has it all is refused a new one: nobody's file goes unasked."""

from typing import Final

from rollcall.domain.errors import Conflict
from rollcall.domain.ids import ProjectNo
from rollcall.store import exports as store
from rollcall.store.database import Connection

MOST_KEPT: Final = 50
MOST_BYTES: Final = 2 << 30


def refuse_full(conn: Connection, project_no: ProjectNo, now_ms: int, more_bytes: int = 0) -> None:
    """Raise Conflict, naming what to delete, where there is no room for one more export, or `more_bytes` of one."""
    kept = store.read_kept(conn, project_no, now_ms)
    if more_bytes == 0 and kept.count >= MOST_KEPT:
        raise _full(f"{MOST_KEPT} exports of this project are kept", kept.oldest)
    if kept.bytes + max(1, more_bytes) > MOST_BYTES:
        raise _full(f"The exports of this project would take more than {MOST_BYTES >> 20} MB", kept.oldest)


def _full(fact: str, oldest: str) -> Conflict:
    return Conflict(f"{fact}; delete one, the oldest is '{oldest}', and ask again.", code="exports_full")
