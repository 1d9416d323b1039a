"""Reading MP4: damaged boxes are refused, never a crash of another kind."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.media.boxes import BoxError, BoxReader, Run, Track, read_runs, read_tracks
from rollcall.media.packager import Packager, Segment

TRACK = Track(1, True, 1000, None, 640, 360, 40, 0x10000)


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


def moof(start: int, frames: int, *, sync: bool, track: int = 1) -> bytes:
    tfhd = box(b"tfhd", struct.pack(">II", 0x20000, track))
    tfdt = box(b"tfdt", struct.pack(">IQ", 0x1000000, start))
    trun = box(b"trun", struct.pack(">III", 0x4, frames, 0 if sync else 0x10000))
    return box(b"moof", box(b"mfhd", bytes(8)), box(b"traf", tfhd, tfdt, trun))


def moov() -> bytes:
    tkhd = box(b"tkhd", bytes(12), struct.pack(">I", 1), bytes(68))
    mdhd = box(b"mdhd", bytes(12), struct.pack(">I", 1000), bytes(8))
    hdlr = box(b"hdlr", bytes(8), b"vide", bytes(13))
    avcc = box(b"avcC", b"\x01\x64\x00\x1f")
    entry = box(b"avc1", bytes(24), struct.pack(">HH", 640, 360), bytes(50), avcc)
    stsd = box(b"stsd", bytes(8), entry)
    mdia = box(b"mdia", mdhd, hdlr, box(b"minf", box(b"stbl", stsd)))
    trex = box(b"trex", struct.pack(">IIIIII", 0, 1, 1, 40, 0, 0x10000))
    return box(b"moov", box(b"trak", tkhd, mdia), box(b"mvex", trex))


def test_tracks_and_runs_are_read() -> None:
    assert read_tracks(moov()) == [Track(1, True, 1000, "avc1.64001f", 640, 360, 40, 0x10000)]
    assert read_runs(moof(2000, 5, sync=True), [TRACK]) == [Run(1, 2000, 200, 5, True)]


def test_segments_start_at_the_first_keyframe_after_the_target() -> None:
    fragments = [(start, start % 1000 == 0) for start in range(0, 4400, 200)]
    stream = b"".join(moof(start, 5, sync=sync) + box(b"mdat", b"%d" % start) for start, sync in fragments)
    packager = Packager()
    packager.feed(box(b"ftyp", b"iso6") + moov())
    cut = [item for item in packager.feed(stream) if isinstance(item, Segment)] + packager.finish()
    assert [(item.start_ms, item.duration_ms) for item in cut] == [(0, 2000), (2000, 2000), (4000, 400)]
    assert b"".join(item.data for item in cut) == stream


@given(st.lists(st.binary(max_size=200), max_size=6))
def test_any_cutting_gives_the_same_boxes(bodies: list[bytes]) -> None:
    whole = b"".join(box(b"mdat", body) for body in bodies)
    reader = BoxReader()
    found = [item for at in range(0, len(whole), 7) for item in reader.feed(whole[at : at + 7])]
    assert found == [(b"mdat", box(b"mdat", body)) for body in bodies]


@given(st.integers(8, 400), st.integers(0, 255), st.booleans())
def test_a_damaged_box_is_refused_or_read(at: int, value: int, first: bool) -> None:
    damaged = bytearray(moov() if first else moof(2000, 5, sync=True))
    damaged[at % len(damaged)] = value
    with contextlib.suppress(BoxError):
        read_tracks(bytes(damaged)) if first else read_runs(bytes(damaged), [TRACK])


@given(st.binary(max_size=300))
def test_random_bytes_are_boxes_or_refused(data: bytes) -> None:
    with contextlib.suppress(BoxError):
        Packager().feed(data)


@pytest.mark.parametrize("data", [bytes(8), b"\x7f\xff\xff\xffmdat", moof(0, 5, sync=True), moov() + moov()])
def test_what_is_not_fragmented_mp4_is_refused(data: bytes) -> None:
    with pytest.raises(BoxError):
        Packager().feed(data)
