"""Which plays this process holds, by id, so that whoever brings rows of one finds it.

A play has one holder at a time in the whole installation, decided by its generation in the database; here the newest
generation stays and an older one is dropped at once. It knows neither SQL nor sockets.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from rollcall.domain.ids import PlayId
from rollcall.live.plays import LivePlay
from rollcall.wire.close import Close


class HeldPlays:
    """The plays of this process."""

    def __init__(self) -> None:
        self._plays: dict[PlayId, LivePlay] = {}
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def find(self, code: str) -> LivePlay | None:
        """Return the play if it is held here and alive."""
        play = self._plays.get(PlayId(code))
        return play if play is not None and play.dropped is None else None

    def put(self, play: LivePlay) -> None:
        """Hold `play` from now on; of two generations of it the older is dropped."""
        other = self._plays.get(play.code)
        if other is not None and other.generation > play.generation:
            play.drop(Close.TAKEN_OVER)
            return
        self._plays[play.code] = play
        if other is not None:
            other.drop(Close.TAKEN_OVER)

    def release(self, play: LivePlay) -> None:
        """Hold `play` no more; what waits of it is still written."""
        if self._plays.get(play.code) is play:
            del self._plays[play.code]

    @asynccontextmanager
    async def turn(self, code: str | None) -> AsyncIterator[None]:
        """Let one at a time take the play over, so that two of this process never drop each other."""
        if code is None:
            yield
            return
        lock = self._turns.setdefault(code, asyncio.Lock())
        async with lock:
            yield
