"""What happens to one tab, by its script and by what the server asks: the page and its person, without the network.

It owns the player of the moment and the agenda. A kill ends the player and leaves its journal to the next one.
"""

from dataclasses import dataclass
from functools import partial
from random import Random

from rollcall.cli.simulate.agenda import Agenda
from rollcall.cli.simulate.page.clock import Clocks
from rollcall.cli.simulate.page.player import Player
from rollcall.cli.simulate.presence import Presence
from rollcall.cli.simulate.script.values import Change, Drop, Kill, PersonScript, Sleep, TabScript
from rollcall.cli.simulate.tally import Tally, Truth
from rollcall.cli.simulate.tricks import forge_of
from rollcall.domain.intervals import Interval
from rollcall.wire.viewer_in import PlayRef
from rollcall.wire.viewer_out import TickOut

SAMPLE_MS = 1_000
REACHES_LIVE_MS = 300


@dataclass(slots=True)
class Leftover:
    """What a dead browser left in its journal, to be sent by the page that opens next."""

    play: PlayRef
    player: Player


class Life:
    """One tab from its first opening to its end. Times are server time."""

    def __init__(
        self, person: PersonScript, script: TabScript, media: str, start_ms: int, truth: Truth, tally: Tally
    ) -> None:
        self._script = script
        self._media = media
        self._start_ms = start_ms
        self._truth = truth
        self._first = person.tabs[0] is script
        self._source = Random(f"{person.user_id}/{person.tabs.index(script)}")  # noqa: S311 - repeatable
        self._agenda = Agenda()
        self._opened_ms = self._looked_ms = 0
        self.player: Player | None = None
        self.play: PlayRef | None = None
        self.presence = Presence(person.reactions_ms, lambda: self.player, self._agenda, truth, tally)
        self.leftovers: list[Leftover] = []
        self.offline_until_ms: int | None = None
        self.asleep_until_ms: int | None = None
        self.closed_ms: int | None = None
        self.is_dead = False
        self._plan()

    @property
    def has_opened(self) -> bool:
        """Tell whether the server has ever opened a play for this tab."""
        return self._opened_ms > 0

    @property
    def is_gone(self) -> bool:
        """Tell whether the person has closed the tab for good."""
        return self.closed_ms is not None or self.is_dead

    @property
    def clocks(self) -> Clocks:
        """The clocks of a page that opens now."""
        script = self._script.clock
        jumps = tuple((self._start_ms + at_ms, by_ms) for at_ms, by_ms in script.jumps)
        began_ms = self._start_ms + self._script.opens_ms
        return Clocks(began_ms, script.offset_ms, script.drift_ppm, script.wall_offset_ms, jumps)

    def opened(self, play: PlayRef, tick: TickOut, now_ms: int) -> Player:
        """Take the play that the server opened or goes on with; return its player."""
        self.play = play
        if self.player is None:
            forge = forge_of(self._script.trick, self._source)
            self.player = Player(self.clocks, tick, now_ms, self._script.view, forge=forge)
            self._opened_ms = self._looked_ms = now_ms
        else:
            self.player.tick(tick, now_ms)
        return self.player

    def do_due(self, now_ms: int) -> None:
        """Do what the script says, and look at the player each second: hidden pages too, woken by their worker."""
        if self.player is None or self.asleep_until_ms is not None:
            return
        self._agenda.do_due(now_ms)
        if self.player is not None and self._next_look_ms() <= now_ms:
            self.player.look(now_ms)
            self._looked_ms = now_ms

    def next_due_ms(self, now_ms: int) -> int:
        """Return when there is something to do again."""
        if self.player is None:
            return now_ms + SAMPLE_MS
        due_ms = self._agenda.next_ms or now_ms + SAMPLE_MS
        return due_ms if self.is_gone else min(due_ms, self._next_look_ms())

    def wake(self, now_ms: int) -> None:
        """Let the machine wake up: the page looks, and the video catches up with the broadcast."""
        self.asleep_until_ms = None
        if self.player is not None:
            self.player.wake(now_ms)
            self._looked_ms = now_ms
            self._agenda.at(now_ms + REACHES_LIVE_MS, self.player.go_live)

    def settle(self, now_ms: int) -> None:
        """Note the truth of the player that is ending."""
        if self.player is not None:
            self._truth.played.setdefault(self._media, []).extend(self.player.video.played)
            self._truth.connected.setdefault(self._media, []).append(Interval(self._opened_ms, now_ms))

    def _next_look_ms(self) -> int:
        return self._looked_ms + SAMPLE_MS

    def _plan(self) -> None:
        for change in self._script.changes:
            self._agenda.at(self._start_ms + change.at_ms, partial(self._change, change))
        for drop in self._script.drops:
            self._agenda.at(self._start_ms + drop.at_ms, partial(self._drop, drop))
        for sleep in self._script.sleeps:
            self._agenda.at(self._start_ms + sleep.at_ms, partial(self._sleep, sleep))
        for kill in self._script.kills:
            self._agenda.at(self._start_ms + kill.at_ms, partial(self._kill, kill))
        self._agenda.at(self._start_ms + self._script.closes_ms, self._leave)

    def _change(self, change: Change, now_ms: int) -> None:
        if self.player is not None:
            self.player.change(change.view, now_ms, change.seek_ms)

    def _drop(self, drop: Drop, now_ms: int) -> None:
        self.offline_until_ms = now_ms + drop.for_ms

    def _sleep(self, sleep: Sleep, now_ms: int) -> None:
        if self.player is not None:
            self.player.sleep(now_ms, sleep.for_ms, clock_stops=sleep.clock_stops)
            self.asleep_until_ms = now_ms + sleep.for_ms

    def _kill(self, kill: Kill, now_ms: int) -> None:
        assert self.player is not None
        self.player.die(now_ms)
        self.settle(now_ms)
        if kill.keeps_journal and self.play is not None:
            self.leftovers.append(Leftover(self.play, self.player))
        self.player = self.play = None
        self.is_dead = kill.for_ms is None
        self.offline_until_ms = None if kill.for_ms is None else now_ms + kill.for_ms

    def _leave(self, now_ms: int) -> None:
        assert self.player is not None
        self.player.leave(now_ms)
        self._agenda.clear()
        self.closed_ms = now_ms
        if self._first:
            self._truth.gone_ms = now_ms
