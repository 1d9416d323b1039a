"""Web origins as projects list them: `https://host[:port]`, in the one form that browsers send."""

import re

_ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_-]{1,63})*|\[[0-9a-f:.]{2,45}\])"
    r"(?::(?P<port>[0-9]{1,5}))?"
)
_DEFAULT_PORT = {"http": 80, "https": 443}


def normal_origin(text: str) -> str | None:
    """Return `text` as a browser writes this origin (lower case, IDNA, no default port), or None if it is none."""
    try:
        ascii_text = text.lower() if text.isascii() else _idna(text.lower())
    except UnicodeError:
        return None
    found = _ORIGIN.fullmatch(ascii_text)
    if found is None or len(found["host"]) > 253:
        return None
    port = found["port"]
    if port is None:
        return ascii_text
    if not 1 <= int(port) <= 65535:
        return None
    bare = f"{found['scheme']}://{found['host']}"
    return bare if int(port) == _DEFAULT_PORT[found["scheme"]] else f"{bare}:{int(port)}"


def _idna(text: str) -> str:
    scheme, separator, rest = text.partition("://")
    host, colon, port = rest.partition(":")
    return scheme + separator + host.encode("idna").decode("ascii") + colon + port
