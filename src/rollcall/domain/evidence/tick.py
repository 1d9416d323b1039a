"""Ticks: moments of server time that only the server can issue, so that a row citing one was made after it.

The mac is 8 bytes of HMAC-SHA256 over play, number and time, so any node checks a cited tick without memory.
"""

import hashlib
import hmac
from typing import NamedTuple

from rollcall.domain.ids import PlayId

PERIOD_MS = 9_000  # the answer has a second to reach the disk: a player that dies has lost ten at most
# Numbers after a resumed connection start at a tenth of the milliseconds since opening: never one that was issued
# before, as ticks are at least 10 ms apart on average and no player connects anew within 20 ms.
_RESUME_STEP_MS = 10


class Tick(NamedTuple):
    """Tick `n` of a play, issued at `at_ms` (server time)."""

    n: int
    at_ms: int


def tick_mac(key: bytes, play: PlayId, tick: Tick) -> str:
    """Return the mac of `tick` for `play`: 16 hexadecimal digits."""
    return hmac.digest(key, f"{play}|{tick.n}|{tick.at_ms}".encode(), hashlib.sha256)[:8].hex()


def is_genuine(key: bytes, play: PlayId, tick: Tick, mac: str) -> bool:
    """Return whether the server issued `tick` to `play`."""
    return hmac.compare_digest(tick_mac(key, play, tick).encode(), mac.encode("utf-8", "replace"))


def first_number_after_resume(opened_ms: int, now_ms: int) -> int:
    """Return a tick number above all that this play was ever given, without memory of them."""
    return max(now_ms - opened_ms, 0) // _RESUME_STEP_MS + 2
