"""What a simulated tab is going to do and when: by its script, and by what the server asks meanwhile."""

import heapq
from collections.abc import Callable
from itertools import count

Deed = Callable[[int], None]


class Agenda:
    """Deeds by moment of server time; each is called with the moment at which it is really done."""

    def __init__(self) -> None:
        self._deeds: list[tuple[int, int, Deed]] = []
        self._order = count()

    @property
    def next_ms(self) -> int | None:
        """When the next deed is due, None when nothing is left."""
        return self._deeds[0][0] if self._deeds else None

    def at(self, at_ms: int, deed: Deed) -> None:
        """Put a deed down; of those for the same moment, the first put down is done first."""
        heapq.heappush(self._deeds, (at_ms, next(self._order), deed))

    def do_due(self, now_ms: int) -> None:
        """Do what is due, in order."""
        while self._deeds and self._deeds[0][0] <= now_ms:
            heapq.heappop(self._deeds)[2](now_ms)

    def clear(self) -> None:
        """Do nothing more."""
        self._deeds.clear()
