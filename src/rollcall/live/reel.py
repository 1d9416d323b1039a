"""What one participant has played of a recording, live: how long in its sessions, and in which of them they are.

It follows proofs as they come, of all plays, in any order and however often. Sessions may be drawn after the fact:
spans are kept as they were proven, and placed when they are read. So many of them: who pretends to more than a
viewer can play is counted by their moments alone, which is never less. In memory only; it knows no plan.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias

from rollcall.domain.checks.played import Played
from rollcall.domain.credit.spans import PROGRAMME_MS, Slice, cut
from rollcall.domain.evidence.step import LATE_MS, LEAP_MS, LONGEST_BEAT_MS
from rollcall.domain.growing import Growing
from rollcall.domain.intervals import Interval
from rollcall.domain.sessions import ContentWindow

PRESENT_WITHIN_MS = 15_000  # whose latest proof of playing came longer ago is not there
GROWS_WITHIN_MS = (
    LONGEST_BEAT_MS + LATE_MS + 2 * LEAP_MS
)  # a span that ended longer ago grows no more by live time
MOST_SPANS: Final = 4_096  # so many are kept as they were proven

STORED: Final = -1  # under which number of a play what is proven from before is kept

Key: TypeAlias = tuple[int, int]  # a play, and which span of it


class Proof(NamedTuple):
    """A stretch of playing, and the span so far that it has become part of."""

    part: Slice
    key: Key
    span: Slice


class _Kept(NamedTuple):
    span: Slice
    latest: Slice
    came_ms: int | None  # None = it is proven from before


class _Place(NamedTuple):
    came_ms: int
    ends_ms: int


class Reel:
    """The spans of playing of one participant; `placed` says which content a stretch has played."""

    __slots__ = (
        "_kept", "_latest", "_more", "_newest", "_placed", "_places", "_played", "_stored", "_until_ms", "_windows"
    )  # fmt: skip

    def __init__(self, placed: Callable[[Slice], Slice]) -> None:
        self._placed = placed
        self._kept: dict[Key, _Kept] = {}
        self._more: tuple[Growing, Growing] | None = None  # clock and content of spans that are not kept
        self._stored = 0
        self._newest: dict[int, tuple[Key, int]] = {}  # by play, with where it ends on the clock
        self._windows: Sequence[ContentWindow] | None = (
            None  # of which it is counted; None = it has to be again
        )
        self._played: Played | None = None
        self._places: dict[ContentWindow, _Place] = {}
        self._until_ms = 0
        self._latest: _Kept | None = None  # of those that came a moment ago, the one that ends last

    def begin(self, spans: Iterable[Slice]) -> None:
        """Add what is proven from before."""
        for span in spans:
            self._stored += 1
            self._keep((STORED, self._stored), _Kept(span, span, None))
            _, until_ms = self._newest.get(STORED, (None, 0))
            self._newest[STORED] = (STORED, self._stored), max(until_ms, span.wall.end)
        self.place_again()

    def place_again(self) -> None:
        """Count anew when next asked: what was placed already may belong elsewhere."""
        self._windows = None

    def note(self, proof: Proof, now_ms: int) -> None:
        """Add what is proven now."""
        part, key, span = proof
        kept = _Kept(span, part, now_ms)
        if self._windows is not None and self._played is not None:
            if self._begins(key, now_ms):
                self._played.settle()
            self._count(self._played, self._windows, kept)
        self._keep(key, kept)
        self._newest[key[0]] = key, span.wall.end
        latest = self._lately(now_ms)
        if latest is None or part.wall.end > latest.wall.end:
            self._latest = kept

    def counted_ms(self, windows: Sequence[ContentWindow], now_ms: int) -> int:
        """Return how long these sessions have been played, as it will be proven if the participant plays on."""
        return self._expected(windows, now_ms).ms

    def at_most_ms(self, windows: Sequence[ContentWindow], now_ms: int) -> int:
        """Return what `counted_ms` does not exceed, at a fraction of its cost: nothing outruns the clock."""
        latest = self._lately(now_ms)
        since_ms = self._until_ms if latest is None else latest.wall.end
        return self._of(windows).at_most_ms + max(0, now_ms - since_ms)

    def covered_ms(self, windows: Sequence[ContentWindow], window: ContentWindow, now_ms: int) -> int:
        """Return how much content of one of the sessions has been played, expected like `counted_ms`."""
        return self._expected(windows, now_ms).covered_ms(window)

    def place(self, windows: Sequence[ContentWindow], now_ms: int) -> ContentWindow | None:
        """Return the session that somebody is playing: where they are now, else where they were a moment ago.

        Who has just left a session is still asked in it: nobody escapes by leaving each time before they report.
        None: no proof of playing in any of them came a moment ago.
        """
        self._of(windows)
        inside = {w: place.ends_ms for w, place in self._places.items() if _is_recent(place.came_ms, now_ms)}
        latest = self._lately(now_ms)
        if not inside or latest is None:
            return None
        at_ms = (self._going_on(now_ms) or latest).content.end
        now = next((window for window in inside if window.from_ms <= at_ms < window.to_ms), None)
        return now or max(inside, key=inside.__getitem__)

    def _keep(self, key: Key, kept: _Kept) -> None:
        self._kept[key] = kept
        self._until_ms = max(self._until_ms, kept.span.wall.end)
        if len(self._kept) > MOST_SPANS:
            self._let_go(self._kept.pop(next(iter(self._kept))).span)

    def _let_go(self, span: Slice) -> None:
        """Keep of a span its moments alone, on whichever axis they are read."""
        if self._more is None:
            self._more = Growing(), Growing()
        clock, content = self._more
        clock.add(span.wall)
        content.add(span.content)
        if span.content.start < PROGRAMME_MS:
            content.add(span.wall)

    def _begins(self, key: Key, now_ms: int) -> bool:
        """Return whether a span begins here, and every other has reached its end."""
        newest = self._newest.items()
        self._newest = {play: it for play, it in newest if it[1] + GROWS_WITHIN_MS >= now_ms}
        return all(play == key[0] and its != key for play, (its, _) in self._newest.items())

    def _of(self, windows: Sequence[ContentWindow]) -> Played:
        if self._played is None or windows != self._windows:
            self._windows, self._places = windows, {}
            self._played = self._recounted(windows)
        return self._played

    def _recounted(self, windows: Sequence[ContentWindow]) -> Played:
        count = Played(windows)
        if self._more is not None:
            count.add_unpaired(*self._more)
        may_grow = self._more is not None
        for key, kept in sorted(self._kept.items(), key=lambda item: item[1].span):
            if not may_grow and kept.span.wall.start >= count.until_ms:
                count.settle()
            self._count(count, windows, kept)
            may_grow = may_grow or self._may_grow(key, kept)
        return count

    def _may_grow(self, key: Key, kept: _Kept) -> bool:
        newest = self._newest.get(key[0])
        is_followed = key[0] != STORED and newest is not None and newest[0] != key
        return not is_followed and kept.span.wall.end + GROWS_WITHIN_MS >= self._until_ms

    def _count(self, count: Played, windows: Sequence[ContentWindow], kept: _Kept) -> None:
        count.add(self._placed(kept.span))
        if kept.came_ms is None:
            return
        latest = self._placed(kept.latest)
        for window in windows:
            if cut(latest, window) is not None:
                self._see(window, kept.came_ms, latest.wall.end)

    def _see(self, window: ContentWindow, came_ms: int, ends_ms: int) -> None:
        before = self._places.get(window)
        if before is not None and _is_recent(before.came_ms, came_ms):
            came_ms, ends_ms = max(before.came_ms, came_ms), max(before.ends_ms, ends_ms)
        self._places[window] = _Place(came_ms, ends_ms)

    def _expected(self, windows: Sequence[ContentWindow], now_ms: int) -> Played:
        proven, going_on = self._of(windows), self._going_on(now_ms)
        if going_on is None:
            return proven
        expected = proven.copy()
        expected.add(going_on)
        return expected

    def _lately(self, now_ms: int) -> Slice | None:
        """Return the stretch that ends last of those that came a moment ago."""
        if self._latest is None or self._latest.came_ms is None:
            return None
        return self._placed(self._latest.latest) if _is_recent(self._latest.came_ms, now_ms) else None

    def _going_on(self, now_ms: int) -> Slice | None:
        """Return what the latest proof becomes until now if its player plays on at the same speed."""
        latest = self._lately(now_ms)
        if latest is None:
            return None
        clock, content = latest
        if not clock.start < clock.end < now_ms:
            return None
        ahead_ms = (now_ms - clock.end) * (content.end - content.start) // (clock.end - clock.start)
        return Slice(Interval(clock.end, now_ms), Interval(content.end, content.end + ahead_ms))


def _is_recent(came_ms: int, now_ms: int) -> bool:
    return now_ms - came_ms <= PRESENT_WITHIN_MS
