"""Bodies and answers of the chat."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from rollcall.wire.api.values import In, MomentOut, Name

# Line breaks are text here; every other control character is not.
ChatText = Annotated[
    str, Meta(min_length=1, max_length=2000, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$(?!\n)")
]


class NewChatMessage(In, frozen=True, kw_only=True):
    """A message of the organiser; `name` is what participants see beside it."""

    text: ChatText
    name: Name = "Организатор"


class ChatMessageOut(msgspec.Struct, frozen=True):
    """A message; `user_id` null is the organiser. `version` orders them."""

    id: int
    version: int
    user_id: str | None
    name: str
    text: str
    at: MomentOut


class ChatChange(In, frozen=True, kw_only=True):
    """Settings to change. `slow_s`: seconds between two messages of one participant, 0 = no limit."""

    mode: Literal["open", "closed"] | UnsetType = UNSET
    slow_s: Annotated[int, Meta(ge=0, le=3600)] | UnsetType = UNSET


class ChatSettingsOut(msgspec.Struct, frozen=True):
    """The chat's settings."""

    mode: str
    slow_s: int
