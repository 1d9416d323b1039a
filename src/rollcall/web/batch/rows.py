"""Rows that are JSON objects: the items of an array, or one on each line."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from rollcall.domain.errors import Malformed, Problem, WrongType
from rollcall.web.batch.row import MAX_ECHO, TO_DO, Row, advised, column_of
from rollcall.web.bodies import decode
from rollcall.wire.api.lists import BatchRow, RejectedRow

JSON: Final = "application/json"
LINES: Final = "application/x-ndjson"
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class JsonRow(Row):
    """One JSON object; `line` where it has one of its own."""

    text: bytes | msgspec.Raw
    line: int | None = None

    def read(self) -> BatchRow:
        """Return the row; raises Malformed."""
        try:
            read: BatchRow = decode(bytes(self.text), BatchRow)
        except Malformed as error:
            raise Malformed(self._advised(error.problems[0])) from error
        return read

    def rejected(self, number: int, problem: Problem) -> RejectedRow:
        """Return how the row is told."""
        where = problem.path if self.line is None else f"line {self.line}, {problem.path}"
        return RejectedRow(
            number, self._user_id(), f"{where}: {problem.message}", self.line, column_of(problem)
        )

    def _advised(self, problem: Problem) -> Problem:
        if problem.message.startswith("This is not JSON"):
            return advised(problem, "Write each row as one JSON object on one line.")
        column = column_of(problem)
        unknown = column is not None and column not in TO_DO
        return advised(problem, "What is your own goes under 'fields'." if unknown else None)

    def _user_id(self) -> str | None:
        """Return the User ID as far as it can be read, for whoever looks for the row."""
        try:
            named = msgspec.json.decode(self.text)
        except (ValueError, RecursionError):
            return None
        user_id = named.get("user_id") if isinstance(named, dict) else None
        return user_id[:MAX_ECHO] if isinstance(user_id, str) else None


def json_rows(body: bytes) -> Iterator[Row]:
    """Yield the items of an array; raises Malformed when the body is none."""
    items: list[msgspec.Raw] = decode(body, list[msgspec.Raw])
    return (JsonRow(item) for item in items)


def line_rows(body: bytes, charset: str | None) -> Iterator[Row]:
    """Yield the lines that are not blank; raises WrongType for another charset than UTF-8."""
    if charset not in {None, "utf-8", "utf8"}:
        raise WrongType(f"NDJSON is UTF-8: convert it from '{charset}', or send a table as text/csv.")
    lines = io.BytesIO(body.removeprefix(BOM))
    return (JsonRow(line, at) for at, line in enumerate(lines, 1) if line.strip())
