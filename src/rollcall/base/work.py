"""Where a server keeps what it writes for a while: in its data directory, readable by its owner alone.

Reports hold personal data. What a server that was killed has left of them goes at its next start.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def working_folder(data: Path) -> Iterator[Path]:
    """Let temporary files of this process lie in an empty folder of `data`, whose lock it holds, as the block lasts."""
    folder = data.absolute() / "work"
    shutil.rmtree(folder, ignore_errors=True)  # a process that ends with its server may still write there
    folder.mkdir(mode=0o700, exist_ok=True)
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield folder
    finally:
        tempfile.tempdir = before
        shutil.rmtree(folder, ignore_errors=True)
