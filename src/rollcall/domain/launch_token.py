"""The launch token: a JWT that says who opens which media, checked as strictly as one can.

Pure: it takes the text apart and compares claims; the signature is verified in `actions/launch.py` with the one
algorithm that the key is for. Every refusal looks the same from outside, except that an expired token may be told so;
`reason` is for the log.
"""

import base64
import json
import re
from dataclasses import dataclass
from typing import Any

from rollcall.domain.errors import Unauthorised
from rollcall.domain.ids import UserId

AUDIENCE = "rollcall"
MAX_LENGTH = 8192
MAX_LIFE_S = 600
SKEW_S = 60
_PLAIN = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,200}")
_NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,300}")
_JTI = re.compile(r"[\x21-\x7e]{8,100}")
_PART = re.compile(r"[A-Za-z0-9_-]+")


class TokenInvalid(Unauthorised):
    """Raised for every token that is not exactly right; nothing about the reason leaves the server."""

    code = "token_invalid"
    title = "This link is not valid"

    def __init__(self, reason: str) -> None:
        super().__init__("The launch token is not valid.")
        self.reason = reason


class TokenExpired(TokenInvalid):
    """Raised for a token that was right and is too old."""

    code = "token_expired"
    title = "This link has expired"

    def __init__(self) -> None:
        super().__init__("expired")
        self.detail = "The launch token has expired."


@dataclass(frozen=True, slots=True)
class Unverified:
    """A token taken apart; nothing in it is proven yet."""

    alg: str
    kid: str
    claims: dict[str, Any]
    signed: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class LaunchClaims:
    """What a valid token says. `name` is how the organiser wants this user to be shown, if it says so."""

    user_id: UserId
    name: str | None
    jti: str
    issued_s: int
    expires_s: int


def take_apart(token: str) -> Unverified:
    """Return header and claims of a compact JWT; raises TokenInvalid for any other text."""
    if len(token) > MAX_LENGTH or not token.isascii():
        raise TokenInvalid("size or characters")
    parts = token.split(".")
    if len(parts) != 3 or not all(_PART.fullmatch(part) for part in parts):
        raise TokenInvalid("not three parts")
    header, claims = _object(parts[0]), _object(parts[1])
    alg, kid = header.get("alg"), header.get("kid")
    if not isinstance(alg, str) or not isinstance(kid, str):
        raise TokenInvalid("alg or kid is missing")
    if header.get("typ", "JWT") != "JWT" or not header.keys() <= {"alg", "kid", "typ"}:
        raise TokenInvalid("typ or an unknown header")
    signed, signature = token.rpartition(".")[0].encode(), _decoded(parts[2])
    return Unverified(alg, kid, claims, signed, signature)


def check_claims(claims: dict[str, Any], now_s: int, media_code: str, project_code: str) -> LaunchClaims:
    """Return what the claims of a verified token say; raises TokenInvalid or TokenExpired."""
    if claims.get("aud") not in (AUDIENCE, [AUDIENCE]):
        raise TokenInvalid("aud")
    if claims.get("iss") != project_code:
        raise TokenInvalid("iss")
    if claims.get("med") != media_code:
        raise TokenInvalid("med")
    issued_s, expires_s = _check_times(claims, now_s)
    return LaunchClaims(
        UserId(_text(claims, "sub", _PLAIN)),
        _text(claims, "name", _NAME) if claims.get("name") is not None else None,
        _text(claims, "jti", _JTI),
        issued_s,
        expires_s,
    )


def _check_times(claims: dict[str, Any], now_s: int) -> tuple[int, int]:
    issued_s, expires_s = _seconds(claims, "iat"), _seconds(claims, "exp")
    if not 0 < expires_s - issued_s <= MAX_LIFE_S:
        raise TokenInvalid("exp - iat")
    if issued_s > now_s + SKEW_S or ("nbf" in claims and _seconds(claims, "nbf") > now_s + SKEW_S):
        raise TokenInvalid("from the future")
    if expires_s + SKEW_S <= now_s:
        raise TokenExpired
    return issued_s, expires_s


def _seconds(claims: dict[str, Any], name: str) -> int:
    value = claims.get(name)
    if type(value) is not int or not 0 <= value < 2**40:
        raise TokenInvalid(name)
    return value


def _text(claims: dict[str, Any], name: str, form: re.Pattern[str]) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not form.fullmatch(value):
        raise TokenInvalid(name)
    return value


def _object(part: str) -> dict[str, Any]:
    try:
        value = json.loads(
            _decoded(part).decode("utf-8"), object_pairs_hook=_distinct, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:
        raise TokenInvalid("not JSON") from error
    if not isinstance(value, dict):
        raise TokenInvalid("not an object")
    return value


def _decoded(part: str) -> bytes:
    try:
        value = base64.b64decode(part + "=" * (-len(part) % 4), b"-_", validate=True)
    except ValueError as error:
        raise TokenInvalid("not base64url") from error
    if base64.urlsafe_b64encode(value).rstrip(b"=").decode() != part:
        raise TokenInvalid("not the one form of base64url")
    return value


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) != len(pairs):
        raise ValueError("a name occurs twice")
    return named


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
