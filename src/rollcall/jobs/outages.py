"""Our own outage log: a beat each second while this node runs, and whatever kept us from our viewers.

The time between the last beat of any node and a start is an outage, whatever ended the server. So is a gap while
running, when the event loop or the disk stood still: these concern every project. A sudden silence of many viewers
concerns the project whose viewers they are, and is told from them alone. What is one is decided in `domain/outages`.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from rollcall.actions import prompts
from rollcall.base.clock import Clock
from rollcall.base.secrets import new_code
from rollcall.domain.checks.outcome import Told
from rollcall.domain.ids import ProjectNo, UserId
from rollcall.domain.intervals import Interval
from rollcall.domain.outages import RUNNING_GAP_MS, START_GAP_MS, Silence, Voice, gap, listen
from rollcall.live.hub import Hub
from rollcall.live.voices import Voices
from rollcall.store import outages
from rollcall.store.database import Connection, Database

PERIOD_S: Final = 1.0
# After a gap of ours everybody seems silent until they have had the time to be heard.
DEAF_MS: Final = 15_000
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Row:
    """An outage in the log."""

    code: str
    of: Interval


@dataclass(frozen=True, slots=True)
class _Hearing:
    """What is heard of one project: its silence, and what of that was last put into the log."""

    silence: Silence[UserId] | None = None
    row: _Row | None = None


class OwnLog:
    """The log of one node: `begin` before anything is served, `answers` once it is, then `beat` each second."""

    def __init__(self, db: Database, clock: Clock, hub: Hub, node: str, voices: Voices) -> None:
        self._db = db
        self._clock = clock
        self._hub = hub
        self._node = node
        self._voices = voices
        self._running_ms = 0  # when we last knew that we run
        self._listens_ms = 0
        self._hearing: dict[ProjectNo, _Hearing] = {}
        self._down: _Row | None = None
        self._leaving = False

    async def begin(self) -> None:
        """Note the time in which no node ran, up to now."""
        now_ms = self._clock.now_ms()
        away = await self._db.write(partial(self._begin, now_ms))
        self._running_ms = now_ms
        if away is not None:
            log.warning("Nobody ran for %.1f s before this start", (away.of.end - away.of.start) / 1000)
        self._down = away

    async def answers(self) -> None:
        """Move the end of the time before this start to now: viewers can reach us from here on."""
        now_ms = self._clock.now_ms()
        self._running_ms = now_ms
        if self._down is not None:
            await self._put(_Row(self._down.code, Interval(self._down.of.start, now_ms)), None)

    def leave(self) -> None:
        """Beat no more: from now on viewers are sent away."""
        self._leaving = True

    async def beat(self) -> None:
        """Note that we run, and what kept us from it; look for a silence of many."""
        if self._leaving:
            return
        now_ms = self._clock.now_ms()
        await self._db.write(lambda conn: outages.put_beat(conn, self._node, now_ms))
        now_ms = self._clock.now_ms()
        stood_still = gap(self._running_ms, now_ms, RUNNING_GAP_MS)
        self._running_ms = now_ms
        if stood_still is not None:
            log.warning("The server stood still for %.1f s", (stood_still.end - stood_still.start) / 1000)
            self._listens_ms = now_ms + DEAF_MS
            await self._put(_Row(new_code(), stood_still), None)
        if now_ms >= self._listens_ms:
            await self._listen(now_ms)

    async def _listen(self, now_ms: int) -> None:
        before = self._hearing
        self._hearing = {
            project_no: _hear(before.get(project_no, _Hearing()), voices, now_ms)
            for project_no, voices in self._voices.by_project(now_ms).items()
        }
        for project_no, hearing in self._hearing.items():
            if hearing.row is not None and hearing.row != before.get(project_no, _Hearing()).row:
                await self._put(hearing.row, project_no)

    async def _put(self, row: _Row, silent: ProjectNo | None) -> None:
        """Store an outage, and judge anew the prompts that it touches: they may have been decided before we knew.

        `silent`: the project whose viewers fell silent, None = we were down.
        """
        now_ms = self._clock.now_ms()

        def put(conn: Connection) -> list[Told]:
            outages.put_own(conn, row.code, silent, self._node, row.of, now_ms)
            return prompts.follow_outage(conn, row.of, silent, now_ms)

        prompts.publish(self._hub, await self._db.write(put))

    def _begin(self, now_ms: int, conn: Connection) -> _Row | None:
        away = gap(outages.last_beat_ms(conn), now_ms, START_GAP_MS)
        outages.put_beat(conn, self._node, now_ms)
        if away is None:
            return None
        row = _Row(new_code(), away)
        outages.put_own(conn, row.code, None, self._node, away, now_ms)
        return row


def _hear(known: _Hearing, voices: Mapping[UserId, Voice], now_ms: int) -> _Hearing:
    """Return what is heard of a project now, with what belongs into the log by now."""
    silence = listen(known.silence, voices, now_ms)
    proven = silence.proven if silence is not None else None
    if proven is None or (known.row is not None and known.row.of == proven):
        return _Hearing(silence, known.row)
    if known.row is not None and proven.start < known.row.of.end:
        return _Hearing(silence, _Row(known.row.code, proven))
    log.warning("Many viewers were silent from %d ms on", proven.start)
    return _Hearing(silence, _Row(new_code(), proven))
