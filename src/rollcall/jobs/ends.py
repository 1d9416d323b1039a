"""Ends what ends by itself: when a media's `ends_at` has passed, its open sessions are closed at that moment.

An open session would otherwise count whoever leaves the player running.
"""

from rollcall.actions.prompts import publish
from rollcall.actions.sessions import close_open_sessions
from rollcall.base.clock import Clock
from rollcall.domain.checks.outcome import Told
from rollcall.live.hub import Hub
from rollcall.store import sessions
from rollcall.store.database import Connection, Database

ACTOR = "schedule"


async def run_once(db: Database, hub: Hub, clock: Clock) -> None:
    """Close the open sessions of every media whose end has passed; writes only when there are any."""
    now_ms = clock.now_ms()

    def close(conn: Connection) -> list[Told]:
        overdue = sessions.open_past_the_end(conn, now_ms)
        return [
            told for of, ends_ms in overdue for told in close_open_sessions(conn, of, ACTOR, ends_ms, now_ms)
        ]

    if await db.read(lambda conn: sessions.open_past_the_end(conn, now_ms)):
        publish(hub, await db.write(close))
