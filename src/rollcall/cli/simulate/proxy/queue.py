"""What is under way in one direction of one connection: pieces by the moment at which they arrive."""

import asyncio
import heapq
from collections.abc import Callable
from itertools import count

FULL = 4_096


class Queue:
    """Reads from one socket when asked, writes to the other when pieces are due. A full queue stops the reading."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, dark_s: Callable[[], float]
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._dark_s = dark_s
        self._heap: list[tuple[int, int, bytes]] = []
        self._order = count()
        self._changed, self._room, self._empty = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._room.set()
        self._empty.set()
        self._loop = asyncio.get_running_loop()

    def now_ms(self) -> int:
        """Return the time of `put`."""
        return int(self._loop.time() * 1000)

    async def read(self, size: int) -> bytes:
        """Return what comes next, empty at the end."""
        await self._room.wait()
        return await self._reader.read(size)

    def put(self, at_ms: int, data: bytes) -> None:
        """Let `data` arrive at a moment."""
        heapq.heappush(self._heap, (at_ms, next(self._order), data))
        self._empty.clear()
        if len(self._heap) >= FULL:
            self._room.clear()
        self._changed.set()

    async def drained(self) -> None:
        """Wait until everything has arrived."""
        await self._empty.wait()
        await self._writer.drain()

    async def write(self) -> None:
        """Deliver what is due, for ever; nothing while it is dark."""
        while True:
            wait_s = self._wait_s()
            if wait_s is None or wait_s > 0:
                await self._sleep(wait_s)
                continue
            self._writer.write(heapq.heappop(self._heap)[2])
            if len(self._heap) < FULL:
                self._room.set()
            if not self._heap:
                self._empty.set()
            await self._writer.drain()

    def _wait_s(self) -> float | None:
        if not self._heap:
            return None
        return max(self._heap[0][0] / 1000 - self._loop.time(), self._dark_s())

    async def _sleep(self, wait_s: float | None) -> None:
        self._changed.clear()
        try:
            async with asyncio.timeout(wait_s):
                await self._changed.wait()
        except TimeoutError:
            return
