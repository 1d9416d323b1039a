"""What viewers of recordings can fetch: all of it, or, of one that is played by the clock, what has been on so far.

Which recording a media shows, and since when, is asked of the server and believed for a few seconds. A recording that
is played by the clock needs nothing to run: its playlist is a function of the time, so that a restart changes nothing
and everybody has the same. It knows no HTTP and no token.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from rollcall.media import playlist
from rollcall.media.channel import CLASSIC, Found
from rollcall.media.packager import Segment
from rollcall.media.playlist import Listed, Place
from rollcall.media.shelf import MASTER, PLAYLIST, Shelf, first_segment
from rollcall.wire.media_link import Shown

BELIEVED_MS = 3_000
REMEMBERED = 1_000
WINDOW = 10
AHEAD_MS = 4_000  # a segment is listed so long before it is on, so that everybody has it in time


@dataclass(frozen=True, slots=True)
class Tape:
    """A recording that is ready: where its files are, and how long its segments, from `first` on, last."""

    folder: Path
    first: int
    starts_ms: tuple[int, ...]
    durations_ms: tuple[int, ...]

    @property
    def target_s(self) -> int:
        """Return the target duration of its playlists."""
        return max(1, round(max(self.durations_ms) / 1000 + 0.499))

    def listed(self, played_ms: int) -> range:
        """Return the places of the segments that a viewer may have when so much of it has been on."""
        begun = sum(start <= played_ms + AHEAD_MS for start in self.starts_ms)
        return range(max(0, begun - WINDOW), begun if played_ms >= 0 else 0)

    def is_over(self, played_ms: int) -> bool:
        """Tell whether all of it is listed."""
        return self.starts_ms[-1] <= played_ms + AHEAD_MS


class Library:
    """The recordings of this node. `look_up` asks the server what a media shows."""

    def __init__(
        self, shelf: Shelf, look_up: Callable[[str], Awaitable[Shown | None]], now_ms: Callable[[], int]
    ) -> None:
        self._shelf = shelf
        self._look_up = look_up
        self._now_ms = now_ms
        self._shown: OrderedDict[str, tuple[int, asyncio.Task[Shown | None]]] = OrderedDict()
        self._tapes: OrderedDict[int, Tape] = OrderedDict()

    async def find(self, media: str, name: str) -> Found | None:
        """Return a file of the recording that the media shows; None where it shows none, or not yet that."""
        shown = await self._ask(media)
        if shown is None or shown.recording is None:
            return None
        tape = await self._tape(media, shown.recording)
        if tape is None:
            return None
        played_ms = None if shown.starts_at_ms is None else self._now_ms() - shown.starts_at_ms
        if played_ms is not None and played_ms < 0:
            return None
        if name.endswith(".m3u8"):
            return await self._playlist(tape, name, shown.starts_at_ms, played_ms)
        if name.startswith("init-"):
            return await _read(tape.folder / name)
        return await self._segment(tape, int(name.rpartition("-")[2].removesuffix(".m4s")), played_ms)

    async def _playlist(
        self, tape: Tape, name: str, starts_at_ms: int | None, played_ms: int | None
    ) -> Found | None:
        if name in {MASTER, "classic.m3u8"}:
            return await _read(tape.folder / MASTER)
        if name != CLASSIC:
            return None
        if starts_at_ms is None or played_ms is None:
            return await _read(tape.folder / PLAYLIST)
        return Found(_by_the_clock(tape, starts_at_ms, played_ms))

    async def _segment(self, tape: Tape, number: int, played_ms: int | None) -> Found | None:
        place = number - tape.first
        most = len(tape.durations_ms) if played_ms is None else tape.listed(played_ms).stop
        if not 0 <= place < most:
            return None
        found = await _read(tape.folder / f"{number}.m4s")
        return None if found is None else Found(found.data, place)

    async def _ask(self, media: str) -> Shown | None:
        """Return what the media shows, asking once for all who want to know within a few seconds."""
        at_ms, asked = self._shown.get(media, (0, None))
        now_ms = self._now_ms()
        if asked is None or not at_ms <= now_ms < at_ms + BELIEVED_MS:
            asked = asyncio.ensure_future(self._look_up(media))
            self._shown[media] = (now_ms, asked)
            self._shown.move_to_end(media)
            if len(self._shown) > REMEMBERED:
                self._shown.popitem(last=False)
        return await asyncio.shield(asked)

    async def _tape(self, media: str, recording: int) -> Tape | None:
        known = self._tapes.get(recording)
        if known is None:
            known = await asyncio.to_thread(_load, self._shelf.ready(media, recording), recording)
            if known is None:
                return None
            self._tapes[recording] = known
            if len(self._tapes) > REMEMBERED:
                self._tapes.popitem(last=False)
        return known


def _load(folder: Path, recording: int) -> Tape | None:
    try:
        durations_ms = playlist.read_durations_ms((folder / PLAYLIST).read_text())
    except FileNotFoundError:
        return None
    starts_ms = tuple(accumulate(durations_ms, initial=0))[:-1]
    return Tape(folder, first_segment(recording), starts_ms, tuple(durations_ms))


def _by_the_clock(tape: Tape, starts_at_ms: int, played_ms: int) -> bytes:
    """Return the live playlist of what is on now."""
    listed = [
        Listed(
            Place(tape.first + number, 0, tape.first, 0, starts_at_ms + tape.starts_ms[number]),
            Segment(b"", tape.durations_ms[number]),
        )
        for number in tape.listed(played_ms)
    ]
    return playlist.render_live(listed, tape.target_s, is_over=tape.is_over(played_ms))


async def _read(path: Path) -> Found | None:
    try:
        return Found(await asyncio.to_thread(path.read_bytes))
    except FileNotFoundError:
        return None
