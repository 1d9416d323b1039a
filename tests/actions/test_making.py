"""How exports are made: progress is what was written, and whatever ends one early leaves no file."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from queue import SimpleQueue

import msgspec
import pytest

from rollcall.actions.making import TOUCH_MS, ExportMaker, even
from rollcall.actions.projects import create_project
from rollcall.actions.reports import Reports
from rollcall.domain.errors import NotFound
from rollcall.domain.ids import ProjectNo
from rollcall.render.formats import FORMATS, Format
from rollcall.render.protocol import pdf_chunks
from rollcall.store import exports as store
from rollcall.store.database import Connection, Database
from rollcall.store.exports import INTERRUPTED, PIECE_BYTES, SILENT_MS, Export, NewExport
from rollcall.wire.statistics import Media, Participant, Report
from tests.hall import SetClock


def row(number: int) -> Participant:
    return Participant(f"doctor-{number}", None, "plain", number, 0, None, None, None, [], [])


def report(rows: Iterator[Participant], count: int) -> Report:
    return Report(Media("c", "e", "t", "live", "UTC"), "2026-03-01T09:00:00.000Z", [], [], rows, count=count)


@dataclass
class Fed:
    """Rows that come one by one as a test gives them; `asked` counts how many the format has asked for."""

    asked: int = 0
    given: SimpleQueue[Participant | None] = field(default_factory=SimpleQueue)

    def rows(self) -> Iterator[Participant]:
        while True:
            self.asked += 1
            if (given := self.given.get()) is None:
                return
            yield given

    async def until_asked(self, times: int) -> None:
        while self.asked < times:
            await asyncio.sleep(0)

    async def read(self, _now_ms: int) -> Report:
        return report(self.rows(), 3)


@dataclass
class Making:
    """A node that makes exports of one project."""

    db: Database
    project_no: ProjectNo
    clock: SetClock
    reports: Reports
    maker: ExportMaker

    async def start(
        self, code: str, read: Callable[[int], Awaitable[Report]], wanted: Format = FORMATS["json"]
    ) -> int:
        def add(conn: Connection) -> int:
            new = NewExport(code, "mediaaaa", wanted.name, False, self.maker.node)
            store.add_export(conn, self.project_no, new, self.clock.at_ms)
            found = store.find_export(conn, self.project_no, code, self.clock.at_ms)
            assert found is not None
            return found.no

        no = await self.db.write(add)
        self.maker.start(self.project_no, no, wanted, read, large=False)
        return no

    async def found(self, code: str) -> Export | None:
        now_ms = self.clock.at_ms
        return await self.db.read(lambda conn: store.find_export(conn, self.project_no, code, now_ms))

    async def told(self, code: str) -> tuple[str, int, int | None, str | None] | None:
        export = await self.found(code)
        if export is None:
            return None
        return export.state, export.participants_done, export.participants, export.error

    async def file(self, code: str) -> bytes:
        export = await self.found(code)
        assert export is not None

        def read(conn: Connection) -> bytes:
            return b"".join(store.read_piece(conn, export.no, at) or b"" for at in range(export.pieces()))

        return await self.db.read(read)


@pytest.fixture
async def making(database: Database) -> Making:
    made = await database.write(lambda conn: create_project(conn, "P", [], 0))
    clock = SetClock()
    reports = Reports(clock)
    return Making(database, made.project.no, clock, reports, ExportMaker(database, clock, "main", reports))


async def test_progress_rises_with_the_rows_that_were_written(making: Making) -> None:
    fed = Fed()
    await making.start("exportaa", fed.read)
    for number in range(3):
        await fed.until_asked(number + 1)
        await making.maker.run_once()
        assert await making.told("exportaa") == ("running", number, 3, None)
        fed.given.put(row(number))
    await fed.until_asked(4)
    await making.maker.run_once()
    assert await making.told("exportaa") == ("running", 2, 3, None)  # no file is there yet
    fed.given.put(None)
    await making.maker.idle()
    assert await making.told("exportaa") == ("ready", 3, 3, None)
    written = msgspec.json.decode(await making.file("exportaa"))
    assert [participant["user_id"] for participant in written["participants"]] == [
        "doctor-0", "doctor-1", "doctor-2",
    ]  # fmt: skip


async def test_progress_of_a_protocol_is_what_was_set_of_it(making: Making) -> None:
    async def read(_now_ms: int) -> Report:
        return report(map(row, range(21)), 21)

    in_parts = replace(FORMATS["pdf"], chunks=lambda told: pdf_chunks(told, 7))
    await making.start("exportaa", read, in_parts)
    heard: list[int] = []
    while (told := await making.told("exportaa")) is not None and told[0] == "running":
        heard.append(told[1])
        await making.maker.run_once()
    assert told == ("ready", 21, 21, None)
    assert heard == sorted(heard)
    assert len(set(heard)) > 2
    assert set(heard) <= {0, 3, 6, 9, 12, 15, 18}  # three parts, set twice, and put together


async def test_what_does_not_go_on_is_touched_from_time_to_time_and_not_more_often(making: Making) -> None:
    fed = Fed()
    await making.start("exportaa", fed.read)
    await fed.until_asked(1)
    touched = []
    for wait_ms in (0, TOUCH_MS - 1, 1):
        making.clock.at_ms += wait_ms
        await making.maker.run_once()
        export = await making.found("exportaa")
        assert export is not None
        touched.append(making.clock.at_ms - export.touched_ms)
    assert touched == [0, TOUCH_MS - 1, 0]
    fed.given.put(None)
    await making.maker.idle()


@pytest.mark.parametrize("here", [True, False])
async def test_one_that_was_cancelled_here_or_on_another_node_ends_at_the_next_row(
    making: Making, here: bool
) -> None:
    fed = Fed()
    no = await making.start("exportaa", fed.read)
    await fed.until_asked(1)
    await making.db.write(lambda conn: store.expire_export(conn, no, making.clock.at_ms))
    if here:
        making.maker.stop(no)
    else:
        making.clock.at_ms += TOUCH_MS
        await making.maker.run_once()
    fed.given.put(row(0))
    await making.maker.idle()
    assert await making.told("exportaa") is None
    assert await making.db.read(lambda conn: store.read_piece(conn, no, 0)) is None


async def test_a_node_that_was_silent_for_too_long_gives_up_when_it_comes_back(making: Making) -> None:
    fed = Fed()
    await making.start("exportaa", fed.read)
    await fed.until_asked(1)
    making.clock.at_ms += SILENT_MS + 1
    assert await making.told("exportaa") == ("failed", 0, None, INTERRUPTED)
    await making.maker.run_once()
    fed.given.put(row(0))
    await making.maker.idle()
    assert await making.told("exportaa") == ("failed", 0, None, INTERRUPTED)


@pytest.mark.parametrize("name", ["json", "xlsx", "pdf"])
async def test_a_node_that_ends_stops_what_it_makes_and_says_so(making: Making, name: str) -> None:
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def endless() -> Iterator[Participant]:
        loop.call_soon_threadsafe(begun.set)
        while True:
            yield row(1)

    async def read(_now_ms: int) -> Report:
        return report(endless(), 1_000_000)

    for code in ("exportaa", "exportbb", "exportcc"):  # the last one waits
        await making.start(code, read, FORMATS[name])
    await begun.wait()
    await making.maker.close()
    for code in ("exportaa", "exportbb", "exportcc"):
        export = await making.found(code)
        assert export is not None
        assert (export.state, export.error) == ("failed", INTERRUPTED)
    await making.start("toolatee", read, FORMATS[name])
    await making.maker.idle()
    making.clock.at_ms += SILENT_MS + 1
    assert await making.told("toolatee") == ("failed", 0, None, INTERRUPTED)


async def test_a_failure_is_told_without_its_details_and_a_refusal_with_its_sentence(making: Making) -> None:
    def broken() -> Iterator[Participant]:
        yield row(0)
        raise ValueError("secret")

    async def breaks(_now_ms: int) -> Report:
        return report(broken(), 2)

    async def refused(_now_ms: int) -> Report:
        raise NotFound("There is no media 'c' in this project.")

    await making.start("exportaa", breaks)
    await making.start("exportbb", refused)
    await making.maker.idle()
    faults = [await making.told(code) for code in ("exportaa", "exportbb")]
    assert faults[0] is not None
    assert faults[0][0] == "failed"
    assert "It is logged as" in str(faults[0][3])
    assert "secret" not in str(faults[0][3])
    assert faults[1] == ("failed", 0, None, "There is no media 'c' in this project.")


async def test_a_protocol_waits_for_the_press_and_holds_up_nothing_else(making: Making) -> None:
    async def read(_now_ms: int) -> Report:
        return report(iter([row(0)]), 1)

    async with making.reports.press(large=False).of("another project"):
        await making.start("protocol", read, FORMATS["pdf"])
        await making.start("exportaa", read)
        await making.start("exportbb", read)
        while [await making.told(code) for code in ("exportaa", "exportbb")] != [("ready", 1, 1, None)] * 2:
            await asyncio.sleep(0)
        assert await making.told("protocol") == ("running", 0, None, None)
    await making.maker.idle()
    assert (await making.file("protocol")).startswith(b"%PDF")


def test_pieces_are_of_one_size_but_for_the_last_one() -> None:
    def sizes(*chunks: int) -> list[int]:
        return [len(piece) for piece in even(bytes(size) for size in chunks)]

    assert sizes() == sizes(0) == []
    assert sizes(3, 4) == [7]
    assert sizes(PIECE_BYTES - 1, 1) == [PIECE_BYTES]
    assert sizes(1, 2 * PIECE_BYTES, 5) == [PIECE_BYTES, PIECE_BYTES, 6]
