"""The real thing for tests: a media process under its supervisor, the proxy before it, encoders, a decoder."""

import asyncio
import re
import socket
import subprocess
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import psutil
import uvicorn

from rollcall.base.clock import Clock
from rollcall.domain.ids import MediaCode, PlayId
from rollcall.domain.path_token import sign
from rollcall.media.child import MediaPlace
from rollcall.media.encoder import ffmpeg_path
from rollcall.media.encoder import test_picture_command as picture_command
from rollcall.media.proxy import MediaProxy
from rollcall.media.supervisor import MediaSupervisor
from rollcall.wire.media_link import Fetched, LookUp, Prepared, Preparing, Shown, Signal, Unprepared

KEY = b"k" * 32
MEDIA = MediaCode("AbCdEf23")
PLAY = PlayId("playplayplay")
STREAM_KEY = "secret-stream-key"


@dataclass
class Handlers:
    """Knows one stream key and notes what it is told."""

    told: list[str] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    fetched: list[Fetched] = field(default_factory=list)
    prepared: list[Preparing | Prepared | Unprepared] = field(default_factory=list)
    shows: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def on_authorize(self, app: str, key: str, address: str) -> MediaCode | None:
        assert (app, address) == ("live", "127.0.0.1")
        return MEDIA if key == STREAM_KEY else None

    async def on_started(self, media: MediaCode, at_ms: int) -> None:
        await self._note("started", media, at_ms)

    async def on_stopped(self, media: MediaCode, at_ms: int) -> None:
        await self._note("stopped", media, at_ms)

    async def on_signal(self, signal: Signal) -> None:
        self.signals.append(signal)

    async def on_fetched(self, fetched: Fetched) -> None:
        self.fetched.append(fetched)

    async def on_look_up(self, asked: LookUp) -> Shown:
        recording, starts_at_ms = self.shows.get(asked.media, (None, None))
        return Shown(id=asked.id, recording=recording, starts_at_ms=starts_at_ms)

    async def on_prepared(self, news: Preparing | Prepared | Unprepared) -> None:
        self.prepared.append(news)
        async with self.changed:
            self.changed.notify_all()

    async def _note(self, word: str, media: MediaCode, at_ms: int) -> None:
        assert media == MEDIA
        assert abs(at_ms / 1000 - time.time()) < 5
        async with self.changed:
            self.told.append(word)
            self.changed.notify_all()

    async def until_told(self, *words: str) -> None:
        """Wait until exactly these calls have come."""
        async with asyncio.timeout(30), self.changed:
            await self.changed.wait_for(lambda: self.told == list(words))


@dataclass
class Broadcast:
    """A supervised media process and a viewer of it, through the proxy."""

    supervisor: MediaSupervisor
    handlers: Handlers
    viewer: aiohttp.ClientSession
    base: str
    encoders: list[Process] = field(default_factory=list)

    async def publish(self, key: str = STREAM_KEY, *more: str, size: str = "320x180") -> Process:
        """Start an encoder; `more` goes before the output format."""
        url = f"rtmp://127.0.0.1:{self.supervisor.rtmp_port}/live/{key}"
        command = picture_command(url, size=size, gop_s=1)
        encoder = await asyncio.create_subprocess_exec(*command[:-3], *more, *command[-3:], stderr=PIPE)
        self.encoders.append(encoder)
        return encoder

    async def publish_when_back(self) -> None:
        """Publish as an encoder does that tries again until it is let in."""
        async with asyncio.timeout(15):
            while (encoder := await self.publish()) and not await _stays(encoder):
                pass

    def path(self, name: str, play: PlayId = PLAY) -> str:
        """Return the path of a file of the broadcast, with a good token."""
        return f"/hls/{sign(KEY, MEDIA, play, int(time.time()) + 60)}/{MEDIA}/{name}"

    async def get(self, name: str) -> bytes:
        """Fetch a file that must be there."""
        async with self.viewer.get(self.base + self.path(name)) as answer:
            assert answer.status == 200, (name, await answer.text())
            return await answer.read()

    async def playlist_with(self, segments: int) -> str:
        """Return the live playlist once it lists this many segments in its last publish session."""
        async with asyncio.timeout(30):
            while True:
                playlist = (await self.get("live.m3u8")).decode()
                if playlist.rpartition("#EXT-X-MAP")[2].count("#EXTINF") >= segments:
                    return playlist
                await asyncio.sleep(0.1)

    async def stop_encoders(self) -> None:
        """End every encoder that is still there."""
        for encoder in self.encoders:
            if encoder.returncode is None:
                encoder.terminate()
            await encoder.communicate()


async def _stays(encoder: Process) -> bool:
    try:
        await asyncio.wait_for(encoder.wait(), 1)
    except TimeoutError:
        return True
    return False


@asynccontextmanager
async def running(run: Path, ffmpeg: str | None = None) -> AsyncIterator[Broadcast]:
    """Run a media process on a free port with a proxy before it."""
    handlers, place = Handlers(), MediaPlace(run, run / "recordings", "127.0.0.1", 0, ffmpeg)
    supervisor = MediaSupervisor(place, path_key=KEY, revoked=[], handlers=handlers, now_ms=Clock().now_ms)
    await supervisor.start()
    await supervisor.until_ready()
    async with serving(MediaProxy(place.http)) as base, aiohttp.ClientSession() as viewer:
        broadcast = Broadcast(supervisor, handlers, viewer, base)
        try:
            yield broadcast
        finally:
            await broadcast.stop_encoders()
            await supervisor.stop()


@asynccontextmanager
async def serving(proxy: MediaProxy) -> AsyncIterator[str]:
    """Serve the proxy as the main server would; yields its base URL."""
    server = uvicorn.Server(uvicorn.Config(proxy, lifespan="off", log_config=None, http="httptools"))
    listening = socket.create_server(("127.0.0.1", 0))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        await proxy.close()


def numbers(playlist: str) -> list[int]:
    """Return the sequence numbers of the segments listed."""
    return [int(number) for number in re.findall(r"^([0-9]+)\.m4s$", playlist, re.MULTILINE)]


def decode(data: bytes, file: Path) -> tuple[int, int]:
    """Return the numbers of pictures and of sound frames that ffmpeg decodes without a complaint."""
    file.write_bytes(data)
    command = [ffmpeg_path(), "-v", "error", "-i", str(file), "-map", "0", "-f", "framecrc", "-"]
    result = subprocess.run(command, capture_output=True, check=True)
    assert result.stderr == b""
    lines = [line for line in result.stdout.splitlines() if not line.startswith(b"#")]
    pictures = sum(line.startswith(b"0,") for line in lines)
    return pictures, len(lines) - pictures


def ffmpegs_of(pid: int) -> list[psutil.Process]:
    """Return the children of a media process."""
    return [child for child in psutil.Process(pid).children() if child.name().startswith("ffmpeg")]


async def until_gone(processes: Sequence[psutil.Process]) -> None:
    """Wait until none of these processes is left."""
    assert processes
    _, alive = await asyncio.to_thread(psutil.wait_procs, processes, 10)
    assert not alive
