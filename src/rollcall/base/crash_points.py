"""Places where the process kills itself when the environment says so: to prove what survives a crash just there.

`ROLLCALL_CRASH_POINT=evidence.before_commit:3` ends the process with SIGKILL when that place is reached for the third
time. Unset, as it is everywhere but in tests, a point costs a comparison.
"""

import itertools
import os
import signal

VARIABLE = "ROLLCALL_CRASH_POINT"
POINTS = (
    "evidence.before_write",
    "evidence.after_write",
    "evidence.before_commit",
    "evidence.after_commit",
    "evidence.before_ack",
    "evidence.after_ack",
    "prompt.before_issue",
    "prompt.after_issue",
    "prompt.after_delivery",
    "prompt.before_confirm",
    "prompt.after_confirm",
)

_wanted, _, _times = os.environ.get(VARIABLE, "").partition(":")
_left = itertools.count(int(_times or 1), -1)


def reach(point: str) -> None:
    """Say that the process is at `point`."""
    if point == _wanted and next(_left) <= 1:
        os.kill(os.getpid(), signal.SIGKILL)
