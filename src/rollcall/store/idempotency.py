"""Answers kept for repeated requests with the same `Idempotency-Key`."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from rollcall.domain.ids import ProjectNo
from rollcall.store.tables import idempotency_keys as table

KEPT_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The first answer to a key and path, and the hash of the body that it answered."""

    body_hash: bytes
    status: int
    content_type: str
    body: bytes


def find_answer(
    conn: Connection, project_no: ProjectNo, key: str, path: str, since_ms: int
) -> KeptAnswer | None:
    """Return the answer kept for this key and path since `since_ms`."""
    query = select(table.c.body_hash, table.c.status, table.c.content_type, table.c.body).where(
        table.c.project_no == project_no,
        table.c.key == key,
        table.c.path == path,
        table.c.created_ms >= since_ms,
    )
    row = conn.execute(query).one_or_none()
    return None if row is None else KeptAnswer(*row)


def keep_answer(
    conn: Connection, project_no: ProjectNo, key: str, path: str, answer: KeptAnswer, now_ms: int
) -> None:
    """Keep the answer to this key and path in place of an outdated one."""
    conn.execute(
        delete(table).where(table.c.project_no == project_no, table.c.key == key, table.c.path == path)
    )
    conn.execute(
        insert(table).values(
            project_no=project_no,
            key=key,
            path=path,
            body_hash=answer.body_hash,
            status=answer.status,
            content_type=answer.content_type,
            body=answer.body,
            created_ms=now_ms,
        )
    )


def forget_answers(conn: Connection, before_ms: int) -> int:
    """Delete every answer older than `before_ms`; returns how many."""
    return conn.execute(delete(table).where(table.c.created_ms < before_ms)).rowcount
