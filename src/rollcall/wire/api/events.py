"""Bodies and answers of events."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from rollcall.wire.api.values import Code, In, MomentOut, Timezone, Title

MediaCodes = Annotated[list[Code], Meta(max_length=1000)]


class NewEvent(In, frozen=True):
    """An event; the media named here leave the events they belonged to."""

    title: Title
    timezone: Timezone = "Europe/Moscow"
    media: MediaCodes = msgspec.field(default_factory=list)


class EventChange(In, frozen=True):
    """`media` replaces the whole list: a media left out gets an event of its own."""

    title: Title | UnsetType = UNSET
    timezone: Timezone | UnsetType = UNSET
    media: MediaCodes | UnsetType = UNSET


class EventOut(msgspec.Struct, frozen=True):
    """An event with the codes of its media."""

    code: str
    title: str
    timezone: str
    media: list[str]
    created_at: MomentOut
