"""What stretches of reporting give away about where a participant was: on two devices, away at prompts, or not there.

A stretch is a span as it is looked at here: which play, from which address, when, playing or not, visible or not, live
or late. Times are milliseconds of the server's clock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from itertools import combinations

from rollcall.domain.flags.kinds import Sign
from rollcall.domain.ids import MediaNo, PlayNo
from rollcall.domain.intervals import Interval, Intervals, intersect, length, union

AT_ONCE_MS = 120_000
NEAR_MS = 10_000  # reports end at the last tick before a connection breaks
AWAY_MS = 15_000
DODGES = 2
IN_VIEW_MS = 20_000  # two ticks
FIRST_FETCH_MS = 30_000
NEXT_FETCH_MS = 60_000
REPORT_MS = 12_000  # fetches are reported each 10 s


@dataclass(frozen=True, slots=True)
class Stretch:
    """One span of one play of a participant."""

    play_no: PlayNo
    media_no: MediaNo
    opened_ms: int
    address: str
    start_ms: int
    end_ms: int
    playing: bool
    visible: bool
    live: bool

    @property
    def interval(self) -> Interval:
        """When it was."""
        return Interval(self.start_ms, self.end_ms)


def judge_devices(stretches: Iterable[Stretch]) -> Sign | None:
    """Return a sign when a participant played at two addresses at once for long; the count is of such pairs.

    Addresses of one IPv6 network are one place; an IPv4 and an IPv6 address may be one browser's and are not compared.
    """
    played: dict[tuple[int, str], list[Interval]] = {}
    for stretch in stretches:
        if stretch.playing:
            played.setdefault(_place(stretch.address), []).append(stretch.interval)
    at_once = [
        common
        for (one, ours), (other, theirs) in combinations(sorted(played.items()), 2)
        if one[0] == other[0] and length(common := intersect(ours, theirs)) > AT_ONCE_MS
    ]
    if not at_once:
        return None
    when = union(interval for common in at_once for interval in common)
    detail = {"addresses": len(played), "overlap_ms": length(when)}
    return Sign("overlapping_devices", "", len(at_once), when[0].start, when[-1].end, detail)


def _place(address: str) -> tuple[int, str]:
    try:
        known = ip_address(address)
    except ValueError:
        return 0, address
    return known.version, str(ip_network((known, 64), strict=False) if known.version == 6 else known)


def dodged(issued_ms: int, stretches: Iterable[Stretch]) -> Interval | None:
    """Return how long live reports ceased around an issue, if they did and came back later.

    `stretches` are of all players of the participant, from before the issue until now.
    """
    until_ms = 0
    for start_ms, end_ms in union(stretch.interval for stretch in stretches if stretch.live):
        if until_ms >= issued_ms - NEAR_MS and start_ms - until_ms >= AWAY_MS:
            return Interval(min(until_ms, issued_ms), start_ms)
        until_ms = end_ms
        if until_ms > issued_ms + NEAR_MS:
            return None
    return None


def unshown(issued_ms: int, stretches: Iterable[Stretch]) -> bool:
    """Tell whether a player that was open at the issue reported a visible page for two ticks soon after it."""
    seen: dict[PlayNo, list[Interval]] = {}
    for stretch in stretches:
        if stretch.visible and stretch.live and stretch.opened_ms < issued_ms:
            seen.setdefault(stretch.play_no, []).append(stretch.interval)
    after = (Interval(issued_ms, issued_ms + 2 * IN_VIEW_MS),)
    return any(length(intersect(intervals, after)) >= IN_VIEW_MS for intervals in seen.values())


def unfetched_ms(stretches: Sequence[Stretch], since_ms: int, fetched_ms: int | None, now_ms: int) -> int:
    """Return how long a participant has claimed to play without a picture; 0 while that may be a buffer.

    `since_ms`: since when requests would have been seen; `fetched_ms`: when one was last reported.
    """
    quiet_ms = max(since_ms, fetched_ms or 0)
    allowed_ms = FIRST_FETCH_MS if fetched_ms is None else NEXT_FETCH_MS
    if now_ms - quiet_ms < allowed_ms + REPORT_MS:
        return 0
    playing: Intervals = union(stretch.interval for stretch in stretches if stretch.playing)
    claimed_ms = length(intersect(playing, (Interval(quiet_ms, now_ms),)))
    return claimed_ms if claimed_ms > allowed_ms else 0
