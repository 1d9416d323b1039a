"""Removes exports that have expired or were deleted, and what failed ones have left, a few pieces at a time."""

from rollcall.base.clock import Clock
from rollcall.store.database import Database
from rollcall.store.exports import forget_some

PERIOD_S = 10.0  # what is deleted counts no more, so it must not lie on the disk for long


async def run_once(db: Database, clock: Clock) -> None:
    """Delete what nobody can ask for. Run it every `PERIOD_S`."""
    now_ms = clock.now_ms()
    while await db.write(lambda conn: forget_some(conn, now_ms)):
        pass
