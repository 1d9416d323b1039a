"""The server's end: starts the media process, keeps it running, and turns its frames into calls.

It knows what was on, so that a process that dies takes every signal with it. What a key or a play means is the
handlers' affair; it knows no database and no HTTP.
"""

import asyncio
import contextlib
import logging
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable, Coroutine, Iterable, Iterator
from typing import Protocol

from rollcall.base import unix_socket
from rollcall.domain.errors import Unavailable
from rollcall.domain.ids import MediaCode, PlayId
from rollcall.media.child import Child, MediaPlace
from rollcall.wire import media_link
from rollcall.wire.media_link import (
    Authorize,
    Authorized,
    Drop,
    Fetched,
    FromMedia,
    LookUp,
    Prepare,
    Prepared,
    Preparing,
    Ready,
    Refused,
    Revoke,
    Shown,
    Signal,
    Started,
    Stopped,
    ToMedia,
    Unprepared,
    Welcome,
)

READY_WITHIN_S = 20.0
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

    async def on_look_up(self, asked: LookUp) -> Shown:
        """Return which recording the media shows."""

    async def on_prepared(self, news: Preparing | Prepared | Unprepared) -> None:
        """Take how far a recording is, or what became of it."""


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
        self._hearing = asyncio.Lock()
        self._on: dict[MediaCode, int] = {}
        self._writer: StreamWriter | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def rtmp_port(self) -> int:
        """Return the port of encoders: the one that was asked for until `until_ready`, then kept over restarts."""
        return self._ready.result() if self._ready.done() else self._place.rtmp_port

    @property
    def pid(self) -> int | None:
        """Return the process id of the media process, None while there is none."""
        return self._child.pid

    async def start(self) -> None:
        """Start the media process, and do not wait for it: evidence needs no picture."""
        self._place.run.mkdir(mode=0o700, parents=True, exist_ok=True)
        listening = unix_socket.listen(self._place.link)
        listening.setblocking(False)
        self._server = await asyncio.start_unix_server(self._accept, sock=listening, limit=_MAX_LINE_BYTES)
        self._ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._child = Child(self._place, self._ready)

    async def until_ready(self) -> None:
        """Wait until the media process listens. Raises Unavailable with the reason."""
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                await asyncio.shield(self._ready)
        except TimeoutError:
            raise Unavailable(f"The media process was not ready within {READY_WITHIN_S:.0f} s.") from None

    async def stop(self) -> None:
        """End the media process and the link; what was on is reported stopped first."""
        await self._child.end()
        self._server.close()
        if self._tasks:
            await asyncio.wait(self._tasks)
        self._place.link.unlink(missing_ok=True)

    def revoke(self, plays: Iterable[PlayId]) -> None:
        """From now on every path token of these plays is refused, also after a restart of the process."""
        fresh: list[str] = [play for play in plays if play not in self._revoked]
        self._revoked.update(fresh)
        if fresh:
            self._send(Revoke(plays=fresh))

    def drop(self, media: MediaCode) -> None:
        """Close the encoder's connection of this media, if there is one."""
        self._send(Drop(media=media))

    def prepare(self, media: MediaCode, recording: int) -> None:
        """Make an uploaded file ready for players. Asked for again, it is not done twice."""
        self._send(Prepare(media=media, recording=recording))

    def _send(self, frame: ToMedia) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(media_link.encode(frame) + b"\n")

    def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._spawn(self._serve(reader, writer))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Hear one media process until it has gone; then everything that was on is off.

        The next process is heard only after that, so its `Started` never comes before the `Stopped` of this one.
        """
        async with self._hearing:
            try:
                await self._welcome(reader, writer)
                while (line := await reader.readline()).endswith(b"\n"):
                    await self._hear(line, writer)
            except ConnectionError:
                log.info("the media process has gone")
            except ValueError:
                log.exception("the media process sent what is no frame")
            finally:
                writer.close()
                self._writer = None
                for media in list(self._on):
                    await self._stopped(media)

    async def _welcome(self, reader: StreamReader, writer: StreamWriter) -> None:
        ready = media_link.decode_from_media(await reader.readline())
        if not isinstance(ready, Ready):
            raise ValueError("the first frame is not Ready")  # noqa: TRY004
        self._writer = writer
        self._send(Welcome(path_key=self._path_key.hex(), revoked=sorted(self._revoked)))
        if not self._ready.done():
            self._ready.set_result(ready.rtmp_port)

    async def _hear(self, line: bytes, writer: StreamWriter) -> None:
        frame: FromMedia = media_link.decode_from_media(line)
        match frame:
            case Authorize() as asked:
                self._spawn(self._judge(asked, writer))
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
            case LookUp() as asked_for:
                self._spawn(self._look_up(asked_for))
            case Preparing() | Prepared() | Unprepared() as news:
                with _logged("on_prepared"):
                    await self._handlers.on_prepared(news)
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

    async def _look_up(self, asked: LookUp) -> None:
        shown = Shown(id=asked.id, recording=None, starts_at_ms=None)
        with _logged("on_look_up"):
            shown = await self._handlers.on_look_up(asked)
        self._send(shown)


@contextlib.contextmanager
def _logged(handler: str) -> Iterator[None]:
    """Log what a handler raises: its trouble must not take the picture from anybody."""
    try:
        yield
    except Exception:
        log.exception("%s has failed", handler)
