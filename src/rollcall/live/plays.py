"""The plays that this process holds: their step state, what of it waits for the disk, and who is to be told.

`applied` is the sequence number up to which rows are applied here, `durable` up to which they are on disk; only the
latter is ever acknowledged. Mutable, owned by the event loop. It knows neither SQL nor sockets.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from rollcall.domain.checks.proof import was_sent
from rollcall.domain.credit.spans import Slice
from rollcall.domain.evidence.clock_map import Exchange
from rollcall.domain.evidence.rows import OF_A_PROMPT, Beat, Mark, Row
from rollcall.domain.evidence.spans import Span
from rollcall.domain.evidence.step import (
    Envelope,
    EpochStart,
    Marked,
    Missing,
    Play,
    Rejected,
    Repeated,
    Stored,
    Unplaced,
    hear,
    lose,
    step,
)
from rollcall.domain.evidence.tick import Tick, is_genuine
from rollcall.domain.ids import CheckId, EventNo, MediaCode, MediaNo, PlayId, PlayNo, ProjectNo, UserId
from rollcall.domain.intervals import Interval
from rollcall.live.arrivals import Offers
from rollcall.live.reel import Proof
from rollcall.live.watch import Watch
from rollcall.wire import viewer_in
from rollcall.wire.close import Close


class ProofKeys(NamedTuple):
    """With what the installation proves to players what it sent them, and checks what they cite."""

    ticks: bytes
    prompts: bytes


@dataclass(slots=True, eq=False)
class LivePlay:
    """One play in this process. `tell_durable(seq)` is called after each commit that contains rows of it.

    `connected_ms`: until when it could be asked: when the newest tick was sent that it answered over the connection by
    which it came; 0 = never yet, None = not known. `told`: what the connection that holds it has told its player.

    Once `dropped` it is dead: what waits of it is never written, and nothing more may be applied to it, because
    later rows would be stored without the ones that were lost with the commit.
    """

    no: PlayNo
    code: PlayId
    project_no: ProjectNo
    event_no: EventNo
    media_no: MediaNo
    media_code: MediaCode
    user_id: UserId
    generation: int
    rejected: int
    lost: int
    state: Play
    durable: int
    tell_durable: Callable[[int], None]
    give_up: Callable[[Close], None]  # somebody else holds the play now, or it could not be stored
    upload_key_hash: bytes = b""
    next_tick: int = 0
    dropped: Close | None = None
    last_arrival_ms: int = 0
    connected_ms: int | None = None
    waiting_rows: int = 0
    since_ms: int | None = None  # from when the time is that waits
    spans: dict[int, Span] = field(default_factory=dict)
    proven: list[Proof] = field(default_factory=list)  # the stretches of playing of live grade
    marks: list[Marked] = field(default_factory=list)
    watch: Watch = field(default_factory=Watch)
    told: Offers | None = None
    _waiters: list[tuple[int, asyncio.Future[None]]] = field(default_factory=list, init=False)

    def stored(self, seq: int) -> None:
        """Note that every row up to `seq` is on disk, and say so."""
        self.durable = seq
        self.tell_durable(seq)
        self._wake()

    def drop(self, why: Close) -> None:
        """Give the play up: its players have to send again what is not durable."""
        if self.dropped is None:
            self.dropped = why
            self.give_up(why)
            self._wake()

    async def until_durable(self, seq: int) -> bool:
        """Return True once every row up to `seq` is on disk, False when the play was dropped before."""
        if self.durable < seq and self.dropped is None:
            told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.append((seq, told))
            await told
        return self.durable >= seq

    def is_awaited(self) -> bool:
        """Return whether somebody waits for rows of it to become durable."""
        return bool(self._waiters)

    def make_tick(self, now_ms: int) -> Tick:
        """Return the next tick of the play."""
        self.next_tick += 1
        return Tick(self.next_tick - 1, now_ms)

    def _wake(self) -> None:
        done = [waiter for waiter in self._waiters if waiter[0] <= self.durable or self.dropped is not None]
        self._waiters = [waiter for waiter in self._waiters if waiter not in done]
        for _, told in done:
            if not told.done():  # who waited may have gone
                told.set_result(None)


@dataclass(slots=True)
class Received:
    """What an envelope did: `expected` when rows have to be sent again from there.

    `needs_tick`: they could not be placed, because no tick was answered in the present epoch of the player's clock.
    """

    applied_rows: int = 0
    expected: int | None = None
    needs_tick: bool = False


def receive(
    play: LivePlay, message: viewer_in.Rows, keys: ProofKeys, arrival_ms: int, offers: Offers | None
) -> Received:
    """Apply one envelope to the play. Ticks and prompts whose mac is wrong count as not cited.

    `offers`: what the connection told the player that it came by; None = it was uploaded, which proves of nobody that
    they could be asked, but that a player whose connection stands speaks.
    """
    ticks = {
        tick.n: tick.at_ms
        for tick in message.ticks
        if is_genuine(keys.ticks, play.code, Tick(tick.n, tick.at_ms), tick.mac)
    }
    play.last_arrival_ms = arrival_ms
    if message.echo is not None and message.echo.tick in ticks:
        exchange = Exchange(ticks[message.echo.tick], message.echo.received_ms, message.sent_ms, arrival_ms)
        steps = play.state.clock_steps
        play.state = hear(play.state, message.epoch, exchange)
        play.watch.exchange(message.epoch, exchange, play.state.clock_steps - steps)
        answered_ms = (
            offers.answered(Tick(message.echo.tick, ticks[message.echo.tick])) if offers is not None else None
        )
        if answered_ms is not None:
            play.connected_ms = max(play.connected_ms or 0, answered_ms)
    if play.told is not None and message.rows:
        play.told.spoken(arrival_ms)
    epochs = {epoch.epoch: EpochStart(epoch.from_ms, epoch.wall_ms) for epoch in message.epochs}
    envelope = Envelope(message.epoch, arrival_ms, epochs, play.connected_ms)
    received = Received()
    for row in message.rows:
        known = _known(row, ticks.get(row.tick), play.code, keys.prompts)
        if not _apply(play, known, envelope, received):
            break
    return received


def receive_lost(play: LivePlay, message: viewer_in.Lost, arrival_ms: int) -> Received:
    """Pass over rows that the player can never send; how many is kept."""
    play.last_arrival_ms = arrival_ms
    before = play.state.applied
    play.state, effect = lose(play.state, message.first, message.last)
    match effect:
        case Missing(expected):
            return Received(expected=expected)
        case Rejected():
            play.lost += play.state.applied - before
            play.watch.lost(play.state.applied - before, arrival_ms)
            play.waiting_rows += 1
            return Received(applied_rows=1)
        case _:
            return Received()


def _apply(play: LivePlay, row: Row, envelope: Envelope, received: Received) -> bool:
    """Apply one row and return whether the next may follow."""
    before_ms = play.state.last.server_ms if play.state.last is not None else 0
    before = play.state.span
    play.state, effect = step(play.state, row, envelope)
    match effect:
        case Repeated():
            return True
        case Missing(expected):
            received.expected = expected
            return False
        case Unplaced():
            received.expected, received.needs_tick = play.state.applied + 1, True
            return False
        case Stored(span):
            play.spans[span.ordinal] = span
            began_ms = max(before_ms, span.start_ms)
            play.since_ms = began_ms if play.since_ms is None else min(play.since_ms, began_ms)
            if isinstance(row, Beat):
                play.watch.beat(row, span.end_ms, span.state, begins=span.first_seq == row.seq)
                if span.state == "playing" and not span.unverified and not span.late:
                    play.proven.append(_proof(play.no, before, span, began_ms))
        case Marked(mark, at_ms):
            play.marks.append(effect)
            play.watch.mark(mark, at_ms)
        case Rejected(_, reason):
            play.rejected += 1
            play.watch.rejected(reason, envelope.arrival_ms)
    received.applied_rows += 1
    play.waiting_rows += 1
    return True


def _proof(play: PlayNo, before: Span | None, span: Span, began_ms: int) -> Proof:
    """Return what a row proves that ends `span`: as credit sees it, with whatever content the span has grown over."""
    whole = Slice(Interval(span.start_ms, span.end_ms), Interval(span.content_from_ms, span.content_to_ms))
    grew = before is not None and before.ordinal == span.ordinal
    since_ms = before.content_to_ms if before is not None and grew else span.content_from_ms
    content = Interval(min(since_ms, span.content_to_ms), span.content_to_ms)
    return Proof(Slice(Interval(began_ms, span.end_ms), content), (play, span.ordinal), whole)


def _known(row: viewer_in.Beat | viewer_in.Mark, tick_at_ms: int | None, play: PlayId, key: bytes) -> Row:
    """Return a row with what it proved; the tick that it cites was sent at `tick_at_ms`, if it was."""
    if isinstance(row, viewer_in.Beat):
        return _beat(row, tick_at_ms)
    return _mark(row, tick_at_ms, _proven_issue(row, play, key))


def _proven_issue(row: viewer_in.Mark, play: PlayId, key: bytes) -> int | None:
    """Return the issue of a prompt that the row proves to have been sent to this play."""
    if row.mark not in OF_A_PROMPT or row.issued_at_ms is None or row.mac is None:
        return None
    genuine = was_sent(key, play, CheckId(row.check), row.issued_at_ms, row.mac)
    return row.issued_at_ms if genuine else None


def _mark(row: viewer_in.Mark, tick_at_ms: int | None, issued_ms: int | None) -> Mark:
    return Mark(
        row.seq,
        row.epoch,
        tick_at_ms,
        row.at_ms,
        row.mark,
        row.check,
        row.visible,
        row.trusted,
        row.answer,
        row.pointer,
        issued_ms,
    )


def _beat(row: viewer_in.Beat, tick_at_ms: int | None) -> Beat:
    return Beat(
        row.seq,
        row.epoch,
        tick_at_ms,
        row.from_ms,
        row.to_ms,
        row.media_from_ms,
        row.media_to_ms,
        row.state,
        row.visible,
        row.muted,
        row.rate,
    )
