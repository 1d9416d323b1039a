"""Bodies and answers of lists and their participants."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from rollcall.wire.api.events import MediaCodes
from rollcall.wire.api.values import PLAIN, In, Moment, MomentOut, Name, Title, UserIdText

Email = Annotated[
    str, Meta(max_length=254, pattern=r"^[^@\s\x00-\x1f\x7f-\x9f]+@[^@\s\x00-\x1f\x7f-\x9f]+$(?!\n)")
]
FieldName = Annotated[str, Meta(min_length=1, max_length=100, pattern=PLAIN)]
FieldText = Annotated[str, Meta(max_length=1000, pattern=PLAIN)]
Whole = Annotated[int, Meta(ge=-(2**53), le=2**53)]
Fields = Annotated[dict[FieldName, FieldText | Whole | float | bool | None], Meta(max_length=50)]


class NewList(In, frozen=True):
    """A list that opens these media."""

    title: Title
    media: MediaCodes = msgspec.field(default_factory=list)


class ListChange(In, frozen=True):
    """`media` replaces the whole list of media."""

    title: Title | UnsetType = UNSET
    media: MediaCodes | UnsetType = UNSET


class ListOut(msgspec.Struct, frozen=True):
    """A list; `participants` is how many it has now."""

    code: str
    title: str
    media: list[str]
    participants: int
    created_at: MomentOut


class ParticipantIn(In, frozen=True):
    """All that is said of a participant: a field left out is emptied. Access is open in [from, until)."""

    name: Name | None = None
    email: Email | None = None
    valid_from: Moment | None = None
    valid_until: Moment | None = None
    fields: Fields = msgspec.field(default_factory=dict)


class BatchRow(ParticipantIn, frozen=True, kw_only=True):
    """One row of a batch."""

    user_id: UserIdText


class ParticipantOut(msgspec.Struct, frozen=True):
    """One participant of a list."""

    user_id: str
    name: str | None
    email: str | None
    valid_from: MomentOut | None
    valid_until: MomentOut | None
    fields: dict[str, Any]
    created_at: MomentOut
    updated_at: MomentOut


class RejectedRow(msgspec.Struct, frozen=True):
    """A row that did not go in, and what to do about it.

    `row` counts from 0, `line` from 1 where rows are lines; `user_id` and `column` are null where none can be named.
    """

    row: int
    user_id: str | None
    error: str
    line: int | None = None
    column: str | None = None


class BatchResult(msgspec.Struct, frozen=True):
    """What became of a batch; every row that is not rejected is stored."""

    created: int
    updated: int
    rejected: list[RejectedRow]
