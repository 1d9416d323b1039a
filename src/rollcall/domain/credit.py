"""How long somebody watched: the reference rule, short enough to be read by whoever disputes a figure.

`E(user)` is the union of the user's playing spans of counted grade over all tabs and devices, and
`watched(user, session) = |E ∩ session|` in whole milliseconds of the server's clock. Totals are lengths of unions,
never sums of parts. `actions/statistics` computes the same for 50,000 users at once and is tested against this module.

Two counts come out. `watched_ms` is all proven time. `watched_plain_ms` is the part of it that no signed play proves:
who has both kinds of plays at one moment has proven that moment by signature.

Grades and caps (late, recovered, outages) belong in `earns`; sessions of content (recordings) need a second axis,
where a slice is worth min(Δwall, Δcontent). It knows nothing of where spans are kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rollcall.domain.ids import MediaNo
from rollcall.domain.intervals import Interval, Intervals, intersect, length, subtract, union
from rollcall.domain.sessions import WallWindow

Session: TypeAlias = tuple[MediaNo, WallWindow]


@dataclass(frozen=True, slots=True)
class Watching:
    """One span of one user's play, as far as credit asks."""

    media_no: MediaNo
    start_ms: int
    end_ms: int
    signed: bool
    state: str = "playing"
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class Credit:
    """What one user watched: per session in the order given, per media, and in all."""

    sessions_ms: tuple[int, ...]
    media_ms: Mapping[MediaNo, int]
    watched_ms: int
    watched_plain_ms: int


def earns(span: Watching) -> bool:
    """Tell whether a span is evidence of a grade that counts."""
    return span.state == "playing" and not span.unverified


def evidence(spans: Iterable[Watching], media_no: MediaNo) -> Intervals:
    """Return E: the proven moments of one user at one media."""
    return union(Interval(s.start_ms, s.end_ms) for s in spans if s.media_no == media_no and earns(s))


def credit(spans: Sequence[Watching], sessions: Sequence[Session], now_ms: int) -> Credit:
    """Return what a user with these spans is credited in these sessions, as read at `now_ms`."""
    media = {media_no: None for media_no, _ in sessions}
    signed = [span for span in spans if span.signed]
    cut = {media_no: _inside(spans, sessions, media_no, now_ms) for media_no in media}
    proven = union(moment for moments in cut.values() for moment in moments)
    by_signature = union(
        moment for media_no in media for moment in _inside(signed, sessions, media_no, now_ms)
    )
    return Credit(
        sessions_ms=tuple(watched(evidence(spans, no), wall(window, now_ms)) for no, window in sessions),
        media_ms={media_no: length(moments) for media_no, moments in cut.items()},
        watched_ms=length(proven),
        watched_plain_ms=length(subtract(proven, by_signature)),
    )


def watched(proven: Iterable[Interval], session: Interval) -> int:
    """Return `|E ∩ session|` in milliseconds."""
    return length(intersect(proven, (session,)))


def wall(window: WallWindow, now_ms: int) -> Interval:
    """Return the wall time of a session, which never reaches beyond `now_ms` while it is open."""
    return Interval(window.starts_ms, now_ms if window.ends_ms is None else window.ends_ms)


def _inside(
    spans: Iterable[Watching], sessions: Iterable[Session], media_no: MediaNo, now_ms: int
) -> Intervals:
    windows = [wall(window, now_ms) for no, window in sessions if no == media_no]
    return intersect(evidence(spans, media_no), windows)
