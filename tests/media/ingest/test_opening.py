"""The first moments: a publish session starts with every stream it has, or after a short wait without."""

from rollcall.media.flv import AUDIO, SCRIPT, VIDEO, Tag
from rollcall.media.ingest.opening import PATIENCE_MS, Opening, Start

VIDEO_HEADER = Tag(VIDEO, 0, b"\x17\x00avcC")
AUDIO_HEADER = Tag(AUDIO, 0, b"\xaf\x00\x12\x10")
METADATA = Tag(SCRIPT, 0, b"onMetaData")


def keyframe(timestamp_ms: int) -> Tag:
    return Tag(VIDEO, timestamp_ms, b"\x17\x01picture")


def sound(timestamp_ms: int) -> Tag:
    return Tag(AUDIO, timestamp_ms, b"\xaf\x01sound")


def test_it_waits_for_both_headers_and_keeps_everything_from_the_first_frame_on() -> None:
    opening = Opening()
    assert [opening.take(tag, 100) for tag in (METADATA, VIDEO_HEADER, keyframe(5000))] == [None] * 3
    held = (METADATA, VIDEO_HEADER, keyframe(5000), AUDIO_HEADER)
    assert opening.take(AUDIO_HEADER, 900) == Start(frozenset({AUDIO, VIDEO, SCRIPT}), held, 5000, 100)


def test_without_sound_it_starts_after_a_short_wait() -> None:
    opening = Opening()
    assert opening.take(VIDEO_HEADER, 0) is None
    assert opening.take(keyframe(0), 10) is None
    start = opening.take(keyframe(PATIENCE_MS), PATIENCE_MS)
    assert start is not None
    assert start.kinds == {VIDEO, SCRIPT}


def test_frames_that_nobody_could_decode_are_not_kept() -> None:
    opening = Opening()
    assert opening.take(keyframe(0), 0) is None
    assert opening.take(AUDIO_HEADER, 0) is None
    start = opening.take(sound(20), PATIENCE_MS)
    assert start == Start(frozenset({AUDIO, SCRIPT}), (AUDIO_HEADER, sound(20)), 20, PATIENCE_MS)
