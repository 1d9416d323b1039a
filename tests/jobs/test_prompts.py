"""The job of prompts, where its writes fail, on both engines."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from rollcall.store.database import Database
from tests.asking import ask, tick
from tests.hall import Hall, open_hall


async def test_a_proof_of_arrival_waits_until_it_can_be_written(database: Database) -> None:
    hall = await open_hall(database, "anna", "boris")
    for user in ("anna", "boris"):
        hall.join(user)
    check = await ask(hall)
    await hall.arrive("anna", check.id)
    arrived_ms = hall.now_ms
    await rename(hall, "prompts", "elsewhere")
    with pytest.raises(DatabaseError):
        await tick(hall)
    await rename(hall, "elsewhere", "prompts")
    hall.wait(1_000)
    await hall.arrive("boris", check.id)
    await tick(hall)
    assert await hall.arrived(check.id) == {"anna": arrived_ms, "boris": arrived_ms + 1_000}


async def rename(hall: Hall, before: str, after: str) -> None:
    await hall.db.write(lambda conn: conn.execute(text(f"ALTER TABLE {before} RENAME TO {after}")))
