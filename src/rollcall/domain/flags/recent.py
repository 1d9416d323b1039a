"""What happened of late: amounts within a sliding window of time, as small as a window of the last few can be."""

from collections import deque


class Recent:
    """Sums what was added within the last `window_ms`. Times are given in their order."""

    __slots__ = ("_amounts", "_window_ms", "total")

    def __init__(self, window_ms: int) -> None:
        self._window_ms = window_ms
        self._amounts: deque[tuple[int, int]] = deque()
        self.total = 0

    def add(self, at_ms: int, amount: int) -> int:
        """Add and return the sum within the window that ends at `at_ms`."""
        self._amounts.append((at_ms, amount))
        self.total += amount
        while self._amounts[0][0] <= at_ms - self._window_ms:
            self.total -= self._amounts.popleft()[1]
        return self.total
