"""API keys and embed keys: of which project, what they may do, whether they are revoked.

An API key is stored as the SHA-256 of its text. An embed key's `secret` is the HS256 secret itself, or an EdDSA
public key as JSON Web Key: signatures must be checked with it.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from rollcall.domain.ids import ProjectNo
from rollcall.store.tables import api_keys, embed_keys


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One API key without its text. `code` is what people call it."""

    no: int
    project_no: ProjectNo
    code: str
    scopes: tuple[str, ...]
    label: str | None
    created_ms: int
    revoked_ms: int | None


@dataclass(frozen=True, slots=True)
class EmbedKey:
    """One key that signs launch tokens; `alg` is fixed: HS256 or EdDSA."""

    kid: str
    alg: str
    secret: bytes
    created_ms: int


_API = (
    api_keys.c.no,
    api_keys.c.project_no,
    api_keys.c.code,
    api_keys.c.scopes,
    api_keys.c.label,
    api_keys.c.created_ms,
    api_keys.c.revoked_ms,
)
_EMBED = (embed_keys.c.kid, embed_keys.c.alg, embed_keys.c.secret, embed_keys.c.created_ms)


def find_active_key(conn: Connection, digest: bytes) -> ApiKey | None:
    """Return the API key whose text has this SHA-256, unless it is revoked."""
    query = select(*_API).where(api_keys.c.hash == digest, api_keys.c.revoked_ms.is_(None))
    row = conn.execute(query).one_or_none()
    return None if row is None else ApiKey(*row)


def add_api_key(
    conn: Connection,
    project_no: ProjectNo,
    code: str,
    digest: bytes,
    scopes: list[str],
    label: str | None,
    now_ms: int,
) -> None:
    """Store a new API key."""
    conn.execute(
        insert(api_keys).values(
            project_no=project_no, code=code, hash=digest, scopes=scopes, label=label, created_ms=now_ms
        )
    )


def api_keys_of(conn: Connection, project_no: ProjectNo) -> list[ApiKey]:
    """Return every API key of the project, revoked ones too, oldest first."""
    query = select(*_API).where(api_keys.c.project_no == project_no).order_by(api_keys.c.no)
    return [ApiKey(*row) for row in conn.execute(query)]


def revoke_api_key(conn: Connection, project_no: ProjectNo, code: str, now_ms: int) -> bool:
    """Revoke a key; False when the project has no active key of this code."""
    change = update(api_keys).where(
        api_keys.c.project_no == project_no, api_keys.c.code == code, api_keys.c.revoked_ms.is_(None)
    )
    return conn.execute(change.values(revoked_ms=now_ms)).rowcount == 1


def add_embed_key(
    conn: Connection, project_no: ProjectNo, kid: str, alg: str, secret: bytes, now_ms: int
) -> None:
    """Store a new embed key."""
    conn.execute(
        insert(embed_keys).values(project_no=project_no, kid=kid, alg=alg, secret=secret, created_ms=now_ms)
    )


def embed_keys_of(conn: Connection, project_no: ProjectNo) -> list[EmbedKey]:
    """Return the active embed keys of the project, newest last."""
    query = select(*_EMBED).where(embed_keys.c.project_no == project_no, embed_keys.c.revoked_ms.is_(None))
    return [EmbedKey(*row) for row in conn.execute(query.order_by(embed_keys.c.no))]


def find_embed_key(conn: Connection, project_no: ProjectNo, kid: str) -> EmbedKey | None:
    """Return one active embed key of the project."""
    return next((key for key in embed_keys_of(conn, project_no) if key.kid == kid), None)


def revoke_embed_key(conn: Connection, project_no: ProjectNo, kid: str, now_ms: int) -> bool:
    """Revoke an embed key; False when the project has no active one of this id."""
    change = update(embed_keys).where(
        embed_keys.c.project_no == project_no, embed_keys.c.kid == kid, embed_keys.c.revoked_ms.is_(None)
    )
    return conn.execute(change.values(revoked_ms=now_ms)).rowcount == 1
