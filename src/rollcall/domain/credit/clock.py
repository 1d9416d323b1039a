"""What counts in sessions of the server's clock, with the caps of late time.

Late time counts only where no live evidence of the participant does: at most `gap_ms` of each gap and
`session_percent` of each session, and of all choices within both the most, the earliest first. Time in outages, and
what a reviewer promoted, has no cap and uses none up. Whatever late time is left over is unverified.
"""

import itertools
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from rollcall.domain.credit.grades import Gap, Graded
from rollcall.domain.credit.proof import Proof
from rollcall.domain.credit.spans import Standing, Watching
from rollcall.domain.flow import SINK, SOURCE, Edge, fill
from rollcall.domain.ids import MediaNo
from rollcall.domain.intervals import Interval, Intervals, intersect, length, subtract, union
from rollcall.domain.rules import Rules

Windows: TypeAlias = Sequence[tuple[MediaNo, Interval]]


class _Piece(NamedTuple):
    """A stretch of late time that lies in the same gaps and sessions from its first moment to its last."""

    moments: Interval
    gaps: list[Gap]
    sessions: list[int]


def proven_by_clock(graded: Graded, windows: Windows, standing: Standing, rules: Rules) -> Proof:
    """Return what counts of these spans in these sessions."""
    live = _inside(graded.live, windows)
    believed = subtract(live, standing.disbelieved)
    counted = subtract(believed, standing.voided)
    late = [span for _, span in graded.late]
    weak = _inside(late + graded.unverified, windows) + intersect(live, standing.disbelieved)
    promoted = _promoted(graded, windows, standing)
    recovered = _recovered(graded, windows, standing, union(believed + promoted), rules)
    everything = union(counted + promoted + recovered)
    return Proof(
        everything,
        counted,
        subtract(intersect(believed, standing.voided), everything),
        subtract(weak, everything),
    )


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
    graded: Graded, windows: Windows, standing: Standing, known: Intervals, rules: Rules
) -> Intervals:
    """Return the late moments that count beside those `known`."""
    gaps: dict[tuple[MediaNo, Gap], list[Interval]] = defaultdict(list)
    for gap, span in graded.late:
        gaps[span.media_no, gap].append(span.moments)
    free: list[Interval] = []
    capped: dict[tuple[MediaNo, Gap], Intervals] = {}
    for (no, gap), moments in gaps.items():
        new = subtract(subtract(intersect(moments, _of(windows, no)), known), standing.disbelieved)
        outages = standing.outages.get(no, ())
        free += intersect(new, outages)
        capped[no, gap] = subtract(new, outages)
    rest = {key: subtract(moments, free) for key, moments in capped.items()}
    return union([*free, *_within_caps(rest, windows, rules)])


def _within_caps(
    late: dict[tuple[MediaNo, Gap], Intervals], windows: Windows, rules: Rules
) -> Sequence[Interval]:
    """Return the most of these moments that fits the caps, the earliest first."""
    everything = [moment for moments in late.values() for moment in moments]
    room = [(window.end - window.start) * rules.session_percent // 100 for _, window in windows]
    fits = all(length(moments) <= rules.gap_ms for moments in late.values()) and all(
        length(intersect(everything, (window,))) <= most
        for most, (_, window) in zip(room, windows, strict=True)
    )
    if fits:
        return everything
    pieces = _pieces(late, windows)
    capacity: dict[Edge, int] = {}
    for number, (moments, gaps, sessions) in enumerate(pieces):
        lasts_ms = moments.end - moments.start
        capacity[("in", number), ("out", number)] = lasts_ms
        for gap in gaps:
            capacity[SOURCE, ("gap", gap)] = rules.gap_ms
            capacity[("gap", gap), ("in", number)] = lasts_ms
        for session in sessions:
            capacity[("out", number), ("session", session)] = lasts_ms
            capacity[("session", session), SINK] = room[session]
    taken = fill(capacity, [(("in", number), ("out", number)) for number in range(len(pieces))])
    return [Interval(p.moments.start, p.moments.start + ms) for p, ms in zip(pieces, taken, strict=True)]


def _pieces(late: dict[tuple[MediaNo, Gap], Intervals], windows: Windows) -> list[_Piece]:
    """Cut late time at every edge, so that each piece is in as many gaps and sessions from end to end."""
    edges = {edge for moments in late.values() for moment in moments for edge in moment}
    edges |= {edge for _, window in windows for edge in window}
    cuts = sorted(edges)
    pieces = []
    for start, end in itertools.pairwise(cuts):
        holding = [key for key, moments in late.items() if any(a <= start < b for a, b in moments)]
        media = {no for no, _ in holding}
        sessions = [
            position for position, (no, (a, b)) in enumerate(windows) if no in media and a <= start < b
        ]
        if holding and sessions:
            pieces.append(_Piece(Interval(start, end), [gap for _, gap in holding], sessions))
    return pieces
