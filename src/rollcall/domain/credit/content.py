"""What counts in sessions of a recording's content: as much as moments of the clock can be paired with content.

A slice is a stretch of clock and content that one span played inside one session. Each millisecond of either is used
once, so a slice is worth the shorter of its two sides, twice the speed earns the clock, a loop earns nothing more, and
two tabs at once earn the clock once. Moments that already count elsewhere are not used.

Late moments, where no live evidence counts, are capped as in `clock`. A moment may belong to several sessions of a
recording (two tabs), so what one session tells is counted for it alone, with the late moments that all of them
together let through.
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from rollcall.domain.credit.caps import caps
from rollcall.domain.credit.grades import Gap, Graded
from rollcall.domain.credit.pairing import Claim, paired
from rollcall.domain.credit.proof import Proof
from rollcall.domain.credit.spans import Slice, Standing, Watching, slice_of
from rollcall.domain.ids import MediaNo
from rollcall.domain.intervals import Interval, Intervals, intersect, subtract, union
from rollcall.domain.rules import Rules
from rollcall.domain.sessions import ContentWindow

Contents: TypeAlias = Sequence[tuple[MediaNo, ContentWindow]]


def proven_by_content(
    graded: Graded,
    windows: Contents,
    standing: Standing,
    rules: Rules,
    *,
    taken: Intervals = (),
    let_through: Intervals | None = None,
) -> Proof:
    """Return what counts of these spans in these sessions beside the moments `taken`.

    With `let_through` late time counts at these moments alone, and no cap is asked.
    """
    limits = caps(((no, Interval(w.from_ms, w.to_ms)) for no, w in windows), rules)
    live = _slices(graded.live, windows)
    late = [(gap, no, part) for gap, span in graded.late for no, part in _slices([span], windows)]
    weak = [(no, part) for _, no, part in late] + _slices(graded.unverified, windows)
    believed = _cut(live, without=standing.disbelieved)
    void = union(part.wall for _, item in believed for part in item.within(standing.voided))
    sound = _cut(believed, without=standing.voided)
    doubted = [(no, part) for no, item in live for part in item.within(standing.disbelieved)]
    promoted = [
        (no, part) for no, item in weak + doubted for part in item.within(standing.promoted.get(no, ()))
    ]
    claims = [_claim(no, part, taken) for no, part in sound]
    alone = paired(claims, limits)
    claims += [_claim(no, part, taken) for no, part in promoted]
    for gap, no, item in late:
        shut = union((*void, *standing.shut(gap.heard_ms)))
        for _, part in _cut([(no, item)], without=shut):
            outages = standing.outages.get(no, ())
            claims += [_claim(no, free, taken) for free in part.within(outages)]
            claims += [_claim(no, rest, taken, gap) for _, rest in _cut([(no, part)], without=outages)]
    if let_through is not None:
        claims = [
            c._replace(moments=intersect(c.moments, let_through), gap=None) if c.gap else c for c in claims
        ]
    counted = alone if len(claims) == len(sound) else paired(claims, limits)
    unverified = subtract((part.wall for _, part in weak + doubted), counted)
    return Proof(counted, alone, subtract(void, counted), unverified)


def _claim(no: MediaNo, part: Slice, taken: Intervals, gap: Gap | None = None) -> Claim:
    return Claim(no, subtract((part.wall,), taken), part.content, gap)


def _slices(spans: Iterable[Watching], windows: Contents) -> list[tuple[MediaNo, Slice]]:
    return [
        (no, part)
        for span in spans
        for no, window in windows
        if no == span.media_no and (part := slice_of(span, window)) is not None
    ]


def _cut(slices: Iterable[tuple[MediaNo, Slice]], without: Intervals) -> list[tuple[MediaNo, Slice]]:
    return [(no, part) for no, item in slices for part in item.within(subtract((item.wall,), without))]
