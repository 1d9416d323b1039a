"""Reads the database's clock, which the nodes of an installation share. On SQLite there is one machine, and no need."""

from collections.abc import Callable

from sqlalchemy import Connection, text

from rollcall.base.clock import Reading

READS = 5
_NOW = text("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)")


def read_clock(conn: Connection, monotonic_ns: Callable[[], int]) -> list[Reading]:
    """Ask PostgreSQL what time it is, a few times: the quickest answer says it best."""
    return [_read(conn, monotonic_ns) for _ in range(READS)]


def _read(conn: Connection, monotonic_ns: Callable[[], int]) -> Reading:
    before_ns = monotonic_ns()
    wall_us: int = conn.execute(_NOW).scalar_one()
    return Reading(before_ns, wall_us * 1000, monotonic_ns())
