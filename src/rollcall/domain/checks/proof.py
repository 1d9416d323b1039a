"""Proof that a play was sent a prompt: only the server can make it, and a mark without it is not believed.

Like the mac of a tick: 8 bytes of HMAC-SHA256, here over play, check and issue, under a key of its own. Any node checks
it without memory, and no other play's is of use to a play that was not asked.
"""

import hashlib
import hmac

from rollcall.domain.ids import CheckId, PlayId


def prompt_mac(key: bytes, play: PlayId, check: CheckId, issued_ms: int) -> str:
    """Return the mac of this issue of a check as sent to `play`: 16 hexadecimal digits."""
    return hmac.digest(key, f"{play}|{check}|{issued_ms}".encode(), hashlib.sha256)[:8].hex()


def was_sent(key: bytes, play: PlayId, check: CheckId, issued_ms: int, mac: str) -> bool:
    """Return whether the server made `mac` for this play and issue."""
    known = prompt_mac(key, play, check, issued_ms)
    return hmac.compare_digest(known.encode(), mac.encode("utf-8", "replace"))
