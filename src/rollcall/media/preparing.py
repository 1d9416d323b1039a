"""Makes uploaded files ready for players, one after another: looks into them, then copies or encodes them as HLS.

A file is judged by `probe` and worked on by ffmpeg, each in a process of its own that yields to every other. A
recording is there once its folder has its name; until then a process that dies has done nothing, and is asked again.
"""

import asyncio
import contextlib
import logging
import os
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from rollcall.media.encoder import recording_command
from rollcall.media.lesser import lesser
from rollcall.media.playlist import read_durations_ms
from rollcall.media.probe import Facts
from rollcall.media.shelf import PLAYLIST, Shelf, first_segment
from rollcall.wire.media_link import Prepare, Prepared, Preparing, Unprepared

PLAYED_PIXELS = {"yuv420p", "yuvj420p"}
LONGEST_GOP_MS = 10_000  # longer segments would make seeking and joining slow
SHORTER_MS = 3_000  # a copy may lack that much of what the file says
NEWS_EVERY_S = 1.0
Report = Callable[[Preparing | Prepared | Unprepared], None]

log = logging.getLogger(__name__)


class _Failed(Exception):
    """Raised with a sentence when a file cannot be made ready."""


@dataclass(frozen=True, slots=True)
class _Pass:
    """One way of making a file ready."""

    encode_video: bool
    encode_audio: bool


class Preparations:
    """The files that wait or are worked on. `ask` for each, `close` at the end."""

    def __init__(self, shelf: Shelf, ffmpeg: str, report: Report) -> None:
        self._shelf = shelf
        self._ffmpeg = ffmpeg
        self._report = report
        self._turn = asyncio.Semaphore(1)
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def ask(self, wanted: Prepare) -> None:
        """Make this ready in its turn; what waits already is not asked for twice."""
        if wanted.recording not in self._tasks:
            task = asyncio.create_task(self._make(wanted))
            self._tasks[wanted.recording] = task
            task.add_done_callback(lambda _: self._tasks.pop(wanted.recording, None))

    async def close(self) -> None:
        """Stop everything; it is asked for again."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _make(self, wanted: Prepare) -> None:
        async with self._turn:
            try:
                self._report(await self._prepared(wanted))
            except _Failed as failure:
                self._report(Unprepared(recording=wanted.recording, error=str(failure)))
            except OSError as error:
                log.exception("recording %d of %s cannot be prepared", wanted.recording, wanted.media)
                sentence = f"The server could not write this recording: {error.strerror or error}."
                self._report(Unprepared(recording=wanted.recording, error=sentence))

    async def _prepared(self, wanted: Prepare) -> Prepared:
        ready = self._shelf.ready(wanted.media, wanted.recording)
        source = self._shelf.upload(wanted.media, wanted.recording)
        if ready.exists():  # a process that died has not told of it
            facts = msgspec.json.decode((ready / "facts.json").read_bytes(), type=Facts)
        else:
            facts = await _probe(source)
            await self._fill(wanted, source, facts)
        source.unlink(missing_ok=True)
        duration_ms = sum(read_durations_ms((ready / PLAYLIST).read_text()))
        return Prepared(
            recording=wanted.recording, duration_ms=duration_ms, width=facts.width, height=facts.height
        )

    async def _fill(self, wanted: Prepare, source: Path, facts: Facts) -> None:
        """Make the folder, copying what browsers play; where a copy turns out short, everything is encoded."""
        making = self._shelf.making(wanted.media, wanted.recording)
        for way in _ways(facts):
            with _empty(making):
                if not await self._run(wanted, source, facts, way):
                    continue
                making.joinpath("facts.json").write_bytes(msgspec.json.encode(facts))
                await asyncio.to_thread(_keep, making)
                making.rename(self._shelf.ready(wanted.media, wanted.recording))
                return
        raise _Failed("This file cannot be turned into what browsers play.")

    async def _run(self, wanted: Prepare, source: Path, facts: Facts, way: _Pass) -> bool:
        """Let ffmpeg work and tell how far it is; return whether all of the file came out."""
        making = self._shelf.making(wanted.media, wanted.recording)
        command = recording_command(
            self._ffmpeg,
            source,
            making,
            first_segment(wanted.recording),
            encode_video=way.encode_video,
            encode_audio=way.encode_audio,
        )
        async with _running(command) as process:
            assert process.stdout is not None
            told_s = 0.0
            async for line in process.stdout:
                now_s = asyncio.get_running_loop().time()
                done_ms = _done_ms(line)
                if done_ms is not None and now_s >= told_s + NEWS_EVERY_S:
                    told_s = now_s
                    permille = min(999, max(0, done_ms * 1000 // facts.duration_ms))
                    self._report(Preparing(recording=wanted.recording, permille=permille))
            code, complaint = await _ended(process)
        if code != 0:
            log.warning("ffmpeg on recording %d of %s: %s", wanted.recording, wanted.media, complaint)
            return False
        out_ms = sum(read_durations_ms((making / PLAYLIST).read_text()))
        return out_ms >= facts.duration_ms - SHORTER_MS


def _ways(facts: Facts) -> Iterator[_Pass]:
    plays = facts.video == "h264" and facts.pixels in PLAYED_PIXELS and facts.longest_gop_ms <= LONGEST_GOP_MS
    encode_video = facts.video is not None and not plays
    encode_audio = facts.audio is not None and facts.audio != "aac"
    yield _Pass(encode_video=encode_video, encode_audio=encode_audio)
    if not (encode_video and encode_audio):
        yield _Pass(encode_video=True, encode_audio=True)


async def _probe(source: Path) -> Facts:
    """Return what the file holds; raises _Failed with the sentence of the child."""
    async with _running([sys.executable, "-m", "rollcall.media.probe", str(source)]) as process:
        assert process.stdout is not None
        said = await process.stdout.read()
        code, complaint = await _ended(process)
    if code == 0:
        return msgspec.json.decode(said, type=Facts)
    if code != 1 or not said:
        log.warning("the probe of %s ended with code %d: %s", source.name, code, complaint)
    raise _Failed(said.decode("utf-8", "replace").strip() or "This is no video file that can be read.")


@contextlib.asynccontextmanager
async def _running(command: list[str]) -> AsyncIterator[Process]:
    """Run a program that yields to others; it is gone when the block is."""
    process = await asyncio.create_subprocess_exec(
        *lesser(command), stdin=DEVNULL, stdout=PIPE, stderr=PIPE, start_new_session=True
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _ended(process: Process) -> tuple[int, str]:
    """Return the exit code and the last line of what the program complained of."""
    assert process.stderr is not None
    complaints = (await process.stderr.read()).decode("utf-8", "replace").strip()
    return await process.wait(), complaints.rpartition("\n")[2][:500]


@contextmanager
def _empty(folder: Path) -> Iterator[None]:
    """Let the folder be there and empty; what the block does not move away is removed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _keep(folder: Path) -> None:
    """Let everything in the folder be on disk, whatever happens."""
    for path in (*folder.iterdir(), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _done_ms(line: bytes) -> int | None:
    """Return how far ffmpeg says it is, from a line of its progress that says so."""
    name, _, value = line.decode("ascii", "replace").strip().partition("=")
    return int(value) // 1000 if name == "out_time_us" and value.lstrip("-").isdigit() else None
