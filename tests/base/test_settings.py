"""Settings of a file: a value that fits nowhere stops the start with a sentence."""

from pathlib import Path

import pytest

from rollcall.base.settings import read_settings
from rollcall.domain.errors import Malformed


def test_networks_of_webhooks_are_read_at_the_start(tmp_path: Path) -> None:
    file = tmp_path / "rollcall.toml"
    assert read_settings(None).webhook_networks == []
    file.write_text('webhook_networks = ["10.20.0.0/16", "fd00::/8"]')
    assert read_settings(file).webhook_networks == ["10.20.0.0/16", "fd00::/8"]
    for wrong in ('["10.20.0.1/16"]', '["inner.example"]', '"10.0.0.0/8"', "true"):
        file.write_text(f"webhook_networks = {wrong}")
        with pytest.raises(Malformed, match=r"rollcall\.toml"):
            read_settings(file)
