"""Stores how often foreign pages tried to frame the player, a few seconds after they did."""

from rollcall.base.clock import Clock
from rollcall.live.framing import FramingCounts
from rollcall.store.database import Connection, Database
from rollcall.store.framing import count_framing


async def run_once(db: Database, clock: Clock, counts: FramingCounts) -> None:
    """Store what was counted since the last time."""
    taken, now_ms = counts.take(), clock.now_ms()

    def store(conn: Connection) -> None:
        for (project_no, origin), times in taken.items():
            count_framing(conn, project_no, origin, times, now_ms)

    if taken:
        await db.write(store)
