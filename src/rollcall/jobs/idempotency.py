"""Forgets the answers that no repeated request may ask for any more."""

from rollcall.base.clock import Clock
from rollcall.store.database import Database
from rollcall.store.idempotency import KEPT_MS, forget_answers

PERIOD_S = 3600.0


async def run_once(db: Database, clock: Clock) -> None:
    """Delete what is older than 24 h. Run it every `PERIOD_S`."""
    before_ms = clock.now_ms() - KEPT_MS
    await db.write(lambda conn: forget_answers(conn, before_ms))
