"""What is acknowledged has to be on disk: every connection that writes says so itself, on both engines.

No test can cut the power, and a process that is killed loses nothing that it has handed to the system. So what decides
over that loss is asked of the engines as they run.
"""

import asyncio
from threading import Barrier

import psycopg
from sqlalchemy import Connection

from rollcall.store.database import READERS, Database

FULL = 2  # SQLite: each commit is flushed to the disk


async def test_sqlite_flushes_each_commit(sqlite_database: Database) -> None:
    def told(connection: Connection) -> tuple[object, object]:
        return tuple(
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("synchronous", "journal_mode")
        )

    assert await sqlite_database.write(told) == (FULL, "wal")
    at_once = await asyncio.gather(*(sqlite_database.write(told) for _ in range(20)))
    assert set(at_once) == {(FULL, "wal")}


async def test_postgresql_flushes_each_commit_of_every_connection_whatever_the_server_says(
    postgres_url: str, postgres_database: Database
) -> None:
    with psycopg.connect(postgres_url) as other:
        assert other.execute("SHOW synchronous_commit").fetchone() == ("off",)
    at_once = Barrier(READERS)

    def told(connection: Connection) -> tuple[int, str]:
        at_once.wait(60)  # so that each has a connection of its own
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        return pid, connection.exec_driver_sql("SHOW synchronous_commit").scalar_one()

    for _ in range(2):  # what is set outlives the transaction
        found = await asyncio.gather(*(postgres_database.write(told) for _ in range(READERS)))
        assert len({pid for pid, _ in found}) == READERS
        assert {setting for _, setting in found} == {"on"}
