"""Origins as browsers write them, and everything else refused."""

import pytest

from rollcall.domain.origins import normal_origin


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://example.org", "https://example.org"),
        ("HTTPS://Example.ORG", "https://example.org"),
        ("https://example.org:443", "https://example.org"),
        ("http://example.org:80", "http://example.org"),
        ("http://localhost:8081", "http://localhost:8081"),
        ("http://127.0.0.1:8081", "http://127.0.0.1:8081"),
        ("http://[::1]:8081", "http://[::1]:8081"),
        ("https://пример.рф", "https://xn--e1afmkfd.xn--p1ai"),
        ("https://example.org/", None),
        ("https://example.org/path", None),
        ("https://user@example.org", None),
        ("https://*.example.org", None),
        ("https://example.org:0", None),
        ("https://example.org:65536", None),
        ("https://example.org\n", None),
        ("https://example.org; script-src *", None),
        ("https://example.org https://evil.example", None),
        ("ftp://example.org", None),
        ("example.org", None),
        ("null", None),
        ("*", None),
        ("", None),
        ("https://", None),
        ("https://" + "a" * 64 + ".org", None),
    ],
)
def test_normal_origin(text: str, origin: str | None) -> None:
    assert normal_origin(text) == origin
