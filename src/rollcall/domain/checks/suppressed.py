"""Tells whether a player that had a prompt kept it from view, whatever its participant's other players say. Pure.

A page that has a prompt notes within seconds that it displays it, or that it received it where nobody sees it, in the
journal of the play; and the rows of a play are applied in order. So a play that is proven to have had the prompt, and
that reports more time after that (live or late, whenever it comes) without such a note of its own, kept it from view.
Where some player's display was known in time, the prompt could be answered there, or missed: that decides instead.
"""

from collections.abc import Mapping, Sequence

from rollcall.domain.checks.marks import MarkRow
from rollcall.domain.checks.windows import DOUBT_MS, Arrival, Prompt, Window
from rollcall.domain.ids import PlayNo
from rollcall.domain.intervals import Interval, intersect, length, union

SHOW_MS = 10_000  # a player that runs on for this long after a prompt arrived has had time to display it
SETTLED_MS = 15_000  # what is reported of the time before is here by now, if it comes at once


def suppressed(
    prompt: Prompt, marks: Sequence[MarkRow], windows: Mapping[PlayNo, Window], known: Mapping[PlayNo, Window]
) -> bool:
    """Tell whether players that had the prompt kept it from view, all together, for longer than it takes to display it.

    Any of several is enough, for others may have been opened to receive it and be closed; so are many short ones.
    `windows` are those of the `current` marks, `known` those that were known in time.
    """
    excused = prompt.hidden_miss == "undelivered"
    if any(not (window.hidden and excused) for window in known.values()):
        return False
    opened = {(window.play_no, window.seq) for window in windows.values()}
    displays = {mark.play_no: mark for mark in marks if (mark.play_no, mark.seq) in opened}
    kept = [
        ran
        for arrival in prompt.arrivals
        for ran in _ran_on(prompt, arrival)
        if not _noted(prompt, arrival, displays.get(arrival.play_no))
    ]
    return length(union(kept)) >= SHOW_MS


def _ran_on(prompt: Prompt, arrival: Arrival) -> Sequence[Interval]:
    """Return the time that a play reports after the prompt arrived; no outage makes it more."""
    until_ms = prompt.known_by_ms - SETTLED_MS
    if arrival.at_ms >= until_ms:
        return ()
    return intersect(union(arrival.ran), (Interval(arrival.at_ms, until_ms),))


def _noted(prompt: Prompt, arrival: Arrival, display: MarkRow | None) -> bool:
    """Tell whether a play has noted a display of its own.

    What we learn only after the prompt would have been given up is believed of a play that ran on no longer before it
    than a page does: whoever runs on and says late that it displayed the prompt late says what suits it.
    """
    if display is None:
        return False
    if display.arrival_ms < prompt.known_by_ms:
        return True
    before = Interval(arrival.at_ms, max(arrival.at_ms, display.at_ms))
    doubt_ms = min(display.bound_ms, DOUBT_MS)
    return length(intersect(_ran_on(prompt, arrival), (before,))) <= SHOW_MS + doubt_ms
