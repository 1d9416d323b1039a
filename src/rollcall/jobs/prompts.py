"""Each second: issues timed checks, asks who joined, ends prompts whose time is over.

How a prompt ends is decided in `domain/checks/resolve`. Every step reads first and writes only when there is work.
"""

from rollcall.actions import checks as check_actions
from rollcall.actions import prompts as prompt_actions
from rollcall.base.clock import Clock
from rollcall.live.arrivals import Arrivals
from rollcall.live.hub import Hub
from rollcall.store import checks
from rollcall.store.database import Database
from rollcall.store.prompt_arrivals import Arrived, note_arrivals


async def run_once(db: Database, hub: Hub, clock: Clock, arrivals: Arrivals) -> None:
    """Bring checks and prompts up to date; meant to run once a second."""
    now_ms = clock.now_ms()
    await _keep_arrivals(db, arrivals)
    await check_actions.issue_due(db, hub, now_ms)
    await check_actions.ask_joined(db, hub, now_ms)
    if await db.read(lambda conn: prompt_actions.has_work(conn, now_ms)):
        outcomes = await db.write(lambda conn: prompt_actions.settle(conn, now_ms))
        prompt_actions.publish(hub, outcomes)
    if await db.read(lambda conn: checks.has_finished(conn, now_ms)):
        await db.write(lambda conn: checks.close_finished(conn, now_ms))


async def _keep_arrivals(db: Database, arrivals: Arrivals) -> None:
    """Make the proofs durable; they wait for the next time when that fails."""
    taken = arrivals.take()
    proven = [Arrived(*each.offer, each.user_id, each.play_no, each.at_ms) for each in taken]
    try:
        if proven:
            await db.write(lambda conn: note_arrivals(conn, proven))
    except BaseException:
        arrivals.put_back(taken)
        raise
