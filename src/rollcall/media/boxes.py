"""ISO base media boxes: split a byte stream into top-level boxes, and read the few fields the packager needs.

It knows no playlists. Sizes are bounded; what does not parse raises `BoxError`.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

MAX_BOX_BYTES = 64 * 1024 * 1024

_NOT_SYNC = 0x10000


class BoxError(Exception):
    """Raised when the bytes are not the boxes expected here."""


@dataclass(frozen=True, slots=True)
class Track:
    """One track of an initialisation segment. `codec` is as RFC 6381 writes it, None when unknown."""

    number: int
    video: bool
    timescale: int
    codec: str | None
    width: int
    height: int
    default_duration: int
    default_flags: int


@dataclass(frozen=True, slots=True)
class Run:
    """What one fragment holds of one track: its span in the track's timescale, and how it starts."""

    track: int
    start: int
    duration: int
    samples: int
    starts_with_sync: bool


class BoxReader:
    """Splits a stream into whole top-level boxes."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Yield type and whole bytes of every box that `data` completes. Raises BoxError."""
        self._buffer += data
        while len(self._buffer) >= 8:
            size = int.from_bytes(self._buffer[:4], "big")
            if not 8 <= size <= MAX_BOX_BYTES:
                raise BoxError(f"a box of {size} bytes")
            if len(self._buffer) < size:
                return
            box = bytes(self._buffer[:size])
            del self._buffer[:size]
            yield box[4:8], box


def read_tracks(moov: bytes) -> list[Track]:
    """Return the tracks of a `moov` box. Raises BoxError."""
    try:
        defaults = {}
        for trex in find(moov[8:], b"mvex", b"trex"):
            number, _, duration, _, flags = struct.unpack_from(">IIIII", trex, 4)
            defaults[number] = (duration, flags)
        return [_read_track(trak, defaults) for trak in find(moov[8:], b"trak")]
    except (struct.error, StopIteration, IndexError) as error:
        raise BoxError("an unreadable moov") from error


def read_runs(moof: bytes, tracks: list[Track]) -> list[Run]:
    """Return one run per track fragment of a `moof` box. Raises BoxError."""
    by_number = {track.number: track for track in tracks}
    try:
        return [_read_run(traf, by_number) for traf in find(moof[8:], b"traf")]
    except (struct.error, StopIteration, KeyError) as error:
        raise BoxError("an unreadable moof") from error


def find(body: bytes, name: bytes, *inner: bytes) -> Iterator[bytes]:
    """Yield the bodies of all boxes on the path `name` / `inner`… inside `body`."""
    at = 0
    while at + 8 <= len(body):
        size = int.from_bytes(body[at : at + 4], "big")
        if size < 8:
            raise BoxError("an empty box")
        if body[at + 4 : at + 8] == name:
            found = body[at + 8 : at + size]
            if inner:
                yield from find(found, *inner)
            else:
                yield found
        at += size


def _read_track(trak: bytes, defaults: dict[int, tuple[int, int]]) -> Track:
    tkhd = next(find(trak, b"tkhd"))
    (number,) = struct.unpack_from(">I", tkhd, 20 if tkhd[0] else 12)
    mdhd = next(find(trak, b"mdia", b"mdhd"))
    (timescale,) = struct.unpack_from(">I", mdhd, 20 if mdhd[0] else 12)
    video = next(find(trak, b"mdia", b"hdlr"))[8:12] == b"vide"
    entry = next(find(trak, b"mdia", b"minf", b"stbl", b"stsd"))[8:]
    width, height = struct.unpack_from(">HH", entry, 32) if video else (0, 0)
    duration, flags = defaults.get(number, (0, 0))
    return Track(number, video, max(timescale, 1), _codec(entry), width, height, duration, flags)


def _codec(entry: bytes) -> str | None:
    """Return the codec of a sample entry: `avc1.…` from avcC, AAC; anything else is unknown."""
    kind = entry[4:8]
    if kind == b"avc1":
        for configuration in find(entry[86:], b"avcC"):
            return f"avc1.{configuration[1:4].hex()}"
    if kind == b"mp4a" and b"\x05" in entry:
        for esds in find(entry[36:], b"esds"):
            return f"mp4a.40.{_audio_object_type(esds)}"
    return None


def _audio_object_type(esds: bytes) -> int:
    """Return the AAC object type: the first five bits of the decoder's specific information (tag 5)."""
    decoder = esds.find(b"\x40\x15")
    at = esds.find(b"\x05", decoder + 13) if decoder >= 0 else -1
    while at >= 0 and at + 1 < len(esds) and esds[at + 1] & 0x80:
        at += 1
    return esds[at + 2] >> 3 if 0 <= at < len(esds) - 2 else 2


def _read_run(traf: bytes, tracks: dict[int, Track]) -> Run:
    number, default_duration, default_flags = _read_header(next(find(traf, b"tfhd")), tracks)
    tfdt = next(find(traf, b"tfdt"))
    (start,) = struct.unpack_from(">Q" if tfdt[0] else ">I", tfdt, 4)
    duration, samples, first_flags = 0, 0, default_flags
    for trun in find(traf, b"trun"):
        count, run_duration, flags = _read_samples(trun, default_duration, default_flags)
        first_flags = flags if samples == 0 else first_flags
        samples, duration = samples + count, duration + run_duration
    return Run(number, start, duration, samples, samples > 0 and not first_flags & _NOT_SYNC)


def _read_header(tfhd: bytes, tracks: dict[int, Track]) -> tuple[int, int, int]:
    """Return track number, default duration and default flags of a track fragment."""
    present, number = struct.unpack_from(">II", tfhd)
    track, at = tracks[number], 8
    found = {0x08: track.default_duration, 0x20: track.default_flags}
    for bit, size in ((0x01, 8), (0x02, 4), (0x08, 4), (0x10, 4), (0x20, 4)):
        if present & bit:
            if bit in found:
                (found[bit],) = struct.unpack_from(">I", tfhd, at)
            at += size
    return number, found[0x08], found[0x20]


def _read_samples(trun: bytes, default_duration: int, default_flags: int) -> tuple[int, int, int]:
    """Return the number of samples, their whole duration and the first one's flags."""
    present, count = struct.unpack_from(">II", trun)
    at = 8 + (4 if present & 0x01 else 0)
    first_flags = default_flags
    if present & 0x04:
        (first_flags,) = struct.unpack_from(">I", trun, at)
        at += 4
    fields = [bit for bit in (0x100, 0x200, 0x400, 0x800) if present & bit]
    if 0x400 in fields and count:
        (first_flags,) = struct.unpack_from(">I", trun, at + 4 * fields.index(0x400))
    if 0x100 not in fields:
        return count, count * default_duration, first_flags
    step = 4 * len(fields)
    duration = sum(struct.unpack_from(">I", trun, at + index * step)[0] for index in range(count))
    return count, duration, first_flags
