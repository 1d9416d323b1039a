"""Sends every play its tick once a period, spread evenly, from one task for the whole process.

A task per connection would cost more memory than the connection's own state. It knows nothing of what a tick is.
"""

import asyncio
from collections.abc import Callable

from rollcall.domain.evidence.tick import PERIOD_MS

SLOTS = 100
SLOT_S = PERIOD_MS / SLOTS / 1000


class Ticker:
    """A wheel of slots, one turn each tick period. `add` returns what takes the callback off again."""

    def __init__(self) -> None:
        self._slots: list[dict[int, Callable[[], None]]] = [{} for _ in range(SLOTS)]
        self._next_slot = 0
        self._next_id = 0

    def add(self, tick: Callable[[], None]) -> Callable[[], None]:
        """Call `tick` once each period, first after a whole one; the returned function ends that."""
        # The slot that has just passed comes up again in a full period.
        slot = self._slots[self._next_slot - 1]
        self._next_id += 1
        name = self._next_id
        slot[name] = tick
        return lambda: slot.pop(name, None) and None

    async def run(self) -> None:
        """Turn the wheel until cancelled. A late turn does not make the following ones late."""
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        while True:
            due_s = max(due_s + SLOT_S, loop.time() - SLOT_S)
            await asyncio.sleep(due_s - loop.time())
            for tick in list(self._slots[self._next_slot].values()):
                tick()
            self._next_slot = (self._next_slot + 1) % SLOTS
