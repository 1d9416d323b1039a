"""The caps of late time: `gap_ms` of each gap, and `late_percent` of the length of all sessions of a media together.

A gap is of one play and a play of one media, so room is led from a media to its gaps and from these to moments. How
the length is cut into sessions is not seen here, so no cut can change what counts. It knows nothing of what proves a
moment.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from rollcall.domain.credit.grades import Gap
from rollcall.domain.flow import SOURCE, Edge, Node
from rollcall.domain.ids import MediaNo
from rollcall.domain.intervals import Interval, Intervals, length
from rollcall.domain.rules import Rules

GapOf: TypeAlias = tuple[MediaNo, Gap]
Windows: TypeAlias = Iterable[tuple[MediaNo, Interval]]


@dataclass(frozen=True, slots=True)
class Caps:
    """How much late time each gap and each media lets through."""

    gap_ms: int
    room_ms: Mapping[MediaNo, int]

    def hold(self, late: Iterable[tuple[GapOf, Intervals]]) -> bool:
        """Tell whether all these moments lie within the caps, which then change nothing."""
        gaps: dict[GapOf, Intervals] = defaultdict(tuple)
        media: dict[MediaNo, Intervals] = defaultdict(tuple)
        for of, moments in late:
            gaps[of] += moments
            media[of[0]] += moments
        return all(length(moments) <= self.gap_ms for moments in gaps.values()) and all(
            length(moments) <= self.room_ms[no] for no, moments in media.items()
        )

    def ways(self, to: Node, lasts_ms: int, gaps: Iterable[GapOf]) -> dict[Edge, int]:
        """Return the ways from the source to a moment that is late in these gaps."""
        ways: dict[Edge, int] = {}
        for of in gaps:
            media, gap = ("media", of[0]), ("gap", of)
            ways |= {(SOURCE, media): self.room_ms[of[0]], (media, gap): self.gap_ms, (gap, to): lasts_ms}
        return ways


def caps(windows: Windows, rules: Rules) -> Caps:
    """Return the caps of the media whose sessions these are, of the clock or of content."""
    lengths: dict[MediaNo, list[Interval]] = defaultdict(list)
    for no, window in windows:
        lengths[no].append(window)
    return Caps(rules.gap_ms, {no: length(of) * rules.late_percent // 100 for no, of in lengths.items()})
