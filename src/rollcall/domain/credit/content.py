"""What counts in sessions of a recording's content: as much as moments of the clock can be paired with content.

A slice is a stretch of clock and content that one span played inside one session. Each millisecond of either is used
once, so a slice is worth the shorter of its two sides, twice the speed earns the clock, a loop earns nothing more, and
two tabs at once earn the clock once. Moments that already count elsewhere are not used.

Late moments, where no live evidence counts, are capped as in `clock`; the share of the sessions is taken of all
sessions of the recording together, because a moment of the clock may belong to several of them.
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from rollcall.domain.credit.grades import Graded
from rollcall.domain.credit.pairing import Claim, paired
from rollcall.domain.credit.proof import Proof
from rollcall.domain.credit.spans import Slice, Standing, Watching, slice_of
from rollcall.domain.ids import MediaNo
from rollcall.domain.intervals import Intervals, subtract, union
from rollcall.domain.rules import Rules
from rollcall.domain.sessions import ContentWindow

Contents: TypeAlias = Sequence[tuple[MediaNo, ContentWindow]]


def proven_by_content(
    graded: Graded, windows: Contents, standing: Standing, taken: Intervals, rules: Rules
) -> Proof:
    """Return what counts of these spans in these sessions beside the moments `taken`."""
    room = {
        no: sum((w.to_ms - w.from_ms) * rules.session_percent // 100 for of, w in windows if of == no)
        for no, _ in windows
    }
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
    claims = [Claim(no, *part, None) for no, part in sound]
    alone = paired(claims, room, taken, rules)
    claims += [Claim(no, *part, None) for no, part in promoted]
    shut = union((*void, *standing.disbelieved))
    for gap, no, item in late:
        for _, part in _cut([(no, item)], without=shut):
            outages = standing.outages.get(no, ())
            claims += [Claim(no, *free, None) for free in part.within(outages)]
            claims += [Claim(no, *rest, gap) for _, rest in _cut([(no, part)], without=outages)]
    counted = alone if len(claims) == len(sound) else paired(claims, room, taken, rules)
    unverified = subtract((part.wall for _, part in weak + doubted), counted)
    return Proof(counted, alone, subtract(void, counted), unverified)


def _slices(spans: Iterable[Watching], windows: Contents) -> list[tuple[MediaNo, Slice]]:
    return [
        (no, part)
        for span in spans
        for no, window in windows
        if no == span.media_no and (part := slice_of(span, window)) is not None
    ]


def _cut(slices: Iterable[tuple[MediaNo, Slice]], without: Intervals) -> list[tuple[MediaNo, Slice]]:
    return [(no, part) for no, item in slices for part in item.within(subtract((item.wall,), without))]
