"""What viewers of one media can fetch now: a window of segments in memory, their inits and the playlists.

Numbers never go backwards, also when the process is started again with empty memory. Segments are numbered from
the time in seconds, since they do not come more often than one a second over any length that matters; an init
has the number of its first segment. Discontinuities are numbered from a small count that the caller keeps: hls.js
has an array indexed by them, and one of 200 million elements takes a whole core. It knows no HTTP and no token.
"""

import math
from collections import deque

from rollcall.media import playlist
from rollcall.media.packager import Init, Segment
from rollcall.media.playlist import Listed

WINDOW = 10
KEPT = 16  # six more than listed, for players that are behind
KEPT_BYTES = 96 * 1024 * 1024
FORGET_AFTER_MS = 3_600_000

_NUMBERS_FROM_S = 1_577_836_800  # 2020-01-01: keeps numbers small enough for 32 bits


class Channel:
    """The segments of one media, over all its publish sessions."""

    def __init__(self, now_ms: int, discontinuity: int) -> None:
        self._next_sequence = max(now_ms // 1000 - _NUMBERS_FROM_S, 1)
        self._discontinuity = discontinuity
        self._init = 0
        self._kept: deque[Listed] = deque()
        self._kept_bytes = 0
        self._inits: dict[int, Init] = {}
        self._pending: Init | None = None
        self._target_s = 2
        self._live = self._master = b""
        self.touched_ms = now_ms

    def begin(self, init: Init) -> None:
        """Start a publish session; it is numbered when its first segment comes."""
        self._pending = init

    def append(self, segment: Segment, at_ms: int, now_ms: int) -> None:
        """Add the next segment of the present publish session, whose first frame has wall clock `at_ms`."""
        if self._pending is not None:
            self._discontinuity += 1
            self._init = self._next_sequence
            self._inits[self._init], self._pending = self._pending, None
        self._kept.append(Listed(self._next_sequence, self._discontinuity, self._init, at_ms, segment))
        self._kept_bytes += len(segment.data)
        self._next_sequence += 1
        self._target_s = max(self._target_s, math.ceil(segment.duration_ms / 1000 - 0.5))
        self.touched_ms = now_ms
        self._forget_old()
        listed = list(self._kept)[-WINDOW:]
        self._live = playlist.render_live(listed, self._target_s)
        self._master = playlist.render_master(self._inits[self._init], listed)

    def find(self, name: str) -> bytes | None:
        """Return the bytes of `index.m3u8`, `live.m3u8`, `init-{n}.mp4` or `{n}.m4s`; None if not here."""
        if name == "index.m3u8":
            return self._master or None
        if name == "live.m3u8":
            return self._live or None
        if name.startswith("init-"):
            init = self._inits.get(int(name[5:-4]))
            return init.data if init else None
        return self._segment(int(name.removesuffix(".m4s")))

    def _segment(self, sequence: int) -> bytes | None:
        index = sequence - self._kept[0].sequence if self._kept else -1
        return self._kept[index].segment.data if 0 <= index < len(self._kept) else None

    def _forget_old(self) -> None:
        while len(self._kept) > KEPT or (self._kept_bytes > KEPT_BYTES and len(self._kept) > 1):
            self._kept_bytes -= len(self._kept.popleft().segment.data)
        oldest = self._kept[0].init
        self._inits = {number: init for number, init in self._inits.items() if number >= oldest}


class Channels:
    """The channels of this process by media code; one that has been silent for an hour is forgotten."""

    def __init__(self) -> None:
        self._by_media: dict[str, Channel] = {}

    def get(self, media: str) -> Channel | None:
        """Return the channel of a media that has had a picture of late, else None."""
        return self._by_media.get(media)

    def open(self, media: str, now_ms: int, discontinuity: int) -> Channel:
        """Return the media's channel, made now if there is none; its next discontinuity is above that given."""
        self._by_media = {
            code: channel
            for code, channel in self._by_media.items()
            if now_ms - channel.touched_ms < FORGET_AFTER_MS or code == media
        }
        return self._by_media.setdefault(media, Channel(now_ms, discontinuity))
