"""What the server tells a player to show beside the picture: materials, the speaker, the programme."""

from typing import Literal

import msgspec


class MaterialOut(msgspec.Struct, frozen=True):
    """A link, with its `url`, or a file, which is fetched with the token of the playlist's path."""

    material: str
    kind: Literal["file", "link"]
    title: str
    url: str | None
    file_name: str | None
    size_bytes: int | None


class SpeakerOut(msgspec.Struct, frozen=True):
    """Who speaks."""

    name: str
    role: str | None
    description: str | None


class ProgrammeItem(msgspec.Struct, frozen=True):
    """One part: by moments of the server's clock, by places in a recording (`from_ms`, `to_ms`), or by order alone."""

    title: str
    speaker: SpeakerOut | None
    starts_at_ms: int | None
    ends_at_ms: int | None
    from_ms: int | None
    to_ms: int | None


class Aside(msgspec.Struct, frozen=True, tag_field="type", tag="aside"):
    """All that stands beside the picture, to whoever arrives and at each change."""

    materials: list[MaterialOut]
    speaker: SpeakerOut | None
    programme: list[ProgrammeItem]
