"""The step: one row of one play becomes proven time, or nothing, and the same row twice changes nothing.

Rows of a play form one dense sequence. `applied + 1` is applied, `≤ applied` is a repeat, anything later is a gap.
A well-addressed row that cannot be accepted is applied as rejected: it advances the sequence and earns nothing.
The whole state of the step is `Play`, which is stored with the rows it has seen. The rule of grades and caps is not
here: it is applied when reading.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from rollcall.domain.evidence.clock_map import DRIFT_PPM, ClockMap, Exchange, observe
from rollcall.domain.evidence.rows import Beat, Mark, Row, State
from rollcall.domain.evidence.spans import Span, earned, extended

LONGEST_BEAT_MS = 40_000
LATE_MS = 30_000
CLOCKS_KEPT = 8
LEAP_MS = 3_000
NODES_APART_MS = 200  # no two clocks of nodes that serve are further apart

Reason = Literal[
    "unknown_tick", "unknown_prompt", "epoch_went_back", "unknown_epoch", "backwards", "too_long", "lost"
]


@dataclass(frozen=True, slots=True)
class EpochStart:
    """Where an epoch began: on the player's monotonic clock and on its wall clock (`Date.now()`)."""

    from_ms: int
    wall_ms: int


@dataclass(frozen=True, slots=True)
class Envelope:
    """How a transmission arrived: the player's epoch at sending, and what it said of the epochs of its rows.

    `connected_ms`: until when the play could be asked, as it has proven by answering ticks; None = not known.
    """

    epoch: int
    arrival_ms: int
    epochs: Mapping[int, EpochStart]
    connected_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Last:
    """The row applied last: where it ended on the player's clock, and where that was mapped to."""

    epoch: int
    player_ms: int
    server_ms: int


@dataclass(frozen=True, slots=True)
class Play:
    """Everything the step knows of a play. `span` is the open one; `clocks` maps epochs that answered a tick.

    `node` is whose clock all moments are of, "" = it has no name or is not known.
    `ahead_ms`: how much playing is believed that its content has not shown yet.
    Clocks of epochs before the last applied row's are forgotten; of the rest, the newest are kept.
    """

    opened_ms: int
    applied: int = 0
    clocks: tuple[tuple[int, ClockMap], ...] = ()
    clock_steps: int = 0
    last: Last | None = None
    span: Span | None = None
    node: str = ""
    ahead_ms: int = 0


@dataclass(frozen=True, slots=True)
class Stored:
    """The row became part of this span, which is to be written (again)."""

    span: Span


@dataclass(frozen=True, slots=True)
class Marked:
    """The mark happened at `at_ms` (server time, clamped), within ± half of `bound_ms`."""

    mark: Mark
    at_ms: int
    bound_ms: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """The row is applied and earns nothing; the reason is kept and counted."""

    seq: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Repeated:
    """The row was applied before: nothing changes."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A row before this one is missing: the player has to send from `expected`."""

    expected: int


@dataclass(frozen=True, slots=True)
class Unplaced:
    """The row cannot be placed yet: its epoch has no bound before the player has answered a tick."""


Effect = Stored | Marked | Rejected | Repeated | Missing | Unplaced


def hear(play: Play, epoch: int, exchange: Exchange) -> Play:
    """Return the play after an answered tick: the map of `epoch` is made or narrowed."""
    clock, stepped = observe(_clock(play, epoch), exchange)
    others = [pair for pair in play.clocks if pair[0] != epoch and not _is_past(play, pair[0])]
    clocks = tuple(sorted([*others, (epoch, clock)])[-CLOCKS_KEPT:])
    return replace(play, clocks=clocks, clock_steps=play.clock_steps + stepped)


def hold_on(play: Play, node: str) -> Play:
    """Return the play as a node holds it: where its maps were made by another node's clock, with wider bounds."""
    if play.node == node:
        return play
    apart_ms = NODES_APART_MS if play.node else 0
    clocks = tuple((epoch, clock.widened(apart_ms)) for epoch, clock in play.clocks)
    return replace(play, clocks=clocks, node=node)


def _clock(play: Play, epoch: int) -> ClockMap | None:
    return next((clock for known, clock in play.clocks if known == epoch), None)


def _is_past(play: Play, epoch: int) -> bool:
    return play.last is not None and epoch < play.last.epoch


def step(play: Play, row: Row, envelope: Envelope) -> tuple[Play, Effect]:
    """Apply one row that arrived in `envelope`; pure, total over every input."""
    if row.seq != play.applied + 1:
        return play, Repeated() if row.seq <= play.applied else Missing(play.applied + 1)
    reason = _fault(play, row)
    if reason is not None:
        return replace(play, applied=row.seq), Rejected(row.seq, reason)
    now = _clock(play, envelope.epoch)
    if now is None:
        return play, Unplaced()
    mapping = _mapping(play, now, row.epoch, envelope)
    if mapping is None:
        return replace(play, applied=row.seq), Rejected(row.seq, "unknown_epoch")
    apply = _apply_beat if isinstance(row, Beat) else _apply_mark
    return apply(play, row, mapping, envelope)  # type: ignore[arg-type]


