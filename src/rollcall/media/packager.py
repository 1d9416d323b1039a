"""Fragmented MP4 of one publish session → its initialisation segment and segments that start at keyframes.

Sans-I/O: bytes in, `Init` and `Segment` out. A segment ends before the first keyframe after about 2 s, so a
longer distance of keyframes makes longer segments. It knows no playlist and no wall clock.
"""

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
class Segment:
    """Whole fragments, starting with a keyframe; `start_ms` counts from the publish session's first frame."""

    data: bytes
    start_ms: float
    duration_ms: float


class Packager:
    """Cuts one publish session. `feed` what ffmpeg writes, `finish` when it has ended."""

    def __init__(self) -> None:
        self._boxes = BoxReader()
        self._head = b""
        self._tracks: list[Track] = []
        self._leader: Track | None = None
        self._parts: list[bytes] = []
        self._size_bytes = 0
        self._start = 0
        self._end = 0

    def feed(self, data: bytes) -> list[Init | Segment]:
        """Take bytes; return what they complete. Raises BoxError when they are not fragmented MP4."""
        found: list[Init | Segment] = []
        for kind, box in self._boxes.feed(data):
            if kind == b"ftyp":
                self._head = box
            elif kind == b"moov":
                found.append(self._open(box))
            elif kind == b"moof":
                found += self._begin_fragment(box)
            elif kind == b"mdat":
                self._keep(box)
        return found

    def finish(self) -> list[Segment]:
        """Return what is left as a last, shorter segment."""
        return self._cut() if self._parts and self._end > self._start else []

    def _open(self, moov: bytes) -> Init:
        self._tracks = read_tracks(moov)
        if self._leader is not None or not self._tracks:
            raise BoxError("a second moov, or one without tracks")
        self._leader = next((track for track in self._tracks if track.video), self._tracks[0])
        return Init(self._head + moov, tuple(self._tracks))

    def _begin_fragment(self, moof: bytes) -> list[Segment]:
        if self._leader is None:
            raise BoxError("a fragment before moov")
        run = next((r for r in read_runs(moof, self._tracks) if r.track == self._leader.number), None)
        done: list[Segment] = []
        if run is not None and run.samples:
            if self._parts and self._cuts_before(run):
                done = self._cut()
            self._start = run.start if not self._parts else self._start
            self._end = run.start + run.duration
        self._keep(moof)
        return done

    def _cuts_before(self, run: Run) -> bool:
        return run.starts_with_sync and self._ms(run.start - self._start) >= TARGET_MS

    def _cut(self) -> list[Segment]:
        segment = Segment(b"".join(self._parts), self._ms(self._start), self._ms(self._end - self._start))
        self._parts, self._size_bytes = [], 0
        return [segment]

    def _keep(self, box: bytes) -> None:
        self._parts.append(box)
        self._size_bytes += len(box)
        if self._size_bytes > MAX_SEGMENT_BYTES:
            raise BoxError("no keyframe within 64 MB")

    def _ms(self, units: int) -> float:
        assert self._leader is not None
        return units * 1000 / self._leader.timescale
