"""Keeps the clocks of several nodes together: each follows the database's. On SQLite there is one machine's alone.

A node that is further off than `OFF_MS` is not ready, so that whoever balances the load sends nobody there.
"""

from typing import Final

from rollcall.base.clock import Clock
from rollcall.store.clock import read_clock
from rollcall.store.database import Database

PERIOD_S: Final = 10.0
OFF_MS: Final = 200


async def begin(db: Database, clock: Clock) -> None:
    """Take the time from the database, before anything is served."""
    if not db.is_sqlite:
        clock.begin_at(await db.read(lambda conn: read_clock(conn, clock.monotonic_ns)))


async def run_once(db: Database, clock: Clock) -> None:
    """Read the database's clock again and follow it; meant to run every 10 s."""
    if not db.is_sqlite:
        clock.follow(await db.read(lambda conn: read_clock(conn, clock.monotonic_ns)))


def problems(clock: Clock) -> list[str]:
    """Return why a node with this clock is not ready."""
    off_ms = clock.off_ms()
    if abs(off_ms) <= OFF_MS:
        return []
    return [f"The clock is {abs(off_ms)} ms {'ahead of' if off_ms > 0 else 'behind'} the database's."]
