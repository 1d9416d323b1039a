"""One simulated player without its network: told what happens and when, it keeps rows and says what to send.

Times given to it are server time as the simulator knows it, and never go backwards. Rows are cut by the rule of the
real page; what was really played is kept apart, in `video`. A cheat's rows are forged on their way into the journal.
"""

from collections.abc import Callable
from dataclasses import replace

from rollcall.cli.simulate.page.clock import Clocks
from rollcall.cli.simulate.page.journal import Journal
from rollcall.cli.simulate.page.recorder import Cited, MarkKind, Recorder, Row
from rollcall.cli.simulate.page.sample import Sample
from rollcall.cli.simulate.page.video import Video, View
from rollcall.domain.intervals import Interval
from rollcall.wire.viewer_in import Echo, Epoch, Rows
from rollcall.wire.viewer_out import TickOut

Forge = Callable[[list[Row]], list[Row]]


class Player:
    """One play from its first tick on; after `leave` or `die` it only sends what it has."""

    def __init__(
        self,
        clocks: Clocks,
        tick: TickOut,
        at_ms: int,
        view: View | None = None,
        *,
        live: bool = True,
        forge: Forge | None = None,
    ) -> None:
        self._clocks = clocks
        self._forge = forge
        self.video = Video(at_ms, view or View(), live)
        self._last = self.video.sample(at_ms, clocks)
        self._recorder = Recorder(self._last)
        self._journal = Journal()
        self._journal.began(self._recorder.epoch)
        self._over: tuple[Epoch, Echo | None] | None = None
        self.tick(tick, at_ms)

    @property
    def waiting(self) -> int:
        """How many rows are not acknowledged yet."""
        return self._journal.waiting

    @property
    def view(self) -> View:
        """How the viewer has the picture now."""
        return self.video.view

    @property
    def is_over(self) -> bool:
        """Tell whether the page is closed or dead, so that nothing more is recorded."""
        return self._over is not None

    def tick(self, tick: TickOut, at_ms: int) -> None:
        """Receive a tick: cut, and cite it from now on. After the end it is answered and cuts nothing."""
        self._journal.heard(tick)
        if self._over is not None:
            self._over = self._over[0], Echo(tick.n, self._clocks.read(at_ms))
        else:
            self._keep(self._recorder.tick(tick.n, self._sample(at_ms)))

    def look(self, at_ms: int) -> None:
        """Sample, as the page does each second."""
        if self._over is None:
            self._keep(self._recorder.sample(self._sample(at_ms)))

    def cut(self, at_ms: int) -> None:
        """Close what is open, for a flush that must carry everything known."""
        if self._over is None:
            self._keep(self._recorder.close(self._sample(at_ms)))

    def change(self, view: View, at_ms: int, seek_ms: int = 0) -> None:
        """Play or pause, show or hide, change the rate, move the content by `seek_ms`."""
        self.video.change(view, at_ms, seek_ms)
        self.look(at_ms)

    def mark(
        self,
        kind: MarkKind,
        check: str,
        at_ms: int,
        prompt: Cited | None = None,
        answer: str | None = None,
    ) -> None:
        """Note a moment of a check's prompt, citing the prompt as this play was sent it."""
        if self._over is None:
            self._keep(self._recorder.mark(kind, check, self._sample(at_ms), prompt, answer))

    def sleep(self, at_ms: int, for_ms: int, *, clock_stops: bool) -> None:
        """Let the machine sleep: the page is not asked for anything until `wake`."""
        self.video.sleep(at_ms)
        if clock_stops:
            stood = (*self._clocks.stood, Interval(at_ms, at_ms + for_ms))
            self._clocks = replace(self._clocks, stood=stood)

    def wake(self, at_ms: int) -> None:
        """Let the machine wake; the page looks at its clocks at once."""
        self.video.wake(at_ms)
        self.look(at_ms)

    def go_live(self, at_ms: int) -> None:
        """Let the video catch up with the live edge by a jump."""
        self.video.to_live(at_ms)
        self.look(at_ms)

    def leave(self, at_ms: int) -> None:
        """Close the page in peace."""
        self.cut(at_ms)
        self._end()

    def die(self, at_ms: int) -> None:
        """Kill the browser: what the page noted at its last look is all that the journal has."""
        self._keep(self._recorder.close(self._last))
        self.video.sample(at_ms, self._clocks)
        self._end()

    def revive(self, clocks: Clocks, at_ms: int) -> None:
        """Let a reopened browser find this journal: its envelopes are sent in a new epoch, on new clocks."""
        assert self._over is not None
        self._clocks = clocks
        self._over = Epoch(self._over[0].epoch + 1, clocks.read(at_ms), clocks.wall(at_ms)), None
        self._journal.began(self._over[0])
        self._journal.send_again(1)

    def answer(self, play: str, at_ms: int) -> Rows:
        """Return an envelope without rows: the answer to a tick."""
        return self._envelope(play, at_ms, [])

    def unsent(self, play: str, at_ms: int) -> list[Rows]:
        """Return the envelopes of all rows not sent on this connection; they count as sent now."""
        return [self._envelope(play, at_ms, rows) for rows in self._journal.unsent()]

    def send_again(self, from_seq: int) -> None:
        """Take rows from `from_seq` on as not sent (a new connection, or a gap on this one)."""
        self._journal.send_again(from_seq)

    def acknowledged(self, durable: int) -> None:
        """Forget what is on the server's disk."""
        self._journal.acknowledged(durable, self._recorder.oldest_tick, self._now()[0].epoch)

    def _sample(self, at_ms: int) -> Sample:
        self._last = self.video.sample(at_ms, self._clocks)
        return self._last

    def _keep(self, rows: list[Row]) -> None:
        self._journal.began(self._recorder.epoch)
        self._journal.keep(rows if self._forge is None else self._forge(rows))

    def _end(self) -> None:
        self._over = self._recorder.epoch, self._recorder.echo

    def _now(self) -> tuple[Epoch, Echo | None]:
        return self._over or (self._recorder.epoch, self._recorder.echo)

    def _envelope(self, play: str, at_ms: int, rows: list[Row]) -> Rows:
        epoch, echo = self._now()
        return self._journal.envelope(play, self._clocks.read(at_ms), epoch.epoch, echo, rows)
