"""Access that ends by itself, or was withdrawn on another node, closes the open player within seconds."""

from rollcall.actions.access import Gate, sweep
from rollcall.actions.media_control import MediaControl
from rollcall.base.clock import Clock
from rollcall.live.hub import Hub
from rollcall.store.database import Database

PERIOD_S = 3.0


async def run_once(db: Database, hub: Hub, media_control: MediaControl, clock: Clock) -> None:
    """Shut out every connected user who has no access now. Run it every `PERIOD_S`."""
    await sweep(Gate(db, hub, media_control, clock))
