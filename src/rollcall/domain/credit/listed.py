"""Time that is listed beside the credit: hidden, muted, paused, stalled, behind, and on several plays at once.

All of it inside sessions, of whatever grade, each a union of its own; it changes no credit.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rollcall.domain.credit.grades import is_behind
from rollcall.domain.credit.spans import Session, Watching, inside
from rollcall.domain.intervals import Intervals, intersect, length, union
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

    def inside_ms(chosen: Iterable[Watching]) -> int:
        return length(inside(chosen, sessions, now_ms))

    playing = [span for span in spans if span.state == "playing"]
    return Listed(
        hidden_ms=inside_ms(span for span in playing if not span.visible),
        muted_ms=inside_ms(span for span in playing if span.muted),
        paused_ms=inside_ms(span for span in spans if span.state == "paused"),
        stalled_ms=inside_ms(span for span in spans if span.state == "stalled"),
        behind_ms=inside_ms(span for span in playing if is_behind(span, rules)),
        overlap_ms=_overlap_ms(playing, sessions, now_ms),
    )


def _overlap_ms(playing: Iterable[Watching], sessions: Sequence[Session], now_ms: int) -> int:
    by_play: dict[int, list[Watching]] = defaultdict(list)
    for span in playing:
        by_play[span.play].append(span)
    if len(by_play) < 2:
        return 0
    seen: Intervals = ()
    twice: Intervals = ()
    for played in by_play.values():
        moments = inside(played, sessions, now_ms)
        twice = union(twice + intersect(seen, moments))
        seen = union(seen + moments)
    return length(twice)
