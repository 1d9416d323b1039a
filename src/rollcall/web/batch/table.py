"""Rows that are lines of a table (CSV): cells between commas, semicolons or tabs, the first line names the columns.

No value may hold a line break, so a line is a row, and a quote that somebody forgot to close spoils its own line only.
Where a quoted cell does go on over lines, those lines are one row, which is told as such.
"""

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from rollcall.domain.errors import Malformed, Problem
from rollcall.web.batch.charset import charset_of
from rollcall.web.batch.row import MAX_ECHO, Row, advised, column_of
from rollcall.web.bodies import fault
from rollcall.wire.api.lists import BatchRow, Fields, RejectedRow

TABLE: Final = "text/csv"
COLUMNS: Final = ("user_id", "name", "email", "valid_from", "valid_until")
SEPARATORS: Final = {",": "a comma", ";": "a semicolon", "\t": "a tab"}
MOST_LINES = 20
QUOTING = (
    "Put a cell that holds the separator or a quote in double quotes, and write each quote in it twice; "
    "a cell cannot hold a line break."
)


@dataclass(frozen=True, slots=True)
class Header:
    """The names of the columns and what separates them."""

    names: tuple[str, ...]
    separator: str


@dataclass(frozen=True, slots=True)
class TableRow(Row):
    """The cells of one row, `cells` None where they could not be told apart; it ends with the line `last`."""

    header: Header
    line: int
    last: int
    cells: list[str] | None
    broken: str = ""

    def read(self) -> BatchRow:
        """Return the row, an empty cell saying nothing; raises Malformed."""
        if self.cells is None:
            raise Malformed(Problem("$", f"This is not CSV ({self.broken}). {QUOTING}"))
        given = self._given(self.cells)
        row: dict[str, Any] = {name: cell for name, cell in given.items() if name in COLUMNS}
        others = {name: cell for name, cell in given.items() if name not in COLUMNS}
        try:
            return msgspec.convert({**row, "fields": others}, BatchRow)
        except msgspec.ValidationError as error:
            raise Malformed(_named(advised(fault(error)), others)) from error

    def rejected(self, number: int, problem: Problem) -> RejectedRow:
        """Return how the row is told: by its line and column."""
        at = f"line {self.line}" if self.line == self.last else f"lines {self.line}-{self.last}"
        column = self._column(problem)
        where = at if column is None else f"{at}, column '{column}'"
        return RejectedRow(number, self._user_id(), f"{where}: {problem.message}", self.line, column)

    def _given(self, cells: list[str]) -> dict[str, str]:
        names = self.header.names
        if len(cells) != len(names):
            told = f"There are {len(cells)} cells here and {len(names)} in the first line. {QUOTING}"
            raise Malformed(Problem("$", told))
        for at, (name, cell) in enumerate(zip(names, cells, strict=True), 1):
            if cell and not name:
                raise Malformed(Problem("$", f"Column {at} has no name in the first line: name or empty it."))
        return {name: cell for name, cell in zip(names, cells, strict=True) if cell}

    def _column(self, problem: Problem) -> str | None:
        if problem.path.startswith("$.fields."):
            return problem.path.removeprefix("$.fields.")
        return column_of(problem)

    def _user_id(self) -> str | None:
        at = self.header.names.index("user_id")
        known = self.cells is not None and at < len(self.cells) and self.cells[at]
        return known[:MAX_ECHO] if known else None


def read_table(body: bytes, charset: str | None) -> Iterator[Row]:
    """Yield the rows of a table that say anything; raises WrongType or Malformed when it is none."""
    text = io.TextIOWrapper(io.BytesIO(body), charset_of(body, charset), newline=None)
    lines = _Lines(text)
    header = _header(lines.next() or "")
    return _rows(lines, header)


def _rows(lines: "_Lines", header: Header) -> Iterator[Row]:
    while (line := lines.next()) is not None:
        at = lines.number
        try:
            cells = _cells(line, header.separator)
        except csv.Error as error:
            joined = _joined(lines, line, header) if line.count('"') % 2 else None
            yield TableRow(header, at, lines.number, joined, str(error))
            continue
        if any(cells):
            yield TableRow(header, at, at, cells)


def _joined(lines: "_Lines", line: str, header: Header) -> list[str] | None:
    """Return the cells of a row whose quoted cell goes on over lines, which are taken; None when none ends so."""
    further = lines.peek(MOST_LINES)
    closing = next((n for n, text in enumerate(further, 1) if text.count('"') % 2), None)
    if closing is None:
        return None
    try:
        cells = _cells("\n".join([line, *further[:closing]]), header.separator)
    except csv.Error:
        return None
    if len(cells) != len(header.names):
        return None
    for _ in range(closing):
        lines.next()
    return cells


def _cells(line: str, separator: str) -> list[str]:
    return next(csv.reader([line], delimiter=separator, strict=True), [])


def _header(line: str) -> Header:
    """Return the columns that the first line names, by whichever separator finds the most of ours."""
    found = [Header(names, separator) for separator in SEPARATORS if (names := _names(line, separator))]
    best = max(found, key=lambda header: len(header.names), default=None)
    if best is None:
        told = f"The first line must name the columns, one of them 'user_id', between {_any_separator()}."
        raise Malformed(Problem("line 1", told))
    twice = next((name for name in best.names if name and best.names.count(name) > 1), None)
    if twice is not None:
        raise Malformed(Problem("line 1", f"Two columns are called '{twice[:50]}': rename or remove one."))
    return best


def _names(line: str, separator: str) -> tuple[str, ...]:
    try:
        names = tuple(name.strip() for name in _cells(line, separator))
    except csv.Error:
        return ()
    return names if "user_id" in names else ()


def _any_separator() -> str:
    *first, last = SEPARATORS.values()
    return f"{', '.join(first)} or {last}"


def _named(problem: Problem, others: dict[str, str]) -> Problem:
    """Return the problem with the column that it lies in, which a decoder of mappings does not tell."""
    if column_of(problem) != "fields":
        return problem
    for name, cell in others.items():
        try:
            msgspec.convert({name: cell}, Fields)
        except msgspec.ValidationError:
            return Problem(f"$.fields.{name[:MAX_ECHO]}", problem.message)
    return problem


class _Lines:
    """Lines of a text without their ends, with a look at those that follow."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._ahead: deque[str] = deque()
        self.number = 0

    def next(self) -> str | None:
        """Return the next line, None at the end."""
        if not self._ahead and not self.peek(1):
            return None
        self.number += 1
        return self._ahead.popleft()

    def peek(self, most: int) -> list[str]:
        """Return up to `most` lines that follow."""
        while len(self._ahead) < most and (line := self._text.readline()):
            self._ahead.append(line.removesuffix("\n"))
        return list(self._ahead)[:most]
