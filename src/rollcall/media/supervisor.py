"""The server's end: starts the media process, keeps it running, and turns its frames into calls.

It knows what was on, so that a process that dies takes every signal with it. What a key or a play means is the
handlers' affair; it knows no database and no HTTP.
"""

import asyncio
import contextlib
import logging
import sys
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rollcall.domain.errors import Unavailable
from rollcall.domain.ids import MediaCode, PlayId
from rollcall.media import local_socket
from rollcall.wire import media_link
from rollcall.wire.media_link import (
    Authorize,
    Authorized,
    Drop,
    Fetched,
    FromMedia,
    Ready,
    Refused,
    Revoke,
    Signal,
    Started,
    Stopped,
    ToMedia,
    Welcome,
)

LINK = "media.sock"
HTTP = "media-http.sock"
BUSY_PORT = 75
READY_WITHIN_S = 20.0
END_WITHIN_S = 8.0
BACKOFF_S = (0.2, 0.5, 1.0, 2.0, 5.0)
STEADY_AFTER_S = 30.0
_MAX_LINE_BYTES = 64 * 1024 * 1024

log = logging.getLogger(__name__)


class MediaHandlers(Protocol):
    """What the server does about media. A handler that raises is logged; of a key, that means refused."""

    async def on_authorize(self, app: str, key: str, address: str) -> MediaCode | None:
        """Return the media whose stream key this is, None to refuse. Never log the key."""

    async def on_started(self, media: MediaCode, at_ms: int) -> None:
        """Note that a picture of this media is there to be played."""

    async def on_stopped(self, media: MediaCode, at_ms: int) -> None:
        """Note that the encoder of this media has gone, or the media process with it."""

    async def on_signal(self, signal: Signal) -> None:
        """Take the figures of an incoming signal, every 2 s."""

    async def on_fetched(self, fetched: Fetched) -> None:
        """Take the evidence of which plays fetched segments, every 10 s."""


@dataclass(frozen=True, slots=True)
class MediaPlace:
    """Where the media process lives: directory of its sockets, RTMP address (0 = any port), its ffmpeg."""

    run: Path
    rtmp_host: str
    rtmp_port: int
    ffmpeg: str | None = None

    @property
    def http(self) -> Path:
        """Return the Unix socket on which the media process answers HTTP."""
        return self.run / HTTP


