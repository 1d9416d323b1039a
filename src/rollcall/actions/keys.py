"""API keys: made, listed, revoked. The text of a key is returned once, when it is made."""

import hashlib
from collections.abc import Sequence

from rollcall.base.secrets import new_code, new_key
from rollcall.domain.errors import Malformed, NotFound, Problem
from rollcall.domain.ids import ProjectNo
from rollcall.domain.scopes import SCOPES
from rollcall.store import audit, keys
from rollcall.store.database import Connection
from rollcall.store.keys import ApiKey


def create_key(
    conn: Connection,
    project_no: ProjectNo,
    scopes: Sequence[str],
    label: str | None,
    actor: str,
    now_ms: int,
) -> str:
    """Store a new API key and return its text; no scopes = all. Raises Malformed for an unknown scope."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown:
        raise Malformed(Problem("scope", f"'{unknown[0]}' is none of {', '.join(SCOPES)}."))
    text, code = new_key("rk"), new_code()
    kept: list[str] = [scope for scope in SCOPES if scope in scopes or not scopes]
    keys.add_api_key(conn, project_no, code, digest(text), kept, label, now_ms)
    audit.record(conn, project_no, actor, "key.create", code, now_ms, scopes=kept)
    return text


def digest(text: str) -> bytes:
    """Return what is stored of a key: 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(text.encode()).digest()


def list_keys(conn: Connection, project_no: ProjectNo) -> list[ApiKey]:
    """Return every API key of the project, revoked ones too."""
    return keys.api_keys_of(conn, project_no)


def revoke_key(conn: Connection, project_no: ProjectNo, code: str, actor: str, now_ms: int) -> None:
    """Revoke a key by its code: it is refused from the next request on. Raises NotFound."""
    if not keys.revoke_api_key(conn, project_no, code, now_ms):
        raise NotFound("There is no active key of this code.")
    audit.record(conn, project_no, actor, "key.revoke", code, now_ms)
