"""Turns at what only a few may do at once: whoever wants much of it waits for himself, not everybody for him."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from typing import TypeVar
from weakref import WeakValueDictionary

T = TypeVar("T")


class Turns:
    """A few at once, and one at a time of each owner: who comes with one thing waits for one thing of each other."""

    def __init__(self, at_once: int) -> None:
        self._all = asyncio.Semaphore(at_once)
        self._own: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, owner: Hashable) -> AsyncIterator[None]:
        """Have a turn while the block lasts."""
        own = self._own.setdefault(owner, asyncio.Lock())
        async with own, self._all:
            yield

    async def take(self, owner: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        """Return what `work` returns in its turn. Cancelled before, it never begins; else it keeps its turn.

        So work in threads, which nobody can cancel, is never done by more than a few.
        """
        begun = False

        async def in_turn() -> T:
            nonlocal begun
            async with self.of(owner):
                begun = True
                return await work()

        task = asyncio.create_task(in_turn())
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if not begun:
                task.cancel()
            raise
