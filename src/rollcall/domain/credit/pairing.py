"""Pairs moments of the clock with moments of content, each used once: the most, and the earliest moments first.

A pairing is a maximum flow: from the clock, directly or through the cap of a gap, over a slice to the content. Slices
that share neither clock nor content with others are worth the shorter of their sides, so most of them need no flow.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rollcall.domain.credit.grades import Gap
from rollcall.domain.flow import SINK, SOURCE, Edge, fill
from rollcall.domain.ids import MediaNo
from rollcall.domain.intervals import Interval, Intervals, length, subtract, union
from rollcall.domain.rules import Rules


class Claim(NamedTuple):
    """A slice that may count; a late one within the cap of its gap and of its media."""

    media_no: MediaNo
    wall: Interval
    content: Interval
    gap: Gap | None


def paired(claims: Sequence[Claim], room: Mapping[MediaNo, int], taken: Intervals, rules: Rules) -> Intervals:
    """Return the moments, outside those `taken`, that can be paired; late ones take at most `room` of each media."""
    if _fit(claims, room, rules):
        groups = _groups([claim._replace(gap=None) for claim in claims])
        return union(moment for group in groups for moment in _matched(group, room, taken, rules))
    return union(_matched(claims, room, taken, rules))


def _fit(claims: Sequence[Claim], room: Mapping[MediaNo, int], rules: Rules) -> bool:
    """Tell whether all late moments lie within the caps, which then change nothing."""
    gaps: dict[Gap, list[Interval]] = defaultdict(list)
    media: dict[MediaNo, list[Interval]] = defaultdict(list)
    for claim in claims:
        if claim.gap is not None:
            gaps[claim.gap].append(claim.wall)
            media[claim.media_no].append(claim.wall)
    return all(length(moments) <= rules.gap_ms for moments in gaps.values()) and all(
        length(moments) <= room[no] for no, moments in media.items()
    )


def _groups(claims: Sequence[Claim]) -> list[list[Claim]]:
    """Part the claims so that no two groups share a moment of clock or content."""
    leader = list(range(len(claims)))

    def leading(number: int) -> int:
        while leader[number] != number:
            number = leader[number]
        return number

    stretches = [(0, claim.wall, number) for number, claim in enumerate(claims)]
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


def _matched(
    claims: Sequence[Claim], room: Mapping[MediaNo, int], taken: Intervals, rules: Rules
) -> list[Interval]:
    if len(claims) == 1 and claims[0].gap is None:
        return _first(subtract((claims[0].wall,), taken), claims[0].content.end - claims[0].content.start)
    moments = [
        piece
        for piece in _pieces([claim.wall for claim in claims] + list(taken))
        if not any(start <= piece.start < end for start, end in taken)
    ]
    capacity: dict[Edge, int] = {}
    for number, piece in enumerate(moments):
        holding = [claim for claim in claims if claim.wall.start <= piece.start < claim.wall.end]
        capacity |= _to_clock(number, piece, holding, room, rules)
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


def _to_clock(
    number: int, piece: Interval, holding: Sequence[Claim], room: Mapping[MediaNo, int], rules: Rules
) -> dict[Edge, int]:
    """Return the ways to a moment: a live one is open to whatever played at it, a late one through its gaps."""
    lasts_ms = piece.end - piece.start
    ways: dict[Edge, int] = {(("moment", number), ("clock", number)): lasts_ms}
    if any(claim.gap is None for claim in holding):
        return ways | {(SOURCE, ("moment", number)): lasts_ms}
    for claim in holding:
        gap, media = ("gap", claim.gap), ("media", claim.media_no)
        ways |= {
            (SOURCE, media): room[claim.media_no],
            (media, gap): rules.gap_ms,
            (gap, ("moment", number)): lasts_ms,
        }
    return ways


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
