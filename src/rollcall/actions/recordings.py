"""Recordings: files arrive piece by piece, are made ready for players, and are shown by their media.

A piece counts once it is on disk, so an upload that breaks off goes on where it was. What somebody has watched is never
replaced: positions in it are evidence.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Final
from weakref import WeakValueDictionary

from rollcall.actions import media as media_actions
from rollcall.actions.media_control import MediaControl
from rollcall.base.clock import Clock
from rollcall.base.secrets import new_code
from rollcall.domain.errors import Conflict, Malformed, NotFound, Problem, TooLarge, Unavailable
from rollcall.domain.ids import ProjectNo
from rollcall.media.shelf import Shelf
from rollcall.store import audit, media
from rollcall.store import recordings as store
from rollcall.store.database import Connection, Database
from rollcall.store.media import Media
from rollcall.store.recordings import NewRecording, Recording
from rollcall.wire.media_link import LookUp, Prepared, Preparing, Shown, Unprepared

MOST_BYTES: Final = 64 * 1024**3
MOST_UNREADY: Final = 3
WRITTEN_BYTES: Final = 1024 * 1024
KEPT_BYTES: Final = 16 * WRITTEN_BYTES  # so much may have to be sent again
LEFT_AFTER_MS: Final = 7 * 24 * 3600 * 1000


class Recordings:
    """The recordings on this node's disk."""

    def __init__(self, db: Database, clock: Clock, shelf: Shelf, node: str) -> None:
        self._db = db
        self._clock = clock
        self._shelf = shelf
        self._node = node
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def begin(
        self, project_no: ProjectNo, code: str, name: str, size_bytes: int | None, actor: str
    ) -> Recording:
        """Let a file come.

        Raises NotFound, Malformed, Conflict; where the disk has no room TooLarge, or Unavailable for one whose size is
        not known.
        """
        if size_bytes is not None and not 0 < size_bytes <= MOST_BYTES:
            raise Malformed(Problem("$.size", f"A recording has 1 to {MOST_BYTES} bytes."))
        if not await asyncio.to_thread(self._shelf.has_room, size_bytes or 0):
            if size_bytes is None:
                raise Unavailable("The disk is nearly full: it has no room for a recording.")
            raise TooLarge(f"The disk has no room for a recording of {size_bytes} bytes.")
        now_ms, new = (
            self._clock.now_ms(),
            NewRecording(new_code(), name[:300] or "recording", size_bytes, self._node),
        )

        def add(conn: Connection) -> Recording:
            of = media_actions.find(conn, project_no, code)
            _refuse(conn, of)
            if store.count_unready(conn, of.no) >= MOST_UNREADY:
                sentence = f"{MOST_UNREADY} recordings of this media are on their way: finish or delete one."
                raise Conflict(sentence)
            store.add_recording(conn, project_no, of.no, new, now_ms)
            audit.record(conn, project_no, actor, "recording.begin", new.code, now_ms, media=code, name=name)
            return find(conn, project_no, code, new.code)

        return await self._db.write(add)

    async def receive(
        self, project_no: ProjectNo, code: str, upload: str, start: int | None, body: AsyncIterator[bytes]
    ) -> Recording:
        """Take bytes of an upload from `start` on (None: all of it), and prepare it once it is whole.

        What has arrived is kept, however this ends. Raises NotFound or Conflict; Malformed for too many bytes;
        Unavailable where the disk gets full; whatever `body` raises.
        """
        found = await self._db.read(lambda conn: find(conn, project_no, code, upload))
        turn = self._turns.setdefault(found.no, asyncio.Lock())
        if turn.locked():
            raise Conflict("Bytes of this upload are arriving by another request.", code="upload_busy")
        async with turn:
            found = await self._db.read(lambda conn: find(conn, project_no, code, upload))
            self._refuse_bytes(found, start)
            received = await self._take(found, body)
            if received == found.size_bytes or (start is None and found.size_bytes is None):
                await self._note(found, received, state="waiting", size_bytes=received)
        return await self._db.read(lambda conn: find(conn, project_no, code, upload))

    async def remove(self, project_no: ProjectNo, code: str, upload: str, actor: str) -> None:
        """Remove a recording, or an upload. Raises NotFound, or Conflict where somebody has watched it."""
        now_ms = self._clock.now_ms()

        def remove(conn: Connection) -> Recording:
            of = media_actions.find(conn, project_no, code)
            found = find(conn, project_no, code, upload)
            if found.state == "ready":
                _refuse(conn, of)
                store.show_recording(conn, of.no, None, None)
            store.change_recording(conn, found.no, now_ms, [found.state], state="removed")
            audit.record(conn, project_no, actor, "recording.remove", upload, now_ms, media=code)
            return found

        await self._forget(await self._db.write(remove))

    async def run_once(self, control: MediaControl) -> None:
        """Have what waits prepared, give up what was left, and let recordings have their signal. Call each 2 s."""
        now_ms = self._clock.now_ms()
        for found in await self._db.read(lambda conn: store.unready_recordings(conn, self._node)):
            if found.state != "uploading":
                control.prepare(found.media_code, found.no)
            elif found.touched_ms < now_ms - LEFT_AFTER_MS:
                await self._fail(found, "Nothing has arrived for a week.")
        if await self._db.read(lambda conn: store.has_other_pictures(conn, now_ms)):
            await self._db.write(lambda conn: store.note_pictures(conn, now_ms))

    async def on_prepared(self, news: Preparing | Prepared | Unprepared) -> None:
        """Store how far a recording is, or let its media show it."""
        found = await self._db.read(lambda conn: store.recording_of_no(conn, news.recording))
        if found is None or found.state not in {"waiting", "preparing"}:
            return
        match news:
            case Preparing(permille=permille):
                await self._note(found, None, state="preparing", permille=permille)
            case Unprepared(error=error):
                await self._fail(found, error)
            case Prepared():
                await self._show(found, news)

    async def on_look_up(self, asked: LookUp) -> Shown:
        """Return which recording a media shows now, since when if by the clock, and how far back its viewers may go."""
        now_ms = self._clock.now_ms()
        row = await self._db.read(lambda conn: store.showing(conn, asked.media))
        is_open = (
            row is not None
            and (row.starts_ms is None or row.starts_ms <= now_ms)
            and row.ended_ms is None
            and (row.ends_ms is None or row.ends_ms > now_ms)
        )
        if row is None or not is_open or (row.kind == "scheduled" and row.starts_ms is None):
            dvr_s = 0 if row is None else row.dvr_s
            return Shown(id=asked.id, recording=None, starts_at_ms=None, dvr_s=dvr_s)
        starts_ms = row.starts_ms if row.kind == "scheduled" else None
        return Shown(id=asked.id, recording=row.recording_no, starts_at_ms=starts_ms, dvr_s=row.dvr_s)

    def _refuse_bytes(self, found: Recording, start: int | None) -> None:
        if found.node != self._node:
            raise Conflict(f"This upload goes to the node '{found.node}'.", code="other_node")
        if found.state != "uploading":
            raise Conflict("All of this recording has arrived.", code="upload_complete")
        if (start or 0) != found.received_bytes:
            sentence = f"The next byte of this upload is {found.received_bytes}, not {start or 0}."
            raise Conflict(sentence, code="wrong_offset")

    async def _take(self, found: Recording, body: AsyncIterator[bytes]) -> int:
        """Write what comes; return how much there is then. However it ends, what is on disk is known."""
        at, kept, most = found.received_bytes, found.received_bytes, found.size_bytes or MOST_BYTES
        try:
            async for piece in _pieces(body):
                if at + len(piece) > most:
                    raise Malformed(Problem("$", f"More bytes than the {most} that were announced."))
                await asyncio.to_thread(self._shelf.write, found.media_code, found.no, at, piece)
                at += len(piece)
                if at - kept >= KEPT_BYTES:
                    kept = at
                    await self._keep(found, at)
                    if not await asyncio.to_thread(self._shelf.has_room, 0):
                        raise Unavailable("The disk is nearly full: the rest of this recording has no room.")
        finally:
            await asyncio.shield(self._keep(found, at))
        return at

    async def _keep(self, found: Recording, received: int) -> None:
        await asyncio.to_thread(self._shelf.keep, found.media_code, found.no)
        await self._note(found, received)

    async def _note(self, found: Recording, received: int | None, **values: object) -> None:
        if received is not None:
            values["received_bytes"] = received
        now_ms = self._clock.now_ms()
        await self._db.write(
            lambda conn: store.change_recording(conn, found.no, now_ms, store.UNREADY, **values)
        )

    async def _fail(self, found: Recording, error: str) -> None:
        await self._note(found, None, state="failed", error=error)
        await self._forget(found)

    async def _forget(self, found: Recording) -> None:
        if found.node == self._node:
            await asyncio.to_thread(self._shelf.forget, found.media_code, found.no)

    async def _show(self, found: Recording, news: Prepared) -> None:
        """Let the media show what is ready; what it showed before goes, unless somebody has watched that."""
        now_ms = self._clock.now_ms()

        def show(conn: Connection) -> list[Recording]:
            before = store.shown_recordings(conn, [found.media_no]).get(found.media_no)
            (of,) = media.find_media_of_numbers(conn, [found.media_no]) or (None,)
            if of is None or (before is not None and media.has_plays(conn, of.project_no, of.no)):
                error = "Somebody has watched the recording that this media has."
                store.change_recording(conn, found.no, now_ms, store.UNREADY, state="failed", error=error)
                return [found]
            size = {"duration_ms": news.duration_ms, "width": news.width, "height": news.height}
            store.change_recording(
                conn, found.no, now_ms, store.UNREADY, state="ready", permille=1000, **size
            )
            store.show_recording(conn, of.no, found.no, news.duration_ms)
            if before is not None:
                store.change_recording(conn, before.no, now_ms, ["ready"], state="removed")
            return [] if before is None else [before]

        for gone in await self._db.write(show):
            await self._forget(gone)


