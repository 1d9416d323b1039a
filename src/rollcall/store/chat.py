"""Messages of the chat and its settings. Every change raises the room's version, in order and without a gap.

Whoever changes a room holds its row, so versions become readable in their order. Authors, votes and bans are in
`store/chat_people`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, insert, select, update

from rollcall.domain.chat import ORGANISER, Authors, Kind, Mode, Place, State
from rollcall.domain.ids import PlayNo, UserId
from rollcall.store.tables import chat_messages, media
from rollcall.store.tables.chat import IS_QUESTION, NOT_SHOWN_YET

ON_PAGES: Final[tuple[State, ...]] = ("shown", "removed")  # what pages are told of


@dataclass(frozen=True, slots=True)
class ChatRoom:
    """The chat's settings; `slow_s` seconds between two messages of one participant.

    `reset_version`: a page that knows less has to forget what it has.
    """

    version: int
    mode: Mode
    slow_s: int
    premoderated: bool
    authors: Authors
    reset_version: int


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """A stored message; `user_id` None (`number` 0) is the organiser. `author` empty: no name is known."""

    no: int
    version: int
    changed: int
    state: State
    kind: Kind
    user_id: UserId | None
    number: int
    author: str
    text: str
    mentions: tuple[int, ...]
    ref: str | None
    reply_to: int | None
    votes: int
    at_ms: int
    answered_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message to be stored."""

    state: State
    author: str
    text: str
    at_ms: int
    user_id: UserId | None = None
    number: int = ORGANISER
    kind: Kind = "message"
    mentions: tuple[int, ...] = ()
    ref: str | None = None
    reply_to: int | None = None
    play_no: PlayNo | None = None


COLUMNS = (
    chat_messages.c.no,
    chat_messages.c.version,
    chat_messages.c.changed,
    chat_messages.c.state,
    chat_messages.c.kind,
    chat_messages.c.user_id,
    chat_messages.c.number,
    chat_messages.c.author,
    chat_messages.c.text,
    chat_messages.c.mentions,
    chat_messages.c.ref,
    chat_messages.c.reply_to,
    chat_messages.c.votes,
    chat_messages.c.at_ms,
    chat_messages.c.answered_ms,
)


def get_room(conn: Connection, place: Place, *, hold: bool = False) -> ChatRoom:
    """Return the settings of a chat that exists; `hold` keeps others from changing the room until the end."""
    query = select(
        media.c.chat_version,
        media.c.chat_mode,
        media.c.chat_slow_s,
        media.c.chat_premoderated,
        media.c.chat_authors,
        media.c.chat_reset_version,
    ).where(_room(place))
    return ChatRoom(*conn.execute(query.with_for_update(key_share=True) if hold else query).one())


def set_room(conn: Connection, place: Place, room: ChatRoom) -> None:
    """Change the settings; the versions stay."""
    change = update(media).where(_room(place))
    conn.execute(
        change.values(
            chat_mode=room.mode,
            chat_slow_s=room.slow_s,
            chat_premoderated=room.premoderated,
            chat_authors=room.authors,
        )
    )


def reset_room(conn: Connection, place: Place) -> int:
    """Let every page forget what it has, and return the version from which it knows anew."""
    version = raise_version(conn, place)
    conn.execute(update(media).where(_room(place)).values(chat_reset_version=version))
    return version


def raise_version(conn: Connection, place: Place) -> int:
    """Return the room's next version, and hold the room until the end of the transaction."""
    raised = update(media).where(_room(place)).values(chat_version=media.c.chat_version + 1)
    return int(conn.execute(raised.returning(media.c.chat_version)).scalar_one())


def add_message(conn: Connection, place: Place, message: NewMessage) -> ChatMessage:
    """Store a message under the room's next version."""
    version = raise_version(conn, place)
    values = {
        "project_no": place.project_no,
        "event_no": place.event_no,
        "media_no": place.media_no,
        "version": version,
        "changed": version,
        "votes": 0,
        **{name: getattr(message, name) for name in NewMessage.__slots__},
        "mentions": list(message.mentions),
    }
    row = conn.execute(insert(chat_messages).values(values).returning(*COLUMNS)).one()
    return as_message(row)


def change_message(
    conn: Connection, place: Place, message: int, *, moved: bool = False, **values: Any
) -> int:
    """Set columns of a message and return the room's new version; `moved`: it takes its place anew, at the end."""
    version = raise_version(conn, place)
    if moved:
        values["version"] = version
    change = update(chat_messages).where(_messages(place), chat_messages.c.no == message)
    conn.execute(change.values(changed=version, **values))
    return version


