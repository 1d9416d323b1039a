"""Bodies and answers of the chat."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from rollcall.domain.chat import Authors, Kind, Mode, State
from rollcall.wire.api.values import In, MomentOut, Name

# Line breaks are text here; every other control character is not.
ChatText = Annotated[
    str, Meta(min_length=1, max_length=2000, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$(?!\n)")
]


class NewChatMessage(In, frozen=True, kw_only=True):
    """A message of the organiser; `name` is what participants see beside it.

    `reply_to`: the id of a message that it answers. `answers`: that is a question, and is answered by this.
    """

    text: ChatText
    name: Name = "Организатор"
    reply_to: Annotated[int, Meta(ge=1, le=2**53)] | None = None
    answers: bool = False


class ChatMessageOut(msgspec.Struct, frozen=True):
    """A message; `user_id` null is the organiser. `version` orders them; `changed` is the version of its last change.

    `author_number` is the pseudonym of a participant in this chat, 0 for the organiser. `name` is the User ID where
    none is known. `votes` and `answered_at` are those of a question.
    """

    id: int
    version: int
    user_id: str | None
    name: str
    text: str
    at: MomentOut
    kind: Kind
    state: State
    changed: int
    author_number: int
    reply_to: int | None
    votes: int
    answered_at: MomentOut | None


class ChatChanges(msgspec.Struct, frozen=True):
    """Messages that have changed, in the order of their last changes, as they are now.

    `version`: what to ask for next; `more`: there are further changes already.
    """

    version: int
    more: bool
    items: list[ChatMessageOut]


class AnsweredChange(In, frozen=True, kw_only=True):
    """Whether the speaker has answered a question."""

    answered: bool


class ChatChange(In, frozen=True, kw_only=True):
    """Settings to change. `slow_s`: seconds between two messages of one participant, 0 = no limit.

    `premoderated`: others see a message once it is approved. `authors`: participants see names of each other, or
    numbers.
    """

    mode: Mode | UnsetType = UNSET
    slow_s: Annotated[int, Meta(ge=0, le=3600)] | UnsetType = UNSET
    premoderated: bool | UnsetType = UNSET
    authors: Authors | UnsetType = UNSET


class ChatSettingsOut(msgspec.Struct, frozen=True):
    """The chat's settings."""

    mode: Mode
    slow_s: int
    premoderated: bool
    authors: Authors


class ChatBanOut(msgspec.Struct, frozen=True):
    """A participant who may only read."""

    user_id: str
    at: MomentOut
