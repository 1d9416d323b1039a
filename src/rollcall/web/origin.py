"""Whether a request comes from a page of this server itself: viewer sockets of foreign pages are refused."""

from urllib.parse import urlsplit

from litestar.types import Scope

from rollcall.web.deps import Deps


def is_own_origin(deps: Deps, scope: Scope) -> bool:
    """Return whether the `Origin` header is absent (no browser), the base URL's, or the host asked for."""
    headers = dict(scope["headers"])
    origin = headers.get(b"origin")
    if origin is None:
        return True
    asked = headers.get(b"host", b"").decode("latin-1").lower()
    parts = urlsplit(origin.decode("latin-1").lower())
    own = urlsplit(deps.base_url().lower())
    return parts.netloc == asked or (parts.scheme, parts.netloc) == (own.scheme, own.netloc)
