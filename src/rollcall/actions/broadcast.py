"""What the media process asks and tells: who may publish, what is shown, when there is a picture, who fetched it."""

from rollcall.actions.recordings import Recordings
from rollcall.base.clock import Clock
from rollcall.domain.ids import MediaCode
from rollcall.store import broadcasts
from rollcall.store.database import Database
from rollcall.store.media import find_by_stream_key
from rollcall.store.plays import count_fetched
from rollcall.wire.media_link import Fetched, LookUp, Prepared, Preparing, Shown, Signal, Unprepared

APP = "live"


class Broadcast:
    """Satisfies `media.supervisor.MediaHandlers`."""

    def __init__(self, db: Database, clock: Clock, recordings: Recordings) -> None:
        self._db = db
        self._clock = clock
        self._recordings = recordings

    async def on_authorize(self, app: str, key: str, address: str) -> MediaCode | None:  # noqa: ARG002 - logged there
        """Return the media of this stream key unless it has ended."""
        media = await self._db.read(lambda conn: find_by_stream_key(conn, key))
        if app != APP or media is None or media.state(self._clock.now_ms()) == "ended":
            return None
        return media.code

    async def on_started(self, media: MediaCode, at_ms: int) -> None:
        """Note the picture."""
        await self._db.write(lambda conn: broadcasts.set_signal(conn, media, at_ms))

    async def on_stopped(self, media: MediaCode, at_ms: int) -> None:  # noqa: ARG002 - that it is off is all we keep
        """Note that it has gone."""
        await self._db.write(lambda conn: broadcasts.set_signal(conn, media, None))

    async def on_signal(self, signal: Signal) -> None:
        """Do nothing: the supervisor keeps the latest figures."""

    async def on_fetched(self, fetched: Fetched) -> None:
        """Keep the evidence of which plays fetched the picture."""
        now_ms = self._clock.now_ms()
        await self._db.write(lambda conn: count_fetched(conn, fetched.plays, now_ms))

    async def on_look_up(self, asked: LookUp) -> Shown:
        """Say which recording a media shows."""
        return await self._recordings.on_look_up(asked)

    async def on_prepared(self, news: Preparing | Prepared | Unprepared) -> None:
        """Take how far a recording is."""
        await self._recordings.on_prepared(news)
