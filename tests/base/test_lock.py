"""The lock of a data directory: one holder at a time, named to the others, gone with its process."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from rollcall.base.lock import DirectoryInUse, DirectoryUnusable, exclusive

HOLD = """
import sys
from pathlib import Path
from rollcall.base.lock import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_directory_is_made_private_and_held_by_one(tmp_path: Path) -> None:
    data = tmp_path / "deep" / "data"
    with exclusive(data):
        assert stat.S_IMODE(data.stat().st_mode) == 0o700
        assert stat.S_IMODE((data / "lock").stat().st_mode) == 0o600
        with pytest.raises(DirectoryInUse, match=f"process {os.getpid()}"), exclusive(data):
            pass
    with exclusive(data):
        pass


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(DirectoryInUse, match=f"process {holder.pid}"), exclusive(tmp_path):
            pass
        holder.kill()
        holder.wait()
        with exclusive(tmp_path):
            pass


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DirectoryUnusable, match="file/data"), exclusive(tmp_path / "file" / "data"):
        pass
