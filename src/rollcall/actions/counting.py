"""Whether a participant's time counts now, where an event stops counting after a missed check.

What a stop voids is computed when figures are read; this is what players are told, so that people can come back.
Publishing after the commit is the caller's.
"""

from collections.abc import Collection, Iterable

from rollcall.domain.checks.outcome import CountingNow
from rollcall.domain.ids import EventNo, MediaNo, UserId
from rollcall.store import stops
from rollcall.store.database import Connection
from rollcall.wire import viewer_out


def now_of(conn: Connection, participants: Iterable[tuple[EventNo, UserId]]) -> list[CountingNow]:
    """Return how these participants of events stand; nothing for events that only record."""
    by_event: dict[EventNo, list[UserId]] = {}
    for event_no, user_id in sorted(participants):
        by_event.setdefault(event_no, []).append(user_id)
    return [
        _now(event.media, user_id, stopped.get(user_id))
        for event in stops.stopping_events(conn, by_event)
        for stopped in [stops.stops_of(conn, event, by_event[event.no])]
        for user_id in by_event[event.no]
    ]


def stopped_among(conn: Connection, media_no: MediaNo, users: Collection[UserId]) -> list[CountingNow]:
    """Return who of these participants of a media is stopped now."""
    return [
        _now(event.media, user_id, stop)
        for event in stops.stopping_events_of_media(conn, media_no)
        for user_id, stop in stops.stops_of(conn, event, users).items()
    ]


def message(now: CountingNow) -> viewer_out.Counting:
    """Return what the participant's players are told."""
    return viewer_out.Counting(now.counts, now.check, now.since_ms)


def _now(media: tuple[MediaNo, ...], user_id: UserId, stop: stops.Stop | None) -> CountingNow:
    if stop is None:
        return CountingNow(media, user_id, counts=True)
    return CountingNow(media, user_id, counts=False, check=stop.check, since_ms=stop.since_ms)
