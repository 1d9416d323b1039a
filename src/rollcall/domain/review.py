"""What reviewers said of unverified time: the latest word that covers a moment holds."""

from collections.abc import Iterable

from rollcall.domain.intervals import Interval, Intervals, subtract, union


def promoted(words: Iterable[tuple[Interval, bool]]) -> Intervals:
    """Return the moments whose latest word, in the order said, lets them count."""
    held: Intervals = ()
    for moments, counts in words:
        held = union((*held, moments)) if counts else subtract(held, (moments,))
    return held
