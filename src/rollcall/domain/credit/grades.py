"""The grade of each span: live, late with its content in step (which can be recovered), or unverified.

Hidden time, and time far behind the broadcast, is no evidence where the event says so. This is decided span by span:
another tab may prove the same moment. It knows nothing of sessions or caps.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rollcall.domain.credit.spans import PROGRAMME_MS, Standing, Watching
from rollcall.domain.ids import UserId
from rollcall.domain.intervals import Interval
from rollcall.domain.rules import Rules


class Gap(NamedTuple):
    """A stretch without live reports: of whose play, after how many of them, and when the last of those ended."""

    user_id: UserId
    play: int
    number: int
    heard_ms: int


@dataclass(frozen=True, slots=True)
class Graded:
    """Playing spans by grade; each late one lies in a gap."""

    live: list[Watching]
    late: list[tuple[Gap, Watching]]
    unverified: list[Watching]


def grade(spans: Sequence[Watching], standing: Standing, rules: Rules) -> Graded:
    """Sort the spans that may count by grade; a gap lasts from one live report of a play, in any state, to the next."""
    reports: dict[int, list[Interval]] = defaultdict(list)
    for span in spans:
        if is_live(span):
            reports[span.play].append(span.moments)
    for of_play in reports.values():
        of_play.sort()
    eligible = [span for span in spans if may_count(span, standing, rules)]
    recoverable = [not is_live(span) and can_be_recovered(span, rules) for span in eligible]
    return Graded(
        live=[span for span in eligible if is_live(span)],
        late=[
            (_gap(span, reports[span.play]), span)
            for span, can in zip(eligible, recoverable, strict=True)
            if can
        ],
        unverified=[
            span for span, can in zip(eligible, recoverable, strict=True) if not can and not is_live(span)
        ],
    )


def _gap(late: Watching, reports: Sequence[Interval]) -> Gap:
    """Return the gap of a late span among the live reports of its play, which do not overlap."""
    number = bisect_right(reports, late.start_ms, key=lambda report: report.start)
    return Gap(late.user_id, late.play, number, reports[number - 1].end if number else 0)


def is_live(span: Watching) -> bool:
    """Tell whether a span arrived in time, on a clock that answered a tick."""
    return not span.late and not span.unverified


def may_count(span: Watching, standing: Standing, rules: Rules) -> bool:
    """Tell whether the event lets such time count at all, whatever its grade."""
    return (
        span.state == "playing"
        and (span.visible or standing.hidden_counts)
        and (standing.behind_counts or not is_behind(span, rules))
    )


def is_behind(span: Watching, rules: Rules) -> bool:
    """Tell whether a broadcast's span was too far behind it from its first moment to its last.

    A position that is no moment of the programme is unknown, and not behind.
    """
    least_ms = min(span.start_ms - span.content_from_ms, span.end_ms - span.content_to_ms)
    return span.on_air and span.content_from_ms >= PROGRAMME_MS and least_ms > rules.behind_ms


def can_be_recovered(span: Watching, rules: Rules) -> bool:
    """Tell whether a late span's clock was mapped and its content advanced as fast as it played."""
    length_ms = span.end_ms - span.start_ms
    off_ms = abs(span.content_to_ms - span.content_from_ms - round(length_ms * span.rate))
    return not span.unverified and off_ms <= rules.step_ms + length_ms * rules.step_percent // 100
