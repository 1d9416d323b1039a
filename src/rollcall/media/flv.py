"""FLV tags, which RTMP's audio and video messages are: their bytes, and the few facts we read from them.

It knows no connection and no decoder. Enhanced RTMP headers (HEVC, AV1) are told apart only as far as key
frames and sequence headers go.
"""

from typing import NamedTuple

AUDIO, VIDEO, SCRIPT = 8, 9, 18

_AVC, _AAC = 7, 10
_ENHANCED = 0x80


class Tag(NamedTuple):
    """One FLV tag; timestamps are milliseconds modulo 2³², counted from where the encoder likes."""

    kind: int
    timestamp_ms: int
    payload: bytes


def file_header(*, audio: bool, video: bool) -> bytes:
    """Return the bytes an FLV file with these streams starts with."""
    return b"FLV\x01" + bytes([4 * audio + video]) + (9).to_bytes(4, "big") + bytes(4)


def encode(tag: Tag, base_ms: int) -> bytes:
    """Return a tag as a file has it, its time counted from `base_ms`; what is before becomes 0."""
    time_ms = (tag.timestamp_ms - base_ms) & 0xFFFFFFFF
    if time_ms >= 0x80000000:
        time_ms = 0
    size = len(tag.payload)
    time = (time_ms & 0xFFFFFF).to_bytes(3, "big") + bytes([time_ms >> 24])
    head = bytes([tag.kind]) + size.to_bytes(3, "big") + time + bytes(3)
    return head + tag.payload + (size + 11).to_bytes(4, "big")


def is_sequence_header(tag: Tag) -> bool:
    """Tell whether the tag carries the decoder's configuration instead of a frame."""
    first, second = _first_two(tag)
    if tag.kind == VIDEO and first & _ENHANCED:
        return first & 0x0F == 0
    if tag.kind == VIDEO:
        return first & 0x0F == _AVC and second == 0
    return tag.kind == AUDIO and first >> 4 == _AAC and second == 0


def needs_sequence_header(tag: Tag) -> bool:
    """Tell whether frames like this one cannot be decoded before a sequence header."""
    first, _ = _first_two(tag)
    if tag.kind == VIDEO:
        return bool(first & _ENHANCED) or first & 0x0F == _AVC
    return tag.kind == AUDIO and first >> 4 == _AAC


def is_keyframe(tag: Tag) -> bool:
    """Tell whether the tag is a picture from which decoding can start."""
    first, _ = _first_two(tag)
    return tag.kind == VIDEO and (first >> 4) & 7 == 1 and not is_sequence_header(tag)


def _first_two(tag: Tag) -> tuple[int, int]:
    head = tag.payload[:2].ljust(2, b"\0")
    return head[0], head[1]
