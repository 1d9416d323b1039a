"""Proof that prompts have reached players: on one connection, a tick answered after it was sent later than they were.

Prompts and ticks share an ordered connection, so the echo of a later tick proves receipt, whatever the player says.
In memory; a job makes the proofs durable.
"""

from collections import deque
from typing import NamedTuple

from rollcall.domain.ids import CheckId, PlayNo, UserId

TICKS_KEPT = 8


class Offer(NamedTuple):
    """One issue of a check, as sent to a participant."""

    check: CheckId
    issued_ms: int


class Offers:
    """What one connection was offered, and the ticks sent on it afterwards."""

    __slots__ = ("_next", "_ticks")

    def __init__(self) -> None:
        self._next: dict[Offer, int | None] = {}  # the first tick after it; None = none yet
        self._ticks: deque[int] = deque(maxlen=TICKS_KEPT)

    def note(self, offer: Offer) -> None:
        """Note that the prompt is sent now."""
        self._next.setdefault(offer, None)

    def ticked(self, number: int) -> None:
        """Note that a tick is sent now."""
        if self._next:
            self._ticks.append(number)
            self._next = {offer: number if tick is None else tick for offer, tick in self._next.items()}

    def proven(self, echoed: int) -> list[Offer]:
        """Return, once, what was sent before the tick that has been answered; ticks sent elsewhere prove nothing."""
        if echoed not in self._ticks:
            return []
        found = [offer for offer, tick in self._next.items() if tick is not None and tick <= echoed]
        for offer in found:
            del self._next[offer]
        return found


class Arrival(NamedTuple):
    """A prompt that has reached a play; the tick that proves it was sent at `at_ms`."""

    offer: Offer
    user_id: UserId
    play_no: PlayNo
    at_ms: int


class Arrivals:
    """The proofs of this process that are not durable yet."""

    def __init__(self) -> None:
        self._proven: list[Arrival] = []

    def note(self, arrival: Arrival) -> None:
        """Keep a proof."""
        self._proven.append(arrival)

    def take(self) -> list[Arrival]:
        """Return the proofs so far and forget them."""
        proven, self._proven = self._proven, []
        return proven
