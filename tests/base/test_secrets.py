"""The installation's secrets: made once, kept, and completed when a later version needs another."""

import json
from pathlib import Path

from rollcall.base.secrets import FILE, load_or_create


def test_they_are_made_once_each_another_and_for_the_owner_alone(tmp_path: Path) -> None:
    made = load_or_create(tmp_path)
    assert len({made.tick_key(), made.path_key(), made.prompt_key()}) == 3
    assert load_or_create(tmp_path) == made
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_a_file_of_an_older_version_keeps_its_keys_and_gets_the_new_one(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(json.dumps({"ticks": "11" * 32, "paths": "22" * 32}))
    made = load_or_create(tmp_path)
    assert (made.ticks, made.paths) == ("11" * 32, "22" * 32)
    assert len(made.prompt_key()) == 32
    assert load_or_create(tmp_path) == made
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
