"""One ffmpeg process: FLV goes in, fragmented MP4 comes out. It knows nothing of what the bytes mean.

ffmpeg ends when its input does, and the only writing end is held here; so it cannot outlive this process,
however that ends.
"""

import asyncio
import contextlib
import logging
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence

DRAIN_S = 3.0
_READ_BYTES = 256 * 1024

log = logging.getLogger(__name__)


class Remuxer:
    """A running ffmpeg. Made by `start_remuxer`, ended by `end`."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._complaints = asyncio.create_task(self._read_complaints())

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    async def write(self, data: bytes) -> None:
        """Give ffmpeg bytes, waiting while it is busy. Raises ConnectionError when it has gone."""
        assert self._process.stdin is not None
        self._process.stdin.write(data)
        await self._process.stdin.drain()

    def close_input(self) -> None:
        """Say that no more bytes come; ffmpeg then writes the rest and ends."""
        assert self._process.stdin is not None
        self._process.stdin.close()

    async def output(self) -> AsyncIterator[bytes]:
        """Yield what ffmpeg writes, until it ends."""
        assert self._process.stdout is not None
        while data := await self._process.stdout.read(_READ_BYTES):
            yield data

    async def end(self) -> None:
        """Make sure that the process is gone."""
        self.close_input()
        try:
            await asyncio.wait_for(self._process.wait(), DRAIN_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._complaints

    async def _read_complaints(self) -> None:
        assert self._process.stderr is not None
        with contextlib.suppress(ValueError):  # a line longer than the reader's limit
            async for line in self._process.stderr:
                log.warning("ffmpeg: %s", line.decode("utf-8", "replace").rstrip()[:500])


async def start_remuxer(command: Sequence[str]) -> Remuxer:
    """Start ffmpeg with this command. Raises OSError when it cannot be started."""
    process = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=PIPE, start_new_session=True
    )
    return Remuxer(process)
