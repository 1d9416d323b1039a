"""What a log line shows of secrets that slipped into a text: nothing."""

import pytest

from rollcall.base.logging import mask
from rollcall.base.secrets import new_key, new_webhook_secret


@pytest.mark.parametrize("prefix", ["rk", "es", "sk", "grt", "upl"])
def test_keys_are_masked(prefix: str) -> None:
    key = new_key(prefix)
    assert mask(f"refused {key} of d-1") == f"refused {prefix}_*** of d-1"


def test_secrets_of_webhooks_are_masked() -> None:
    for _ in range(50):  # Base64 has letters that other keys have not
        assert mask(f"signed by {new_webhook_secret()} twice") == "signed by whsec_*** twice"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET /files/179.Abc.0123/XraBUcLv/m1", "GET /files/***/XraBUcLv/m1"),
        ("GET /hls/179.Abc.0123/XraBUcLv/live.m3u8", "GET /hls/***/XraBUcLv/live.m3u8"),
        ("token eyJhbGciOi.eyJpc3Mi.rPp_ss9 was spent", "token eyJ*** was spent"),
        ("/embed/XraBUcLv?user_id=иванова&lang=ru", "/embed/XraBUcLv?user_id=***&lang=ru"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_tokens_and_user_ids_are_masked(text: str, shown: str) -> None:
    assert mask(text) == shown
