"""Reports for those who wait: whose turn it is, what an abandoned one still does, how many large ones there may be."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from threading import Event

import pytest

from rollcall.actions.reports import (
    MOST_ANSWERS,
    MOST_LARGE,
    Abandoned,
    Reports,
    Wanted,
)
from rollcall.actions.statistics import Size
from rollcall.domain.errors import NotFound, TooMany, Unavailable
from rollcall.domain.ids import ProjectNo
from rollcall.render.formats import FORMATS, Format
from rollcall.wire.statistics import Media, Participant, Report
from tests.hall import SetClock

MINE, THEIRS = ProjectNo(1), ProjectNo(2)
SMALL, LARGE = Size(1_000, 20), Size(1_001, 1)


@dataclass
class Held:
    """A format that holds its thread, asking whether it is wanted, until it is let go."""

    let_go: Event = field(default_factory=Event)
    begins: list[bool] = field(default_factory=list)  # appended to by many threads
    ends: list[bool] = field(default_factory=list)  # of those that were abandoned

    @property
    def begun(self) -> int:
        return len(self.begins)

    @property
    def abandoned(self) -> int:
        return len(self.ends)

    def chunks(self, report: Report) -> Iterator[bytes]:
        self.begins.append(True)
        try:
            while not self.let_go.wait(0.01):
                report.go_on()
        except Abandoned:
            self.ends.append(True)
            raise
        yield b"first"
        yield b"last"

    async def until_begun(self, times: int = 1) -> None:
        while self.begun < times:
            await asyncio.sleep(0.01)


def written(name: str, held: Held) -> Format:
    return replace(FORMATS[name], chunks=held.chunks)


async def read(now_ms: int) -> Report:
    rows = iter([Participant("d-1", None, "plain", now_ms, 0, None, None, None, [], [])])
    return Report(Media("c", "e", "t", "live", "UTC"), "2026-03-01T09:00:00.000Z", [], [], rows, count=1)


async def whole(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


async def ask(reports: Reports, project_no: ProjectNo, wanted: Format, size: Size) -> bytes:
    return await whole(await reports.stream(project_no, wanted, read, size))


@pytest.fixture
def reports() -> Reports:
    return Reports(SetClock())


async def test_a_report_that_breaks_never_looks_complete(reports: Reports) -> None:
    """Whatever is raised while pieces are made reaches the server, which then cuts the connection."""

    def broken(_report: Report) -> Iterator[bytes]:
        yield b"{"
        raise ValueError("broken")

    for name in ("json", "xlsx"):
        pieces = await reports.stream(MINE, replace(FORMATS[name], chunks=broken), read, SMALL)
        assert await anext(pieces) == b"{"
        with pytest.raises(ValueError, match="broken"):
            await anext(pieces)


async def test_what_goes_out_as_it_is_written_is_refused_before_anything_is_sent(reports: Reports) -> None:
    async def refuse(_now_ms: int) -> Report:
        raise NotFound("There is no media 'c' in this project.")

    with pytest.raises(NotFound):
        await reports.stream(MINE, FORMATS["json"], refuse, SMALL)


@pytest.mark.parametrize("name", ["xlsx", "pdf"])
async def test_a_small_one_does_not_wait_for_a_large_one(reports: Reports, name: str) -> None:
    large, small = Held(), Held()
    asked = [
        asyncio.create_task(ask(reports, project, written(name, large), LARGE)) for project in (MINE, THEIRS)
    ]
    await large.until_begun()
    small.let_go.set()
    told = await whole(await reports.stream(THEIRS, written(name, small), read, SMALL))
    assert (told, large.begun) == (b"firstlast", 1)  # and of the large ones, one at a time
    large.let_go.set()
    assert await asyncio.gather(*asked) == [b"firstlast"] * 2


@pytest.mark.parametrize("name", ["json", "xlsx", "pdf"])
async def test_an_abandoned_one_ends_and_keeps_its_turn_until_then(reports: Reports, name: str) -> None:
    stuck = Event()
    held = Held()

    def deaf(report: Report) -> Iterator[bytes]:
        held.begins.append(True)
        stuck.wait()
        report.go_on()
        held.ends.append(True)
        yield b"never"

    gone = asyncio.create_task(ask(reports, MINE, replace(FORMATS[name], chunks=deaf), LARGE))
    await held.until_begun()
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    next_one = asyncio.create_task(ask(reports, MINE, written(name, held), LARGE))
    held.let_go.set()
    for _ in range(20):
        await asyncio.sleep(0.01)
    assert held.begun == 1
    stuck.set()
    assert await next_one == b"firstlast"
    assert (held.begun, held.abandoned) == (2, 0)


@pytest.mark.parametrize("name", list(FORMATS))
async def test_the_real_formats_end_at_the_next_row_once_nobody_wants_them(
    reports: Reports, name: str
) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def endless() -> Iterator[Participant]:
        try:
            loop.call_soon_threadsafe(begun.set)
            while True:
                yield Participant("d-1", None, "plain", 0, 0, None, None, None, [], [])
        finally:
            loop.call_soon_threadsafe(ended.set)

    async def begin(now_ms: int) -> Report:
        return replace(await read(now_ms), participants=endless(), count=1_000_000)

    asked = asyncio.create_task(whole(await reports.stream(MINE, FORMATS[name], begin, LARGE)))
    await begun.wait()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    del asked  # its traceback knows of the rows
    await ended.wait()


async def test_shared_threads_are_free_however_many_reports_wait_and_are_written(reports: Reports) -> None:
    held = Held()
    asked = [
        asyncio.create_task(ask(reports, ProjectNo(project), written(name, held), SMALL))
        for project in range(10)
        for name in FORMATS
    ]
    await held.until_begun(5)
    assert await asyncio.gather(*(asyncio.to_thread(int, "7") for _ in range(50))) == [7] * 50
    held.let_go.set()
    assert set(await asyncio.gather(*asked)) == {b"firstlast"}


async def test_large_ones_of_a_project_are_refused_while_many_are_written(reports: Reports) -> None:
    held = Held()

    async def begin(project_no: ProjectNo = MINE, size: Size = LARGE) -> AsyncIterator[bytes]:
        return await reports.stream(project_no, written("json", held), read, size)

    streams = [await begin() for _ in range(MOST_LARGE)]
    with pytest.raises(TooMany, match="4 large reports of this project are being written"):
        await begin()
    assert all([await begin(size=SMALL), await begin(THEIRS)])
    streams.pop()  # one that was never read counts no more once nobody has it
    begun = asyncio.create_task(whole(await begin()))
    await held.until_begun()
    with pytest.raises(TooMany):
        await begin()
    begun.cancel()
    with pytest.raises(asyncio.CancelledError):
        await begun
    while not held.abandoned:
        await asyncio.sleep(0.01)
    assert await begin()


@pytest.mark.parametrize("name", ["xlsx", "pdf"])
async def test_one_that_has_to_be_whole_has_its_turn_before_anything_is_answered_or_is_refused(
    name: str,
) -> None:
    reports, held, read_times = Reports(SetClock(), wait_s=0.2), Held(), 0

    async def noted(now_ms: int) -> Report:
        nonlocal read_times
        read_times += 1
        return await read(now_ms)

    first = await reports.stream(MINE, written(name, held), noted, SMALL)
    await held.until_begun()  # nobody has asked for a piece yet
    with pytest.raises(TooMany, match=r"no turn came within 0.2 s; ask for an export instead") as refused:
        await reports.stream(MINE, written(name, held), noted, SMALL)
    assert refused.value.retry_after_s > 0
    held.let_go.set()
    assert await whole(first) == b"firstlast"
    assert await ask(reports, MINE, written(name, held), SMALL) == b"firstlast"
    assert (held.begun, read_times) == (2, 1)  # who was refused has had nothing counted


async def test_one_that_nobody_ever_reads_ends_once_nobody_has_it(reports: Reports) -> None:
    held = Held()
    dropped = await reports.stream(MINE, written("xlsx", held), read, SMALL)
    await held.until_begun()
    del dropped
    while not held.abandoned:
        await asyncio.sleep(0.01)


def test_a_report_is_large_by_its_people_or_by_its_cells() -> None:
    assert [size.is_large for size in (Size(1_000, 20), Size(1_001, 1), Size(1_000, 21), Size(2, 9_000))] == [
        False, True, True, False,
    ]  # fmt: skip


async def test_answers_of_a_project_take_turns_and_pieces_of_its_reports_go_beside_them(
    reports: Reports,
) -> None:
    stuck, made = asyncio.Event(), 0

    async def make(still: Wanted) -> str:
        nonlocal made
        made += 1
        await stuck.wait()
        still.go_on()
        return "made"

    asked = [asyncio.create_task(reports.answer(MINE, make)) for _ in range(MOST_ANSWERS)]
    while not made:
        await asyncio.sleep(0.01)
    with pytest.raises(TooMany, match=f"{MOST_ANSWERS} such answers of this project"):
        await reports.answer(MINE, make)
    done = Held()
    done.let_go.set()
    assert await ask(reports, MINE, written("json", done), SMALL) == b"firstlast"
    assert made == 1
    for one in asked[:-1]:
        one.cancel()
    await asyncio.gather(*asked[:-1], return_exceptions=True)
    stuck.set()
    assert await asked[-1] == "made"
    assert made == 2  # those that were given up while they waited never began
    assert await reports.answer(MINE, make) == "made"


async def test_at_the_end_nothing_looks_complete_and_nobody_waits(reports: Reports) -> None:
    held, stuck = Held(), asyncio.Event()

    async def make(still: Wanted) -> None:
        await stuck.wait()
        still.go_on()

    begun = [
        asyncio.create_task(whole(await reports.stream(project_no, written(name, held), read, LARGE)))
        for project_no, name in ((MINE, "json"), (MINE, "xlsx"), (THEIRS, "pdf"))
    ]
    waiting = [asyncio.create_task(ask(reports, THEIRS, written("xlsx", held), LARGE))]
    waiting += [asyncio.create_task(reports.answer(MINE, make)) for _ in range(2)]  # type: ignore[arg-type]
    await held.until_begun(3)
    reports.close()
    stuck.set()
    for one in waiting:
        with pytest.raises(Unavailable, match="being stopped"):
            await one
    while held.abandoned < 3:
        await asyncio.sleep(0.01)
    for _ in range(20):
        await asyncio.sleep(0)
    assert not any(one.done() for one in begun)  # until their connections are cut
    with pytest.raises(Unavailable):
        await ask(reports, MINE, written("json", held), SMALL)
    for one in begun:
        one.cancel()
    await asyncio.gather(*begun, return_exceptions=True)
