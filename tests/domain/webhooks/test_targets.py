"""What an organiser may write as an address: one exact spelling, and no inner host."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.webhooks.addresses import read_networks
from rollcall.domain.webhooks.targets import BadTarget, checked_target

GOOD = {
    "https://example.org": "https://example.org/",
    "HTTPS://Example.ORG:443/Hook?a=b%20c&d": "https://example.org/Hook?a=b%20c&d",
    "http://example.org:8080?x": "http://example.org:8080/?x",
    "https://пример.рф/hook": "https://xn--e1afmkfd.xn--p1ai/hook",
    "https://8.8.8.8/": "https://8.8.8.8/",
    "https://[2a00:1450::1]:8443/a": "https://[2a00:1450::1]:8443/a",
    "https://example.org/a//b/../c@d:e": "https://example.org/a//b/../c@d:e",
}
BAD = [
    "", "example.org", "ftp://example.org/", "file:///etc/passwd", "javascript:alert(1)", "https://",
    "https:///path", "https://user@example.org/", "https://user:pw@example.org/", "https://example.org/#a",
    "https://example.org:0/", "https://example.org:65536/", "https://example.org:8a/", "https://exa mple.org/",
    "https://example.org/a b", "https://example.org/ö", "https://example.org\\@127.0.0.1/",
    "https://127.0.0.1\\.example.org/", "https://example.org/\r\nX: y", " https://example.org/",
    "https://example.org/\x00", "https://[::1", "https://[zz]/", "https://" + "a" * 2000 + ".org/",
    "https://-/" + "b" * 2000,
]  # fmt: skip
INNER = [
    "http://127.0.0.1/", "http://10.1.2.3:8080/x", "http://169.254.169.254/latest/meta-data", "http://[::1]/",
    "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/",
    "http://2130706433/", "http://127.1/", "http://0x7f000001/", "http://0x7f.1/", "http://0177.0.0.1/",
    "http://127.0.0.1./", "http://1.2.3.4.5/", "http://0/", "http://example.0x7f/",
]  # fmt: skip


@pytest.mark.parametrize("text", GOOD)
def test_good_addresses_have_one_normal_form(text: str) -> None:
    assert checked_target(text, ()) == GOOD[text]
    assert checked_target(GOOD[text], ()) == GOOD[text]


@pytest.mark.parametrize("text", [*BAD, *INNER])
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(BadTarget):
        checked_target(text, ())


def test_the_administrator_opens_networks() -> None:
    opened = read_networks(["127.0.0.0/8", "::1/128"])
    assert checked_target("http://127.0.0.1:8000", opened) == "http://127.0.0.1:8000/"
    assert checked_target("http://[::1]/", opened) == "http://[::1]/"
    with pytest.raises(BadTarget, match="no public address"):
        checked_target("http://10.0.0.1/", opened)


@given(st.text(max_size=40))
def test_nothing_written_makes_it_fail_otherwise(text: str) -> None:
    for written in (text, f"https://{text}", f"https://example.org{text}"):
        try:
            normal = checked_target(written, ())
        except BadTarget:
            continue
        assert normal.isascii()
        assert checked_target(normal, ()) == normal
