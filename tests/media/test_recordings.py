"""Files become recordings in the real media process: copied or encoded, whole or refused with a sentence."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rollcall.media.encoder import ffmpeg_path
from rollcall.media.playlist import read_durations_ms
from rollcall.media.shelf import Shelf, first_segment
from rollcall.wire.media_link import Prepared, Preparing, Unprepared
from tests.films import film
from tests.media.live import MEDIA, PLAY, Broadcast, decode, numbers, running

SECONDS = 12


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[Broadcast]:
    async with running(tmp_path / "run") as broadcast:
        yield broadcast


async def prepared(process: Broadcast, shelf: Shelf, recording: int, file: Path) -> Prepared | Unprepared:
    """Let the process prepare a file as this recording."""
    shelf.write(MEDIA, recording, 0, await asyncio.to_thread(file.read_bytes))
    process.supervisor.prepare(MEDIA, recording)
    handlers = process.handlers
    async with asyncio.timeout(60), handlers.changed:
        await handlers.changed.wait_for(lambda: _final(process, recording) is not None)
    final = _final(process, recording)
    assert final is not None
    return final


def _final(process: Broadcast, recording: int) -> Prepared | Unprepared | None:
    told = [news for news in process.handlers.prepared if news.recording == recording]
    return next((news for news in told if not isinstance(news, Preparing)), None)


@pytest.mark.parametrize(
    ("name", "codecs", "copied"),
    [
        ("a.mp4", ("-c:v", "libx264", "-g", "50", "-c:a", "aac"), True),
        ("b.mkv", ("-c:v", "libx264", "-g", "50", "-c:a", "libopus"), True),
        ("c.webm", ("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libvorbis"), False),
    ],
)
async def test_a_file_becomes_a_recording_that_decodes_as_a_whole(
    process: Broadcast, tmp_path: Path, name: str, codecs: tuple[str, ...], *, copied: bool
) -> None:
    shelf = Shelf(tmp_path / "run" / "recordings")
    news = await prepared(process, shelf, 3, film(tmp_path / name, SECONDS, *codecs))
    assert isinstance(news, Prepared), news
    assert (news.width, news.height) == (320, 180)
    assert abs(news.duration_ms - SECONDS * 1000) < 100
    assert not shelf.upload(MEDIA, 3).exists()
    process.handlers.shows[MEDIA] = (3, None)
    playlist = (await process.get("live.m3u8")).decode()
    assert sum(read_durations_ms(playlist)) == news.duration_ms
    first = first_segment(3)
    assert numbers(playlist)[0] == first
    parts = [
        await process.get(f"init-{first}.mp4"),
        *[await process.get(f"{n}.m4s") for n in numbers(playlist)],
    ]
    pictures, sounds = decode(b"".join(parts), tmp_path / "whole.mp4")
    assert abs(pictures - SECONDS * 25) <= 1
    assert sounds > SECONDS * 40
    assert copied == (b"Lavc" not in parts[0] and _same_picture(tmp_path / name, b"".join(parts[1:])))


def _same_picture(file: Path, segments: bytes) -> bool:
    """Tell whether a whole group of pictures of the file is found in the segments byte for byte."""
    command = [ffmpeg_path(), "-v", "error", "-i", str(file), "-map", "0:v", "-c", "copy", "-frames:v", "1"]
    raw = subprocess.run([*command, "-f", "data", "-"], capture_output=True, check=True).stdout
    return raw[-2000:] in segments


async def test_what_viewers_fetched_of_a_recording_is_counted_by_its_place(
    process: Broadcast, tmp_path: Path
) -> None:
    shelf = Shelf(tmp_path / "run" / "recordings")
    await prepared(process, shelf, 5, film(tmp_path / "a.mp4", SECONDS))
    process.handlers.shows[MEDIA] = (5, None)
    await process.get(f"{first_segment(5) + 2}.m4s")
    async with asyncio.timeout(20):
        while not process.handlers.fetched:
            await asyncio.sleep(0.2)
    assert process.handlers.fetched[0].plays == {PLAY: (1, 2)}


async def test_what_is_no_video_is_refused_with_a_sentence_and_leaves_nothing(
    process: Broadcast, tmp_path: Path
) -> None:
    shelf = Shelf(tmp_path / "run" / "recordings")
    whole = film(tmp_path / "a.mp4", SECONDS).read_bytes()
    for recording, (data, sentence) in enumerate(
        {
            b"no video at all" * 1000: "This is no video file that can be read.",
            b"": "This is no video file that can be read.",
            whole[:20_000]: "This is no video file that can be read.",
        }.items(),
        start=10,
    ):
        file = tmp_path / "bad"
        file.write_bytes(data)
        assert await prepared(process, shelf, recording, file) == Unprepared(
            recording=recording, error=sentence
        )
        assert not shelf.ready(MEDIA, recording).exists()
        assert not shelf.making(MEDIA, recording).exists()


async def test_a_recording_that_was_ready_when_the_process_died_is_told_again(
    process: Broadcast, tmp_path: Path
) -> None:
    shelf = Shelf(tmp_path / "run" / "recordings")
    file = film(tmp_path / "a.mp4", SECONDS)
    before = await prepared(process, shelf, 4, file)
    process.handlers.prepared.clear()
    process.supervisor.prepare(MEDIA, 4)  # as a server does that was not told
    async with asyncio.timeout(20), process.handlers.changed:
        await process.handlers.changed.wait_for(lambda: _final(process, 4) is not None)
    assert _final(process, 4) == before
