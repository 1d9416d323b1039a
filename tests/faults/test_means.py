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
    assert {passes}

def test_the_same(means):
    means("F3 a full disk", "crash points", stands_in_for="a small tmpfs")
"""


def run(folder: Path, *, passes: bool) -> list[str]:
    """Return what a quiet run of these tests in two processes prints."""
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_faults.py").write_text(TESTS.format(passes=passes))
    line = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", str(folder)]
    root = Path(tests.__path__[0]).parent
    done = subprocess.run(
        line,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) is passes, done.stdout + done.stderr
    return done.stdout.splitlines()


def test_a_quiet_run_names_them_once_whether_it_passes_or_fails(tmp_path: Path) -> None:
    for passes in (True, False):
        printed = run(tmp_path, passes=passes)
        assert [line for line in printed if line.startswith("F3")] == [
            "F3 a failing disk: strace",
            "F3 a full disk: crash points  (stands in for a small tmpfs)",
        ]
        assert any("how faults were made" in line for line in printed)
