"""Bodies and answers of speakers and programmes."""

from typing import Annotated

import msgspec
from msgspec import Meta

from rollcall.domain.programme import MOST_ITEMS
from rollcall.wire.api.values import In, Moment, MomentOut, Name, Title

Role = Annotated[str, Meta(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$(?!\n)")]
About = Annotated[
    str, Meta(min_length=1, max_length=2000, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$(?!\n)")
]


class SpeakerIn(In, frozen=True):
    """Who speaks: a name, what they are, and a text about them, which may have several lines."""

    name: Name
    role: Role | None = None
    description: About | None = None


class ItemIn(In, frozen=True):
    """One part of a programme."""

    title: Title
    speaker: SpeakerIn | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None


class NewProgramme(In, frozen=True):
    """A programme that is shown instead of the sessions, in this order."""

    items: Annotated[list[ItemIn], Meta(max_length=MOST_ITEMS)]


class SpeakerShown(msgspec.Struct, frozen=True):
    """Who speaks."""

    name: str
    role: str | None
    description: str | None


class ItemShown(msgspec.Struct, frozen=True, kw_only=True):
    """One part; those of a recording's sessions have places in its content instead of moments."""

    title: str
    speaker: SpeakerShown | None
    starts_at: MomentOut | None
    ends_at: MomentOut | None
    from_ms: int | None
    to_ms: int | None


class ProgrammeShown(msgspec.Struct, frozen=True):
    """What players show. `written`: by the organiser; else the sessions are the programme."""

    written: bool
    items: list[ItemShown]
