"""A chat as outside programs read it once it is over: every message in whatever state, in the order of saying."""

from msgspec import UNSET, Struct, UnsetType

from rollcall.domain.chat import Kind, State
from rollcall.wire.statistics import Media


class ChatLine(Struct, frozen=True):
    """A message or a question; `user_id` null is the organiser. `author_number` is the pseudonym in this chat.

    `ip` and `user_agent`, of the player from which it came, only where they are asked for.
    """

    id: int
    said_at: str
    kind: Kind
    state: State
    user_id: str | None
    name: str | None
    author_number: int
    text: str
    reply_to: int | None
    votes: int
    answered_at: str | None
    ip: str | UnsetType | None = UNSET
    user_agent: str | UnsetType | None = UNSET


class ChatExport(Struct, frozen=True):
    """A whole chat."""

    media: Media
    generated_at: str
    messages: list[ChatLine]
