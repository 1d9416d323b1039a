"""A seeded fault proxy: a TCP relay on the loopback that treats one server's players as bad networks do.

It disturbs bytes between whoever connects and the server, so that it serves simulated players, real browsers and
plain HTTP alike, and knows just enough of WebSocket to see where a message begins and ends.
"""

from rollcall.cli.simulate.proxy.faults import PROFILES, Faults
from rollcall.cli.simulate.proxy.relay import FaultProxy

__all__ = ["PROFILES", "FaultProxy", "Faults"]
