"""The token in the path of every media URL: who may fetch which media until when.

`{expiry}.{play}.{signature}` where `expiry` is Unix seconds, `play` the play's id and `signature` the first
16 bytes of HMAC-SHA256 over version, media, expiry and play, in hexadecimal. It names neither the user nor
the address. It knows nothing of revocation: whoever verifies also asks whether the play was withdrawn.
"""

import hashlib
import hmac
from typing import NamedTuple

from rollcall.domain.ids import MediaCode, PlayId

VERSION = 1
LIFE_S = 3600


class PathToken(NamedTuple):
    """A token whose signature held: the caller still compares `expiry_s` and asks for revocation."""

    expiry_s: int
    play: PlayId


def sign(key: bytes, media: MediaCode, play: PlayId, expiry_s: int) -> str:
    """Return the path segment that lets `play` fetch `media` until `expiry_s` (Unix seconds)."""
    return f"{expiry_s}.{play}.{_signature(key, media, play, expiry_s)}"


def verify(key: bytes, media: MediaCode, segment: str, now_s: int) -> PathToken | None:
    """Return the token when its signature fits `media` and it has not expired at `now_s`, else None."""
    parts = segment.split(".")
    if len(parts) != 3 or not parts[0].isascii() or not parts[0].isdigit() or len(parts[0]) > 12:
        return None
    expiry_s, play = int(parts[0]), PlayId(parts[1])
    expected = _signature(key, media, play, expiry_s).encode()
    if not hmac.compare_digest(expected, parts[2].encode("utf-8", "replace")) or expiry_s <= now_s:
        return None
    return PathToken(expiry_s, play)


def _signature(key: bytes, media: str, play: str, expiry_s: int) -> str:
    text = f"{VERSION}|{media}|{expiry_s}|{play}".encode("utf-8", "surrogatepass")
    return hmac.new(key, text, hashlib.sha256).hexdigest()[:32]
