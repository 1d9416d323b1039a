"""Reading MP4: damaged boxes are refused, never a crash of another kind."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.media.boxes import BoxError, BoxReader, Run, Track, read_runs, read_tracks
from rollcall.media.packager import Packager, Part, segment_of

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
    parts = [item for item in packager.feed(stream) if isinstance(item, Part)]
    assert [part.start_ms for part in parts if part.opens] == [0, 2000, 4000]
    assert [part.start_ms for part in parts if part.independent] == [0, 1000, 2000, 3000, 4000]
    assert {part.duration_ms for part in parts} == {200}
    assert b"".join(part.data for part in parts) == stream
    assert segment_of(parts).duration_ms == 4400


def test_a_part_is_known_as_soon_as_it_is_written() -> None:
    packager = Packager()
    packager.feed(box(b"ftyp", b"iso6") + moov())
    fragment = moof(0, 5, sync=True) + box(b"mdat", b"picture")
    assert packager.feed(fragment[:-1]) == []
    (part,) = packager.feed(fragment[-1:])
    assert part == Part(fragment, 0, 200, independent=True, opens=True)


def test_a_fragment_of_sound_alone_goes_with_the_next_picture() -> None:
    packager = Packager()
    packager.feed(box(b"ftyp", b"iso6") + moov())
    sound = box(b"moof", box(b"mfhd", bytes(8))) + box(b"mdat", b"sound")
    picture = moof(0, 5, sync=True) + box(b"mdat", b"picture")
    assert packager.feed(sound) == []
    (part,) = packager.feed(picture)
    assert isinstance(part, Part)
    assert part.data == sound + picture


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
