"""Which players each participant has connected here, by media, so that a media may allow one at a time.

Who stays is decided in `domain/concurrency`. Changed by the event loop alone; `ranks` may be read from any thread.
"""

from collections.abc import Callable
from dataclasses import dataclass

from rollcall.domain.concurrency import Concurrency, Elsewhere, Rank, refused_by
from rollcall.domain.ids import MediaNo, UserId


@dataclass(frozen=True, slots=True, eq=False)
class Screen:
    """One connected player. `send_away(why)` says why, and closes it for good; it never waits."""

    media_no: MediaNo
    user_id: UserId
    rank: Rank
    send_away: Callable[[Elsewhere], None]


class Screens:
    """The connected players of this process."""

    def __init__(self) -> None:
        self._open: dict[tuple[MediaNo, UserId], tuple[Screen, ...]] = {}

    def ranks(self, media_no: MediaNo, user_id: UserId) -> list[Rank]:
        """Return the ranks of the players that a participant has connected."""
        return [screen.rank for screen in self._open.get((media_no, user_id), ())]

    def enter(self, rule: Concurrency, mine: Screen) -> Elsewhere | None:
        """Connect a player: return why it may not stay, or send away those which may not stay beside it.

        Another connection of the same play is none of them: who of the two holds it is decided elsewhere.
        """
        key = mine.media_no, mine.user_id
        present = self._open.get(key, ())
        others = [screen for screen in present if screen.rank != mine.rank]
        refused = refused_by(rule, mine.rank, [screen.rank for screen in others])
        if refused is not None:
            return refused
        self._open[key] = (*present, mine)
        if rule != "union":
            for other in others:
                other.send_away("watching_elsewhere")
        return None

    def leave(self, mine: Screen) -> None:
        """Forget a player; one that is not connected is ignored."""
        key = mine.media_no, mine.user_id
        rest = tuple(screen for screen in self._open.get(key, ()) if screen is not mine)
        if rest:
            self._open[key] = rest
        else:
            self._open.pop(key, None)
