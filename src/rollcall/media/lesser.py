"""`python -m rollcall.media.lesser PROGRAM …`: runs a program that yields to every other and ends with who started it.

What takes hours of computing must neither delay evidence nor go on when nobody waits for it any more.
"""

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1


def lesser(command: Sequence[str]) -> list[str]:
    """Return the command that runs `command` so."""
    return [sys.executable, "-m", "rollcall.media.lesser", *command]


def main(command: list[str]) -> None:
    """Become the program."""
    os.nice(15)
    with contextlib.suppress(AttributeError):  # Linux alone has it
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    os.execvp(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
