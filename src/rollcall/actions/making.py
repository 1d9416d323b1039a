"""Makes the exports of one node: a few at a time, in worker threads, piece by piece into the database.

How far each is, is written by `run_once` alone, so at most once in its period; what it finds cancelled, from whichever
node, stops at the next row. An export that cannot end says why; one whose node dies says nothing: it fails when that
node starts again, and is told as failed by whoever reads it a minute later.
"""

import asyncio
import logging
from collections.abc import Iterable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from rollcall.actions.export_room import refuse_full
from rollcall.actions.reports import Abandoned, Reading, Reports, Wanted
from rollcall.base.apart import apart
from rollcall.base.clock import Clock
from rollcall.base.secrets import new_code
from rollcall.base.turns import Turns
from rollcall.domain.errors import RollcallError
from rollcall.domain.ids import ProjectNo
from rollcall.render.formats import Format
from rollcall.store import exports as store
from rollcall.store.database import Connection, Database
from rollcall.wire.statistics import Participant, Report

PERIOD_S: Final = 1.25  # jittered: never more often than once a second
AT_ONCE: Final = 2
TOUCH_MS: Final = 5_000
LEAVE_WITHIN_S: Final = 2.0
log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Work(Wanted):
    """One export while it waits or is made; its thread counts what is `done`.

    These are the rows that were written or, where a protocol is set, as many as the share of it that is.
    """

    no: int
    project_no: ProjectNo
    noted_ms: int
    participants: int | None = None
    done: int = 0
    noted: tuple[int, int | None] = (0, None)

    def count(self, report: Report, wanted: Format) -> Report:
        """Return the report, of which what is done is counted, and which ends when this is stopped."""
        self.participants = report.count
        report = self.follow(report)
        rows = report.participants if wanted.is_set else self._counted(report.participants)
        return replace(report, participants=rows, tell_share=self._reach)

    def has_news(self, now_ms: int) -> bool:
        """Tell whether it has gone on since it was noted, or has not been touched for long."""
        moved = self.noted != self._progress()
        return not self.stopped and (moved or now_ms - self.noted_ms >= TOUCH_MS)

    def note(self, conn: Connection, now_ms: int) -> bool:
        """Store how far it is; tell whether it is still wanted."""
        self.noted, self.noted_ms = self._progress(), now_ms
        return store.note_progress(conn, self.no, *self.noted, now_ms)

    def _progress(self) -> tuple[int, int | None]:
        """Return how many are done, which are not all before the file is stored, of how many."""
        if self.participants is None:
            return 0, None
        return min(self.done, max(0, self.participants - 1)), self.participants

    def _reach(self, share: float) -> None:
        self.done = int(share * (self.participants or 0))

    def _counted(self, rows: Iterable[Participant]) -> Iterator[Participant]:
        for row in rows:
            yield row
            self.done += 1


class ExportMaker:
    """The exports of one node: `begin`, `start` each once it is stored, `run_once` each period, `close` at the end.

    `node`: what it is called; `reports`: whose turn it is to set a protocol.
    """

    def __init__(self, db: Database, clock: Clock, node: str, reports: Reports) -> None:
        self.node = node
        self._db = db
        self._clock = clock
        self._reports = reports
        self._turns = Turns(AT_ONCE)
        self._works: dict[Work, asyncio.Task[None]] = {}
        self._closed = False

    async def begin(self) -> None:
        """Say of what this node was making when it last ended that it was interrupted."""
        await self._db.write(lambda conn: store.fail_left(conn, self.node, store.INTERRUPTED))

    def start(self, project_no: ProjectNo, no: int, wanted: Format, read: Reading, *, large: bool) -> None:
        """Make the export of this number in its turn; it is counted when it begins. Once closed it makes none."""
        work = Work(no, project_no, self._clock.now_ms(), stopped=self._closed)
        turns = self._reports.press(large=large) if wanted.is_set else self._turns
        task = asyncio.create_task(self._make(work, wanted, read, turns.of(project_no)))
        self._works[work] = task
        task.add_done_callback(partial(self._done, work))

    def stop(self, no: int) -> None:
        """Let an export end without a file, if it is made here."""
        for work in self._works:
            work.stopped |= work.no == no

    async def run_once(self) -> None:
        """Note how far everything is, and stop what is not wanted any more."""
        now_ms = self._clock.now_ms()
        news = [work for work in self._works if work.has_news(now_ms)]
        if news:
            for work in await self._db.write(partial(_note, news, now_ms)):
                work.stopped = True

    async def idle(self) -> None:
        """Return when nothing waits or is made."""
        while self._works:
            await asyncio.wait(list(self._works.values()))

    async def close(self) -> None:
        """Stop everything at once, and say so of what is not ready."""
        self._closed, works = True, dict(self._works)
        if not works:
            return
        for work in works:
            work.stopped = True
        await asyncio.wait(works.values(), timeout=LEAVE_WITHIN_S)
        for task in works.values():
            task.cancel()
        await asyncio.gather(*works.values(), return_exceptions=True)
        await self._fail([work.no for work in works], store.INTERRUPTED)

    def _done(self, work: Work, task: asyncio.Task[None]) -> None:
        del self._works[work]
        if not task.cancelled() and task.exception() is not None:
            log.error("An export could not say that it failed", exc_info=task.exception())

    async def _make(
        self, work: Work, wanted: Format, read: Reading, turn: AbstractAsyncContextManager[None]
    ) -> None:
        try:
            async with turn:
                work.go_on()
                report = work.count(await read(self._clock.now_ms()), wanted)
                await self._fill(work, even(wanted.chunks(report)))
                await self._db.write(partial(self._finish, work.no, report.count))
        except Abandoned:
            pass
        except RollcallError as error:
            await self._fail([work.no], error.detail)
        except Exception:
            incident = new_code()
            log.exception("Export failed unexpectedly (%s)", incident)
            await self._fail([work.no], f"This is a fault of the server. It is logged as {incident}.")

    async def _fill(self, work: Work, pieces: Iterator[bytes]) -> None:
        place = 0
        while (piece := await apart(partial(next, pieces, None))) is not None:
            if not await self._db.write(partial(self._add, work, place, piece)):
                raise Abandoned
            place += 1

    def _add(self, work: Work, place: int, piece: bytes, conn: Connection) -> bool:
        now_ms = self._clock.now_ms()
        refuse_full(conn, work.project_no, now_ms, len(piece))
        return store.add_piece(conn, work.no, place, piece, now_ms)

    def _finish(self, no: int, participants: int, conn: Connection) -> None:
        store.finish_export(conn, no, participants, self._clock.now_ms())

    async def _fail(self, nos: list[int], error: str) -> None:
        await self._db.write(lambda conn: store.fail_exports(conn, nos, error))


def even(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut what comes into pieces of `PIECE_BYTES`, the last one shorter."""
    rest = bytearray()
    for chunk in chunks:
        rest += chunk
        while len(rest) >= store.PIECE_BYTES:
            yield bytes(rest[: store.PIECE_BYTES])
            del rest[: store.PIECE_BYTES]
    if rest:
        yield bytes(rest)


def _note(works: list[Work], now_ms: int, conn: Connection) -> list[Work]:
    return [work for work in works if not work.note(conn, now_ms)]
