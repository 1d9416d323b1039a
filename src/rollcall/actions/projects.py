"""Projects and their embed keys: made, changed, rotated."""

import json
from typing import Any, NamedTuple

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from rollcall.actions.keys import create_key
from rollcall.base.secrets import new_code, new_key
from rollcall.domain.errors import Conflict, Malformed, NotFound, Problem
from rollcall.domain.ids import ProjectCode, ProjectNo
from rollcall.domain.logo import Logo
from rollcall.domain.origins import normal_origin
from rollcall.store import audit, keys, logos, projects
from rollcall.store.database import Connection, Database
from rollcall.store.keys import EmbedKey
from rollcall.store.projects import Project

MAX_EMBED_KEYS = 2
NO_LOGO = "This project has no logo."


class NewProject(NamedTuple):
    """A project just made, with its secrets, which are shown once."""

    project: Project
    embed_secret: str
    api_key: str


def create_project(conn: Connection, title: str, origins: list[str], now_ms: int) -> NewProject:
    """Make a project with one embed key and one API key of all scopes. Raises Malformed for a bad origin."""
    checked = checked_origins(origins)
    project = projects.add_project(conn, ProjectCode(new_code()), title, checked, now_ms)
    _, secret = _add_embed_key(conn, project.no, "HS256", None, now_ms)
    assert secret is not None
    api_key = create_key(conn, project.no, (), None, "command", now_ms)
    audit.record(conn, project.no, "command", "project.create", project.code, now_ms)
    return NewProject(project, secret, api_key)


async def change_project(
    db: Database, project_no: ProjectNo, values: dict[str, Any], actor: str, now_ms: int
) -> None:
    """Set `title` and `embed_origins`, whichever is given. Raises Malformed for a bad origin."""
    if "embed_origins" in values:
        values = {**values, "embed_origins": checked_origins(values["embed_origins"])}

    def change(conn: Connection) -> None:
        projects.change_project(conn, project_no, values)
        audit.record(conn, project_no, actor, "project.change", "project", now_ms, **values)

    await db.write(change)


async def set_logo(db: Database, project_no: ProjectNo, logo: Logo, actor: str, now_ms: int) -> None:
    """Set the logo that stands on what is printed, in the place of the former one."""

    def put(conn: Connection) -> None:
        logos.put_logo(conn, project_no, logo, now_ms)
        audit.record(conn, project_no, actor, "logo.set", "project", now_ms, bytes=len(logo.content))

    await db.write(put)


async def get_logo(db: Database, project_no: ProjectNo) -> Logo:
    """Return the logo; raises NotFound."""
    logo = await db.read(lambda conn: logos.find_logo(conn, project_no))
    if logo is None:
        raise NotFound(NO_LOGO)
    return logo


async def remove_logo(db: Database, project_no: ProjectNo, actor: str, now_ms: int) -> None:
    """Remove the logo. Raises NotFound."""

    def remove(conn: Connection) -> None:
        if not logos.remove_logo(conn, project_no):
            raise NotFound(NO_LOGO)
        audit.record(conn, project_no, actor, "logo.remove", "project", now_ms)

    await db.write(remove)


def checked_origins(origins: list[str]) -> list[str]:
    """Return the origins in normal form, each once; raises Malformed naming the first that is none."""
    normal: list[str] = []
    for index, text in enumerate(origins):
        origin = normal_origin(text)
        if origin is None:
            sentence = "Must be an origin such as https://example.org or http://localhost:8000."
            raise Malformed(Problem(f"$.embed_origins[{index}]", sentence))
        if origin not in normal:
            normal.append(origin)
    return normal


async def add_embed_key(
    db: Database,
    project_no: ProjectNo,
    alg: str,
    public_key: dict[str, str] | str | None,
    actor: str,
    now_ms: int,
) -> tuple[EmbedKey, str | None]:
    """Add a key that signs launch tokens; returns it and its secret (HS256). Raises Malformed, Conflict."""
    jwk = _public_jwk(alg, public_key)

    def add(conn: Connection) -> tuple[EmbedKey, str | None]:
        projects.lock_project(conn, project_no)
        if len(keys.embed_keys_of(conn, project_no)) >= MAX_EMBED_KEYS:
            raise Conflict("Two embed keys are active. Delete one first.", code="too_many_embed_keys")
        key, secret = _add_embed_key(conn, project_no, alg, jwk, now_ms)
        audit.record(conn, project_no, actor, "embed_key.create", key.kid, now_ms, alg=alg)
        return key, secret

    return await db.write(add)


async def remove_embed_key(db: Database, project_no: ProjectNo, kid: str, actor: str, now_ms: int) -> None:
    """Revoke an embed key: tokens it signs are refused at once. Raises NotFound."""

    def remove(conn: Connection) -> None:
        if not keys.revoke_embed_key(conn, project_no, kid, now_ms):
            raise NotFound("There is no active embed key of this id.")
        audit.record(conn, project_no, actor, "embed_key.revoke", kid, now_ms)

    await db.write(remove)


def _add_embed_key(
    conn: Connection, project_no: ProjectNo, alg: str, jwk: bytes | None, now_ms: int
) -> tuple[EmbedKey, str | None]:
    secret = new_key("es") if jwk is None else None
    stored = jwk if secret is None else secret.encode()
    assert stored is not None
    key = EmbedKey(new_code(), alg, stored, now_ms)
    keys.add_embed_key(conn, project_no, key.kid, alg, stored, now_ms)
    return key, secret


def _public_jwk(alg: str, public_key: dict[str, str] | str | None) -> bytes | None:
    if alg == "HS256":
        if public_key is not None:
            raise Malformed(Problem("$.public_key", "Only EdDSA has a public key."))
        return None
    if public_key is None:
        raise Malformed(Problem("$.public_key", "EdDSA needs your Ed25519 public key, a JWK or PEM text."))
    if isinstance(public_key, dict):
        public_key = {name: public_key[name] for name in ("kty", "crv", "x") if name in public_key}
    try:
        jwk = OKPKey.import_key(public_key).as_dict(private=False)  # type: ignore[arg-type]
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Malformed(Problem("$.public_key", "This is no Ed25519 public key.")) from error
    if jwk.get("crv") != "Ed25519":
        raise Malformed(Problem("$.public_key", "Only the curve Ed25519 is supported."))
    return json.dumps({name: jwk[name] for name in ("kty", "crv", "x")}).encode()
