"""Paths whose segments may hold anything: `%2F` inside a User ID is a part of it, not a border.

The router splits decoded paths, so `keep_slashes` leaves `%2F` (and `%25`) encoded within segments.
"""

from urllib.parse import unquote

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from rollcall.domain.errors import Malformed, Problem
from rollcall.domain.ids import UserId
from rollcall.wire.api.values import UserIdText


def keep_slashes(app: ASGIApp) -> ASGIApp:
    """Wrap an application so that it sees `%2F` and `%25` of a path undecoded."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        raw: bytes = scope.get("raw_path") or b""
        if scope["type"] == ScopeType.HTTP and b"%" in raw:
            scope["path"] = "/".join(
                unquote(part).replace("%", "%25").replace("/", "%2F")
                for part in raw.partition(b"?")[0].decode("ascii", "replace").split("/")
            )
        await app(scope, receive, send)

    return run


def user_id(text: str) -> UserId:
    """Return the User ID of a path segment; raises Malformed when it can be none."""
    try:
        return UserId(msgspec.convert(unquote(text), UserIdText))
    except msgspec.ValidationError as error:
        sentence = "A User ID is 1-200 characters, none of them a control character."
        raise Malformed(Problem("user_id", sentence)) from error
