"""Which addresses a webhook may be sent to: public ones, and what the administrator allows besides.

An IPv6 address that carries an IPv4 one (mapped, NAT64, 6to4) leads to that one and is judged as it. The lists are
those of IANA's special-purpose registries, written out: the standard library's differ between versions of Python.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_SPECIAL_V4: Final = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
_GLOBAL_V6: Final = IPv6Network("2000::/3")
_SPECIAL_V6: Final = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20")))
# No setting opens these: they name no host, or all of them.
_NEVER: Final = tuple(
    map(ip_network, ("0.0.0.0/8", "224.0.0.0/4", "255.255.255.255/32", "::/128", "ff00::/8"))
)
_NAT64: Final = IPv6Network("64:ff9b::/96")
_6TO4: Final = IPv6Network("2002::/16")


def leads_to(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 one stands for, else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    number = int(address)
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(number & 0xFFFF_FFFF)
    if address in _6TO4:
        return IPv4Address(number >> 80 & 0xFFFF_FFFF)
    return address


def may_connect(address: Address, allowed: Iterable[Network]) -> bool:
    """Tell whether a webhook may be sent to this address; `allowed`: networks that the administrator opens."""
    target = leads_to(address)
    if _within(target, _NEVER):
        return False
    return _is_public(target) or _within(target, allowed)


def read_address(text: str) -> Address | None:
    """Return the address written so (a zone of a link-local one is left out), None when it is none."""
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None


def read_networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Return the networks written so; raises ValueError about the first that is none."""
    return tuple(ip_network(text) for text in texts)


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not _within(address, _SPECIAL_V4)
    return address in _GLOBAL_V6 and not _within(address, _SPECIAL_V6)


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)
