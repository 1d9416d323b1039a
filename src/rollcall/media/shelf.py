"""Where recordings lie on disk: a file for each upload while it arrives, a folder for each recording that is ready.

`{shelf}/{media}/{recording}.upload`, `{shelf}/{media}/{recording}/`. What is being prepared lies beside it under a name
that ends in `.making`, so a folder that has its name is whole. It knows neither what files hold nor who may have them.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

MASTER = "index.m3u8"
PLAYLIST = "live.m3u8"
SPARE_BYTES = 512 * 1024 * 1024  # left for the record, which matters more than any picture
_SEGMENTS = 1_000_000  # a recording has fewer: its first segment's number tells whose it is


@dataclass(frozen=True, slots=True)
class Shelf:
    """The recordings of one node."""

    folder: Path

    def upload(self, media: str, recording: int) -> Path:
        """Return where the bytes of an upload arrive."""
        return self.folder / media / f"{recording}.upload"

    def ready(self, media: str, recording: int) -> Path:
        """Return the folder of a recording that can be played."""
        return self.folder / media / str(recording)

    def making(self, media: str, recording: int) -> Path:
        """Return the folder of a recording while it is prepared."""
        return self.folder / media / f"{recording}.making"

    def has_room(self, size_bytes: int) -> bool:
        """Tell whether a file of that size can arrive and be prepared, which takes as much again."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return shutil.disk_usage(self.folder).free >= 2 * size_bytes + SPARE_BYTES

    def write(self, media: str, recording: int, at: int, data: bytes) -> None:
        """Put bytes of an upload at their place; whatever lay from there on was never acknowledged, and goes."""
        path = self.upload(media, recording)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("r+b" if path.exists() else "wb") as file:
            file.seek(at)
            file.write(data)
            file.truncate()

    def keep(self, media: str, recording: int) -> None:
        """Let what has arrived be on disk, whatever happens."""
        path = self.upload(media, recording)
        if not path.exists():  # an empty file
            return
        for kept in (path, path.parent):
            descriptor = os.open(kept, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def forget(self, media: str, recording: int) -> None:
        """Remove all that there is of a recording."""
        self.upload(media, recording).unlink(missing_ok=True)
        for folder in (self.making(media, recording), self.ready(media, recording)):
            shutil.rmtree(folder, ignore_errors=True)


def first_segment(recording: int) -> int:
    """Return the number of a recording's first segment: no two recordings have one in common."""
    return recording * _SEGMENTS
