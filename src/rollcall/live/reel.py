"""What one participant has played of a recording, live: how long in its sessions, and in which of them they are.

It follows proofs as they come, of all plays, in any order and however often. Sessions may be drawn after the fact. In
memory only; it knows no plan.
"""

from collections import deque
from collections.abc import Iterable, Sequence

from rollcall.domain.checks.played import Played, counted_ms, played
from rollcall.domain.credit.spans import Slice, cut
from rollcall.domain.intervals import Interval
from rollcall.domain.sessions import ContentWindow

STEADY_MS = 50  # two stretches that are played alike within this are one
PRESENT_WITHIN_MS = 15_000  # whose latest proof of playing came longer ago is not there


class Reel:
    """The stretches of playing of one participant."""

    def __init__(self) -> None:
        self._parts: list[Slice] = []
        self._windows: Sequence[ContentWindow] = ()
        self._played: dict[ContentWindow, Played] = {}
        self._counted_ms: int | None = None  # what is proven, until it changes
        self._until_ms = 0
        self._recent: deque[tuple[int, Slice]] = deque()  # with the moment at which each came

    def begin(self, parts: Iterable[Slice]) -> None:
        """Add what is proven from before."""
        for part in parts:
            self._add(part)

    def note(self, part: Slice, now_ms: int) -> None:
        """Add what is proven now."""
        self._add(part)
        while self._recent and now_ms - self._recent[0][0] > PRESENT_WITHIN_MS:
            self._recent.popleft()
        self._recent.append((now_ms, part))

    def counted_ms(self, windows: Sequence[ContentWindow], now_ms: int) -> int:
        """Return how long these sessions have been played, as it will be proven if the participant plays on."""
        return counted_ms(list(self._expected(windows, now_ms).values()))

    def at_most_ms(self, windows: Sequence[ContentWindow], now_ms: int) -> int:
        """Return what `counted_ms` does not exceed, at a fraction of its cost: nothing outruns the clock."""
        proven = self._of(windows)
        if self._counted_ms is None:
            self._counted_ms = counted_ms(list(proven.values()))
        return self._counted_ms + max(0, now_ms - self._until_ms)

    def covered_ms(self, windows: Sequence[ContentWindow], window: ContentWindow, now_ms: int) -> int:
        """Return how much content of one of the sessions has been played, expected like `counted_ms`."""
        return sum(end - start for start, end in self._expected(windows, now_ms)[window].content)

    def place(self, windows: Sequence[ContentWindow], now_ms: int) -> ContentWindow | None:
        """Return the session that somebody is playing: where they are now, else where they were a moment ago.

        Who has just left a session is still asked in it: nobody escapes by leaving each time before they report.
        None: no proof of playing in any of them came a moment ago.
        """
        recent = [part for came_ms, part in self._recent if now_ms - came_ms <= PRESENT_WITHIN_MS]
        inside = [
            (part.wall.end, window) for part in recent for window in windows if cut(part, window) is not None
        ]
        if not inside:
            return None
        going_on = self._going_on(now_ms)
        at_ms = going_on.content.end if going_on is not None else max(recent, key=_ends).content.end
        now = next((window for _, window in inside if window.from_ms <= at_ms < window.to_ms), None)
        return now or max(inside, key=lambda found: found[0])[1]

    def _add(self, part: Slice) -> None:
        if self._parts and (joined := _joined(self._parts[-1], part)) is not None:
            self._parts[-1] = joined
        else:
            self._parts.append(part)
        self._counted_ms, self._until_ms = None, max(self._until_ms, part.wall.end)
        for window in self._windows:
            if (inside := cut(part, window)) is not None:
                self._played[window] = self._played[window].plus(inside)

    def _of(self, windows: Sequence[ContentWindow]) -> dict[ContentWindow, Played]:
        if windows != self._windows:
            self._windows, self._counted_ms = windows, None
            self._played = {window: played(self._parts, window) for window in windows}
        return self._played

    def _expected(self, windows: Sequence[ContentWindow], now_ms: int) -> dict[ContentWindow, Played]:
        proven, going_on = self._of(windows), self._going_on(now_ms)
        if going_on is None:
            return proven
        more = {window: cut(going_on, window) for window in windows}
        return {
            window: of if (part := more[window]) is None else of.plus(part) for window, of in proven.items()
        }

    def _going_on(self, now_ms: int) -> Slice | None:
        """Return what the latest proof becomes until now if its player plays on at the same speed."""
        if not self._recent or now_ms - self._recent[-1][0] > PRESENT_WITHIN_MS:
            return None
        clock, content = max((part for _, part in self._recent), key=_ends)
        if not clock.start < clock.end < now_ms:
            return None
        ahead_ms = (now_ms - clock.end) * (content.end - content.start) // (clock.end - clock.start)
        return Slice(Interval(clock.end, now_ms), Interval(content.end, content.end + ahead_ms))


def _ends(part: Slice) -> int:
    return part.wall.end


def _joined(one: Slice, other: Slice) -> Slice | None:
    """Return two stretches as one where the second goes on as the first played; else None."""
    if one.wall.end != other.wall.start or one.content.end != other.content.start:
        return None
    whole = Slice(Interval(one.wall.start, other.wall.end), Interval(one.content.start, other.content.end))
    if one.content.start >= one.content.end or other.content.start >= other.content.end:
        return None
    (evenly,) = whole.within([other.wall]) or [whole]
    return whole if abs(evenly.content.start - other.content.start) <= STEADY_MS else None
