"""Files that participants may download, on disk: written under another name until they are whole, then kept for good.

`{folder}/{group}/{name}`. It knows neither what the files hold nor who may have them.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

SPARE_BYTES = 512 * 1024 * 1024  # left for the record, which matters more than any file
_UNFINISHED = ".part"


@dataclass(frozen=True, slots=True)
class Cabinet:
    """A folder of files in groups; several nodes may share it."""

    folder: Path

    def path(self, group: str, name: str) -> Path:
        """Return where a file lies that is whole."""
        return self.folder / group / name

    def has_room(self, size_bytes: int) -> bool:
        """Tell whether a file of that size may be put here."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return shutil.disk_usage(self.folder).free >= size_bytes + SPARE_BYTES

    def begin(self, group: str, name: str) -> BinaryIO:
        """Return the file that bytes are to be written to, under another name."""
        part = self._part(group, name)
        part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return part.open("xb")

    def finish(self, group: str, name: str, file: BinaryIO) -> None:
        """Let a file have its name; it is on disk then, whatever happens."""
        file.flush()
        os.fsync(file.fileno())
        file.close()
        path = self.path(group, name)
        self._part(group, name).replace(path)
        _sync(path.parent)

    def abandon(self, group: str, name: str, file: BinaryIO) -> None:
        """Remove what was written of a file."""
        file.close()
        self._part(group, name).unlink(missing_ok=True)

    def sweep(self, before_s: float) -> None:
        """Remove what a process that was killed left unfinished, if nothing was written since this Unix second."""
        for part in self.folder.glob(f"*/*{_UNFINISHED}"):
            if part.stat().st_mtime < before_s:
                part.unlink(missing_ok=True)

    def forget(self, group: str, name: str) -> None:
        """Remove a file; one that is not there is gone already."""
        self.path(group, name).unlink(missing_ok=True)

    def _part(self, group: str, name: str) -> Path:
        return self.folder / group / f"{name}{_UNFINISHED}"


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
