"""Bodies and answers of materials."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from rollcall.domain.materials import MOST_MATERIALS
from rollcall.wire.api.values import PLAIN, Code, In, MomentOut, Title

Address = Annotated[
    str, Meta(min_length=1, max_length=2000, pattern=PLAIN, description="Begins with https:// or http://.")
]


class NewLink(In, frozen=True):
    """A link beside the picture."""

    title: Title
    url: Address


class MaterialChange(In, frozen=True):
    """What a material is to be called."""

    title: Title


class MaterialOrder(In, frozen=True):
    """Each material of the media, in the order in which they are to stand."""

    materials: Annotated[list[Code], Meta(max_length=MOST_MATERIALS)]


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """A link, with its `url`, or a file."""

    id: str
    kind: Literal["file", "link"]
    title: str
    url: str | None
    file_name: str | None
    media_type: str | None
    size_bytes: int | None
    created_at: MomentOut


class MaterialList(msgspec.Struct, frozen=True):
    """The materials of a media in their order."""

    items: list[Material]