class MediaSupervisor:
    """The media process for as long as the server lives. `signals` has the latest figures of what is on."""

    def __init__(
        self,
        place: MediaPlace,
        *,
        path_key: bytes,
        revoked: Iterable[PlayId],
        handlers: MediaHandlers,
        now_ms: Callable[[], int],
    ) -> None:
        self.signals: dict[MediaCode, Signal] = {}
        self._place = place
        self._path_key = path_key
        self._revoked: set[str] = set(revoked)
        self._handlers = handlers
        self._now_ms = now_ms
        self._rtmp_port = place.rtmp_port
        self._on: dict[MediaCode, int] = {}
        self._writer: StreamWriter | None = None
        self._process: Process | None = None
        self._judging: set[asyncio.Task[None]] = set()
        self._links: set[asyncio.Task[None]] = set()
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def rtmp_port(self) -> int:
        """Return the port on which encoders are taken; known after `start`, and kept over restarts."""
        return self._rtmp_port

    @property
    def pid(self) -> int | None:
        """Return the process id of the media process, None while there is none."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Start the media process and wait until it listens. Raises Unavailable with the reason."""
        self._place.run.mkdir(mode=0o700, parents=True, exist_ok=True)
        listening = local_socket.listen(self._place.run / LINK)
        self._server = await asyncio.start_unix_server(self._accept, sock=listening, limit=_MAX_LINE_BYTES)
        self._keeping = asyncio.create_task(self._keep())
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                await asyncio.shield(self._ready)
        except TimeoutError:
            await self.stop()
            raise Unavailable(f"The media process was not ready within {READY_WITHIN_S:.0f} s.") from None
        except Unavailable:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End the media process and the link."""
        self._keeping.cancel()
        await asyncio.wait({self._keeping})
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), END_WITHIN_S)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        self._server.close()
        if self._links:
            await asyncio.wait(self._links)
        (self._place.run / LINK).unlink(missing_ok=True)

    def revoke(self, plays: Iterable[PlayId]) -> None:
        """From now on every path token of these plays is refused, also after a restart of the process."""
        fresh: list[str] = [play for play in plays if play not in self._revoked]
        self._revoked.update(fresh)
        if fresh:
            self._send(Revoke(plays=fresh))

    def drop(self, media: MediaCode) -> None:
        """Close the encoder's connection of this media, if there is one."""
        self._send(Drop(media=media))

    def _send(self, frame: ToMedia) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(media_link.encode(frame) + b"\n")

    async def _keep(self) -> None:
        """Start the process again whenever it ends; the first start must succeed."""
        failures = 0
        while True:
            began_s = asyncio.get_running_loop().time()
            self._process = await asyncio.create_subprocess_exec(
                *self._command(), stdin=DEVNULL, stdout=DEVNULL
            )
            code = await self._process.wait()
            if not self._ready.done():
                self._ready.set_exception(_refusal(code, self._place))
                return
            steady = asyncio.get_running_loop().time() - began_s > STEADY_AFTER_S
            failures = 0 if steady else failures + 1
            log.error("the media process has ended with code %d; it is started again", code)
            await asyncio.sleep(BACKOFF_S[min(failures, len(BACKOFF_S) - 1)])

    def _command(self) -> list[str]:
        run, place = self._place.run, self._place
        command = [
            sys.executable,
            "-m",
            "rollcall.media",
            "--link",
            str(run / LINK),
            "--http",
            str(place.http),
        ]
        command += ["--rtmp-host", place.rtmp_host, "--rtmp-port", str(self._rtmp_port)]
        return [*command, "--ffmpeg", place.ffmpeg] if place.ffmpeg else command

    def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._links.add(task)
        task.add_done_callback(self._links.discard)

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Hear one media process until it has gone; then everything that was on is off."""
        try:
            await self._welcome(reader, writer)
            while line := await reader.readline():
                await self._hear(line, writer)
        except ConnectionError:
            log.info("the media process has gone")
        except ValueError:
            log.exception("the media process sent what is no frame")
        finally:
            writer.close()
            self._writer = None if self._writer is writer else self._writer
            for media in list(self._on):
                await self._stopped(media)

    async def _welcome(self, reader: StreamReader, writer: StreamWriter) -> None:
        ready = media_link.decode_from_media(await reader.readline())
        if not isinstance(ready, Ready):
            raise ValueError("the first frame is not Ready")  # noqa: TRY004
        self._rtmp_port, self._writer = ready.rtmp_port, writer
        self._send(Welcome(path_key=self._path_key.hex(), revoked=sorted(self._revoked)))
        if not self._ready.done():
            self._ready.set_result(None)

    async def _hear(self, line: bytes, writer: StreamWriter) -> None:
        frame: FromMedia = media_link.decode_from_media(line)
        match frame:
            case Authorize() as asked:
                task = asyncio.create_task(self._judge(asked, writer))
                self._judging.add(task)
                task.add_done_callback(self._judging.discard)
            case Started(media=media, publish=publish, at_ms=at_ms):
                self._on[MediaCode(media)] = publish
                with _logged("on_started"):
                    await self._handlers.on_started(MediaCode(media), at_ms)
            case Stopped(media=media, publish=publish, at_ms=at_ms):
                if self._on.get(MediaCode(media)) == publish:
                    await self._stopped(MediaCode(media), at_ms)
            case Signal() as signal:
                self.signals[MediaCode(signal.media)] = signal
                with _logged("on_signal"):
                    await self._handlers.on_signal(signal)
            case Fetched() as fetched:
                with _logged("on_fetched"):
                    await self._handlers.on_fetched(fetched)
            case Ready():
                raise ValueError("a second Ready")

    async def _stopped(self, media: MediaCode, at_ms: int | None = None) -> None:
        del self._on[media]
        self.signals.pop(media, None)
        with _logged("on_stopped"):
            await self._handlers.on_stopped(media, self._now_ms() if at_ms is None else at_ms)

    async def _judge(self, asked: Authorize, writer: StreamWriter) -> None:
        media = None
        with _logged("on_authorize"):
            media = await self._handlers.on_authorize(asked.app, asked.key, asked.address)
        answer = Refused(id=asked.id, reason="key") if media is None else Authorized(id=asked.id, media=media)
        if not writer.is_closing():
            writer.write(media_link.encode(answer) + b"\n")


@contextlib.contextmanager
def _logged(handler: str) -> Iterator[None]:
    """Log what a handler raises: its trouble must not take the picture from anybody."""
    try:
        yield
    except Exception:
        log.exception("%s has failed", handler)


def _refusal(code: int, place: MediaPlace) -> Unavailable:
    if code == BUSY_PORT:
        return Unavailable(f"RTMP port {place.rtmp_port} of {place.rtmp_host} cannot be used: it is busy.")
    return Unavailable(f"The media process has ended with code {code} before it was ready.")
