"""An installation may set the constants of the count, and is told of a rule that there is not."""

from pathlib import Path

import pytest

from rollcall.base.settings import read_settings
from rollcall.domain.errors import Malformed
from rollcall.domain.rules import PUBLISHED, Rules


def test_rules_come_from_the_file_and_are_the_published_ones_without(tmp_path: Path) -> None:
    file = tmp_path / "rollcall.toml"
    file.write_text("[rules]\nlate_percent = 40\n", "utf-8")
    assert read_settings(file).rules == Rules(late_percent=40)
    assert read_settings(None).rules == PUBLISHED


@pytest.mark.parametrize("line", ["gap_s = 3", "gap_ms = -1", "late_percent = 101", 'gap_ms = "long"'])
def test_what_no_rule_could_mean_is_refused(tmp_path: Path, line: str) -> None:
    file = tmp_path / "rollcall.toml"
    file.write_text(f"[rules]\n{line}\n", "utf-8")
    with pytest.raises(Malformed):
        read_settings(file)
