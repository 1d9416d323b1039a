"""Unix sockets at paths of any length: the kernel takes 107 bytes, a data directory may be deeper.

A longer path is reached through a descriptor of its folder, which the kernel offers under /proc/self/fd.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATH_LIMIT_BYTES = 107


def listen(path: Path) -> socket.socket:
    """Return a socket that listens at `path` for this user only; a dead one left there is replaced."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with reachable(path) as address:
            listener.bind(address)
        path.chmod(0o600)
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def connect(path: Path, timeout_s: float) -> socket.socket | None:
    """Return a connection to whoever listens at `path`, or None when nobody does."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout_s)
    try:
        with reachable(path) as address:
            connection.connect(address)
    except (FileNotFoundError, ConnectionRefusedError):
        connection.close()
        return None
    return connection


@contextmanager
def reachable(path: Path) -> Iterator[str]:
    """Yield an address under which the socket at `path` is reached; its folder must be there."""
    if len(os.fsencode(path)) <= PATH_LIMIT_BYTES:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
