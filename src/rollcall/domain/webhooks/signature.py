"""The signature of a notice: HMAC-SHA256 of its id, the time of the attempt and the body.

Headers and form are those of the Standard Webhooks specification, so receivers may use its libraries. They refuse a
timestamp more than `TOLERANCE_S` away from their clock, and an id that they have had.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

TOLERANCE_S: Final = 300
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - a prefix


def sign(secret: str, notice_id: str, timestamp_s: int, body: bytes) -> str:
    """Return one signature; the key is what `secret` holds in Base64 after its prefix."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    signed = f"{notice_id}.{timestamp_s}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(secrets: Sequence[str], notice_id: str, timestamp_s: int, body: bytes) -> dict[str, str]:
    """Return the headers of an attempt: a signature by each secret, while an old one is being replaced."""
    signatures = [sign(secret, notice_id, timestamp_s, body) for secret in secrets]
    return {
        "webhook-id": notice_id,
        "webhook-timestamp": str(timestamp_s),
        "webhook-signature": " ".join(signatures),
    }