def find_message(conn: Connection, place: Place, message: int) -> ChatMessage | None:
    """Return a message of this chat, in whatever state."""
    return find_messages(conn, place, [message]).get(message)


def find_messages(conn: Connection, place: Place, messages: Collection[int]) -> dict[int, ChatMessage]:
    """Return those of these messages that the chat has, by their number."""
    if not messages:
        return {}
    query = select(*COLUMNS).where(_messages(place), chat_messages.c.no.in_(messages))
    return {row.no: as_message(row) for row in conn.execute(query)}


def find_said(conn: Connection, place: Place, user_id: UserId, ref: str) -> ChatMessage | None:
    """Return what this participant has said under this name of its page."""
    mine = _messages(place) & (chat_messages.c.user_id == user_id) & (chat_messages.c.ref == ref)
    row = conn.execute(select(*COLUMNS).where(mine)).one_or_none()
    return None if row is None else as_message(row)


def list_changes(conn: Connection, place: Place, after: int, limit: int) -> list[ChatMessage]:
    """Return messages that changed after this version, in the order of their last changes, at most `limit`."""
    query = select(*COLUMNS).where(_messages(place), chat_messages.c.changed > after)
    return [as_message(row) for row in conn.execute(query.order_by(chat_messages.c.changed).limit(limit))]


def list_told(conn: Connection, place: Place, after: int, limit: int) -> list[ChatMessage]:
    """Like `list_changes`, of what pages are told of."""
    query = select(*COLUMNS).where(
        _messages(place), chat_messages.c.changed > after, chat_messages.c.state.in_(ON_PAGES)
    )
    return [as_message(row) for row in conn.execute(query.order_by(chat_messages.c.changed).limit(limit))]


def list_messages(
    conn: Connection,
    place: Place,
    limit: int,
    before: int | None = None,
    state: State = "shown",
    kind: Kind | None = None,
) -> list[ChatMessage]:
    """Return the newest messages in a state, newest first; with `before`, only those placed below this version."""
    query = _listed(place, before).where(chat_messages.c.state == state)
    if state not in ON_PAGES:
        query = query.where(NOT_SHOWN_YET)  # in these words, for the index of few rows
    if kind is not None:
        query = query.where(IS_QUESTION if kind == "question" else chat_messages.c.kind == kind)
    return [as_message(row) for row in conn.execute(query.limit(limit))]


def list_top_questions(conn: Connection, place: Place, limit: int) -> list[ChatMessage]:
    """Return shown questions: those not answered first, in each part those with most votes first."""
    order = (chat_messages.c.answered_ms.is_not(None), chat_messages.c.votes.desc(), chat_messages.c.version)
    # Every version is above 0: in these words, for the index of questions.
    asked = IS_QUESTION & (chat_messages.c.version > 0) & (chat_messages.c.state == "shown")
    query = select(*COLUMNS).where(_messages(place), asked).order_by(*order).limit(limit)
    return [as_message(row) for row in conn.execute(query)]


def list_not_shown_yet(
    conn: Connection, place: Place, users: Collection[UserId], since_ms: int
) -> list[ChatMessage]:
    """Return what these users said that waits, or was rejected and said after `since_ms`, in its order."""
    late = (chat_messages.c.state == "waiting") | (chat_messages.c.at_ms > since_ms)
    query = select(*COLUMNS).where(
        _messages(place),
        NOT_SHOWN_YET,
        chat_messages.c.user_id.in_(users),
        late,
    )
    return [as_message(row) for row in conn.execute(query.order_by(chat_messages.c.version))]


def _listed(place: Place, before: int | None) -> Select[Any]:
    query = select(*COLUMNS).where(_messages(place)).order_by(chat_messages.c.version.desc())
    return query if before is None else query.where(chat_messages.c.version < before)


def _room(place: Place) -> ColumnElement[bool]:
    return (media.c.no == place.media_no) & (media.c.project_no == place.project_no)


def _messages(place: Place) -> ColumnElement[bool]:
    of_media = chat_messages.c.media_no == place.media_no
    return of_media & (chat_messages.c.project_no == place.project_no)


def as_message(row: Sequence[Any]) -> ChatMessage:
    """Return what a row of `COLUMNS` says."""
    values = dict(zip(ChatMessage.__slots__, row, strict=True))
    return ChatMessage(**{**values, "mentions": tuple(values["mentions"])})
