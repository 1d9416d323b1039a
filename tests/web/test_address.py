"""F44: whose address a connection has."""

from typing import Any

import pytest

from rollcall.web.address import client_address

PROXIES = ["10.0.0.1", "192.168.0.0/16", "fd00::/8"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "address"),
    [
        ("203.0.113.7", [], [], "203.0.113.7"),
        ("203.0.113.7", ["1.2.3.4"], [], "203.0.113.7"),
        ("203.0.113.7", ["1.2.3.4"], PROXIES, "203.0.113.7"),
        ("10.0.0.1", ["1.2.3.4"], PROXIES, "1.2.3.4"),
        ("::ffff:10.0.0.1", ["1.2.3.4"], PROXIES, "1.2.3.4"),
        ("10.0.0.1", [], PROXIES, "10.0.0.1"),
        ("10.0.0.1", ["6.6.6.6, 1.2.3.4"], PROXIES, "1.2.3.4"),
        ("10.0.0.1", ["6.6.6.6, 1.2.3.4, 192.168.7.7"], PROXIES, "1.2.3.4"),
        ("10.0.0.1", ["6.6.6.6", "1.2.3.4"], PROXIES, "1.2.3.4"),
        ("10.0.0.1", ["192.168.1.1, 10.0.0.1"], PROXIES, "192.168.1.1"),
        ("10.0.0.1", ["1.2.3.4, rubbish, 192.168.1.1"], PROXIES, "192.168.1.1"),
        ("10.0.0.1", ["rubbish"], PROXIES, "10.0.0.1"),
        ("10.0.0.1", ["1.2.3.4:5678"], PROXIES, "1.2.3.4"),
        ("fd00::5", ["[2001:db8::1]:443"], PROXIES, "2001:db8::1"),
        ("fd00::5", ["2001:DB8:0::1"], PROXIES, "2001:db8::1"),
        (None, ["1.2.3.4"], PROXIES, "unknown"),
        ("", ["1.2.3.4"], PROXIES, "unknown"),
    ],
)
def test_client_address(peer: str | None, forwarded: list[str], trusted: list[str], address: str) -> None:
    spoofed = [(b"x-real-ip", b"6.6.6.6"), (b"forwarded", b"for=6.6.6.6"), (b"cf-connecting-ip", b"6.6.6.6")]
    scope: Any = {
        "client": None if peer is None else (peer, 1234),
        "headers": spoofed + [(b"x-forwarded-for", value.encode()) for value in forwarded],
    }
    assert client_address(scope, trusted) == address
