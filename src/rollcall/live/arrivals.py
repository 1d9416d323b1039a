"""What one connection has told its player in order, and what the player's answers prove of it.

Prompts and ticks share an ordered connection, so the answer to a tick proves receipt of every prompt before it,
whatever the player says; and that the player could have been asked until the tick was sent. A player that goes on
speaking and leaves ticks unanswered had them all the same, once the slowest line would have brought them. In memory
only; a job makes durable what prompts reached.
"""

from collections import deque
from typing import NamedTuple

from rollcall.domain.evidence.tick import PERIOD_MS, Tick
from rollcall.domain.ids import CheckId, PlayNo, UserId

TICKS_KEPT = 8
SLOWEST_MS = 60_000  # what is sent may be on its way for so long (F21)
DEAF_MS = SLOWEST_MS + PERIOD_MS  # whoever speaks this long after an unanswered tick does not want to answer


class Offer(NamedTuple):
    """One issue of a check, as sent to a participant."""

    check: CheckId
    issued_ms: int


class Offers:
    """What one connection was offered, and the ticks sent on it afterwards that wait for an answer."""

    __slots__ = ("_alone_since_ms", "_had", "_is_new", "_next", "_ticks")

    def __init__(self) -> None:
        self._is_new = True  # no tick of this connection has been answered yet
        self._alone_since_ms: int | None = (
            None  # only ticks of this connection prove anything of the time from then
        )
        self._next: dict[Offer, int | None] = {}  # the first tick after it; None = none yet
        self._ticks: deque[Tick] = deque()  # the oldest, and the newest of the others
        self._had: list[tuple[Offer, int]] = []

    def note(self, offer: Offer) -> None:
        """Note that the prompt is sent now."""
        self._next.setdefault(offer, None)

    def ticked(self, tick: Tick) -> None:
        """Note that a tick is sent now."""
        if self._alone_since_ms is None:
            self._alone_since_ms = tick.at_ms
        if len(self._ticks) == TICKS_KEPT:
            del self._ticks[1]
        self._ticks.append(tick)
        self._next = {offer: tick.n if number is None else number for offer, number in self._next.items()}

    def greeted(self, first: Tick, asked_ms: list[int]) -> None:
        """Note when the prompts were issued that were open at the greeting, which followed the `first` tick."""
        if asked_ms:  # they came after it, so it proves nothing of them
            self._ticks = deque(tick for tick in self._ticks if tick.n != first.n)
            self._alone_since_ms = min(first.at_ms, *asked_ms)

    def answered(self, answer: Tick) -> int | None:
        """Return until when its player could be asked, as the answer to a genuine tick proves; None: it proves nothing.

        That is when the tick was sent. Of another connection it may be the first answer here, as each turn by POST at
        another node is; but no tick that came after the first of this one, which a player can fetch beside it, nor
        after a prompt which is still open, for that may have come after it.
        """
        if all(tick.n != answer.n for tick in self._ticks):
            is_earlier = self._alone_since_ms is not None and answer.at_ms < self._alone_since_ms
            return answer.at_ms if self._is_new and is_earlier else None
        self._is_new = False
        self._ticks = deque(tick for tick in self._ticks if tick.n > answer.n)
        self._take(answer.n, answer.at_ms)
        return answer.at_ms

    def spoken(self, now_ms: int) -> None:
        """Note that the player reports now: it had what was sent before a tick that it has left unanswered too long."""
        unanswered = [tick.n for tick in self._ticks if now_ms - tick.at_ms >= DEAF_MS]
        if unanswered:
            self._take(unanswered[-1], now_ms)

    def had(self) -> list[tuple[Offer, int]]:
        """Return, once, what the player is known to have had, and since when."""
        found, self._had = self._had, []
        return found

    def _take(self, number: int, at_ms: int) -> None:
        """Note that what was sent before this tick was had."""
        found = [offer for offer, tick in self._next.items() if tick is not None and tick <= number]
        for offer in found:
            del self._next[offer]
            self._had.append((offer, at_ms))


class Arrival(NamedTuple):
    """A play had a prompt at `at_ms`: it answered a tick sent then, or spoke long after one that it did not answer."""

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

    def put_back(self, proven: list[Arrival]) -> None:
        """Keep proofs that were taken and did not become durable."""
        self._proven = [*proven, *self._proven]
