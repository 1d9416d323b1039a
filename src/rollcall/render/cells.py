"""A report as cells: which columns its rows have and what stands in them, for formats that are tables.

Columns follow the fields of the statistics, so a new figure appears in every table by itself. A scalar is a column;
lists of texts and of flags become one cell each. It knows no file format.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Literal, TypeAlias, get_args, get_origin

from msgspec import UNSET, Struct, structs

from rollcall.wire.statistics import Participant, ParticipantPoll, ParticipantQuiz

Cell: TypeAlias = str | int | float | bool | None

# A cell begins where the text does, and after whatever some reader takes for the end of a cell. What readers drop there
# (white space, marks that are not seen, quotes) may stand before a formula. Wide signs count as the plain ones.
ENDS_CELL = re.compile(r"[;\t\r\n]")
FORMULA = re.compile(
    r"(?:^|(?<=[;\t\r\n]))"
    r"([\s\"\u200b-\u200f\u2060\ufeff]*)"
    r"(?=[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b])"
)
ROWS_OF_THEIR_OWN = frozenset({"sessions", "checks", "per_media", "quizzes", "polls"})


def guarded(text: str) -> str:
    """Return the text so that no spreadsheet takes it, or a part of it, for a formula (OWASP: CSV injection)."""
    if text[:1].isalnum() and ENDS_CELL.search(text) is None:
        return text
    safe = FORMULA.sub(r"\1'", text)
    return f"'{safe}" if safe.startswith(("\t", "\r")) else safe


@cache
def scalars(kind: type[Struct]) -> tuple[str, ...]:
    """Return the names of the fields that hold one value."""
    return tuple(field.name for field in structs.fields(kind) if not _is_list(field.type))


def present(value: Struct, names: Iterable[str]) -> list[str]:
    """Return those of `names` that this report has: fields of other kinds of report are not set."""
    return [name for name in names if getattr(value, name) is not UNSET]


def cells(value: Struct, names: Sequence[str]) -> list[Cell]:
    """Return the values of these fields; one that only some rows have is empty in the others."""
    found = (getattr(value, name) for name in names)
    return [None if cell is UNSET else cell for cell in found]


def list_names(row: Participant) -> list[str]:
    """Return the lists of a participant that are one cell each."""
    lists = (field.name for field in structs.fields(Participant) if _is_list(field.type))
    return [name for name in present(row, lists) if name not in ROWS_OF_THEIR_OWN]


def list_texts(row: Participant, names: Sequence[str]) -> list[Cell]:
    """Return these lists as one cell each, an item a line."""
    return ["\n".join(_item(item) for item in getattr(row, name)) for name in names]


def quizzes_of(row: Participant) -> dict[str, ParticipantQuiz]:
    """Return what a participant did at quizzes, by the quiz; nothing where the report has none."""
    return {} if row.quizzes is UNSET else {taken.quiz_id: taken for taken in row.quizzes}


def verdict_of(taken: ParticipantQuiz) -> Literal["running", "passed", "failed", "pending"]:
    """Return what a reader is told of the best attempt: one that still runs is neither passed nor failed."""
    if taken.ended_at is None:
        return "running"
    if taken.passed is None:
        return "pending"
    return "passed" if taken.passed else "failed"


def votes_of(row: Participant) -> dict[str, ParticipantPoll]:
    """Return what a participant chose in named polls, by the poll; nothing where the report has none."""
    return {} if row.polls is UNSET else {vote.poll_id: vote for vote in row.polls}


def chosen_text(vote: ParticipantPoll) -> str:
    """Return what was chosen as one cell, a choice a line."""
    return "\n".join(vote.chosen)


def _item(item: object) -> str:
    """Return a text as it is, and of anything that was counted what it was and how often."""
    if isinstance(item, str):
        return item
    assert isinstance(item, Struct)
    return ": ".join(str(value) for value in structs.asdict(item).values() if value is not None)


def _is_list(kind: object) -> bool:
    return any(get_origin(part) is list for part in (kind, *get_args(kind)))
