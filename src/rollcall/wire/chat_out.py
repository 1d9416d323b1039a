"""What the server says to a player about the chat over the viewer socket.

Frames are the same for everybody in a room: who a player belongs to, and what only that participant may see, comes
apart in `chat_me`. Authors are told by their number in this room, the organiser is 0; User IDs are told to nobody.
"""

from typing import Literal

import msgspec


class _Message(msgspec.Struct, frozen=True, tag_field="type"):
    pass


class ChatQuote(msgspec.Struct, frozen=True):
    """The beginning of the message that another one answers; `text` null: it was removed."""

    id: int
    by: int
    author: str | None
    question: bool
    text: str | None


class ChatItem(msgspec.Struct, frozen=True):
    """One message as it is now; `version` is its place among the others, the same for as long as it is shown.

    `by`: the number of its author. `author` null: the number is all that is shown of them. `ref`: the author's own
    name for it. `answered` and `votes` are those of a question.
    """

    id: int
    version: int
    at_ms: int
    kind: Literal["message", "question"]
    by: int
    author: str | None
    text: str
    ref: str | None
    mentions: tuple[int, ...]
    reply: ChatQuote | None
    votes: int
    answered: bool


class Chat(_Message, frozen=True, tag="chat"):
    """What has changed in the room after version `since`, up to `version`: messages as they are now, and removed ones.

    Whoever knows less than `since` lacks a frame. `snapshot`: forget what you have and show just these; then `more`
    says whether there are earlier ones.
    """

    since: int
    version: int
    items: list[ChatItem]
    removed: list[int]
    snapshot: bool = False
    more: bool = False


class ChatHistory(_Message, frozen=True, tag="chat_history"):
    """Messages placed below version `before`, oldest first, without a gap; `more`: there are earlier ones."""

    before: int
    items: list[ChatItem]
    more: bool


class ChatQuestions(_Message, frozen=True, tag="chat_questions"):
    """Questions to the speaker, at most 200: those not answered first, in each part those with most votes first."""

    items: list[ChatItem]


class ChatState(_Message, frozen=True, tag="chat_state"):
    """How the room takes messages now; `slow_s` seconds between two of one participant (0 = no limit).

    `premoderated`: others see a message once a moderator has let it through. `authors`: whether names are shown.
    """

    mode: Literal["open", "closed"]
    slow_s: int
    premoderated: bool
    authors: Literal["names", "pseudonyms"]


class ChatOwn(msgspec.Struct, frozen=True):
    """An own message that the others do not see: it waits for a moderator, or was rejected."""

    id: int
    ref: str | None
    at_ms: int
    kind: Literal["message", "question"]
    text: str
    state: Literal["waiting", "rejected"]


class ChatMe(_Message, frozen=True, tag="chat_me"):
    """The participant in this room, the whole of it each time, as of a version. `number` null: nothing was written yet.

    One of an earlier version than what is known was overtaken, and says nothing.
    `wait_ms`: how long until the next message may be written. `voted`: questions that have the participant's vote.
    """

    version: int
    number: int | None
    banned: bool
    wait_ms: int
    voted: list[int]
    own: list[ChatOwn]


class NotSaid(_Message, frozen=True, tag="not_said"):
    """The message `ref` was not taken: `chat_closed`, `chat_banned`, `too_many_requests` (come back in `retry_s`).

    `said_before`: it was taken earlier, and is in the room unless it was removed.
    """

    ref: str
    code: str
    retry_s: int


Chatted = Chat | ChatHistory | ChatQuestions | ChatState | ChatMe | NotSaid
