"""Whose address a connection has: the peer's, or what a trusted proxy says of it.

`X-Forwarded-For` counts only from proxies that the settings name; it is read from the right, so that whatever a client
wrote into it himself is never reached. Used by the API and by the viewer socket alike.
"""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from litestar.types import Scope

from rollcall.store.plays import Client

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
UNKNOWN = "unknown"


def client_address(scope: Scope, trusted: Sequence[str]) -> str:
    """Return the address of the client in its usual form; `unknown` where the server knows no peer."""
    client = scope.get("client")
    peer = _parsed(client[0]) if client else None
    if peer is None:
        return UNKNOWN
    networks = _networks(tuple(trusted))
    if not _is_trusted(peer, networks):
        return str(peer)
    return str(_before_proxies(peer, _forwarded(scope), networks))


def client_of(scope: Scope, trusted: Sequence[str]) -> Client:
    """Return where a request or a socket comes from, as a play keeps it."""
    agent = next((value for name, value in scope["headers"] if name == b"user-agent"), b"")
    return Client(client_address(scope, trusted), agent.decode("latin-1")[:500])


def _before_proxies(peer: Address, hops: list[str], networks: tuple[Network, ...]) -> Address:
    nearest = peer
    for hop in reversed(hops):
        address = _parsed(hop)
        if address is None:
            return nearest
        nearest = address
        if not _is_trusted(address, networks):
            break
    return nearest


def _forwarded(scope: Scope) -> list[str]:
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return [hop.strip() for hop in ",".join(values).split(",")]


def _parsed(text: str) -> Address | None:
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_trusted(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


@lru_cache(maxsize=8)
def _networks(trusted: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ip_network(text, strict=False) for text in trusted)
