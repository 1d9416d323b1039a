"""Hands reports to those who wait for them: written in threads of their own, in turns, while somebody wants them.

A report in a format that goes out as it is written takes a turn for each of its pieces. One that has to be whole before
its first piece is counted and written in one turn; small ones have theirs beside large ones. Whoever goes away ends the
writing within moments. Nothing here runs in the threads that everything else of the server shares.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, TypeAlias, TypeVar
from weakref import WeakSet

from rollcall.base.apart import apart
from rollcall.base.clock import Clock
from rollcall.base.turns import Turns
from rollcall.domain.errors import TooMany
from rollcall.domain.ids import ProjectNo
from rollcall.render.formats import Format
from rollcall.wire.statistics import Participant, Report

MOST_LARGE: Final = 4
TRY_AGAIN_S: Final = 10
PIECES_AT_ONCE: Final = 2
SMALL_AT_ONCE: Final = 2
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

    def go_on(self) -> None:
        """Raise Abandoned once it is stopped."""
        if self.stopped:
            raise Abandoned

    def _rows(self, rows: Iterable[Participant]) -> Iterator[Participant]:
        for row in rows:
            self.go_on()
            yield row


class Reports:
    """The reports of one node while they are written, and whose turn it is."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pieces = Turns(PIECES_AT_ONCE)
        self._whole = {False: Turns(SMALL_AT_ONCE), True: Turns(1)}
        # Setting a protocol takes a process of some hundred MB.
        self._presses = {False: Turns(1), True: Turns(1)}
        self._large: dict[ProjectNo, WeakSet[Wanted]] = {}

    def press(self, *, large: bool) -> Turns:
        """Return whose turn it is to set a protocol."""
        return self._presses[large]

    async def page(self, project_no: ProjectNo, write: Callable[[], T]) -> T:
        """Return what `write` makes of many rows, in a turn of its own."""
        return await self._pieces.take(project_no, partial(apart, write))

    async def stream(
        self, project_no: ProjectNo, wanted: Format, read: Reading, *, large: bool
    ) -> AsyncIterator[bytes]:
        """Return the pieces of a report.

        Raises what `read` raises unless it is read later, and TooMany while many large ones of the project are written.
        """
        still = Wanted()
        if large:
            self._admit(project_no, still)
        if wanted.is_whole:
            turns = self._presses if wanted.is_set else self._whole
            return self._at_once(turns[large], project_no, wanted, read, still)
        return self._by_piece(
            project_no, wanted.chunks(still.follow(await read(self._clock.now_ms()))), still
        )

    def _admit(self, project_no: ProjectNo, still: Wanted) -> None:
        """Count one more large report until it is stopped, or was dropped before it began."""
        known = self._large.setdefault(project_no, WeakSet())
        if sum(not one.stopped for one in known) >= MOST_LARGE:
            sentence = (
                f"{MOST_LARGE} large reports of this project are being written; wait, or ask for an export."
            )
            raise TooMany(sentence, TRY_AGAIN_S)
        known.add(still)

    async def _by_piece(
        self, project_no: ProjectNo, pieces: Iterator[bytes], still: Wanted
    ) -> AsyncIterator[bytes]:
        try:
            while (piece := await self.page(project_no, partial(_next, pieces))) is not None:
                yield piece
        finally:
            still.stopped = True

    async def _at_once(
        self, turns: Turns, project_no: ProjectNo, wanted: Format, read: Reading, still: Wanted
    ) -> AsyncIterator[bytes]:
        async def begin() -> tuple[bytes | None, Iterator[bytes]]:
            pieces = wanted.chunks(still.follow(await read(self._clock.now_ms())))
            return await apart(partial(_next, pieces)), pieces

        try:
            piece, pieces = await turns.take(project_no, begin)
            while piece is not None:
                yield piece
                piece = await self.page(project_no, partial(_next, pieces))
        finally:
            still.stopped = True


def _next(pieces: Iterator[bytes]) -> bytes | None:
    """Return the next piece, None after the last one and of a report that nobody wants."""
    try:
        return next(pieces, None)
    except Abandoned:
        return None
