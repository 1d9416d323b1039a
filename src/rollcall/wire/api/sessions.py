"""Bodies and answers of sessions: by times (live, scheduled) or by positions in the content (recordings)."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from rollcall.wire.api.values import In, Moment, MomentOut, Title

Position = Annotated[
    int, Meta(ge=0, le=2**42, description="Milliseconds from the beginning of the recording.")
]


class NewSession(In, frozen=True):
    """Live and scheduled: `starts_at` (null = now) and `ends_at` (null = open). Recording: `from_ms` and `to_ms`."""

    title: Title
    starts_at: Moment | UnsetType | None = UNSET
    ends_at: Moment | UnsetType | None = UNSET
    from_ms: Position | UnsetType = UNSET
    to_ms: Position | UnsetType = UNSET


class SessionChange(In, frozen=True):
    """What may be changed of a session; a field left out stays. `ends_at` null opens the session again."""

    title: Title | UnsetType = UNSET
    starts_at: Moment | UnsetType = UNSET
    ends_at: Moment | UnsetType | None = UNSET
    from_ms: Position | UnsetType = UNSET
    to_ms: Position | UnsetType = UNSET


class RevisionOut(msgspec.Struct, frozen=True, kw_only=True):
    """A session as it was from `at` on, until the next revision; `actor` made the change."""

    revision: int
    title: str
    starts_at: MomentOut | UnsetType = UNSET
    ends_at: MomentOut | UnsetType | None = UNSET
    from_ms: int | UnsetType = UNSET
    to_ms: int | UnsetType = UNSET
    removed: bool
    actor: str
    at: MomentOut


class SessionOut(msgspec.Struct, frozen=True, kw_only=True):
    """A session. Live and scheduled: `starts_at` and `ends_at` (null = still open); recording: `from_ms`, `to_ms`.

    `removed` and `revisions` come when one session is read.
    """

    id: str
    title: str
    starts_at: MomentOut | UnsetType = UNSET
    ends_at: MomentOut | UnsetType | None = UNSET
    from_ms: int | UnsetType = UNSET
    to_ms: int | UnsetType = UNSET
    revision: int
    warnings: list[str] | UnsetType = UNSET
    removed: bool | UnsetType = UNSET
    revisions: list[RevisionOut] | UnsetType = UNSET
