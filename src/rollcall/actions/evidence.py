"""The group commit of evidence: rows of many plays reach the disk together, and only then are acknowledged.

The next commit starts when the last has ended and 10 ms have passed, so that an idle server answers at once and a
busy one shares each flush among thousands of rows. A group that cannot be stored acknowledges nothing: its plays
are dropped with everything of theirs that waits, their players reconnect and send again.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence

from rollcall.actions import flags, prompts
from rollcall.base.clock import Clock
from rollcall.base.crash_points import reach
from rollcall.domain.checks.marks import MarkRow
from rollcall.domain.checks.outcome import PromptOutcome, Told
from rollcall.domain.checks.suppressed import SETTLED_MS
from rollcall.domain.evidence.step import Marked
from rollcall.domain.ids import CheckId, MediaNo, PlayNo, UserId
from rollcall.live.hub import Hub
from rollcall.live.playing import Playing
from rollcall.live.plays import LivePlay
from rollcall.store.database import Connection, Database
from rollcall.store.evidence import PlayGroup, write_group
from rollcall.store.flags import Raised
from rollcall.wire import play_state
from rollcall.wire.close import Close

PAUSE_S = 0.010
GROUP_ROWS = 5_000
WAITING_ROWS_LIMIT = 20_000
SLOW_DOWN_MS = 2_000
log = logging.getLogger(__name__)


class EvidenceWriter:
    """Collects plays with rows that wait, and commits them. Call `add` after applying rows; run `run` as a task."""

    def __init__(self, db: Database, clock: Clock, hub: Hub, playing: Playing) -> None:
        self._db = db
        self._clock = clock
        self._hub = hub
        self._playing = playing
        # By identity, as two generations of a play may wait at once; who waits longest is first.
        self._waiting: OrderedDict[int, LivePlay] = OrderedDict()
        self._waiting_rows = 0
        self._wake = asyncio.Event()
        self._committing: asyncio.Task[None] | None = None

    def add(self, play: LivePlay, rows: int) -> None:
        """Let the rows just applied to `play` be committed."""
        self._waiting[id(play)] = play
        self._waiting_rows += rows
        self._wake.set()

    def is_behind(self) -> bool:
        """Return whether so many rows wait that players should hold theirs back."""
        return self._waiting_rows > WAITING_ROWS_LIMIT

    async def run(self) -> None:
        """Commit group after group until cancelled; whatever waits at that moment is committed first.

        A commit that is under way when we are cancelled ends first: if it fails, its plays must be dropped before
        later rows of theirs are stored.
        """
        try:
            while True:
                await self._wake.wait()
                await asyncio.sleep(PAUSE_S)
                self._committing = asyncio.create_task(self._commit())
                await asyncio.shield(self._committing)
        finally:
            if self._committing is not None:
                await asyncio.wait({self._committing})
            while self._waiting:
                await self._commit()

    async def _commit(self) -> None:
        plays = self._take()
        if not plays:
            return
        signs = [raised for play in plays for raised in flags.of_play(play)]
        proven = [play.proven for play in plays]
        group = [_group_of(play) for play in plays]
        now_ms = self._clock.now_ms()
        try:
            held, told = await self._db.write(lambda conn: _store(conn, group, signs, now_ms))
        except Exception:
            log.exception("A group of evidence could not be stored; nothing of it is acknowledged")
            for play in plays:
                play.drop(Close.NOT_STORED)
            return
        reach("evidence.after_commit")
        for play, part, stretches in zip(plays, group, proven, strict=True):
            if part.no in held:
                for proof in stretches:
                    (start_ms, end_ms), content = proof.part
                    now_ms = self._clock.now_ms()
                    self._playing.note(
                        play.media_no,
                        play.user_id,
                        start_ms,
                        end_ms,
                        now_ms,
                        content,
                        (proof.key, proof.span),
                    )
                reach("evidence.before_ack")
                play.stored(part.applied)
                reach("evidence.after_ack")
            else:
                play.drop(Close.TAKEN_OVER)
        if any(isinstance(each, PromptOutcome) and each.outcome == "confirmed" for each in told):
            reach("prompt.after_confirm")
        prompts.publish(self._hub, told)

    def _take(self) -> list[LivePlay]:
        """Take plays off the queue until their rows fill a group; those that were dropped are left out."""
        taken: list[LivePlay] = []
        rows = 0
        while self._waiting and rows < GROUP_ROWS:
            _, play = self._waiting.popitem(last=False)
            self._waiting_rows -= play.waiting_rows
            if play.dropped is None:
                taken.append(play)
                rows += play.waiting_rows
        if not self._waiting:
            self._wake.clear()
        return taken


def _store(
    conn: Connection, group: Sequence[PlayGroup], signs: Sequence[Raised], now_ms: int
) -> tuple[set[PlayNo], list[Told]]:
    reach("evidence.before_write")
    held = write_group(conn, group, now_ms)
    reach("evidence.after_write")
    flags.store_signs(conn, [sign for sign in signs if sign.play_no in held])
    marks = [mark for play in group if play.no in held for mark in play.marks]
    if any(mark.mark == "answered" for mark in marks):
        reach("prompt.before_confirm")
    told = prompts.apply_marks(conn, marks, now_ms) if marks else []
    told += prompts.follow_late(conn, _late(group, held, now_ms), now_ms)
    reach("evidence.before_commit")
    return held, told


def _late(group: Sequence[PlayGroup], held: set[PlayNo], now_ms: int) -> dict[tuple[MediaNo, UserId], int]:
    """Return from when on the participants report late whose time is not here as soon as prompts are decided."""
    found: dict[tuple[MediaNo, UserId], int] = {}
    for play in group:
        if play.no in held and play.since_ms is not None and now_ms - play.since_ms > SETTLED_MS:
            whose = play.media_no, play.user_id
            found[whose] = min(play.since_ms, found.get(whose, now_ms))
    return found


def _group_of(play: LivePlay) -> PlayGroup:
    """Return what waits of the play, and forget that it waits: rows applied from now on join the next group."""
    group = PlayGroup(
        no=play.no,
        generation=play.generation,
        project_no=play.project_no,
        event_no=play.event_no,
        media_no=play.media_no,
        user_id=play.user_id,
        applied=play.state.applied,
        rejected=play.rejected,
        lost=play.lost,
        state=play_state.encode(play.state),
        last_arrival_ms=play.last_arrival_ms,
        connected_ms=play.connected_ms,
        since_ms=play.since_ms,
        spans=list(play.spans.values()),
        marks=[_mark_row(play, marked) for marked in play.marks],
    )
    play.spans, play.proven, play.marks, play.waiting_rows, play.since_ms = {}, [], [], 0, None
    return group


def _mark_row(play: LivePlay, marked: Marked) -> MarkRow:
    mark = marked.mark
    return MarkRow(
        play_no=play.no,
        seq=mark.seq,
        project_no=play.project_no,
        event_no=play.event_no,
        media_no=play.media_no,
        user_id=play.user_id,
        mark=mark.kind,
        check=CheckId(mark.check),
        at_ms=marked.at_ms,
        arrival_ms=play.last_arrival_ms,
        bound_ms=marked.bound_ms,
        visible=mark.visible,
        trusted=mark.trusted,
        answer=mark.answer,
        issued_ms=mark.issued_ms,
        pointer=mark.pointer,
    )
