"""Hands reports to those who wait for them: written in threads of their own, in turns, while somebody wants them.

A report in a format that goes out as it is written takes a turn for each of its pieces. One that has to be whole before
its first piece is counted and written in one turn, which it has before anything is answered; small ones have theirs
beside large ones. Answers of one piece have turns of their own. Nobody waits longer for a turn than a proxy waits for
us, and whoever waits keeps nothing. Whoever goes away ends the writing within moments. Nothing here runs in the threads
that everything else of the server shares.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, TypeAlias, TypeVar
from weakref import WeakSet, finalize

from rollcall.actions.statistics.size import Size
from rollcall.base.apart import apart
from rollcall.base.clock import Clock
from rollcall.base.turns import Turns
from rollcall.domain.errors import TooMany, Unavailable
from rollcall.domain.ids import ProjectNo
from rollcall.render.formats import Format
from rollcall.wire.statistics import Participant, Report

MOST_LARGE: Final = 4
MOST_ANSWERS: Final = 8
TRY_AGAIN_S: Final = 10
# With the writing of the largest, which takes minutes, it has to fit in what the proxy of our example waits.
WAIT_S: Final = 20.0
PIECES_AT_ONCE: Final = 2
ANSWERS_AT_ONCE: Final = 2
SMALL_AT_ONCE: Final = 2
INSTEAD: Final = "ask for an export instead: POST …/exports"
T = TypeVar("T")

Reading: TypeAlias = Callable[[int], Awaitable[Report]]  # counts as of this moment


class Abandoned(Exception):
    """Raised in the thread that writes a report once nobody wants it any more."""


@dataclass(slots=True, eq=False, weakref_slot=True)
class Wanted:
    """Whether a report is wanted still: the loop says when it is `stopped`, its thread asks."""

    stopped: bool = field(default=False, kw_only=True)

    def follow(self, report: Report) -> Report:
        """Return the report, which ends when this is stopped."""
        return replace(report, participants=self._rows(report.participants), go_on=self.go_on)

    def stop(self) -> None:
        """Say that nobody wants it any more."""
        self.stopped = True

    def go_on(self) -> None:
        """Raise Abandoned once it is stopped."""
        if self.stopped:
            raise Abandoned

    def _rows(self, rows: Iterable[Participant]) -> Iterator[Participant]:
        for row in rows:
            self.go_on()
            yield row


class Reports:
    """The reports of one node while they are written, and whose turn it is; `close` ends them all.

    Nobody waits longer than `wait_s` for a turn.
    """

    def __init__(self, clock: Clock, wait_s: float = WAIT_S) -> None:
        self._clock = clock
        self._wait_s = wait_s
        self._pieces = Turns(PIECES_AT_ONCE)
        self._answers = Turns(ANSWERS_AT_ONCE)
        self._whole = {False: Turns(SMALL_AT_ONCE), True: Turns(1)}
        # Setting a protocol takes a process of some hundred MB.
        self._presses = {False: Turns(1), True: Turns(1)}
        self._large: dict[ProjectNo, WeakSet[Wanted]] = {}
        self._asked: dict[ProjectNo, WeakSet[Wanted]] = {}
        self._every: WeakSet[Wanted] = WeakSet()
        self._closed = asyncio.Event()

    def press(self, *, large: bool) -> Turns:
        """Return whose turn it is to set a protocol."""
        return self._presses[large]

    def close(self) -> None:
        """End everything that is written, and take nothing more. What was begun waits for its connection to be cut."""
        self._closed.set()
        for one in self._every:
            one.stop()

    async def page(self, project_no: ProjectNo, write: Callable[[], T]) -> T:
        """Return what `write` makes of many rows, in a turn of its own."""
        return await self._pieces.take(project_no, partial(apart, write))

    async def answer(self, project_no: ProjectNo, make: Callable[[Wanted], Awaitable[T]]) -> T:
        """Return what `make` reads and writes, all of it in one turn.

        Raises what `make` raises, TooMany while many of the project wait or no turn comes, Unavailable at the end.
        """
        still = self._want()
        sentence = f"{MOST_ANSWERS} such answers of this project are being made; wait for one."
        _admit(self._asked.setdefault(project_no, WeakSet()), still, MOST_ANSWERS, sentence)
        try:
            return await (await self._begun(self._answers, project_no, partial(make, still)))
        except Abandoned:
            raise _ending() from None
        finally:
            still.stop()

    async def stream(
        self, project_no: ProjectNo, wanted: Format, read: Reading, size: Size
    ) -> AsyncIterator[bytes]:
        """Return the pieces of a report; one that has to be whole is being made by then.

        Raises what `read` raises unless it is read later, TooMany while many large ones of the project are written or
        no turn comes, Unavailable at the end.
        """
        still = self._want()
        if size.is_large:
            sentence = (
                f"{MOST_LARGE} large reports of this project are being written; wait, or ask for an export."
            )
            _admit(self._large.setdefault(project_no, WeakSet()), still, MOST_LARGE, sentence)
        try:
            pieces = await self._pieces_of(project_no, wanted, read, still, size)
        except BaseException:
            still.stop()
            raise
        finalize(pieces, still.stop).atexit = False  # also where nobody ever reads one
        return pieces

    async def _pieces_of(
        self, project_no: ProjectNo, wanted: Format, read: Reading, still: Wanted, size: Size
    ) -> AsyncIterator[bytes]:
        async def begin() -> tuple[bytes | None, Iterator[bytes]]:
            if still.stopped:
                return None, iter(())
            pieces = wanted.chunks(still.follow(await read(self._clock.now_ms())))
            return await apart(partial(_next, pieces)), pieces

        if wanted.is_whole:
            turns = self._presses if wanted.is_set else self._whole
            return self._rest(project_no, await self._begun(turns[size.is_large], project_no, begin), still)
        pieces = wanted.chunks(still.follow(await read(self._clock.now_ms())))
        return self._by_piece(project_no, pieces, still)

    def _want(self) -> Wanted:
        if self._closed.is_set():
            raise _ending()
        still = Wanted()
        self._every.add(still)
        return still

    async def _begun(
        self, turns: Turns, project_no: ProjectNo, work: Callable[[], Awaitable[T]]
    ) -> asyncio.Task[T]:
        """Return the work once it has its turn."""
        begun = asyncio.Event()

        async def in_turn() -> T:
            begun.set()
            return await work()

        task = asyncio.create_task(turns.take(project_no, in_turn))
        signs = [asyncio.create_task(sign.wait()) for sign in (begun, self._closed)]
        try:
            await asyncio.wait(signs, timeout=self._wait_s, return_when=asyncio.FIRST_COMPLETED)
            self._refuse_late(begun)
        except BaseException:
            task.cancel()
            raise
        finally:
            for sign in signs:
                sign.cancel()
        return task

    def _refuse_late(self, begun: asyncio.Event) -> None:
        if self._closed.is_set():
            raise _ending()
        if not begun.is_set():
            sentence = f"Other reports go first, and no turn came within {self._wait_s:g} s; {INSTEAD}."
            raise TooMany(sentence, TRY_AGAIN_S)

    async def _by_piece(
        self, project_no: ProjectNo, pieces: Iterator[bytes], still: Wanted
    ) -> AsyncIterator[bytes]:
        try:
            while (piece := await self.page(project_no, partial(_next, pieces))) is not None:
                yield piece
            await _end(still)
        finally:
            still.stop()

    async def _rest(
        self, project_no: ProjectNo, begun: asyncio.Task[tuple[bytes | None, Iterator[bytes]]], still: Wanted
    ) -> AsyncIterator[bytes]:
        try:
            piece, pieces = await begun
            while piece is not None:
                yield piece
                piece = await self.page(project_no, partial(_next, pieces))
            await _end(still)
        finally:
            still.stop()


def _admit(known: WeakSet[Wanted], still: Wanted, most: int, sentence: str) -> None:
    """Count one more until it is stopped; raises TooMany."""
    if sum(not one.stopped for one in known) >= most:
        raise TooMany(sentence, TRY_AGAIN_S)
    known.add(still)


def _ending() -> Unavailable:
    return Unavailable("The server is being stopped; ask again in a moment.")


async def _end(still: Wanted) -> None:
    """Return where a report is complete; one that was stopped must not look so, and waits to be cut off."""
    if still.stopped:
        await asyncio.Event().wait()


def _next(pieces: Iterator[bytes]) -> bytes | None:
    """Return the next piece, None after the last one and of a report that nobody wants."""
    try:
        return next(pieces, None)
    except Abandoned:
        return None
