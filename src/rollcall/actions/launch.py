"""Launch tokens: made for a participant, and verified when one is redeemed."""

import json
import logging
from dataclasses import dataclass
from typing import assert_never

from joserfc import jws
from joserfc.jwk import OctKey, OKPKey

from rollcall.base.secrets import new_code
from rollcall.domain.access import Expired, NotOnList, NotYet, Open, Refusal, Withdrawn, access
from rollcall.domain.errors import Conflict, Forbidden
from rollcall.domain.ids import MediaCode, ProjectCode, ProjectNo, UserId
from rollcall.domain.launch_token import (
    AUDIENCE,
    MAX_LIFE_S,
    LaunchClaims,
    TokenInvalid,
    Unverified,
    check_claims,
    take_apart,
)
from rollcall.store import keys, participants, projects
from rollcall.store.database import Connection, Database
from rollcall.store.keys import EmbedKey
from rollcall.store.media import Media
from rollcall.wire.moments import to_datetime

JTI_LENGTH = 22
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Launch:
    """A token that works once, until `expires_s` (Unix seconds)."""

    token: str
    expires_s: int


def launch(
    conn: Connection, project_no: ProjectNo, media: Media, user_id: UserId, name: str | None, now_ms: int
) -> Launch:
    """Sign a token for a participant who may watch now. Raises Forbidden, or Conflict without an HS256 key."""
    verdict = access(participants.find_access_rows(conn, project_no, media.no, user_id), now_ms)
    if not isinstance(verdict, Open):
        raise forbidden(verdict)
    signing = [key for key in keys.embed_keys_of(conn, project_no) if key.alg == "HS256"]
    if not signing:
        raise Conflict("The project has no HS256 embed key to sign with.", code="no_signing_key")
    issued_s = now_ms // 1000
    claims = {
        "iss": projects.get_project(conn, project_no).code,
        "aud": AUDIENCE,
        "sub": user_id,
        "med": media.code,
        "iat": issued_s,
        "exp": issued_s + MAX_LIFE_S,
        "jti": new_code(JTI_LENGTH),
    }
    if name is not None:
        claims["name"] = name
    return Launch(_sign(signing[-1], claims), issued_s + MAX_LIFE_S)


async def verify_token(
    db: Database, token: str, project_no: ProjectNo, media_code: MediaCode, now_ms: int
) -> LaunchClaims:
    """Return what a valid token for this media says. Raises TokenInvalid or TokenExpired, nothing else.

    It does not know whether the token was used before, nor whether the user is on a list.
    """
    try:
        parts = take_apart(token)
        key, project_code = await db.read(lambda conn: _key_and_project(conn, project_no, parts.kid))
        _check_signature(parts, key)
        return check_claims(parts.claims, now_ms // 1000, media_code, project_code)
    except TokenInvalid as error:
        log.info("Refused a launch token for media %s: %s", media_code, error.reason)
        raise


def forbidden(verdict: Refusal) -> Forbidden:
    """Return the refusal of whoever may not watch, in words for the organiser's developer."""
    match verdict:
        case NotOnList():
            return Forbidden("This user is on no list of the media.", code="not_on_list")
        case NotYet(opens_ms):
            return Forbidden(f"Access opens at {to_datetime(opens_ms).isoformat()}.", code="not_open_yet")
        case Expired():
            return Forbidden("This user's access has expired.", code="access_expired")
        case Withdrawn():
            return Forbidden("This user's access was withdrawn.", code="access_withdrawn")
        case _:
            assert_never(verdict)


def _key_and_project(
    conn: Connection, project_no: ProjectNo, kid: str
) -> tuple[EmbedKey | None, ProjectCode]:
    return keys.find_embed_key(conn, project_no, kid), projects.get_project(conn, project_no).code


def _check_signature(parts: Unverified, key: EmbedKey | None) -> None:
    if key is None or key.alg != parts.alg:
        raise TokenInvalid("kid or alg")
    # Not by the library's registry, which warns of the name EdDSA; ours is fixed per key, and for Ed25519 alone.
    algorithm = jws.JWSRegistry.algorithms[key.alg]
    if not algorithm.verify(parts.signed, parts.signature, _verifying(key)):
        raise TokenInvalid("signature")


def _verifying(key: EmbedKey) -> OctKey | OKPKey:
    if key.alg == "HS256":
        return OctKey.import_key(key.secret)
    return OKPKey.import_key(json.loads(key.secret))


def _sign(key: EmbedKey, claims: dict[str, object]) -> str:
    header = {"alg": key.alg, "typ": "JWT", "kid": key.kid}
    payload = json.dumps(claims, ensure_ascii=False, separators=(",", ":"))
    return jws.serialize_compact(header, payload, OctKey.import_key(key.secret), algorithms=[key.alg])
