"""What may be an organiser's logo: a PNG or a JPEG of modest size, told by its own bytes, not by its name."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from rollcall.domain.errors import Malformed, Problem, TooLarge

Kind: TypeAlias = Literal["png", "jpeg"]

MOST_BYTES = 256 * 1024
MOST_PIXELS = 2_000  # each way
PNG_START = b"\x89PNG\r\n\x1a\n"
JPEG_START = b"\xff\xd8\xff"
# Start of frame: every kind but the markers of tables that lie between them (ITU T.81, table B.1).
JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture as it was given."""

    kind: Kind
    content: bytes


def read_logo(content: bytes) -> Logo:
    """Return the picture; raises TooLarge, or Malformed for what is neither PNG nor JPEG or has too many pixels."""
    if len(content) > MOST_BYTES:
        raise TooLarge(f"A logo has at most {MOST_BYTES // 1024} KB.")
    kind, size = _looked_at(content)
    if not all(0 < side <= MOST_PIXELS for side in size):
        raise Malformed(
            Problem("$", f"A logo has at most {MOST_PIXELS:,} pixels each way, and at least one.")
        )
    return Logo(kind, content)


def _looked_at(content: bytes) -> tuple[Kind, tuple[int, int]]:
    if content.startswith(PNG_START) and content[12:16] == b"IHDR" and len(content) >= 24:
        return "png", (_number(content[16:20]), _number(content[20:24]))
    if content.startswith(JPEG_START):
        return "jpeg", _jpeg_size(content)
    raise Malformed(Problem("$", "A logo is a PNG or JPEG picture."))


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """Return width and height of the first frame, which segments of marker and length come before."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], _number(content[at + 2 : at + 4])
        if marker in JPEG_FRAMES:
            return _number(content[at + 7 : at + 9]), _number(content[at + 5 : at + 7])
        at += 2 + length
    raise Malformed(Problem("$", "This JPEG picture is broken: it does not say its size."))


def _number(content: bytes) -> int:
    return int.from_bytes(content, "big")
