"""Figures of an incoming signal: bit rate, frame rate and the distance of keyframes. No clock, no I/O."""

from collections import deque

from rollcall.media import flv
from rollcall.media.flv import VIDEO, Tag

SPAN_MS = 5_000
GOPS = 4


class Meter:
    """Watches the tags of one publish session."""

    def __init__(self) -> None:
        self._tags: deque[tuple[int, int, bool]] = deque()  # arrival, bytes, is a picture
        self._gops_ms: deque[int] = deque(maxlen=GOPS)
        self._keyframe_ms: int | None = None
        self._video_ms = 0

    def take(self, tag: Tag, now_ms: int) -> None:
        """Count a tag that arrived at `now_ms`."""
        picture = tag.kind == VIDEO and not flv.is_sequence_header(tag)
        self._tags.append((now_ms, len(tag.payload), picture))
        self._forget(now_ms)
        if picture:
            self._video_ms = tag.timestamp_ms
        if flv.is_keyframe(tag):
            if self._keyframe_ms is not None:
                self._gops_ms.append((tag.timestamp_ms - self._keyframe_ms) & 0xFFFFFFFF)
            self._keyframe_ms = tag.timestamp_ms

    def bitrate_kbps(self, now_ms: int) -> int:
        """Return the rate of all that arrived in the last five seconds."""
        self._forget(now_ms)
        return sum(size for _, size, _ in self._tags) * 8 // self._span_ms(now_ms)

    def frame_rate(self, now_ms: int) -> float:
        """Return the pictures per second of the last five seconds."""
        self._forget(now_ms)
        return round(sum(picture for _, _, picture in self._tags) * 1000 / self._span_ms(now_ms), 1)

    def gop_ms(self) -> int:
        """Return the longest recent distance of keyframes, the one still running included."""
        running_ms = 0 if self._keyframe_ms is None else (self._video_ms - self._keyframe_ms) & 0xFFFFFFFF
        return max([*self._gops_ms, running_ms])

    def _span_ms(self, now_ms: int) -> int:
        return max(now_ms - self._tags[0][0], 1) if self._tags else SPAN_MS

    def _forget(self, now_ms: int) -> None:
        while self._tags and now_ms - self._tags[0][0] > SPAN_MS:
            self._tags.popleft()
