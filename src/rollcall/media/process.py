"""The media process: ingest, packaging and HTTP in one event loop, for as long as its server is there.

It opens no database and keeps on disk only how many publish sessions there were. It ends when the link to the
server ends, or on SIGTERM, and closes everything first; its ffmpeg children end with it even when it is killed.
"""

import asyncio
import contextlib
import logging
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import uvicorn

from rollcall.base import unix_socket
from rollcall.base.clock import Clock
from rollcall.media.channel import Channels
from rollcall.media.encoder import remux_command
from rollcall.media.fetches import Fetches
from rollcall.media.hls import App, Patience, create_app
from rollcall.media.ingest.server import Ingest
from rollcall.media.library import Library
from rollcall.media.link import Link, Orders, connect_link
from rollcall.media.preparing import Preparations
from rollcall.media.publish import Publish
from rollcall.media.shelf import Shelf
from rollcall.media.tally import Tally
from rollcall.wire.media_link import Ready

SIGNAL_EVERY_S = 2.0
FETCHED_EVERY_S = 10.0
REACH_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Places:
    """Where the process connects and listens, the ffmpeg it runs, the folder of recordings."""

    link: Path
    http: Path
    rtmp_host: str
    rtmp_port: int
    ffmpeg: str
    low_latency_viewers: int
    recordings: Path


class HttpServer(uvicorn.Server):
    """uvicorn on a socket of ours, leaving signals to the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Catch none: SIGTERM ends the whole process in order."""
        yield


async def run(places: Places, clock: Clock) -> None:
    """Serve until the server goes or SIGTERM comes.

    Raises OSError when a socket cannot be bound or reached, LinkError when the server is not one.
    """
    rtmp = _listen_rtmp(places.rtmp_host, places.rtmp_port)
    link = await connect_link(places.link)
    http = unix_socket.listen(places.http)
    http.setblocking(False)
    try:
        welcome = await link.greet(Ready(rtmp_port=rtmp.getsockname()[1], http=str(places.http)))
        revoked, channels, fetches = set(welcome.revoked), Channels(), Fetches()
        shelf = Shelf(places.recordings)
        preparations = Preparations(shelf, places.ffmpeg, link.send)
        tally = Tally(places.http.with_name("publish-sessions"))
        app = create_app(
            channels,
            Library(shelf, link.look_up, clock.now_ms),
            fetches,
            bytes.fromhex(welcome.path_key),
            revoked,
            clock.now_ms,
            Patience(places.low_latency_viewers),
        )
        past = places.http.with_name("rewind")
        shutil.rmtree(past, ignore_errors=True)
        ingest = Ingest(link.authorize, _publisher(channels, tally, link, places.ffmpeg, clock))
        await ingest.start(rtmp)
        tasks = [
            asyncio.create_task(link.run(Orders(revoked.update, ingest.drop, preparations.ask))),
            asyncio.create_task(_serve_http(app, http)),
            asyncio.create_task(_report(link, ingest, fetches)),
            asyncio.create_task(_follow_reach(link, ingest, channels, past)),
            asyncio.create_task(_terminated()),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await preparations.close()
            await ingest.close()
            await _cancel(tasks)
        for task in done:
            task.result()
    finally:
        link.close()
        http.close()
        places.http.unlink(missing_ok=True)


def _listen_rtmp(host: str, port: int) -> socket.socket:
    """Return a bound socket. Raises OSError when the port is busy."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, backlog=128)
    listening.setblocking(False)
    return listening


def _publisher(
    channels: Channels, tally: Tally, link: Link, ffmpeg: str, clock: Clock
) -> Callable[[str], Publish]:
    numbers = count(1)
    command = remux_command(ffmpeg)

    def begin(media: str) -> Publish:
        channel = channels.open(media, clock.now_ms(), tally.next())
        return Publish(media, next(numbers), channel, command=command, now_ms=clock.now_ms, report=link.send)

    return begin


async def _serve_http(app: App, http: socket.socket) -> None:
    """Answer HTTP until cancelled."""
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        log_level=logging.WARNING,
        server_header=False,
        timeout_keep_alive=30,
    )
    server = HttpServer(config)
    await server.serve(sockets=[http])


async def _report(link: Link, ingest: Ingest, fetches: Fetches) -> None:
    every = round(FETCHED_EVERY_S / SIGNAL_EVERY_S)
    for turn in count(1):
        await asyncio.sleep(SIGNAL_EVERY_S)
        for publish in ingest.publishes():
            publish.report_signal()
        if turn % every == 0:
            for fetched in fetches.take():
                link.send(fetched)


async def _follow_reach(link: Link, ingest: Ingest, channels: Channels, past: Path) -> None:
    """Let viewers of each broadcast that is on the air go back as far as the organiser says now."""
    while True:
        for publish in ingest.publishes():
            shown, channel = await link.look_up(publish.media), channels.get(publish.media)
            if shown is not None and channel is not None:
                channel.reach_back(past / publish.media, shown.dvr_s)
        await asyncio.sleep(REACH_EVERY_S)


async def _terminated() -> None:
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await ended.wait()


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
