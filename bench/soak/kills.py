"""The server is killed at random moments under load: nothing is lost, and it answers within three seconds (F1).

`SOAK_KILLS` in the environment says how many times (100).
"""

import asyncio
import os

from bench.soak.crashes import on_own_server
from tests.faults import crashing

KILLS = int(os.environ.get("SOAK_KILLS", "100"))


def run() -> list[str]:
    """Kill one server again and again."""
    return asyncio.run(on_own_server(lambda event: crashing.kill_at_random(event, KILLS, seed=1)))
