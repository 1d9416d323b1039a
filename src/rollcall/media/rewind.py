"""What viewers of a broadcast may go back to: its segments on disk, and playlists as they were a while ago.

Whoever is behind by so many seconds gets the playlist that viewers at the broadcast's edge got then, so it is as short
as theirs, and a player plays it like any broadcast. The index is in memory: a process that is started again begins
anew. It knows no HTTP and no token.
"""

import asyncio
import logging
import shutil
from bisect import bisect_right
from collections import deque
from pathlib import Path
from typing import NamedTuple

from rollcall.media import playlist
from rollcall.media.packager import Init, Segment
from rollcall.media.playlist import Listed, Place
from rollcall.media.shelf import SPARE_BYTES

WINDOW = 10
LEAST_SEGMENTS = 3
MARGIN_MS = 60_000  # whoever is as far behind as they may be needs the segments around that place
NAME = "back-{}.m3u8"

log = logging.getLogger(__name__)


class _Kept(NamedTuple):
    place: Place
    duration_ms: float

    @property
    def ends_ms(self) -> int:
        return self.place.at_ms + round(self.duration_ms)


class Rewind:
    """The past of one media: `reach_s` of it, in files of `folder`, which is its own."""

    def __init__(self, folder: Path, reach_s: int) -> None:
        self.reach_s = reach_s
        self._folder = folder
        self._kept: deque[_Kept] = deque()
        self._inits: set[int] = set()
        self._target_s = 2
        self._writing: asyncio.Task[None] | None = None
        self._is_closed = False

    def keep(self, item: Listed, init: Init, now_ms: int) -> None:
        """Keep a whole segment and its init: on disk soon, in the playlists as soon as it is."""
        self._writing = asyncio.create_task(self._after(self._writing, item, init, now_ms))

    def reachable_s(self, behind_s: int, now_ms: int) -> int | None:
        """Return how far behind one can be who wants to be so far; None while there is too little."""
        if len(self._kept) < LEAST_SEGMENTS:
            return None
        oldest_ms = self._kept[LEAST_SEGMENTS - 1].ends_ms
        return max(0, min(behind_s, self.reach_s, int(now_ms - oldest_ms) // 1000))

    def playlist(self, behind_s: int, now_ms: int) -> bytes | None:
        """Return the media playlist as it was so long ago; None when that is not kept."""
        until_ms = now_ms - behind_s * 1000
        over = bisect_right(self._kept, until_ms, key=lambda kept: kept.ends_ms)
        listed = [self._kept[at] for at in range(max(0, over - WINDOW), over)]
        if not listed:
            return None
        segments = [Listed(kept.place, Segment(b"", kept.duration_ms)) for kept in listed]
        return playlist.render_live(segments, self._target_s)

    async def read(self, name: str) -> bytes | None:
        """Return a kept file, `{n}.m4s` or `init-{n}.mp4`; None when it is not kept."""
        try:
            return await asyncio.to_thread((self._folder / name).read_bytes)
        except FileNotFoundError:
            return None

    async def settle(self) -> None:
        """Wait until everything that is to be kept is on disk."""
        if self._writing is not None:
            await asyncio.wait({self._writing})

    def close(self) -> None:
        """Forget everything."""
        self._is_closed = True
        self._kept.clear()
        self._writing = asyncio.create_task(self._remove(self._writing))

    async def _after(self, before: asyncio.Task[None] | None, item: Listed, init: Init, now_ms: int) -> None:
        if before is not None:
            await asyncio.wait({before})
        if self._is_closed:
            return
        try:
            await asyncio.to_thread(self._write, item, init)
        except OSError as error:
            log.warning("a segment that viewers could go back to is not kept: %s", error)
            return
        self._target_s = max(self._target_s, round(item.segment.duration_ms / 1000 + 0.499))
        self._kept.append(_Kept(item.place, item.segment.duration_ms))
        self._inits.add(item.place.init)
        await asyncio.to_thread(self._unlink, self._forgotten(now_ms))

    async def _remove(self, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait({before})
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    def _write(self, item: Listed, init: Init) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(self._folder).free < SPARE_BYTES + len(item.segment.data):
            raise OSError("the disk is nearly full")
        if item.place.init not in self._inits:
            (self._folder / f"init-{item.place.init}.mp4").write_bytes(init.data)
        (self._folder / f"{item.place.sequence}.m4s").write_bytes(item.segment.data)

    def _forgotten(self, now_ms: int) -> list[str]:
        """Forget what is out of reach; return the names of its files."""
        names = []
        while self._kept and self._kept[0].ends_ms < now_ms - self.reach_s * 1000 - MARGIN_MS:
            names.append(f"{self._kept.popleft().place.sequence}.m4s")
        wanted = {kept.place.init for kept in self._kept}
        names += [f"init-{init}.mp4" for init in self._inits - wanted]
        self._inits &= wanted
        return names

    def _unlink(self, names: list[str]) -> None:
        for name in names:
            (self._folder / name).unlink(missing_ok=True)
