"""The database as the rest of the program sees it: `read` and `write` a function of a connection.

SQLite and PostgreSQL behind one class. Work runs in threads, so the event loop never waits for SQL. On SQLite one
thread owns the one connection that writes and checkpoints (versions 3.7.0-3.51.2 have a WAL-reset bug with several),
and readers are `query_only`. A failed SQLite commit is not retried: `on_fatal` ends the process, because after a
failed fsync nobody knows what is on disk; on PostgreSQL the transaction is simply refused.
"""

import asyncio
from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection, create_engine, event, make_url, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.pool import QueuePool, StaticPool

from rollcall.base.turns import Turns

__all__ = ["Connection", "Database", "open_database"]

T = TypeVar("T")
READERS = 4
REPORTERS = 2
NAMED_AT_ONCE = 5_000


class Database:
    """Connections to one database; close it when done. Build it with `open_database`."""

    def __init__(self, writer: Engine, reader: Engine, on_fatal: Callable[[BaseException], None]) -> None:
        self._writer = writer
        self._reader = reader
        self._on_fatal = on_fatal
        self.is_sqlite = writer.dialect.name == "sqlite"
        writers = 1 if self.is_sqlite else READERS
        self._write_threads = ThreadPoolExecutor(writers, thread_name_prefix="rollcall-write")
        self._read_threads = ThreadPoolExecutor(READERS, thread_name_prefix="rollcall-read")
        self._long = Turns(REPORTERS)
        self._report_threads = ThreadPoolExecutor(REPORTERS, thread_name_prefix="rollcall-report")

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Run `query` in a read transaction of its own and return its value."""
        return await asyncio.get_running_loop().run_in_executor(self._read_threads, self.read_now, query)

    async def read_long(self, owner: Hashable, query: Callable[[Connection], T]) -> T:
        """Like `read`, for what may take seconds: few at a time, one of each owner. No short read waits behind them."""
        threads = self._report_threads
        loop = asyncio.get_running_loop()
        return await self._long.take(owner, lambda: loop.run_in_executor(threads, self.read_now, query))

    async def write(self, change: Callable[[Connection], T]) -> T:
        """Run `change` in one transaction; return its value once the commit is on disk.

        Whatever `change` raises rolls back and is raised here.
        """
        return await asyncio.get_running_loop().run_in_executor(self._write_threads, self.write_now, change)

    def read_now(self, query: Callable[[Connection], T]) -> T:
        """Like `read`, in the calling thread (commands)."""
        with self._reader.connect() as connection, connection.begin():
            return query(connection)

    def write_now(self, change: Callable[[Connection], T]) -> T:
        """Like `write`, in the calling thread; on SQLite only the one writing thread may."""
        try:
            with self._writer.begin() as connection:
                return change(connection)
        except IntegrityError:
            raise
        except DatabaseError as error:
            # A full disk rolls back cleanly. Any other failure leaves in doubt what is on disk.
            if self.is_sqlite and "disk is full" not in str(error):
                self._on_fatal(error)
            raise

    def version(self) -> str:
        """Return name and version of the database library or server, for the log."""
        if self.is_sqlite:
            return "SQLite " + self.read_now(
                lambda c: str(c.execute(text("select sqlite_version()")).scalar())
            )
        return self.read_now(lambda c: str(c.execute(text("select version()")).scalar()))

    def close(self) -> None:
        """Wait for running work and close every connection; on SQLite the log is folded into the file."""
        self._write_threads.shutdown()
        self._read_threads.shutdown()
        self._report_threads.shutdown()
        self._reader.dispose()
        self._writer.dispose()


def open_database(url: str, on_fatal: Callable[[BaseException], None]) -> Database:
    """Connect to `sqlite:///path` or `postgresql://…`; raises when that is impossible. The schema is not touched."""
    parsed = make_url(url)
    if parsed.drivername == "sqlite":
        return Database(_sqlite(url, writes=True), _sqlite(url, writes=False), on_fatal)
    engine = create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        pool_size=2 * READERS + REPORTERS,
        pool_pre_ping=True,
        max_overflow=0,
    )
    event.listen(engine, "connect", _wait_for_disk)
    return Database(engine, engine, on_fatal)


def _wait_for_disk(connection: Any, _record: Any) -> None:
    """Let commits on PostgreSQL wait until they are on disk, whatever is set for the server, role or database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('synchronous_commit', 'on', false)"
            " WHERE current_setting('synchronous_commit') = 'off'"
        )
    connection.commit()


def _sqlite(url: str, *, writes: bool) -> Engine:
    pool: dict[str, Any] = (
        {"poolclass": StaticPool} if writes else {"poolclass": QueuePool, "pool_size": READERS + REPORTERS}
    )
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 30}, **pool)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # SQLAlchemy must not guess where transactions begin: `begin` below says so.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536"):
            connection.execute(f"PRAGMA {pragma}")
        if not writes:
            connection.execute("PRAGMA query_only=ON")
            connection.execute("PRAGMA wal_autocheckpoint=0")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def chunks(values: Sequence[T]) -> Iterable[Sequence[T]]:
    """Cut a long list into lists that one query can name."""
    return (values[start : start + NAMED_AT_ONCE] for start in range(0, len(values), NAMED_AT_ONCE))
