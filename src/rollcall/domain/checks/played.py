"""How much of a recording somebody has played, as far as check plans go: never less than what they may earn by it.

In each session each moment of the clock and each moment of content counts once, and of both the shorter; in all, no
more than the clock. So a loop draws no check nearer, twice the speed counts the clock, two tabs count once; and
whatever earns time has counted here.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from rollcall.domain.credit.spans import Slice, cut
from rollcall.domain.intervals import Intervals, length, union
from rollcall.domain.sessions import ContentWindow


@dataclass(frozen=True, slots=True)
class Played:
    """What of one session has been played: moments of the clock, and moments of content."""

    clock: Intervals = ()
    content: Intervals = ()

    @property
    def ms(self) -> int:
        """Return how long it has been played."""
        return min(length(self.clock), length(self.content))

    def plus(self, part: Slice) -> "Played":
        """Return it with one more part, which lies in the session."""
        return Played(union((*self.clock, part.wall)), union((*self.content, part.content)))


def played(parts: Iterable[Slice], window: ContentWindow) -> Played:
    """Return what these stretches of playing, in any order and however often, have played of a session."""
    inside = [part for whole in parts if (part := cut(whole, window)) is not None]
    return Played(union(part.wall for part in inside), union(part.content for part in inside))


def counted_ms(sessions: Collection[Played]) -> int:
    """Return how long all sessions of a recording have been played together."""
    clock = length(moment for session in sessions for moment in session.clock)
    return min(clock, sum(session.ms for session in sessions))
