"""The rows of one play that are not on the server's disk yet, and the envelopes that carry them."""

from collections import deque
from collections.abc import Iterable
from typing import TypeVar

from rollcall.cli.simulate.page.recorder import Row
from rollcall.wire.viewer_in import Echo, Epoch, Rows, TickProof
from rollcall.wire.viewer_out import TickOut

ROWS_AT_ONCE = 150
Proof = TypeVar("Proof", TickProof, Epoch)


class Journal:
    """Keeps rows with the ticks and epochs that prove them until they are durable."""

    def __init__(self) -> None:
        self._rows: deque[Row] = deque()
        self._ticks: dict[int, TickProof] = {}
        self._epochs: dict[int, Epoch] = {}
        self._next_sent = 1

    @property
    def waiting(self) -> int:
        """How many rows are not acknowledged yet."""
        return len(self._rows)

    def keep(self, rows: Iterable[Row]) -> None:
        """Take rows just closed."""
        self._rows.extend(rows)

    def heard(self, tick: TickOut) -> None:
        """Remember a tick exactly as it was sent."""
        self._ticks[tick.n] = TickProof(tick.n, tick.at_ms, tick.mac)

    def began(self, epoch: Epoch) -> None:
        """Remember where an epoch of the player's clock began."""
        self._epochs.setdefault(epoch.epoch, epoch)

    def send_again(self, from_seq: int) -> None:
        """Take rows from `from_seq` on as not sent (a new connection, or a gap on this one)."""
        self._next_sent = from_seq

    def unsent(self) -> list[list[Row]]:
        """Return all rows not sent on this connection, in portions; they count as sent now."""
        rows = [row for row in self._rows if row.seq >= self._next_sent]
        if rows:
            self._next_sent = rows[-1].seq + 1
        return [rows[start : start + ROWS_AT_ONCE] for start in range(0, len(rows), ROWS_AT_ONCE)]

    def acknowledged(self, durable: int, oldest_tick: int, epoch: int) -> None:
        """Forget what is on the server's disk, and what nothing cites any more."""
        while self._rows and self._rows[0].seq <= durable:
            self._rows.popleft()
        if self._rows:
            oldest_tick, epoch = min(oldest_tick, self._rows[0].tick), min(epoch, self._rows[0].epoch)
        for n in [n for n in self._ticks if n < oldest_tick]:
            del self._ticks[n]
        for n in [n for n in self._epochs if n < epoch]:
            del self._epochs[n]

    def envelope(self, play: str, sent_ms: int, epoch: int, echo: Echo | None, rows: list[Row]) -> Rows:
        """Return the envelope of these rows with all that proves them."""
        cited = {row.tick for row in rows} | ({echo.tick} if echo else set())
        epochs = {row.epoch for row in rows} | {epoch}
        return Rows(play, sent_ms, epoch, echo, _pick(self._ticks, cited), _pick(self._epochs, epochs), rows)


def _pick(known: dict[int, Proof], wanted: set[int]) -> list[Proof]:
    return [known[n] for n in sorted(wanted) if n in known]
