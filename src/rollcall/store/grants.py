"""Redeemed launch tokens and the play grants they became. A grant is stored as its SHA-256 alone."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, insert, select, update

from rollcall.domain.concurrency import Concurrency
from rollcall.domain.ids import EventNo, MediaCode, MediaNo, ProjectNo, UserId
from rollcall.store.tables import grants, media, redeemed_tokens


@dataclass(frozen=True, slots=True)
class Grant:
    """A play grant with the media it opens."""

    no: int
    project_no: ProjectNo
    event_no: EventNo
    media_no: MediaNo
    media_code: MediaCode
    user_id: UserId
    name: str | None
    identity: Literal["signed", "plain"]
    jti: str | None
    concurrency: Concurrency = "union"  # of the media


_COLUMNS = (
    grants.c.no,
    grants.c.project_no,
    media.c.event_no,
    grants.c.media_no,
    media.c.code,
    grants.c.user_id,
    grants.c.name,
    grants.c.identity,
    grants.c.jti,
    media.c.concurrency,
)


def hash_secret(secret: str) -> bytes:
    """Return what is stored of a secret of 256 random bits: with that much entropy a plain hash is enough."""
    return hashlib.sha256(secret.encode()).digest()


def find_grants(conn: Connection, secrets: Collection[str]) -> dict[str, Grant]:
    """Return, by secret, those grants that are known, not revoked, and of media that are not archived."""
    by_hash = {hash_secret(secret): secret for secret in secrets}
    query = (
        select(grants.c.hash, *_COLUMNS)
        .join(media, media.c.no == grants.c.media_no)
        .where(grants.c.hash.in_(by_hash), grants.c.revoked_ms.is_(None), media.c.removed_ms.is_(None))
    )
    return {by_hash[bytes(hash_)]: Grant(*row) for hash_, *row in conn.execute(query)}


def add_grant(conn: Connection, secret: str, grant: Grant, now_ms: int) -> None:
    """Store a new grant under the hash of `secret`; `grant.no` is ignored."""
    conn.execute(
        insert(grants).values(
            project_no=grant.project_no,
            media_no=grant.media_no,
            hash=hash_secret(secret),
            user_id=grant.user_id,
            name=grant.name,
            identity=grant.identity,
            jti=grant.jti,
            created_ms=now_ms,
        )
    )


def spend_token(conn: Connection, grant: Grant, now_ms: int) -> bool:
    """Record that the token of `grant.jti` was redeemed; False when it had been before, which is counted."""
    of_token = (redeemed_tokens.c.project_no == grant.project_no) & (redeemed_tokens.c.jti == grant.jti)
    if conn.execute(select(redeemed_tokens.c.jti).where(of_token)).first() is not None:
        conn.execute(
            update(redeemed_tokens).where(of_token).values(refused_again=redeemed_tokens.c.refused_again + 1)
        )
        return False
    values = {
        "project_no": grant.project_no,
        "jti": grant.jti,
        "media_no": grant.media_no,
        "user_id": grant.user_id,
        "redeemed_ms": now_ms,
    }
    conn.execute(insert(redeemed_tokens).values(values))
    return True