def lose(play: Play, first: int, last: int) -> tuple[Play, Effect]:
    """Pass over rows `first` to `last`, which the player no longer has: they earn nothing, later ones may."""
    if last <= play.applied:
        return play, Repeated()
    if first > play.applied + 1:
        return play, Missing(play.applied + 1)
    return replace(play, applied=last), Rejected(last, "lost")


def _fault(play: Play, row: Row) -> Reason | None:
    if row.tick_at_ms is None:
        return "unknown_tick"
    if play.last is not None and row.epoch < play.last.epoch:
        return "epoch_went_back"
    if isinstance(row, Mark):
        return "unknown_prompt" if row.is_unasked else None
    if row.from_ms > row.to_ms:
        return "backwards"
    return "too_long" if row.to_ms - row.from_ms > LONGEST_BEAT_MS else None


@dataclass(frozen=True, slots=True)
class _Mapping:
    offset_ms: float
    width_ms: int
    unverified: bool

    def to_server(self, player_ms: int) -> int:
        return round(player_ms + self.offset_ms)


def _mapping(play: Play, now: ClockMap, row_epoch: int, envelope: Envelope) -> _Mapping | None:
    """Return how the row's epoch is mapped, given the map `now` of the envelope's.

    An epoch that ended before any tick was answered in it is placed by the wall clocks noted at the epochs'
    starts; such time is unverified, because a wall clock is a claim and not a proof.
    """
    own = _clock(play, row_epoch)
    if own is not None:
        return _Mapping(own.offset_ms, own.width_ms, unverified=False)
    its, current = envelope.epochs.get(row_epoch), envelope.epochs.get(envelope.epoch)
    if its is None or current is None:
        return None
    start = now.to_server(current.from_ms) - (current.wall_ms - its.wall_ms)
    return _Mapping(start - its.from_ms, now.width_ms, unverified=True)


def _apply_beat(play: Play, beat: Beat, mapping: _Mapping, envelope: Envelope) -> tuple[Play, Effect]:
    start = _placed(play, beat, beat.from_ms, mapping, envelope.arrival_ms)
    end = max(start, min(mapping.to_server(beat.to_ms), envelope.arrival_ms))
    state, ahead_ms = earned(beat, play.ahead_ms)
    alone = _span_of(play, beat, state, mapping, (start, end), envelope)
    grown = extended(play.span, alone) if play.span is not None else None
    span = grown or alone
    last = Last(beat.epoch, beat.to_ms, end)
    after = replace(play, applied=beat.seq, last=last, span=span, ahead_ms=ahead_ms)
    return after, Stored(span)


def _apply_mark(play: Play, mark: Mark, mapping: _Mapping, envelope: Envelope) -> tuple[Play, Effect]:
    at = _placed(play, mark, mark.at_ms, mapping, envelope.arrival_ms)
    after = replace(play, applied=mark.seq, last=Last(mark.epoch, mark.at_ms, at))
    return after, Marked(mark, at, mapping.width_ms)


def _placed(play: Play, row: Row, player_ms: int, mapping: _Mapping, arrival_ms: int) -> int:
    """Return the server time of the row's start.

    Contiguous with the row before it on the player's clock: exactly where that one ended, so that lengths
    telescope. A map that has leapt further than an honest clock lets it is no reason to stretch a row over the time
    between: whoever answers ticks with chosen numbers could have an hour of absence covered by ten seconds of play.
    In any case not before the play was opened, a tick it cites, or the row before it; nor in the future.
    """
    assert row.tick_at_ms is not None
    last = play.last
    at = mapping.to_server(player_ms)
    if last is not None and (last.epoch, last.player_ms) == (row.epoch, player_ms):
        drift_ms = (arrival_ms - last.server_ms) * DRIFT_PPM // 1_000_000
        at = last.server_ms if at - last.server_ms <= LEAP_MS + drift_ms else at
    before = last.server_ms if last is not None else play.opened_ms
    return min(max(at, before, play.opened_ms, row.tick_at_ms), arrival_ms)


def _is_late(end_ms: int, envelope: Envelope) -> bool:
    """Tell whether time is no live evidence: it arrived late, or long after its play could last be asked.

    Who only uploads, or leaves ticks unanswered, cannot be asked whether they are there, however soon they report.
    """
    connected_ms = envelope.connected_ms
    return envelope.arrival_ms - end_ms > LATE_MS or (
        connected_ms is not None and end_ms - connected_ms > LATE_MS
    )


def _span_of(
    play: Play, beat: Beat, state: State, mapping: _Mapping, mapped: tuple[int, int], envelope: Envelope
) -> Span:
    return Span(
        ordinal=play.span.ordinal + 1 if play.span is not None else 1,
        epoch=beat.epoch,
        state=state,
        visible=beat.visible,
        muted=beat.muted,
        rate=beat.rate,
        late=_is_late(mapped[1], envelope),
        unverified=mapping.unverified,
        first_seq=beat.seq,
        last_seq=beat.seq,
        player_from_ms=beat.from_ms,
        player_to_ms=beat.to_ms,
        content_from_ms=beat.content_from_ms,
        content_to_ms=beat.content_to_ms,
        start_ms=mapped[0],
        end_ms=mapped[1],
        first_arrival_ms=envelope.arrival_ms,
        last_arrival_ms=envelope.arrival_ms,
        bound_ms=mapping.width_ms,
    )
