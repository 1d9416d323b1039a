"""Batches of participants as JSON array, NDJSON or CSV: each row is read by itself, so a bad one spoils no other.

The body is looked through before anything is stored: what is no batch at all changes nothing. Then its rows are made a
few thousand at a time, so that a hundred thousand need little more memory than the body itself.
"""

from collections.abc import Iterator
from email.message import Message
from itertools import islice

from rollcall.domain.errors import Malformed, Problem, TooLarge, WrongType
from rollcall.domain.ids import UserId
from rollcall.store.participants import CHUNK, Entry
from rollcall.web.batch.row import Row
from rollcall.web.batch.rows import JSON, LINES, json_rows, line_rows
from rollcall.web.batch.table import TABLE, read_table
from rollcall.wire.api.lists import ParticipantIn, RejectedRow
from rollcall.wire.api.values import moment_ms

MAX_ROWS = 100_000
OTHER_KINDS = (LINES, TABLE)


class Batch:
    """A body of up to 100,000 rows; `rejected` grows while `parts` is read."""

    def __init__(self, body: bytes, content_type: str) -> None:
        """Look the body through; raises WrongType, TooLarge or Malformed for it as a whole."""
        said = Message()
        said["Content-Type"] = content_type
        self._body = body
        self._kind = content_type.partition(";")[0].strip().lower()
        self._charset = said.get_content_charset()
        self.rejected: list[RejectedRow] = []
        if sum(1 for _ in islice(self._rows(), MAX_ROWS + 1)) > MAX_ROWS:
            raise TooLarge(f"A batch has at most {MAX_ROWS} rows: send the others in another one.")

    def parts(self) -> Iterator[list[Entry]]:
        """Yield the rows that can be stored, in order, a few thousand at a time."""
        part: list[Entry] = []
        for number, row in enumerate(self._rows()):
            try:
                read = row.read()
                part.append(to_entry(UserId(read.user_id), read))
            except Malformed as error:
                self.rejected.append(row.rejected(number, error.problems[0]))
            if len(part) == CHUNK:
                yield part
                part = []
        if part:
            yield part

    def _rows(self) -> Iterator[Row]:
        match self._kind:
            case "application/json":
                return json_rows(self._body)
            case "application/x-ndjson":
                return line_rows(self._body, self._charset)
            case "text/csv":
                return read_table(self._body, self._charset)
            case _:
                raise WrongType(f"Send a batch as {JSON} (an array), {LINES} or {TABLE}.")


def to_entry(user_id: UserId, said: ParticipantIn) -> Entry:
    """Return what is to be stored of a participant; raises Malformed when access would end before it begins."""
    from_ms = None if said.valid_from is None else moment_ms(said.valid_from, "$.valid_from")
    until_ms = None if said.valid_until is None else moment_ms(said.valid_until, "$.valid_until")
    if from_ms is not None and until_ms is not None and until_ms <= from_ms:
        raise Malformed(Problem("$.valid_until", "Must be later than 'valid_from'."))
    return Entry(user_id, said.name, said.email, from_ms, until_ms, dict(said.fields))
