"""Fragmented MP4 of one publish session → its initialisation segment and parts, which make segments.

Sans-I/O: bytes in, `Init` and `Part` out. A part is one fragment, about half a second, known as soon as it is written.
A segment opens with the first keyframe after about 2 s, so a longer distance of keyframes makes longer segments. It
knows no playlist and no wall clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rollcall.media.boxes import BoxError, BoxReader, Run, Track, read_runs, read_tracks

TARGET_MS = 1_900  # a little under 2 s: keyframes at 1.967 s must not make segments of 3.93 s
MAX_SEGMENT_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Init:
    """The initialisation segment and what it describes."""

    data: bytes
    tracks: tuple[Track, ...]

    @property
    def picture(self) -> Track | None:
        """Return the video track, if there is one."""
        return next((track for track in self.tracks if track.video), None)


@dataclass(frozen=True, slots=True)
class Part:
    """A whole fragment; `start_ms` counts from the publish session's first frame. `opens`: a segment begins with it.

    `independent`: it begins with a keyframe.
    """

    data: bytes
    start_ms: float
    duration_ms: float
    independent: bool
    opens: bool


@dataclass(frozen=True, slots=True)
class Segment:
    """Whole fragments, of which the first begins with a keyframe; `parts` only while somebody may want them."""

    data: bytes
    duration_ms: float
    parts: tuple[Part, ...] = ()


def segment_of(parts: Sequence[Part]) -> Segment:
    """Return the segment that these parts (at least one) make."""
    data = b"".join(part.data for part in parts)
    return Segment(data, parts[-1].start_ms + parts[-1].duration_ms - parts[0].start_ms, tuple(parts))


class Packager:
    """Cuts one publish session. `feed` what ffmpeg writes."""

    def __init__(self) -> None:
        self._boxes = BoxReader()
        self._head = b""
        self._tracks: list[Track] = []
        self._leader: Track | None = None
        self._fragment: list[bytes] = []
        self._run: Run | None = None
        self._opened: int | None = None
        self._size_bytes = 0

    def feed(self, data: bytes) -> list[Init | Part]:
        """Take bytes; return what they complete. Raises BoxError when they are not fragmented MP4."""
        found: list[Init | Part] = []
        for kind, box in self._boxes.feed(data):
            if kind == b"ftyp":
                self._head = box
            elif kind == b"moov":
                found.append(self._open(box))
            elif kind == b"moof":
                self._begin_fragment(box)
            elif kind == b"mdat":
                found += self._end_fragment(box)
        return found

    def _open(self, moov: bytes) -> Init:
        self._tracks = read_tracks(moov)
        if self._leader is not None or not self._tracks:
            raise BoxError("a second moov, or one without tracks")
        self._leader = next((track for track in self._tracks if track.video), self._tracks[0])
        return Init(self._head + moov, tuple(self._tracks))

    def _begin_fragment(self, moof: bytes) -> None:
        if self._leader is None:
            raise BoxError("a fragment before moov")
        led = (
            run for run in read_runs(moof, self._tracks) if run.track == self._leader.number and run.samples
        )
        self._run = next(led, self._run)
        self._fragment.append(moof)

    def _end_fragment(self, mdat: bytes) -> list[Part]:
        """Return the part that ends here; a fragment of sound alone goes with the next picture."""
        self._fragment.append(mdat)
        if self._run is None:
            return []
        part = self._part(b"".join(self._fragment), self._run)
        self._fragment, self._run = [], None
        self._size_bytes = len(part.data) + (0 if part.opens else self._size_bytes)
        if self._size_bytes > MAX_SEGMENT_BYTES:
            raise BoxError("no keyframe within 64 MB")
        return [part]

    def _part(self, data: bytes, run: Run) -> Part:
        opens = self._opened is None or (
            run.starts_with_sync and self._ms(run.start - self._opened) >= TARGET_MS
        )
        if opens:
            self._opened = run.start
        return Part(data, self._ms(run.start), self._ms(run.duration), run.starts_with_sync, opens)

    def _ms(self, units: int) -> float:
        assert self._leader is not None
        return units * 1000 / self._leader.timescale
