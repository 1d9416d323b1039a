"""How many publish sessions there have ever been here: one small number that outlives the process.

Discontinuities of a media are numbered above it, so a new process never repeats a number of the one before.
"""

import logging
from pathlib import Path

log = logging.getLogger(__name__)


class Tally:
    """The count, kept in a file of one line."""

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            self._count = int(file.read_text("ascii"))
        except FileNotFoundError:
            self._count = 0
        except (OSError, ValueError):
            log.warning("the count of publish sessions is unreadable and starts anew: %s", file)
            self._count = 0

    def next(self) -> int:
        """Count one more and return how many there were before it."""
        before, self._count = self._count, self._count + 1
        part = self._file.with_suffix(".part")
        try:
            part.write_text(str(self._count), "ascii")
            part.replace(self._file)
        except OSError as error:
            log.warning("the count of publish sessions cannot be kept: %s", error)
        return before
