"""Lists in pages: `limit`, and a `cursor` that callers only pass back."""

import base64
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

import msgspec
from litestar.params import Parameter

from rollcall.domain.errors import Malformed, Problem

Row = TypeVar("Row")
Item = TypeVar("Item")
DEFAULT_LIMIT = 100

Limit = Annotated[int, Parameter(ge=1, le=1000, description="How many items at most.")]
Cursor = Annotated[str | None, Parameter(max_length=100, description="`next_cursor` of the page before.")]


class Page(msgspec.Struct, Generic[Item], frozen=True):
    """One page; `next_cursor` is null on the last one."""

    items: list[Item]
    next_cursor: str | None


def after(cursor: str | None) -> int:
    """Return the number that the next page starts after; raises Malformed for a cursor that we did not make."""
    if cursor is None:
        return 0
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
        number = int.from_bytes(text, "big")
    except ValueError:
        number = 0
    if number == 0 or number >= 2**63 or to_cursor(number) != cursor:
        raise Malformed(Problem("cursor", "Pass the `next_cursor` of the page before, unchanged."))
    return number


def to_cursor(number: int) -> str:
    """Return a cursor for "after the row of this number"."""
    return base64.urlsafe_b64encode(number.to_bytes(8, "big")).rstrip(b"=").decode()


def page(
    rows: Sequence[Row], limit: int, number: Callable[[Row], int], item: Callable[[Row], Item]
) -> Page[Item]:
    """Make a page of rows in ascending order of `number`, of which up to `limit + 1` were read."""
    shown = rows[:limit]
    more = to_cursor(number(shown[-1])) if len(rows) > limit else None
    return Page([item(row) for row in shown], more)
