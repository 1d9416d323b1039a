"""Pairs moments of the clock with moments of content, each used once: the most, and the earliest moments first.

A pairing is a maximum flow: from the clock, directly or through the caps of late time, over a slice to the content.
Slices that share neither clock nor content with others are worth the shorter of their sides, so most of them need no
flow.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rollcall.domain.credit.caps import Caps
from rollcall.domain.credit.grades import Gap
from rollcall.domain.flow import SINK, SOURCE, Edge, fill
from rollcall.domain.ids import MediaNo
from rollcall.domain.intervals import Interval, Intervals, union


class Claim(NamedTuple):
    """A slice that may count at these moments; a late one within the caps of its gap."""

    media_no: MediaNo
    moments: Intervals
    content: Interval
    gap: Gap | None


def paired(claims: Iterable[Claim], limits: Caps) -> Intervals:
    """Return the moments that can be paired within the caps of late time."""
    usable = [claim for claim in claims if claim.moments]
    if limits.hold(((c.media_no, c.gap), c.moments) for c in usable if c.gap is not None):
        groups = _groups([claim._replace(gap=None) for claim in usable])
        return union(moment for group in groups for moment in _matched(group, limits))
    return union(_matched(usable, limits))


def _groups(claims: Sequence[Claim]) -> list[list[Claim]]:
    """Part the claims so that no two groups share a moment of clock or content."""
    leader = list(range(len(claims)))

    def leading(number: int) -> int:
        while leader[number] != number:
            number = leader[number]
        return number

    stretches = [(0, moment, number) for number, claim in enumerate(claims) for moment in claim.moments]
    stretches += [(claim.media_no + 1, claim.content, number) for number, claim in enumerate(claims)]
    axis, reach, last = -1, 0, 0
    for of, (start, end), number in sorted(stretches):
        if of == axis and start < reach:
            leader[leading(number)] = leading(last)
        if of != axis or end > reach:
            axis, reach, last = of, end, number
    groups: dict[int, list[Claim]] = defaultdict(list)
    for number, claim in enumerate(claims):
        groups[leading(number)].append(claim)
    return list(groups.values())


def _matched(claims: Sequence[Claim], limits: Caps) -> list[Interval]:
    if len(claims) == 1 and claims[0].gap is None:
        return _first(claims[0].moments, claims[0].content.end - claims[0].content.start)
    moments = _pieces(moment for claim in claims for moment in claim.moments)
    capacity: dict[Edge, int] = {}
    for number, piece in enumerate(moments):
        holding = [c for c in claims if any(start <= piece.start < end for start, end in c.moments)]
        capacity |= _to_clock(number, piece, holding, limits)
        for claim in holding:
            capacity[("clock", number), claim] = piece.end - piece.start
    capacity |= _to_content(claims)
    flows = fill(capacity, [(("moment", number), ("clock", number)) for number in range(len(moments))])
    return [Interval(piece.start, piece.start + used) for piece, used in zip(moments, flows, strict=True)]


def _first(moments: Intervals, most: int) -> list[Interval]:
    taken = []
    for start, end in moments:
        taken.append(Interval(start, min(end, start + most)))
        most -= taken[-1].end - start
    return taken


def _to_clock(number: int, piece: Interval, holding: Sequence[Claim], limits: Caps) -> dict[Edge, int]:
    """Return the ways to a moment: a live one is open to whatever played at it, a late one through its gaps."""
    moment, lasts_ms = ("moment", number), piece.end - piece.start
    ways: dict[Edge, int] = {(moment, ("clock", number)): lasts_ms}
    if any(claim.gap is None for claim in holding):
        return ways | {(SOURCE, moment): lasts_ms}
    return ways | limits.ways(
        moment, lasts_ms, [(claim.media_no, claim.gap) for claim in holding if claim.gap is not None]
    )


def _to_content(claims: Sequence[Claim]) -> dict[Edge, int]:
    ways: dict[Edge, int] = {}
    for media_no in {claim.media_no for claim in claims}:
        here = [claim for claim in claims if claim.media_no == media_no]
        for piece in _pieces([claim.content for claim in here]):
            lasts_ms = piece.end - piece.start
            ways[("content", media_no, piece), SINK] = lasts_ms
            for claim in here:
                if claim.content.start <= piece.start < claim.content.end:
                    ways[claim, ("content", media_no, piece)] = lasts_ms
    return ways


def _pieces(stretches: Iterable[Interval]) -> list[Interval]:
    """Cut at every edge."""
    cuts = sorted({edge for stretch in stretches for edge in stretch})
    return [Interval(start, end) for start, end in itertools.pairwise(cuts)]
