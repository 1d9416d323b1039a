"""One simulated player without its network: it cuts its time into rows by the rules of the real one.

Told what happens and when (server time as the simulator knows it), it keeps rows until they are acknowledged and
says what to send. Its own clock runs with an offset and a drift; what it really played is kept apart, as the truth.
"""

from collections import deque
from dataclasses import dataclass

from rollcall.cli.simulate.script import State
from rollcall.domain.intervals import Interval
from rollcall.wire.viewer_in import Beat, Echo, Epoch, Mark, Rows, TickProof
from rollcall.wire.viewer_out import TickOut

ROWS_AT_ONCE = 200
LONGEST_BEAT_MS = 10_000
BEHIND_LIVE_MS = 6_000
EPOCH = 0


@dataclass(frozen=True, slots=True)
class PlayerClock:
    """A monotonic clock of a browser: it began at `began_ms` of server time with `offset_ms` and drifts."""

    began_ms: int
    offset_ms: int
    drift_ppm: float

    def read(self, at_ms: int) -> int:
        """Return what this clock shows at a moment of server time."""
        return round(self.offset_ms + (at_ms - self.began_ms) * (1 + self.drift_ppm / 1_000_000))


@dataclass(slots=True)
class Open:
    """The stretch being played: from when, at which content position, since which tick, in which state."""

    at_ms: int
    content_ms: int
    tick: int
    state: State
    visible: bool


class Player:
    """One play from its first tick on. Times given to it never go backwards."""

    def __init__(self, clock: PlayerClock, tick: TickOut, at_ms: int, state: State, *, visible: bool) -> None:
        self._clock = clock
        self._ticks = {tick.n: _proof(tick)}
        self._echo = Echo(tick.n, clock.read(at_ms))
        self._rows: deque[Beat | Mark] = deque()
        self._next_seq = 1
        self._next_sent = 1
        self._open = Open(at_ms, _live(at_ms), tick.n, state, visible)
        self.played: list[Interval] = []

    @property
    def waiting(self) -> int:
        """How many rows are not acknowledged yet."""
        return len(self._rows)

    @property
    def state(self) -> State:
        """Whether it plays."""
        return self._open.state

    @property
    def visible(self) -> bool:
        """Whether the tab is in front."""
        return self._open.visible

    @property
    def next_cut_ms(self) -> int:
        """When the open stretch has to be cut at the latest."""
        return self._open.at_ms + LONGEST_BEAT_MS

    def tick(self, tick: TickOut, at_ms: int) -> None:
        """Receive a tick: cut, and cite it from now on."""
        self.cut(at_ms)
        self.heard(tick, at_ms)
        self._open.tick = tick.n

    def heard(self, tick: TickOut, at_ms: int) -> None:
        """Receive a tick after the player has closed: it is answered and cuts nothing."""
        self._ticks[tick.n] = _proof(tick)
        self._echo = Echo(tick.n, self._clock.read(at_ms))

    def change(self, state: State, *, visible: bool, at_ms: int) -> None:
        """Play or pause, show or hide; whoever plays on after a pause goes to live."""
        self.cut(at_ms)
        if state == "playing" and self._open.state == "paused":
            self._open.content_ms = _live(at_ms)
        self._open.state, self._open.visible = state, visible

    def mark(self, kind: str, check: str, at_ms: int) -> None:
        """Note a moment of a check's prompt."""
        self.cut(at_ms)
        place = (self._next_seq, EPOCH, self._open.tick, self._clock.read(at_ms))
        self._keep(Mark(*place, kind, check, visible=self._open.visible))  # type: ignore[arg-type]

    def cut(self, at_ms: int) -> None:
        """Close the open stretch into a row and begin the next one in the same state."""
        was = self._open
        begin, end = self._clock.read(was.at_ms), self._clock.read(at_ms)
        if end <= begin:
            return
        content = was.content_ms + (end - begin if was.state == "playing" else 0)
        moments = (begin, end, was.content_ms, content)
        self._keep(Beat(self._next_seq, EPOCH, was.tick, *moments, was.state, visible=was.visible))
        if was.state == "playing":
            self.played.append(Interval(was.at_ms, at_ms))
        was.at_ms, was.content_ms, was.tick = at_ms, content, self._echo.tick

    def answer(self, play: str, at_ms: int) -> Rows:
        """Return the envelope that answers the last tick and carries no rows."""
        return self._envelope(play, at_ms, [])

    def unsent(self, play: str, at_ms: int) -> list[Rows]:
        """Return the envelopes of all rows not sent on this connection; they count as sent now."""
        rows = [row for row in self._rows if row.seq >= self._next_sent]
        self._next_sent = self._next_seq
        starts = range(0, len(rows), ROWS_AT_ONCE)
        return [self._envelope(play, at_ms, rows[start : start + ROWS_AT_ONCE]) for start in starts]

    def send_again(self, from_seq: int) -> None:
        """Take rows from `from_seq` on as not sent (a new connection, or a gap on this one)."""
        self._next_sent = from_seq

    def acknowledged(self, durable: int) -> None:
        """Forget what is on the server's disk, and ticks that nothing cites any more."""
        while self._rows and self._rows[0].seq <= durable:
            self._rows.popleft()
        oldest = min(self._rows[0].tick if self._rows else self._echo.tick, self._open.tick)
        for n in [n for n in self._ticks if n < oldest]:
            del self._ticks[n]

    def _keep(self, row: Beat | Mark) -> None:
        self._rows.append(row)
        self._next_seq += 1

    def _envelope(self, play: str, at_ms: int, rows: list[Beat | Mark]) -> Rows:
        cited = sorted({row.tick for row in rows} | {self._echo.tick})
        epochs = [Epoch(EPOCH, self._clock.offset_ms, self._clock.began_ms)]
        ticks = [self._ticks[n] for n in cited]
        return Rows(play, self._clock.read(at_ms), EPOCH, self._echo, ticks, epochs, rows)


def _proof(tick: TickOut) -> TickProof:
    return TickProof(tick.n, tick.at_ms, tick.mac)


def _live(at_ms: int) -> int:
    return at_ms - BEHIND_LIVE_MS
