"""One publish session: an encoder's tags → ffmpeg → packager → the media's channel, and what is told of it.

It begins when the key has been accepted and ends with its connection. It knows no RTMP and no HTTP.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence

from rollcall.media import flv
from rollcall.media.boxes import BoxError
from rollcall.media.channel import Channel
from rollcall.media.flv import AUDIO, VIDEO, Tag
from rollcall.media.ingest.opening import Opening, Start
from rollcall.media.meter import Meter
from rollcall.media.packager import Init, Packager, Part
from rollcall.media.remuxer import DRAIN_S, Remuxer, start_remuxer
from rollcall.wire.media_link import Signal, Started, Stopped

Report = Callable[[Started | Stopped | Signal], None]

log = logging.getLogger(__name__)


class PublishFailed(Exception):
    """Raised when a publish session cannot go on: ffmpeg has gone, or the stream cannot be packaged."""


class Publish:
    """A publish session of `media`, the `number`-th of this process."""

    def __init__(
        self,
        media: str,
        number: int,
        channel: Channel,
        *,
        command: Sequence[str],
        now_ms: Callable[[], int],
        report: Report,
    ) -> None:
        self.media = media
        self.number = number
        self._channel = channel
        self._command = command
        self._now_ms = now_ms
        self._report = report
        self._opening = Opening()
        self._meter = Meter()
        self._packager = Packager()
        self._start: Start | None = None
        self._remuxer: Remuxer | None = None
        self._pump: asyncio.Task[None] | None = None
        self._init: Init | None = None
        self._segments = 0
        self._started = False
        self._late_ms = 0

    async def take(self, tag: Tag) -> None:
        """Pass on a tag of the encoder, waiting while ffmpeg is busy. Raises PublishFailed."""
        now_ms = self._now_ms()
        self._meter.take(tag, now_ms)
        if self._start is None:
            self._start = self._opening.take(tag, now_ms)
            if self._start is not None:
                await self._begin(self._start)
        elif tag.kind in self._start.kinds:
            self._watch_delay(tag, self._start, now_ms)
            await self._write(flv.encode(tag, self._start.base_ms))

    async def end(self) -> None:
        """Let ffmpeg write what it still holds, then report the end."""
        if self._remuxer is not None and self._pump is not None:
            self._remuxer.close_input()
            await asyncio.wait({self._pump}, timeout=DRAIN_S)
            self._pump.cancel()
            await self._remuxer.end()
        if self._started:
            self._report(Stopped(media=self.media, publish=self.number, at_ms=self._now_ms()))

    def report_signal(self) -> None:
        """Report the figures of the signal, once it is on."""
        if not self._started:
            return
        now_ms, picture = self._now_ms(), self._init.picture if self._init else None
        signal = Signal(
            media=self.media,
            publish=self.number,
            bitrate_kbps=self._meter.bitrate_kbps(now_ms),
            width=picture.width if picture else 0,
            height=picture.height if picture else 0,
            frame_rate=self._meter.frame_rate(now_ms),
            gop_ms=self._meter.gop_ms(),
        )
        self._report(signal)

    async def _begin(self, start: Start) -> None:
        try:
            self._remuxer = await start_remuxer(self._command)
        except OSError as error:
            raise PublishFailed(f"ffmpeg cannot be started: {error}") from error
        self._pump = asyncio.create_task(self._package(self._remuxer, start))
        head = flv.file_header(audio=AUDIO in start.kinds, video=VIDEO in start.kinds)
        await self._write(head + b"".join(flv.encode(tag, start.base_ms) for tag in start.tags))

    def _watch_delay(self, tag: Tag, start: Start, now_ms: int) -> None:
        """Find by how much the first frame was late; encoders start slowly and then catch up."""
        media_ms = (tag.timestamp_ms - start.base_ms) & 0xFFFFFFFF
        if self._segments == 0 and tag.kind == VIDEO and media_ms < 0x80000000:
            self._late_ms = max(self._late_ms, media_ms - (now_ms - start.arrived_ms))

    async def _write(self, data: bytes) -> None:
        assert self._remuxer is not None
        assert self._pump is not None
        if self._pump.done():
            raise PublishFailed("the stream cannot be packaged")
        try:
            await self._remuxer.write(data)
        except ConnectionError as error:
            raise PublishFailed("ffmpeg has gone") from error

    async def _package(self, remuxer: Remuxer, start: Start) -> None:
        """Move what ffmpeg writes into the channel until it ends or does not parse."""
        try:
            async for data in remuxer.output():
                for item in self._packager.feed(data):
                    self._place(item, start)
            self._channel.end()
            if self._segments:
                self._say_started()
        except BoxError as error:
            log.warning("publish session %d of %s is not packaged: %s", self.number, self.media, error)
            with contextlib.suppress(OSError):
                remuxer.close_input()

    def _place(self, item: Init | Part, start: Start) -> None:
        if isinstance(item, Init):
            self._init = item
            self._channel.begin(item)
            return
        self._channel.append(item, start.arrived_ms - self._late_ms + round(item.start_ms), self._now_ms())
        self._segments += item.opens
        if self._segments == 2:
            self._say_started()

    def _say_started(self) -> None:
        """Report once that there is a whole segment to watch."""
        if not self._started:
            self._started = True
            self._report(Started(media=self.media, publish=self.number, at_ms=self._now_ms()))
