"""Participants of a list: put one or very many, removed."""

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial

from rollcall.actions import lists as list_actions
from rollcall.actions.access import Gate, withdraw
from rollcall.domain.errors import NotFound
from rollcall.domain.ids import MediaNo, ProjectNo, UserId
from rollcall.store import audit, participants
from rollcall.store.database import Connection, Database
from rollcall.store.participants import Entry


async def put_participant(
    db: Database, project_no: ProjectNo, code: str, entry: Entry, actor: str, now_ms: int
) -> bool:
    """Put one participant on the list, or replace what is said of them; True when they were not on it."""

    def put(conn: Connection) -> bool:
        found = list_actions.find(conn, project_no, code, hold=True)
        created = participants.put_participants(conn, project_no, found.no, [entry], now_ms) == 1
        audit.record(conn, project_no, actor, "participant.put", code, now_ms, user_id=entry.user_id)
        return created

    return await db.write(put)


async def put_many(
    db: Database, project_no: ProjectNo, code: str, parts: Iterator[Sequence[Entry]], actor: str, now_ms: int
) -> tuple[int, int]:
    """Put many participants on the list; returns how many were not on it before, and how many were.

    One transaction per part, made in a thread only when the one before is stored: evidence never waits long for its
    own, and few rows are in memory.
    """

    def put(conn: Connection, part: Sequence[Entry]) -> int:
        found = list_actions.find(conn, project_no, code, hold=True)
        audit.record(conn, project_no, actor, "participant.put_many", code, now_ms, rows=len(part))
        return participants.put_participants(conn, project_no, found.no, part, now_ms)

    created = updated = 0
    while (part := await asyncio.to_thread(next, parts, None)) is not None:
        new = await db.write(partial(put, part=part))
        created, updated = created + new, updated + len(part) - new
    return created, updated


async def remove_participant(
    gate: Gate, project_no: ProjectNo, code: str, user_id: UserId, actor: str
) -> None:
    """Take a participant off the list; without another open row they are shut out at once. Raises NotFound."""
    now_ms = gate.clock.now_ms()

    def remove(conn: Connection) -> list[MediaNo]:
        found = list_actions.find(conn, project_no, code, hold=True)
        if not participants.remove_participant(conn, project_no, found.no, user_id, now_ms):
            raise NotFound("There is no such participant on this list.")
        audit.record(conn, project_no, actor, "participant.remove", code, now_ms, user_id=user_id)
        return list_actions.media_nos(conn, project_no, found.no)

    await withdraw(gate, project_no, await gate.db.write(remove), [user_id])
