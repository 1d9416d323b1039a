"""How long each format takes to write, and how much memory: 50,000 participants, 3 sessions, 8 checks.

The rows are ready before the clock starts. JSON stands beside bare msgspec encoding of the same rows, XLSX beside a
bare XlsxWriter loop that writes the same cells. Memory is that of a process of its own, whose rows are made while they
are written as in a real report; it is told for a tenth of the participants too, because it must not grow with them.
"""

import dataclasses
import datetime as dt
import re
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import msgspec
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from bench.result import Result, alone, beside
from rollcall.domain.rules import PUBLISHED
from rollcall.render.formats import FORMATS
from rollcall.render.statistics_xlsx import DAY_MS, ON_DISK
from rollcall.wire.statistics import (
    Check,
    Media,
    Participant,
    ParticipantCheck,
    ParticipantSession,
    Report,
    Rules,
    Session,
)

PARTICIPANTS = 50_000
SESSIONS, CHECKS = 3, 8
MOSCOW = ZoneInfo("Europe/Moscow")
Pair: TypeAlias = tuple[str, Any]
START = dt.datetime(2026, 3, 1, 7, tzinfo=dt.UTC)
ROUNDS = 2
AIM = "≥ 0.67 (at most 1.5 times the time)"


def run(scale: float = 1.0) -> list[Result]:
    """Write each format; `scale` 1 is the size that the aims speak of."""
    participants = max(10, int(PARTICIPANTS * scale))
    size = f"{participants:,} × {SESSIONS} sessions × {CHECKS} checks"
    rows = list(_rows(participants))
    peers: dict[str, tuple[str, Callable[[], object]]] = {
        "json": ("bare msgspec", partial(msgspec.json.encode, rows)),
        "xlsx": ("bare XlsxWriter", partial(_bare_workbook, rows)),
    }
    results = []
    for name in FORMATS:
        ours_s = _best(partial(_written, name, rows), ROUNDS if name in peers else 1)
        what = f"{name.upper()}, {size}"
        if name in peers:
            peer, work = peers[name]
            results.append(beside(what, ours_s, "s", (peer, _best(work, ROUNDS)), AIM, less=True))
        else:
            results.append(alone(what, ours_s, "s", "-"))
    for name in FORMATS:
        few, many = (_peak_mib(name, count) for count in (participants // 10, participants))
        results.append(alone(f"{name.upper()}, peak memory", many, "MiB", f"constant; of a tenth: {few:.0f}"))
    return results


def _written(name: str, rows: list[Participant]) -> int:
    return sum(len(piece) for piece in FORMATS[name].chunks(_report(rows)))


def _best(work: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        began_s = time.perf_counter()
        work()
        times.append(time.perf_counter() - began_s)
    return min(times)


def _peak_mib(name: str, participants: int) -> float:
    """Return the peak memory of a fresh process that writes a report, or of its largest child."""
    with ProcessPoolExecutor(1, get_context("spawn")) as alone_in_it:
        return alone_in_it.submit(_write_alone, name, participants).result()


def _write_alone(name: str, participants: int) -> float:
    for _ in FORMATS[name].chunks(_report(_rows(participants))):
        pass
    own = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    assert own is not None
    # What getrusage says of this process is at least the peak of the one that started it.
    return max(int(own[1]), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


def _bare_workbook(rows: list[Participant]) -> None:
    """Write the same tables of participants and of checks with the library alone."""
    with tempfile.TemporaryDirectory(prefix="rollcall-bench-") as folder:
        book = xlsxwriter.Workbook(f"{folder}/bare.xlsx", {**ON_DISK, "tmpdir": folder})
        formats = [
            book.add_format({"num_format": "dd.mm.yyyy hh:mm:ss"}),
            book.add_format({"num_format": "[h]:mm:ss"}),
        ]
        people = book.add_worksheet("people")
        for number, row in enumerate(rows):
            _put(people, number, _cells_of(row), *formats)
        log = book.add_worksheet("checks")
        for number, (whose, check) in enumerate((row, check) for row in rows for check in row.checks):
            named: list[Pair] = [("user_id", whose.user_id), ("name", whose.name), *_pairs(check)]
            _put(log, number, named, *formats)
        book.close()


def _put(sheet: Worksheet, number: int, pairs: list[Pair], moment: Format, duration: Format) -> None:
    for column, (field, value) in enumerate(pairs):
        match value:
            case None:
                continue
            case bool() | str() if not field.endswith("_at"):
                sheet.write_string(number, column, str(value))
            case int() if field.endswith("_ms"):
                sheet.write_number(number, column, value / DAY_MS, duration)
            case int():
                sheet.write_number(number, column, value)
            case _:
                local = dt.datetime.fromisoformat(value).astimezone(MOSCOW).replace(tzinfo=None)
                sheet.write_datetime(number, column, local, moment)


def _cells_of(row: Participant) -> list[Pair]:
    own = [pair for pair in _pairs(row) if not isinstance(pair[1], list)]
    of_sessions = [pair for session in row.sessions for pair in _pairs(session) if pair[0] != "session_id"]
    return [*own, ("flags", ""), *of_sessions]


def _pairs(value: msgspec.Struct) -> list[Pair]:
    named = ((field, getattr(value, field)) for field in value.__struct_fields__)
    return [pair for pair in named if pair[1] is not msgspec.UNSET]


def _report(rows: list[Participant] | Iterator[Participant]) -> Report:
    sessions = [
        Session(f"session{n}", f"Лекция {n}", _at(n * 120), _at(n * 120 + 90), 5_400_000)
        for n in range(SESSIONS)
    ]
    checks = [
        Check(
            f"check{n}", f"session{n % SESSIONS}", "plan", n, _at(n * 40), _at(n * 40), 60, True, 1, 1, 0, 0
        )
        for n in range(CHECKS)
    ]
    head = Media("benchhal", "benchevt", "Кардиология", "live", MOSCOW.key)
    return Report(head, _at(600), sessions, checks, rows, rules=_rules(), organiser="Академия")


def _rules() -> Rules:
    constants = dataclasses.asdict(PUBLISHED)
    behind_ms = constants.pop("behind_ms")
    return Rules("record", True, True, **constants, behind_from_ms=behind_ms)


def _rows(count: int) -> Iterator[Participant]:
    for number in range(count):
        sessions = [
            ParticipantSession(
                f"session{n}", 5_400_000 - number % 1_000 * 60, 2, number % 2, number % 7 * 1_000
            )
            for n in range(SESSIONS)
        ]
        checks = [
            ParticipantCheck(
                f"check{n}", f"session{n % SESSIONS}", "confirmed" if (number + n) % 5 else "missed", False,
                _at(n * 40), _at(n * 40), _at(n * 40) if (number + n) % 5 else None,
            )
            for n in range(CHECKS)
        ]  # fmt: skip
        yield Participant(
            f"doctor-{number}", f"Константинопольский Александр {number}", "signed", 16_200_000 - number % 1_000 * 180,
            0, _at(0), _at(500), None, sessions, checks, hidden_ms=number % 90 * 1_000,
        )  # fmt: skip


def _at(minute: int) -> str:
    return (START + dt.timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
