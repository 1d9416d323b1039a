"""The data directory: made with mode 0700, where things lie in it, and the exclusive lock of whoever writes to it.

The lock is the kernel's (flock), so it ends with its process however that ends; the file's text only names the holder.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rollcall.base.settings import Settings
from rollcall.domain.errors import Conflict, RollcallError


class DirectoryInUse(Conflict):
    """Raised when another process holds the data directory."""

    code = "directory_in_use"
    title = "The data directory is in use"


class DirectoryUnusable(RollcallError):
    """Raised when the data directory cannot be made or written."""

    code = "directory_unusable"
    title = "The data directory cannot be used"


def database_url(settings: Settings) -> str:
    """Return the address of the database: as set, else SQLite in the data directory."""
    return settings.database_url or f"sqlite:///{Path(settings.data).absolute() / 'rollcall.db'}"


def command_socket(data: Path) -> Path:
    """Return where a running server listens for commands."""
    return data / "run" / "command.sock"


@contextmanager
def exclusive(data: Path) -> Iterator[None]:
    """Hold the data directory, made now if it is missing. Raises DirectoryInUse or DirectoryUnusable."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        (data / "run").mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise DirectoryUnusable(f"'{data}' cannot be used: {error.strerror}.") from error
    with os.fdopen(descriptor, "r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DirectoryInUse(f"'{data}' is held by process {lock.read().strip() or '?'}.") from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
