"""What viewers of one media can fetch now: a window of segments in memory, their parts and inits, and the playlists.

Numbers never go backwards, also when the process is started again with empty memory. Segments are numbered from
the time in seconds, since they do not come more often than one a second over any length that matters, and parts from
eight times as much; an init has the number of its first segment. Discontinuities are numbered from a small count that
the caller keeps: hls.js has an array indexed by them, and one of 200 million elements takes a whole core. It knows no
HTTP and no token.
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from rollcall.media import playlist
from rollcall.media.packager import Init, Part, segment_of
from rollcall.media.playlist import PART_TARGET_MS, SEGMENTS_WITH_PARTS, Listed, Making, Place
from rollcall.media.rewind import Rewind

WINDOW = 10
KEPT = 16  # six more than listed, for players that are behind
KEPT_WITH_PARTS = SEGMENTS_WITH_PARTS + 3
KEPT_BYTES = 96 * 1024 * 1024
FORGET_AFTER_MS = 3_600_000
CLASSIC, LOW_LATENCY = "live.m3u8", "low.m3u8"

_NUMBERS_FROM_S = 1_577_836_800  # 2020-01-01: keeps numbers small enough for 32 bits
_PARTS_A_SECOND = 8


class Found(NamedTuple):
    """A file; `segment`: the number of the segment whose first bytes these are, for the count of who had which."""

    data: bytes
    segment: int | None = None


class Wanted(NamedTuple):
    """What a player wants a playlist to hold before it is answered: a segment, or a part of it."""

    sequence: int
    part: int | None


class Channel:
    """The segments of one media, over all its publish sessions."""

    def __init__(self, now_ms: int, discontinuity: int) -> None:
        self._next_sequence = max(now_ms // 1000 - _NUMBERS_FROM_S, 1)
        self._first_part = self._next_sequence * _PARTS_A_SECOND
        self._discontinuity = discontinuity
        self._init = 0
        self._kept: deque[Listed] = deque()
        self._kept_bytes = 0
        self._inits: dict[int, Init] = {}
        self._pending: Init | None = None
        self._place: Place | None = None
        self._parts: list[Part] = []
        self._target_s = 2
        self._part_target_ms: float = PART_TARGET_MS
        self._playlists: dict[str, bytes] = {}
        self._changed = asyncio.Event()
        self.touched_ms = now_ms
        self.rewind: Rewind | None = None

    def begin(self, init: Init) -> None:
        """Start a publish session; it is numbered when its first part comes."""
        self.end()
        self._pending = init

    def append(self, part: Part, at_ms: int, now_ms: int) -> None:
        """Add the next part of the present publish session, whose first frame has wall clock `at_ms`."""
        if part.opens or self._place is None:
            self._close()
            self._place = self._next_place(at_ms)
        self._parts.append(part)
        self._part_target_ms = max(self._part_target_ms, math.ceil(part.duration_ms))
        self.touched_ms = now_ms
        self._render()

    def reach_back(self, folder: Path, reach_s: int) -> None:
        """Let viewers go back by so much from now on, in files of `folder`; 0: not at all."""
        if self.rewind is not None and reach_s == 0:
            self.rewind.close()
            self.rewind = None
        elif self.rewind is not None:
            self.rewind.reach_s = reach_s
        elif reach_s > 0:
            self.rewind = Rewind(folder, reach_s)

    def end(self) -> None:
        """End the publish session: what there is of the last segment is all of it."""
        if self._place is not None:
            self._close()
            self._render()

    def find(self, name: str) -> Found | None:
        """Return `live.m3u8`, `low.m3u8`, `init-{n}.mp4`, `{n}.m4s` or `part-{n}.m4s`; None if it is not here."""
        if name.endswith(".m3u8"):
            made = self._playlists.get(name)
            return Found(made) if made else None
        if name.startswith("init-"):
            init = self._inits.get(int(name[5:-4]))
            return Found(init.data) if init else None
        if name.startswith("part-"):
            return self._part(int(name[5:-4]))
        return self._segment(int(name.removesuffix(".m4s")))

    def master(self, media_playlist: str) -> bytes | None:
        """Return the playlist that leads to this media playlist."""
        listed = self._listed()
        if not listed:
            return None
        return playlist.render_master(self._inits[listed[-1].place.init], listed, media_playlist)

    def may_come(self, wanted: Wanted) -> bool:
        """Tell whether what is wanted is near enough to be waited for."""
        return wanted.sequence <= self._next_sequence + 1

    def holds(self, wanted: Wanted) -> bool:
        """Tell whether the playlist is as new as wanted; a part that its segment never had is in the next one."""
        if self._place is None or wanted.sequence != self._place.sequence:
            return wanted.sequence < self._next_sequence - (self._place is not None)
        return wanted.part is not None and wanted.part < len(self._parts)

    async def wait_until(self, holds: Callable[[], bool], within_s: float) -> bool:
        """Return True as soon as that holds, False when it has not in time."""
        try:
            async with asyncio.timeout(within_s):
                while not holds():
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    @property
    def next_part(self) -> int:
        """Return the number of the part that is being made."""
        return self._first_part + len(self._parts)

    def _next_place(self, at_ms: int) -> Place:
        sequence, self._next_sequence = self._next_sequence, self._next_sequence + 1
        if self._pending is not None:
            self._discontinuity += 1
            self._init = sequence
            self._inits[sequence], self._pending = self._pending, None
        return Place(sequence, self._discontinuity, self._init, self._first_part, at_ms)

    def _close(self) -> None:
        if self._place is None:
            return
        segment = segment_of(self._parts)
        listed = Listed(self._place, segment)
        self._kept.append(listed)
        if self.rewind is not None:
            self.rewind.keep(listed, self._inits[self._place.init], self.touched_ms)
        self._kept_bytes += len(segment.data)
        self._first_part += len(self._parts)
        self._place, self._parts = None, []
        self._target_s = max(self._target_s, math.ceil(segment.duration_ms / 1000 - 0.5))
        self._forget_old()

    def _render(self) -> None:
        listed = self._listed()
        if listed:
            making = Making(self._place, self._parts) if self._place else None
            self._playlists = {
                CLASSIC: playlist.render_live(listed, self._target_s),
                LOW_LATENCY: playlist.render_low_latency(
                    listed, making, self._target_s, self._part_target_ms, self.next_part
                ),
            }
        self._changed.set()
        self._changed = asyncio.Event()

    def _listed(self) -> list[Listed]:
        return list(self._kept)[-WINDOW:]

    def _segment(self, sequence: int) -> Found | None:
        index = sequence - self._kept[0].place.sequence if self._kept else -1
        return Found(self._kept[index].segment.data, sequence) if 0 <= index < len(self._kept) else None

    def _part(self, number: int) -> Found | None:
        if self._place is not None and number >= self._place.first_part:
            return _part_of(self._place, self._parts, number)
        for item in list(self._kept)[-KEPT_WITH_PARTS:]:
            if number < item.place.first_part + len(item.segment.parts):
                return _part_of(item.place, item.segment.parts, number)
        return None

    def _forget_old(self) -> None:
        if len(self._kept) > KEPT_WITH_PARTS:
            old = self._kept[-KEPT_WITH_PARTS - 1]
            self._kept[-KEPT_WITH_PARTS - 1] = replace(old, segment=replace(old.segment, parts=()))
        while len(self._kept) > KEPT or (self._kept_bytes > KEPT_BYTES and len(self._kept) > 1):
            self._kept_bytes -= len(self._kept.popleft().segment.data)
        oldest = self._kept[0].place.init
        self._inits = {number: init for number, init in self._inits.items() if number >= oldest}


def _part_of(place: Place, parts: Sequence[Part], number: int) -> Found | None:
    index = number - place.first_part
    if not 0 <= index < len(parts):
        return None
    return Found(parts[index].data, place.sequence if index == 0 else None)


class Channels:
    """The channels of this process by media code; one that has been silent for an hour is forgotten."""

    def __init__(self) -> None:
        self._by_media: dict[str, Channel] = {}

    def get(self, media: str) -> Channel | None:
        """Return the channel of a media that has had a picture of late, else None."""
        return self._by_media.get(media)

    def open(self, media: str, now_ms: int, discontinuity: int) -> Channel:
        """Return the media's channel, made now if there is none; its next discontinuity is above that given."""
        for code, channel in list(self._by_media.items()):
            if code != media and now_ms - channel.touched_ms >= FORGET_AFTER_MS:
                if channel.rewind is not None:
                    channel.rewind.close()
                del self._by_media[code]
        return self._by_media.setdefault(media, Channel(now_ms, discontinuity))
