"""Batches of participants: JSON array, NDJSON or CSV, each row read by itself, so that a bad one spoils no other."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from rollcall.domain.errors import Malformed, Problem, TooLarge, WrongType
from rollcall.domain.ids import UserId
from rollcall.store.participants import Entry
from rollcall.web.bodies import decode, fault
from rollcall.wire.api.lists import BatchRow, ParticipantIn, RejectedRow
from rollcall.wire.api.values import moment_ms

MAX_ROWS = 100_000
MAX_ECHO = 200
OTHER_KINDS = ("application/x-ndjson", "text/csv")
COLUMNS = frozenset({"user_id", "name", "email", "valid_from", "valid_until"})
Row = msgspec.Raw | dict[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """What a body holds: rows to store, and rows that cannot be."""

    entries: list[Entry]
    rejected: list[RejectedRow]


def read_batch(body: bytes, content_type: str) -> Batch:
    """Read a body of up to 100,000 rows. Raises WrongType, TooLarge or Malformed for the body as a whole."""
    rows = READERS.get(content_type.partition(";")[0].strip().lower())
    if rows is None:
        raise WrongType("Send a batch as application/json (an array), application/x-ndjson or text/csv.")
    batch = Batch([], [])
    for number, row in enumerate(rows(body)):
        if number >= MAX_ROWS:
            raise TooLarge(f"A batch has at most {MAX_ROWS} rows.")
        try:
            read = _read(row)
            batch.entries.append(to_entry(UserId(read.user_id), read))
        except Malformed as error:
            first = error.problems[0]
            batch.rejected.append(RejectedRow(number, _user_id(row), f"{first.path}: {first.message}"))
    return batch


def to_entry(user_id: UserId, said: ParticipantIn) -> Entry:
    """Return what is to be stored of a participant; raises Malformed when access would end before it begins."""
    from_ms = None if said.valid_from is None else moment_ms(said.valid_from, "$.valid_from")
    until_ms = None if said.valid_until is None else moment_ms(said.valid_until, "$.valid_until")
    if from_ms is not None and until_ms is not None and until_ms <= from_ms:
        raise Malformed(Problem("$.valid_until", "Must be later than 'valid_from'."))
    return Entry(user_id, said.name, said.email, from_ms, until_ms, dict(said.fields))


def _read(row: Row) -> BatchRow:
    if isinstance(row, msgspec.Raw):
        read: BatchRow = decode(bytes(row), BatchRow)
        return read
    try:
        return msgspec.convert(row, BatchRow)
    except msgspec.ValidationError as error:
        raise Malformed(fault(error)) from error


def _user_id(row: Row) -> str | None:
    """Return the User ID of a rejected row as far as it can be read, for whoever looks for the row."""
    try:
        named = msgspec.json.decode(row) if isinstance(row, msgspec.Raw) else row
    except (ValueError, RecursionError):
        return None
    user_id = named.get("user_id") if isinstance(named, dict) else None
    return user_id[:MAX_ECHO] if isinstance(user_id, str) else None


def _array(body: bytes) -> Iterator[Row]:
    return iter(decode(body, list[msgspec.Raw]))


def _lines(body: bytes) -> Iterator[Row]:
    return (msgspec.Raw(line) for line in body.splitlines() if line.strip())


def _cells(body: bytes) -> Iterator[Row]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed(Problem("$", "The CSV is not UTF-8.")) from error
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        if "user_id" not in (reader.fieldnames or ()):
            raise Malformed(Problem("$", "The first line must name the columns, one of them 'user_id'."))
        for line in reader:
            yield _from_cells(line)
    except csv.Error as error:
        raise Malformed(Problem(f"$ (line {reader.line_num})", f"This is not CSV: {error}.")) from error


def _from_cells(line: dict[str | None, Any]) -> dict[str, Any]:
    """Return a row of our columns, the others under `fields`; an empty cell says nothing."""
    given = {name: cell for name, cell in line.items() if cell not in {None, ""} or name is None}
    row: dict[str, Any] = {str(name): cell for name, cell in given.items() if name in COLUMNS}
    others = {str(name): cell for name, cell in given.items() if name not in COLUMNS}
    return row | ({"fields": others} if others else {})


READERS: dict[str, Callable[[bytes], Iterator[Row]]] = {
    "application/json": _array,
    "application/x-ndjson": _lines,
    "text/csv": _cells,
}
