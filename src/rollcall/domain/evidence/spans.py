"""Spans: proven stretches of server time in one state, grown row by row and never closed at "now".

A span is extended while nothing about it changes and both clocks (the player's and the content's) continue;
otherwise the next one begins. It is an ordinary stored row whose end grows, so every write is idempotent.
"""

from dataclasses import dataclass, replace
from math import ceil

from rollcall.domain.evidence.rows import Beat, State

CONTINUITY_MS = 500
SLOWEST_RATE = 0.25
LENT_MS = 500


@dataclass(frozen=True, slots=True)
class Span:
    """`[start_ms, end_ms)` of server time. `bound_ms`: width of the clock bound, the widest seen."""

    ordinal: int
    epoch: int
    state: State
    visible: bool
    muted: bool
    rate: float
    late: bool
    unverified: bool
    first_seq: int
    last_seq: int
    player_from_ms: int
    player_to_ms: int
    content_from_ms: int
    content_to_ms: int
    start_ms: int
    end_ms: int
    first_arrival_ms: int
    last_arrival_ms: int
    bound_ms: int


def extended(span: Span, by: Span) -> Span | None:
    """Return `span` grown by the span of the next beat alone, or None when a new span has to begin."""
    if not (_alike(span, by) and _continues(span, by)):
        return None
    return replace(
        span,
        last_seq=by.last_seq,
        player_to_ms=by.player_to_ms,
        content_to_ms=by.content_to_ms,
        end_ms=by.end_ms,
        last_arrival_ms=by.last_arrival_ms,
        bound_ms=max(span.bound_ms, by.bound_ms),
    )


def _alike(a: Span, b: Span) -> bool:
    return (a.epoch, a.state, a.visible, a.muted, a.rate, a.late, a.unverified) == (
        b.epoch, b.state, b.visible, b.muted, b.rate, b.late, b.unverified
    )  # fmt: skip


def _continues(span: Span, by: Span) -> bool:
    return (
        abs(by.player_from_ms - span.player_to_ms) <= CONTINUITY_MS
        and abs(by.content_from_ms - span.content_to_ms) <= CONTINUITY_MS
        and by.start_ms == span.end_ms
    )


def earned(beat: Beat, ahead_ms: int) -> tuple[State, int]:
    """Return the state that `beat` proves, and by how much its play is believed ahead of its content from then on.

    `playing` whose content advanced by less than half of its time is `stalled`. Positions move in steps, so what is
    missing is lent up to `LENT_MS`, and paid back by content that advances as the clock does. Only time pays: no jump
    does, however far, and no pause or seek lets anybody off. Nothing is lent for what is stalled, which earns nothing.
    A rate of nothing is no excuse: what plays moves.
    """
    if beat.state != "playing":
        return beat.state, ahead_ms
    length = beat.to_ms - beat.from_ms
    claimed = ceil(length * min(max(beat.rate, SLOWEST_RATE), 1.0))
    owed = ahead_ms + claimed - 2 * min(beat.content_to_ms - beat.content_from_ms, length)
    return ("playing", max(0, owed)) if owed <= LENT_MS else ("stalled", ahead_ms)
