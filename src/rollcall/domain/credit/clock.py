"""What counts in sessions of the server's clock, with the caps of late time.

Late time counts only where no live evidence of the participant does: of all choices within the caps the most, the
earliest first. Time in outages, and what a reviewer promoted, has no cap and uses none up. Whatever late time is left
over is unverified. A stop voids the time of the User ID that it stopped, so that a participant of several has what each
of them was told that they have.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TypeAlias

from rollcall.domain.credit.caps import Caps, GapOf, caps
from rollcall.domain.credit.grades import Graded
from rollcall.domain.credit.proof import Proof
from rollcall.domain.credit.spans import Standing, Watching
from rollcall.domain.flow import SINK, Edge, fill
from rollcall.domain.ids import MediaNo, UserId
from rollcall.domain.intervals import Interval, Intervals, intersect, subtract, union
from rollcall.domain.rules import Rules

Windows: TypeAlias = Sequence[tuple[MediaNo, Interval]]


def proven_by_clock(graded: Graded, windows: Windows, standing: Standing, rules: Rules) -> Proof:
    """Return what counts of these spans in these sessions."""
    live = _inside(graded.live, windows)
    believed = _believed(graded, windows, standing)
    counted = union(
        moment
        for user_id, moments in believed.items()
        for moment in subtract(moments, standing.voided(user_id))
    )
    late = [span for _, span in graded.late]
    weak = _inside(late + graded.unverified, windows) + intersect(live, standing.disbelieved)
    promoted = _promoted(graded, windows, standing)
    recovered = _recovered(graded, windows, standing, believed, union(counted + promoted), rules)
    everything = union(counted + promoted + recovered)
    return Proof(
        everything,
        counted,
        subtract(chain.from_iterable(believed.values()), everything),
        subtract(weak, everything),
    )


def _believed(graded: Graded, windows: Windows, standing: Standing) -> dict[UserId, Intervals]:
    """Return the live time of each User ID, stopped or not."""
    live: dict[UserId, list[Watching]] = defaultdict(list)
    for span in graded.live:
        live[span.user_id].append(span)
    return {
        user_id: subtract(_inside(spans, windows), standing.disbelieved) for user_id, spans in live.items()
    }


def _inside(spans: Sequence[Watching], windows: Windows) -> Intervals:
    return union(
        moments for no in {no for no, _ in windows} for moments in intersect(_at(spans, no), _of(windows, no))
    )


def _at(spans: Sequence[Watching], media_no: MediaNo) -> list[Interval]:
    return [span.moments for span in spans if span.media_no == media_no]


def _of(windows: Windows, media_no: MediaNo) -> list[Interval]:
    return [window for no, window in windows if no == media_no]


def _promoted(graded: Graded, windows: Windows, standing: Standing) -> Intervals:
    """Return the unverified moments that a reviewer's word makes count."""
    weak = [span for _, span in graded.late] + graded.unverified
    return union(
        moments
        for no, promoted in standing.promoted.items()
        for moments in intersect(
            intersect(_at(weak, no) + list(intersect(_at(graded.live, no), standing.disbelieved)), promoted),
            _of(windows, no),
        )
    )


def _recovered(
    graded: Graded,
    windows: Windows,
    standing: Standing,
    believed: Mapping[UserId, Intervals],
    counted: Intervals,
    rules: Rules,
) -> Intervals:
    """Return the late moments that count beside those `counted`, where the same User ID has no live time."""
    gaps: dict[GapOf, list[Interval]] = defaultdict(list)
    for gap, span in graded.late:
        gaps[span.media_no, gap].append(span.moments)
    late = {
        (no, gap): subtract(moments, standing.shut(gap.user_id, gap.heard_ms))
        for (no, gap), moments in gaps.items()
    }
    new = _beside(late, windows, believed, counted)
    free = union(
        moment
        for (no, _), moments in new.items()
        for moment in intersect(moments, standing.outages.get(no, ()))
    )
    limited = {of: subtract(moments, free) for of, moments in new.items()}
    rest = {
        (no, gap): left
        for (no, gap), moments in late.items()
        if (left := intersect(moments, limited[no, gap.user_id]))
    }
    return union([*free, *_within(caps(windows, rules), rest)])


def _beside(
    late: Mapping[GapOf, Intervals],
    windows: Windows,
    believed: Mapping[UserId, Intervals],
    counted: Intervals,
) -> dict[tuple[MediaNo, UserId], Intervals]:
    """Return the late moments of each User ID at each media that nothing better covers."""
    whose: dict[tuple[MediaNo, UserId], Intervals] = defaultdict(tuple)
    for (no, gap), moments in late.items():
        whose[no, gap.user_id] += moments
    return {
        (no, user_id): subtract(intersect(moments, _of(windows, no)), counted + believed.get(user_id, ()))
        for (no, user_id), moments in whose.items()
    }


def _within(limits: Caps, late: dict[GapOf, Intervals]) -> Sequence[Interval]:
    """Return the most of these moments that fits the caps, the earliest first."""
    if limits.hold(late.items()):
        return [moment for moments in late.values() for moment in moments]
    pieces = _pieces(late)
    capacity: dict[Edge, int] = {}
    for piece, gaps in pieces:
        lasts_ms = piece.end - piece.start
        capacity |= limits.ways(piece, lasts_ms, gaps) | {(piece, SINK): lasts_ms}
    taken = fill(capacity, [(piece, SINK) for piece, _ in pieces])
    return [Interval(piece.start, piece.start + ms) for (piece, _), ms in zip(pieces, taken, strict=True)]


def _pieces(late: dict[GapOf, Intervals]) -> list[tuple[Interval, list[GapOf]]]:
    """Cut late time at every edge, so that each piece is in the same gaps from end to end."""
    cuts = sorted({edge for moments in late.values() for moment in moments for edge in moment})
    holding: dict[int, list[GapOf]] = defaultdict(list)
    for of, moments in late.items():
        for start, end in moments:
            for number in range(bisect_left(cuts, start), bisect_left(cuts, end)):
                holding[number].append(of)
    return [(Interval(cuts[number], cuts[number + 1]), holding[number]) for number in sorted(holding)]
