"""Real encoders, the real media process, a real decoder."""

import asyncio
import re
import signal
import socket
import sys
import time
from asyncio.subprocess import PIPE
from datetime import datetime
from pathlib import Path

import psutil
import pytest

from rollcall.base import unix_socket
from rollcall.base.clock import Clock
from rollcall.domain.errors import Unavailable
from rollcall.domain.ids import PlayId
from rollcall.media.child import MediaPlace
from rollcall.media.encoder import test_picture_command as picture_command
from rollcall.media.supervisor import MediaSupervisor
from rollcall.wire import media_link
from rollcall.wire.media_link import Authorize, Authorized, LookUp, Ready, Started, Welcome
from tests.media import live
from tests.media.live import KEY, MEDIA, PLAY, STREAM_KEY, Handlers, numbers


async def test_from_publish_over_reconnect_to_decoded_pictures(tmp_path: Path) -> None:
    async with live.running(tmp_path / "run") as broadcast:
        first = await broadcast.publish()
        await broadcast.handlers.until_told("started")
        before = await broadcast.playlist_with(2)
        dates = re.findall(r"DATE-TIME:(\S+)Z", before)
        behind_s = time.time() - datetime.fromisoformat(dates[-1] + "+00:00").timestamp()
        assert 1.5 < behind_s < 8
        first.terminate()
        await broadcast.handlers.until_told("started", "stopped")
        await broadcast.publish(size="640x360")
        await broadcast.handlers.until_told("started", "stopped", "started")

        playlist = await broadcast.playlist_with(2)
        listed = numbers(playlist)
        assert listed == list(range(numbers(before)[0], numbers(before)[0] + len(listed)))
        assert playlist.count("#EXT-X-DISCONTINUITY\n") == 1
        inits = re.findall(r'MAP:URI="(init-[0-9]+\.mp4)"', playlist)
        assert len(inits) == 2
        break_at = playlist[: playlist.index("#EXT-X-DISCONTINUITY\n")].count("#EXTINF")
        assert b"RESOLUTION=640x360" in await broadcast.get("index.m3u8")
        for init, part in zip(inits, (listed[:2], listed[break_at : break_at + 2]), strict=True):
            data = await broadcast.get(init)
            for number in part:
                data += await broadcast.get(f"{number}.m4s")
            pictures, sounds = await asyncio.to_thread(live.decode, data, tmp_path / init)
            assert pictures == 100
            assert 165 <= sounds <= 180
        figures = broadcast.handlers.signals[-1]
        assert (figures.media, figures.gop_ms) == (MEDIA, 1000)
        assert broadcast.supervisor.signals[MEDIA].media == MEDIA


