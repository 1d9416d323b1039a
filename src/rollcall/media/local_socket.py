"""Unix sockets for one user: made with mode 0600, and reachable where their path is too long for the system.

A socket's address holds about 107 bytes. On Linux a longer path is reached through its directory, opened; that
descriptor stays open for the life of the process.
"""

import os
import socket
from pathlib import Path

MAX_ADDRESS_BYTES = 100
_DESCRIPTORS = Path("/proc/self/fd")


def address(path: Path) -> str:
    """Return an address under which this process reaches the socket `path`.

    Raises OSError when the path is too long and the system offers no other way.
    """
    if len(os.fsencode(path)) <= MAX_ADDRESS_BYTES:
        return str(path)
    if not _DESCRIPTORS.is_dir():
        raise OSError(f"the path of a Unix socket may have {MAX_ADDRESS_BYTES} bytes at most: {path}")
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    return f"{_DESCRIPTORS}/{directory}/{path.name}"


def listen(path: Path) -> socket.socket:
    """Return a socket that listens at `path`, readable by its owner alone; an older one there is replaced."""
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o177)
    try:
        listening.bind(address(path))
    finally:
        os.umask(mask)
    listening.listen(1024)
    listening.setblocking(False)
    return listening
