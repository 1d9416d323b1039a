"""The only module that reads a clock. Everything else receives `now` or a `Clock`.

`now_ms` is server time in Unix milliseconds: the wall clock read once at start plus the monotonic clock, so a
step of the system clock never moves server time backwards while the process lives.
"""

import time


class Clock:
    """Server time. One object per process, built in `main` and passed down."""

    def __init__(self) -> None:
        self._offset_ns = time.time_ns() - time.monotonic_ns()

    def now_ms(self) -> int:
        """Return server time in Unix milliseconds; never goes backwards within a process."""
        return (time.monotonic_ns() + self._offset_ns) // 1_000_000

    def now_s(self) -> int:
        """Return server time in whole Unix seconds."""
        return self.now_ms() // 1000