async def test_a_wrong_key_is_refused_at_once_and_never_logged(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with live.running(tmp_path / "run") as broadcast:
        wrong = await broadcast.publish("wrong-stream-key")
        async with asyncio.timeout(10):
            _, complaint = await wrong.communicate()
        assert wrong.returncode != 0
        assert b"not accepted" in complaint
        path = broadcast.path("index.m3u8")
        async with broadcast.viewer.get(broadcast.base + path) as answer:
            assert (answer.status, (await answer.json())["code"]) == (404, "no_picture")
    logged = capfd.readouterr().err
    assert "publisher refused" in logged
    assert "wrong-stream-key" not in logged


async def test_the_newest_publisher_of_a_key_wins(tmp_path: Path) -> None:
    async with live.running(tmp_path / "run") as broadcast:
        older = await broadcast.publish()
        await broadcast.handlers.until_told("started")
        await broadcast.publish()
        async with asyncio.timeout(10):
            await older.communicate()
        await broadcast.handlers.until_told("started", "stopped", "started")
        broadcast.supervisor.drop(MEDIA)
        await broadcast.handlers.until_told("started", "stopped", "started", "stopped")
        assert broadcast.supervisor.signals == {}


async def test_a_picture_without_sound_is_published_too(tmp_path: Path) -> None:
    async with live.running(tmp_path / "run") as broadcast:
        await broadcast.publish(STREAM_KEY, "-an")
        await broadcast.handlers.until_told("started")
        assert b'CODECS="avc1.' in await broadcast.get("index.m3u8")


@pytest.mark.parametrize("ffmpeg", ["/bin/false", "/does/not/exist"])
async def test_without_a_working_ffmpeg_the_encoder_is_sent_away(tmp_path: Path, ffmpeg: str) -> None:
    async with live.running(tmp_path / "run", ffmpeg) as broadcast:
        encoder = await broadcast.publish()
        async with asyncio.timeout(15):
            await encoder.communicate()
        assert encoder.returncode != 0
        assert broadcast.supervisor.pid is not None
        assert broadcast.handlers.told == []


async def test_a_killed_media_process_takes_its_ffmpeg_along_and_comes_back(tmp_path: Path) -> None:
    async with live.running(tmp_path / "run") as broadcast:
        await broadcast.publish()
        await broadcast.handlers.until_told("started")
        before = numbers(await broadcast.playlist_with(1))
        broadcast.supervisor.revoke([PLAY])
        pid, port = broadcast.supervisor.pid, broadcast.supervisor.rtmp_port
        assert pid is not None
        ffmpegs = live.ffmpegs_of(pid)
        psutil.Process(pid).send_signal(signal.SIGKILL)
        await live.until_gone(ffmpegs)
        await broadcast.handlers.until_told("started", "stopped")
        await broadcast.publish_when_back()
        await broadcast.handlers.until_told("started", "stopped", "started")
        assert broadcast.supervisor.rtmp_port == port
        async with broadcast.viewer.get(broadcast.base + broadcast.path("index.m3u8")) as answer:
            assert answer.status == 403, "revoked before the restart"
        other = broadcast.path("live.m3u8", play=PlayId("otherotherpl"))
        async with broadcast.viewer.get(broadcast.base + other) as answer:
            assert numbers(await answer.text())[0] > before[-1]


async def test_the_media_process_ends_with_its_server(tmp_path: Path) -> None:
    listening = unix_socket.listen(tmp_path / "link")
    listening.setblocking(False)
    connected: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Future()
    server = await asyncio.start_unix_server(lambda *ends: connected.set_result(ends), sock=listening)
    places = [("--link", "link"), ("--http", "http"), ("--recordings", "recordings")]
    options = [text for option, name in places for text in (option, str(tmp_path / name))]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rollcall.media", *options, "--rtmp-port", "0", stdout=PIPE, stderr=PIPE
    )
    async with asyncio.timeout(60):  # one that cannot start says so and never connects
        reader, writer = await connected
    ready = media_link.decode_from_media(await reader.readline())
    assert isinstance(ready, Ready)
    writer.write(media_link.encode(Welcome(path_key=KEY.hex(), revoked=[])) + b"\n")
    url = f"rtmp://127.0.0.1:{ready.rtmp_port}/live/x"
    encoder = await asyncio.create_subprocess_exec(*picture_command(url), stderr=PIPE)
    asked = media_link.decode_from_media(await reader.readline())
    assert asked == Authorize(id=1, app="live", key="x", address="127.0.0.1")
    writer.write(media_link.encode(Authorized(id=1, media=MEDIA)) + b"\n")
    said = media_link.decode_from_media(await reader.readline())
    while isinstance(said, LookUp):  # how far back viewers may go is asked again and again
        said = media_link.decode_from_media(await reader.readline())
    assert isinstance(said, Started)
    ffmpegs = live.ffmpegs_of(process.pid)
    writer.transport.abort()
    async with asyncio.timeout(10):
        output, _ = await process.communicate()
    await live.until_gone(ffmpegs)
    await encoder.communicate()
    server.close()
    assert (process.returncode, output, (tmp_path / "http").exists()) == (0, b"", False)


async def test_a_busy_port_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = MediaPlace(tmp_path / "run", tmp_path, "127.0.0.1", taken.getsockname()[1])
        supervisor = MediaSupervisor(
            place, path_key=KEY, revoked=[], handlers=Handlers(), now_ms=Clock().now_ms
        )
        await supervisor.start()
        with pytest.raises(Unavailable, match=f"RTMP port {place.rtmp_port} .* busy"):
            await supervisor.until_ready()
        await supervisor.stop()
