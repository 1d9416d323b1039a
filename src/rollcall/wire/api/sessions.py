"""Bodies and answers of sessions: by times (live, scheduled) or by positions in the content (recordings)."""

from typing import Annotated, TypeAlias

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


class WallRevisionOut(msgspec.Struct, frozen=True, kw_only=True):
    """A session as it was from `at` on, until the next revision; `actor` made the change."""

    revision: int
    title: str
    starts_at: MomentOut
    ends_at: MomentOut | None
    removed: bool
    actor: str
    at: MomentOut


class ContentRevisionOut(msgspec.Struct, frozen=True, kw_only=True):
    """A session of a recording as it was from `at` on, until the next revision."""

    revision: int
    title: str
    from_ms: int
    to_ms: int
    removed: bool
    actor: str
    at: MomentOut


class WallSessionOut(msgspec.Struct, frozen=True, kw_only=True):
    """A session of a live or scheduled media; `ends_at` null = still open. `revisions` when one session is read."""

    id: str
    title: str
    starts_at: MomentOut
    ends_at: MomentOut | None
    revision: int
    warnings: list[str] | UnsetType = UNSET
    removed: bool | UnsetType = UNSET
    revisions: list[WallRevisionOut | ContentRevisionOut] | UnsetType = UNSET


class ContentSessionOut(msgspec.Struct, frozen=True, kw_only=True):
    """A session of a recording: a window of its content."""

    id: str
    title: str
    from_ms: int
    to_ms: int
    revision: int
    warnings: list[str] | UnsetType = UNSET
    removed: bool | UnsetType = UNSET
    revisions: list[WallRevisionOut | ContentRevisionOut] | UnsetType = UNSET


SessionOut: TypeAlias = WallSessionOut | ContentSessionOut
RevisionOut: TypeAlias = WallRevisionOut | ContentRevisionOut
