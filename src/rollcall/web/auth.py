"""Who calls: the API key of `Authorization: Bearer`, the project it opens and the scopes it carries.

A handler declares its scope as `opt={"scope": "control"}`; one without is refused when the application is built.
Keys are looked up at each request, so a revoked key stops at once. Only their SHA-256 is stored.
"""

import hashlib
from dataclasses import dataclass

from litestar.datastructures import Headers
from litestar.di import NamedDependency
from litestar.types import ASGIApp, Receive, Scope, Send

from rollcall.domain.errors import MissingScope, Unauthorised
from rollcall.domain.ids import ProjectNo
from rollcall.store import keys
from rollcall.web.deps import Deps

MAX_KEY_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever holds the key: everything they see is of `project_no`. `actor` names the key in audit rows."""

    project_no: ProjectNo
    key_no: int
    scopes: frozenset[str]
    actor: str

    def may(self, scope: str) -> bool:
        """Tell whether the key carries `scope`."""
        return scope in self.scopes

    def need(self, scope: str) -> None:
        """Raise MissingScope unless the key carries `scope` (for what only a parameter asks)."""
        if scope not in self.scopes:
            raise MissingScope(scope)


Known = NamedDependency[Caller]


async def identify(deps: Deps, authorization: str | None) -> Caller:
    """Return the caller named by an `Authorization` header; raises Unauthorised."""
    scheme, _, key = (authorization or "").partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key:
        raise Unauthorised("Send an API key: 'Authorization: Bearer <API key>'.")
    row = None
    if len(key) <= MAX_KEY_LENGTH:
        digest = hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
        row = await deps.db.read(lambda conn: keys.find_active_key(conn, digest))
    if row is None:
        raise Unauthorised("This API key is unknown or revoked.")
    return Caller(row.project_no, row.no, frozenset(row.scopes), f"key:{row.code}")


def authorise(deps: Deps, app: ASGIApp) -> ASGIApp:
    """Wrap a handler: only a key with its scope gets through; `scope["user"]` is then the Caller."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        caller = await identify(deps, Headers.from_scope(scope).get("authorization"))
        needed = scope["route_handler"].opt.get("scope")
        if needed is not None:  # only the framework's own answer to OPTIONS declares none
            caller.need(needed)
        scope["user"] = caller
        await app(scope, receive, send)

    return run
