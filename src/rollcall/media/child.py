"""Keeps the media process running: starts it, starts it again when it ends, ends it with the server.

It knows nothing of what the process says; whoever reads its link tells `ready` the RTMP port.
"""

import asyncio
import logging
import sys
from asyncio.subprocess import DEVNULL, Process
from dataclasses import dataclass
from pathlib import Path

from rollcall.domain.errors import Unavailable

BUSY_PORT = 75  # the exit code of the media process when its RTMP port cannot be bound
END_WITHIN_S = 8.0
BACKOFF_S = (0.2, 0.5, 1.0, 2.0, 5.0)
STEADY_AFTER_S = 30.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MediaPlace:
    """Where the media process lives: directories of its sockets and of recordings, RTMP address (0 = any port), ffmpeg.

    `low_latency_viewers`: how many may watch with low latency at once.
    """

    run: Path
    recordings: Path
    rtmp_host: str
    rtmp_port: int
    ffmpeg: str | None = None
    low_latency_viewers: int = 300

    @property
    def link(self) -> Path:
        """Return the Unix socket on which the server waits for the media process."""
        return self.run / "media.sock"

    @property
    def http(self) -> Path:
        """Return the Unix socket on which the media process answers HTTP."""
        return self.run / "media-http.sock"


class Child:
    """The media process. `ready` is fulfilled with its RTMP port, which is kept over restarts."""

    def __init__(self, place: MediaPlace, ready: asyncio.Future[int]) -> None:
        self._place = place
        self._ready = ready
        self._process: Process | None = None
        self._keeping = asyncio.create_task(self._keep())

    @property
    def pid(self) -> int | None:
        """Return the process id, None while there is none."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def end(self) -> None:
        """End the process and do not start it again."""
        self._keeping.cancel()
        await asyncio.wait({self._keeping})
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), END_WITHIN_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def _keep(self) -> None:
        """Start the process whenever it is not there; if it ends before it was ever ready, give up."""
        loop, failures = asyncio.get_running_loop(), 0
        while True:
            began_s = loop.time()
            self._process = await asyncio.create_subprocess_exec(
                *self._command(), stdin=DEVNULL, stdout=DEVNULL
            )
            code = await self._process.wait()
            if not self._ready.done():
                self._ready.set_exception(_refusal(code, self._place))
                return
            failures = 0 if loop.time() - began_s > STEADY_AFTER_S else failures + 1
            log.error("the media process has ended with code %d; it is started again", code)
            await asyncio.sleep(BACKOFF_S[min(failures, len(BACKOFF_S) - 1)])

    def _command(self) -> list[str]:
        place = self._place
        port = self._ready.result() if self._ready.done() else place.rtmp_port
        sockets = ["--link", str(place.link), "--http", str(place.http)]
        rtmp = ["--rtmp-host", place.rtmp_host, "--rtmp-port", str(port)]
        ffmpeg = ["--ffmpeg", place.ffmpeg] if place.ffmpeg else []
        kept = ["--recordings", str(place.recordings)]
        low_latency = ["--low-latency-viewers", str(place.low_latency_viewers)]
        return [sys.executable, "-m", "rollcall.media", *sockets, *rtmp, *ffmpeg, *kept, *low_latency]


def _refusal(code: int, place: MediaPlace) -> Unavailable:
    if code == BUSY_PORT:
        return Unavailable(f"RTMP port {place.rtmp_port} of {place.rtmp_host} cannot be used: it is busy.")
    return Unavailable(f"The media process has ended with code {code} before it was ready.")
