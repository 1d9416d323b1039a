"""Whoever reads what a quiet run prints sees which faults were made by a substitute."""

import os
import subprocess
import sys
from pathlib import Path

import tests

CONFTEST = "from tests.means import means, pytest_terminal_summary\n"
TESTS = """
def test_real(means):
    means("F3 a failing disk", "strace")

def test_weaker(means):
    means("F3 a full disk", "crash points", stands_in_for="a small tmpfs")
    assert False

def test_the_same(means):
    means("F3 a full disk", "crash points", stands_in_for="a small tmpfs")
"""


def test_a_quiet_run_names_them_once_whether_its_tests_pass_or_fail(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_faults.py").write_text(TESTS)
    line = [sys.executable, "-m", "pytest", "-q", "-n", "1", "-p", "no:cacheprovider", str(tmp_path)]
    own = {**os.environ, "PYTHONPATH": str(Path(tests.__path__[0]).parent)}
    done = subprocess.run(line, cwd=tmp_path, env=own, capture_output=True, text=True, check=False)
    printed = done.stdout.splitlines()
    assert "1 failed, 2 passed" in printed[-1]
    assert any("how faults were made" in line for line in printed)
    assert [line for line in printed if line.startswith("F3")] == [
        "F3 a failing disk: strace",
        "F3 a full disk: crash points  (stands in for a small tmpfs)",
    ]