def find(conn: Connection, project_no: ProjectNo, code: str, upload: str) -> Recording:
    """Return a recording of a media of the project; raises NotFound."""
    of = media_actions.find(conn, project_no, code)
    found = store.find_recording(conn, of.no, upload)
    if found is None:
        raise NotFound("There is no such recording.")
    return found


def latest(conn: Connection, project_no: ProjectNo, code: str) -> Recording:
    """Return the recording of a media that was begun last; raises NotFound."""
    found = store.latest_recording(conn, media_actions.find(conn, project_no, code).no)
    if found is None:
        raise NotFound("This media has no recording.")
    return found


def _refuse(conn: Connection, of: Media) -> None:
    """Raise Conflict where a media takes no recording."""
    if of.kind == "live":
        raise Conflict("The picture of a broadcast comes from an encoder: make a media of another kind.")
    if of.content_ms is not None and media.has_plays(conn, of.project_no, of.no):
        sentence = "Somebody has watched this recording: what they watched is evidence. Make another media."
        raise Conflict(sentence, code="recording_watched")


async def _pieces(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield what comes in pieces that are worth a write; what came before `body` raises is yielded first."""
    held, broken = bytearray(), None
    try:
        async for chunk in body:
            held += chunk
            if len(held) >= WRITTEN_BYTES:
                yield bytes(held)
                held.clear()
    except ConnectionError as error:
        broken = error
    if held:
        yield bytes(held)
    if broken is not None:
        raise broken
