"""What counts in sessions of a recording's content: as much as moments of the clock can be paired with content.

A slice is a stretch of clock and content that one span played inside one session. Each millisecond of either is used
once, so a slice is worth the shorter of its two sides, twice the speed earns the clock, a loop earns nothing more, and
two tabs at once earn the clock once. Moments that already count elsewhere are not used.

Late moments, where no live evidence counts, are capped as in `clock`. A moment may belong to several sessions of a
recording (two tabs), so what one session tells is counted for it alone, with the late moments that all of them
together let through.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple, TypeAlias

from rollcall.domain.credit.caps import caps
from rollcall.domain.credit.grades import Gap, Graded
from rollcall.domain.credit.pairing import Claim, paired
from rollcall.domain.credit.proof import Proof
from rollcall.domain.credit.spans import Slice, Standing, Watching, slice_of
from rollcall.domain.ids import MediaNo, UserId
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
    late = [(gap, part) for gap, span in graded.late for part in _slices([span], windows)]
    weak = [part for _, part in late] + _slices(graded.unverified, windows)
    believed = _without(live, standing.disbelieved)
    void = {user_id: _void(believed, user_id, standing) for user_id in standing.stops}
    sound = [rest for part in believed for rest in _without([part], standing.voided(part.user_id))]
    doubted = [part for whole in live for part in whole.within(standing.disbelieved)]
    promoted = [
        part for whole in weak + doubted for part in whole.within(standing.promoted.get(whole.no, ()))
    ]
    claims = [_claim(part, taken) for part in sound]
    alone = paired(claims, limits)
    claims += [_claim(part, taken) for part in promoted]
    for gap, whole in late:
        shut = union((*void.get(gap.user_id, ()), *standing.shut(gap.user_id, gap.heard_ms)))
        outages = standing.outages.get(whole.no, ())
        for part in _without([whole], shut):
            claims += [_claim(free, taken) for free in part.within(outages)]
            claims += [_claim(rest, taken, gap) for rest in _without([part], outages)]
    if let_through is not None:
        claims = [
            c._replace(moments=intersect(c.moments, let_through), gap=None) if c.gap else c for c in claims
        ]
    counted = alone if len(claims) == len(sound) else paired(claims, limits)
    unverified = subtract((part.slice.wall for part in weak + doubted), counted)
    return Proof(counted, alone, subtract(chain.from_iterable(void.values()), counted), unverified)


class _Part(NamedTuple):
    """A part of a span that played in a session: at which media, whose, and when it was which content."""

    no: MediaNo
    user_id: UserId
    slice: Slice

    def within(self, moments: Iterable[Interval]) -> "list[_Part]":
        """Return the parts of it at these moments."""
        return [self._replace(slice=part) for part in self.slice.within(moments)]


def _claim(part: _Part, taken: Intervals, gap: Gap | None = None) -> Claim:
    return Claim(part.no, subtract((part.slice.wall,), taken), part.slice.content, gap)


def _slices(spans: Iterable[Watching], windows: Contents) -> list[_Part]:
    return [
        _Part(no, span.user_id, part)
        for span in spans
        for no, window in windows
        if no == span.media_no and (part := slice_of(span, window)) is not None
    ]


def _without(parts: Iterable[_Part], moments: Intervals) -> list[_Part]:
    return [rest for part in parts for rest in part.within(subtract((part.slice.wall,), moments))]


def _void(believed: Iterable[_Part], user_id: UserId, standing: Standing) -> Intervals:
    """Return when a User ID played live and was stopped."""
    voided = standing.voided(user_id)
    stopped = [rest for part in believed if part.user_id == user_id for rest in part.within(voided)]
    return union(part.slice.wall for part in stopped)
