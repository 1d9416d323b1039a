"""What every room is shown about its broadcast, read for all rooms at once and sent only when it has changed.

The number of viewers alone is sent less often the larger the room is.
"""

import msgspec

from rollcall.base.clock import Clock
from rollcall.domain.broadcast import SCHEDULE_DELAY_MS
from rollcall.domain.ids import MediaNo
from rollcall.live.hub import Hub
from rollcall.store import media as store
from rollcall.store.database import Database
from rollcall.wire import viewer_out

LARGE_ROOM = 200
THINNED = 5


class Rooms:
    """The latest `media` message of each room. Call `refresh` each 2 s."""

    def __init__(self, db: Database, clock: Clock, hub: Hub) -> None:
        self._db = db
        self._clock = clock
        self._hub = hub
        self._shown: dict[MediaNo, viewer_out.Media] = {}
        self._turn = 0

    async def media_message(self, media_no: MediaNo) -> viewer_out.Media:
        """Return what a viewer who enters is shown."""
        known = self._shown.get(media_no)
        if known is None:
            (row,) = await self._db.read(lambda conn: store.find_media_of_numbers(conn, [media_no]))
            known = self._shown[media_no] = self._message(row)
        return known

    async def refresh(self) -> None:
        """Read every room that has viewers and tell those whose broadcast has changed."""
        self._turn += 1
        numbers = [media_no for media_no, room in self._hub.rooms() if room.users()]
        self._shown = {media_no: self._shown[media_no] for media_no in numbers if media_no in self._shown}
        if not numbers:
            return
        for row in await self._db.read(lambda conn: store.find_media_of_numbers(conn, numbers)):
            media_no = row.no
            message, before = self._message(row), self._shown.get(media_no)
            if before is None or self._is_news(before, message):
                self._shown[media_no] = message
                self._hub.send_room(media_no, viewer_out.encode(message))

    def _is_news(self, before: viewer_out.Media, now: viewer_out.Media) -> bool:
        if _without_count(before) != _without_count(now):
            return True
        due = now.viewers < LARGE_ROOM or self._turn % THINNED == 0
        return due and before.viewers != now.viewers

    def _message(self, row: store.Media) -> viewer_out.Media:
        return viewer_out.Media(
            code=row.code,
            title=row.title,
            kind=row.kind,
            state=row.state(self._clock.now_ms()),
            signal="off" if row.signal_ms is None else "on",
            starts_at_ms=row.starts_ms,
            ends_at_ms=_ends_ms(row),
            timezone=row.timezone,
            viewers=len(self._hub.room(row.no).users()),
            announcement=row.announcement_text,
            dvr_s=row.dvr_s,
            started_at_ms=row.started_ms,
            delay_ms=SCHEDULE_DELAY_MS if row.kind == "scheduled" else None,
        )


def _ends_ms(row: store.Media) -> int | None:
    """Return when a media ends: a scheduled one with its recording, unless the organiser says otherwise."""
    if row.ends_ms is None and row.kind == "scheduled" and row.starts_ms is not None and row.content_ms:
        return row.starts_ms + row.content_ms + SCHEDULE_DELAY_MS
    return row.ends_ms


def _without_count(message: viewer_out.Media) -> viewer_out.Media:
    return msgspec.structs.replace(message, viewers=0)
