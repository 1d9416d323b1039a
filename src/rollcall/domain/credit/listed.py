"""Time that is listed beside the credit: hidden, muted, paused, stalled, behind, and on several plays at once.

All of it inside sessions, of whatever grade, each a union of its own; it changes no credit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rollcall.domain.credit.grades import is_behind
from rollcall.domain.credit.spans import Session, Watching, inside
from rollcall.domain.intervals import Interval, Intervals, intersect, length, union
from rollcall.domain.rules import Rules


@dataclass(frozen=True, slots=True)
class Listed:
    """Lengths of unions. `hidden`, `muted`, `behind`: while playing; `overlap`: two plays or more played."""

    hidden_ms: int = 0
    muted_ms: int = 0
    paused_ms: int = 0
    stalled_ms: int = 0
    behind_ms: int = 0
    overlap_ms: int = 0


def listed(spans: Sequence[Watching], sessions: Sequence[Session], now_ms: int, rules: Rules) -> Listed:
    """Return what is listed of one user's spans in these sessions."""
    parts = [(span, inside(span, sessions, now_ms)) for span in spans]
    playing = [(span, moments) for span, moments in parts if span.state == "playing"]
    return Listed(
        hidden_ms=_long(moments for span, moments in playing if not span.visible),
        muted_ms=_long(moments for span, moments in playing if span.muted),
        paused_ms=_long(moments for span, moments in parts if span.state == "paused"),
        stalled_ms=_long(moments for span, moments in parts if span.state == "stalled"),
        behind_ms=_long(moments for span, moments in playing if is_behind(span, rules)),
        overlap_ms=_overlap_ms(playing),
    )


def _overlap_ms(playing: Sequence[tuple[Watching, Sequence[Interval]]]) -> int:
    by_play: dict[int, Intervals] = {}
    for span, moments in playing:
        by_play[span.play] = union((*by_play.get(span.play, ()), *moments))
    seen: Intervals = ()
    twice: Intervals = ()
    for moments in by_play.values():
        twice = union((*twice, *intersect(seen, moments)))
        seen = union((*seen, *moments))
    return length(twice)


def _long(parts: Iterable[Sequence[Interval]]) -> int:
    return length(moment for moments in parts for moment in moments)
