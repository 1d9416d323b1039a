"""Where webhooks may go: no address of ours or our neighbours', however it is written or wrapped."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rollcall.domain.webhooks.addresses import leads_to, may_connect, read_address, read_networks

PUBLIC = [
    "8.8.8.8",
    "1.1.1.1",
    "93.184.216.34",
    "172.32.0.1",
    "100.128.0.1",
    "192.0.1.1",
    "2a00:1450::1",
    "2606::1",
]
INNER = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.0.1",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1",
    "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "fe80::1", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "100::1",
    "2001::1", "2001:db8::1", "3fff::1", "5f00::1", "64:ff9b:1::808:808", "::ffff:0:808:808",
]  # fmt: skip
v4 = st.integers(0, 2**32 - 1).map(IPv4Address)
v6 = st.integers(0, 2**128 - 1).map(IPv6Address)


def mapped(inner: IPv4Address) -> IPv6Address:
    return IPv6Address(f"::ffff:{inner}")


def nat64(inner: IPv4Address) -> IPv6Address:
    return IPv6Address(f"64:ff9b::{inner}")


def six_to_four(inner: IPv4Address, rest: int = 1) -> IPv6Address:
    return IPv6Address((0x2002 << 112) | (int(inner) << 80) | rest)


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_may_be_reached(text: str) -> None:
    assert may_connect(ip_address(text), ())


@pytest.mark.parametrize("text", INNER)
def test_no_inner_address_may_be_reached(text: str) -> None:
    assert not may_connect(ip_address(text), ())


@given(v4, st.integers(0, 2**80 - 1))
@example(IPv4Address("127.0.0.1"), 1)
@example(IPv4Address("169.254.169.254"), 0)
@example(IPv4Address("8.8.8.8"), 1)
def test_an_address_in_disguise_is_judged_as_what_it_leads_to(inner: IPv4Address, rest: int) -> None:
    for disguised in (mapped(inner), nat64(inner), six_to_four(inner, rest)):
        assert leads_to(disguised) == inner
        assert may_connect(disguised, ()) == may_connect(inner, ())
        assert may_connect(disguised, [IPv4Network("10.0.0.0/8")]) == may_connect(
            inner, [IPv4Network("10.0.0.0/8")]
        )


@given(v4)
def test_what_we_let_through_the_standard_library_calls_global_too(address: IPv4Address) -> None:
    assert not may_connect(address, ()) or (address.is_global and not address.is_multicast)


@given(v6)
@example(IPv6Address("2001:db8::1"))
def test_so_it_does_for_the_other_family(address: IPv6Address) -> None:
    if may_connect(address, ()) and leads_to(address) == address:
        assert address.is_global
        assert not address.is_multicast
        assert address.sixtofour is None
        assert address.teredo is None


@given(v4 | v6)
def test_a_setting_opens_its_network_and_nothing_else(address: IPv4Address | IPv6Address) -> None:
    opened = read_networks(["10.20.0.0/16", "fd00:1::/32"])
    within = any(
        target.version == network.version and target in network
        for target in [leads_to(address)]
        for network in opened
    )
    assert may_connect(address, opened) == (within or may_connect(address, ()))


@given(st.integers(0, 2**16 - 1))
def test_an_opened_network_is_open(host: int) -> None:
    inner = IPv4Address((10 << 24) | (20 << 16) | host)
    for address in (inner, mapped(inner), nat64(inner), six_to_four(inner)):
        assert may_connect(address, [IPv4Network("10.20.0.0/16")])
        assert not may_connect(address, [IPv4Network("10.21.0.0/16"), IPv6Network("fd00::/8")])


@pytest.mark.parametrize(
    "text", ["0.0.0.0", "224.0.0.1", "255.255.255.255", "::", "ff02::1", "::ffff:0.0.0.0"]
)
def test_no_setting_opens_what_is_no_host(text: str) -> None:
    assert not may_connect(ip_address(text), read_networks(["0.0.0.0/0", "::/0"]))


def test_addresses_and_networks_are_read_as_written() -> None:
    assert read_address("fe80::1%eth0") == IPv6Address("fe80::1")
    assert [read_address(text) for text in ("127.1", "2130706433", "0x7f000001", "name", "")] == [None] * 5
    for wrong in ("10.0.0.1/8", "example.org", "10.0.0.0/33", ""):
        with pytest.raises(ValueError, match=r"does not appear|has host bits"):
            read_networks([wrong])
