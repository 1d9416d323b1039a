"""Whether a user may watch a media now: the rule over all lists that the media is on.

Any open row wins; otherwise the reason nearest to being let in is told. It knows nothing of tokens: the signature
proves who, the list decides whether.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AccessRow:
    """A user's row on one list. Valid in `[valid_from_ms, valid_until_ms)`; `removed_ms`: of the row or its list."""

    name: str | None
    valid_from_ms: int | None
    valid_until_ms: int | None
    removed_ms: int | None


@dataclass(frozen=True, slots=True)
class Open:
    """Let in. `until_ms`: when the last row that is open now ends; None = never."""

    name: str | None
    until_ms: int | None


@dataclass(frozen=True, slots=True)
class NotYet:
    """Not let in before `opens_ms`."""

    opens_ms: int


@dataclass(frozen=True, slots=True)
class Expired:
    """Was let in until some moment in the past."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Was on a list and has been taken off."""


@dataclass(frozen=True, slots=True)
class NotOnList:
    """Never was on a list of this media."""


Refusal = NotYet | Expired | Withdrawn | NotOnList
Verdict = Open | Refusal


def access(rows: Iterable[AccessRow], now_ms: int) -> Verdict:
    """Decide over a user's rows on all lists of one media."""
    everything = list(rows)
    present = [row for row in everything if row.removed_ms is None]
    opened = [row for row in present if _has_begun(row, now_ms) and not _is_over(row, now_ms)]
    if opened:
        return _open(opened)
    coming = [
        row.valid_from_ms for row in present if row.valid_from_ms is not None and not _is_over(row, now_ms)
    ]
    if coming:
        return NotYet(min(coming))
    if present:
        return Expired()
    return Withdrawn() if everything else NotOnList()


def _open(rows: list[AccessRow]) -> Open:
    name = next((row.name for row in rows if row.name is not None), None)
    ends = [row.valid_until_ms for row in rows if row.valid_until_ms is not None]
    return Open(name, max(ends) if len(ends) == len(rows) else None)


def _has_begun(row: AccessRow, now_ms: int) -> bool:
    return row.valid_from_ms is None or row.valid_from_ms <= now_ms


def _is_over(row: AccessRow, now_ms: int) -> bool:
    return row.valid_until_ms is not None and row.valid_until_ms <= now_ms
