"""The address that a webhook is sent to, as an organiser writes it: http or https, a host, no user, no fragment.

What is accepted is one exact spelling, so no two readers of it can disagree on the host. Where the host's name leads is
not known here: that is checked at each connection (`addresses`).
"""

import re
from collections.abc import Iterable
from typing import Final

from rollcall.domain.origins import normal_origin
from rollcall.domain.webhooks.addresses import Network, may_connect, read_address

MAX_LENGTH: Final = 2000
_URL: Final = re.compile(
    r"(?P<origin>[a-z]+://[^/?#@\\\s]+)(?P<rest>[/?][A-Za-z0-9._~:/?@!$&'()*+,;=%|\[\]-]*)?", re.IGNORECASE
)
_HOST: Final = re.compile(r"https?://(?:\[(?P<v6>[^\]]+)\]|(?P<name>[^:]+))")
_NUMBER: Final = re.compile(r"0x[0-9a-f]*|[0-9]+")


class BadTarget(ValueError):
    """Raised for an address that no webhook may have; its text says why."""


def checked_target(text: str, allowed: Iterable[Network]) -> str:
    """Return the address in its normal form; raises BadTarget."""
    found = _URL.fullmatch(text)
    origin = normal_origin(found["origin"]) if found is not None else None
    if found is None or origin is None or len(text) > MAX_LENGTH:
        raise BadTarget(
            "Must be http:// or https:// with a host, no user name, no fragment, ASCII after the host."
        )
    host = _HOST.match(origin)
    assert host is not None
    name = host["v6"] or host["name"]
    address = read_address(name)
    if address is None and (host["v6"] is not None or _NUMBER.fullmatch(name.rpartition(".")[2])):
        raise BadTarget("The host is written like an IP address and is none.")
    if address is not None and not may_connect(address, allowed):
        raise BadTarget("The host is no public address; private networks are the administrator's to allow.")
    rest = found["rest"] or ""
    return origin + (rest if rest.startswith("/") else "/" + rest)
