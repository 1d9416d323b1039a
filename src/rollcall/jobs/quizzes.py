"""Opens and closes quizzes whose moment has come: a time, or the end of a session."""

from rollcall.actions.quizzes import move_due
from rollcall.base.clock import Clock
from rollcall.live.hub import Hub
from rollcall.store.database import Database


async def run_once(db: Database, hub: Hub, clock: Clock) -> None:
    """Move every quiz that is due."""
    await move_due(db, hub, clock.now_ms())
