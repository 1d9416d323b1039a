"""One direction of one connection: decides when each piece arrives, how often, and what never does.

Pure apart from the random source it is given. Pieces keep their order, as TCP does, except for a player's messages
that the faults duplicate or hold: those arrive when they arrive.
"""

import re
from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import Literal

from rollcall.cli.simulate.proxy.faults import Faults
from rollcall.cli.simulate.proxy.pieces import Piece

Fate = Literal["pass", "drop", "cut"]
_PLAY = re.compile(rb'"(?:play|id)":\s*"(\w{12})"')


class Way:
    """The order and the time of pieces in one direction. `disturbs`: messages here may come twice or late."""

    def __init__(self, faults: Faults, source: Random, counts: Counter[str], *, disturbs: bool) -> None:
        self._faults = faults
        self._source = source
        self._counts = counts
        self._disturbs = disturbs
        self._floor_ms = 0
        self._hello = True

    def arrivals(self, piece: Piece, now_ms: int) -> list[int]:
        """Return when this piece arrives: once each, the first is its own and later ones are copies."""
        at_ms = max(self._floor_ms, now_ms + self._faults.delay_ms(self._source))
        if not self._may_disturb(piece):
            self._floor_ms = at_ms
            return [at_ms]
        copies = [at_ms + self._held_ms() for _ in range(self._copies())]
        if self._happens(self._faults.shuffle_percent):
            self._counts["held"] += 1
            return [at_ms + self._held_ms(), *copies]
        self._floor_ms = at_ms
        return [at_ms, *copies]

    def _may_disturb(self, piece: Piece) -> bool:
        """Return whether this message may come twice or late; never the first, which opens the conversation."""
        if not (piece.is_message and self._disturbs):
            return False
        first, self._hello = self._hello, False
        return not first

    def _copies(self) -> int:
        if not self._happens(self._faults.duplicate_percent):
            return 0
        self._counts["copies"] += self._faults.copies
        return self._faults.copies

    def _held_ms(self) -> int:
        return self._source.randint(0, self._faults.held_ms)

    def _happens(self, percent: int) -> bool:
        return percent > 0 and self._source.random() * 100 < percent


@dataclass(slots=True)
class Answers:
    """Which answers of the server are lost: each acknowledgement of a play, and each answer to a POST, once."""

    how: Fate
    counts: Counter[str]
    seen: set[tuple[bytes, bytes]]
    play: bytes = b""

    def of_message(self, body: bytes) -> Fate:
        """Return what becomes of a message of the server on a WebSocket."""
        if b'"opened"' in body[:20] and (found := _PLAY.search(body)):
            self.play = found[1]
        return self.how if self.how != "pass" and b'"ack"' in body[:20] and self._first(body) else "pass"

    def of_post(self, request: bytes) -> Fate:
        """Return what becomes of the answer to a request over plain HTTP: lost at every other one of a play."""
        found = _PLAY.search(request)
        if self.how == "pass" or found is None or not request.startswith(b"POST"):
            return "pass"
        key = (found[1], b"post")
        lost = self._first(key[1], found[1])
        if not lost:
            self.seen.discard(key)
        return "cut" if lost else "pass"

    def _first(self, body: bytes, play: bytes | None = None) -> bool:
        key = (self.play if play is None else play, body)
        if key in self.seen:
            return False
        self.seen.add(key)
        self.counts["lost answers"] += 1
        return True
