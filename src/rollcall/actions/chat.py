"""Saying things in the chat beside the picture, and keeping order in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from rollcall.domain.errors import Forbidden, NotFound, TooMany
from rollcall.domain.ids import EventNo, MediaNo, ProjectNo, UserId
from rollcall.live.chat_feed import ChatFeed, Said
from rollcall.live.hub import Hub
from rollcall.store import chat as store
from rollcall.store.database import Connection, Database
from rollcall.wire import viewer_out

HISTORY = 100
TAIL_LIMIT = 200
LEAST_PAUSE_MS = 700  # nobody types faster; a script does


@dataclass(frozen=True, slots=True)
class Place:
    """Which chat."""

    project_no: ProjectNo
    event_no: EventNo
    media_no: MediaNo


@dataclass(frozen=True, slots=True)
class Author:
    """A participant who writes, with the name that others see."""

    user_id: UserId
    name: str


async def say(
    db: Database, feed: ChatFeed, place: Place, author: Author, text: str, ref: str, now_ms: int
) -> None:
    """Store what a participant says and show it to the room.

    Raises Forbidden (`chat_closed`, `chat_banned`) and TooMany (slow mode).
    """

    def store_message(conn: Connection) -> store.ChatMessage:
        _refuse_if_silenced(conn, place, author.user_id, now_ms)
        return _add(conn, place, store.NewMessage(author.user_id, author.name, text, now_ms))

    message = await db.write(store_message)
    feed.say(place.media_no, Said(item_of(message, None), message.version, author.user_id, ref))


async def announce(
    db: Database, feed: ChatFeed, place: Place, name: str, text: str, now_ms: int
) -> store.ChatMessage:
    """Store and show a message of the organiser; never refused."""
    message = await db.write(lambda conn: _add(conn, place, store.NewMessage(None, name, text, now_ms)))
    feed.say(place.media_no, Said(item_of(message, None), message.version, None, None))
    return message


async def remove_message(db: Database, feed: ChatFeed, place: Place, message: int, now_ms: int) -> None:
    """Hide a message from everybody; it stays in the record. Raises NotFound."""
    version = await db.write(
        lambda conn: store.remove_message(conn, place.project_no, place.media_no, message, now_ms)
    )
    if version is None:
        raise NotFound("There is no such chat message.")
    feed.remove(place.media_no, message, version)


async def set_room(
    db: Database, hub: Hub, place: Place, mode: str | None, slow_s: int | None
) -> store.ChatRoom:
    """Change the chat's settings; None leaves a setting as it is. The room is told."""

    def change(conn: Connection) -> store.ChatRoom:
        known = store.get_room(conn, place.project_no, place.media_no)
        new_mode = mode if mode is not None else known.mode
        new_slow_s = slow_s if slow_s is not None else known.slow_s
        store.set_room(conn, place.project_no, place.media_no, new_mode, new_slow_s)
        return store.ChatRoom(known.version, new_mode, new_slow_s)

    room = await db.write(change)
    hub.send_room(place.media_no, viewer_out.encode(state_of(room)))
    return room


def catch_up(conn: Connection, place: Place, pages: Sequence[tuple[UserId, int]]) -> list[list[bytes]]:
    """Return for pages, each of a user and at a chat version (0 = none), the messages that they lack, encoded.

    That is the tail after the version or a fresh snapshot, and the settings.
    """
    room = store.get_room(conn, place.project_no, place.media_no)
    state = viewer_out.encode(state_of(room))

    @cache
    def newest() -> list[store.ChatMessage]:
        return store.list_shown(conn, place.project_no, place.media_no, HISTORY)[::-1]

    @cache
    def snapshot(reader: UserId | None) -> bytes:
        items = [item_of(message, reader) for message in newest()]
        return viewer_out.encode(viewer_out.Chat(room.version, items, [], snapshot=True))

    def lacking(user_id: UserId, after: int) -> list[bytes]:
        if after == room.version and after > 0:
            return []
        if 0 < after < room.version and (tail := _tail(conn, place, user_id, after, room.version)):
            return [viewer_out.encode(tail)]
        wrote = any(message.user_id == user_id for message in newest())
        return [snapshot(user_id if wrote else None)]

    return [[*lacking(user_id, after), state] for user_id, after in pages]


def _tail(
    conn: Connection, place: Place, user_id: UserId, after: int, version: int
) -> viewer_out.Chat | None:
    """Return the changes since `after`, None when they are too many to be told one by one."""
    changes = store.list_changes(conn, place.project_no, place.media_no, after, TAIL_LIMIT)
    if not changes or len(changes) == TAIL_LIMIT:
        return None
    said = [item_of(m, user_id) for m in changes if m.version > after and m.removed_version is None]
    removed = [m.no for m in changes if m.removed_version is not None]
    return viewer_out.Chat(version, said, removed)


def item_of(message: store.ChatMessage, reader: UserId | None) -> viewer_out.ChatItem:
    """Return the message as `reader` sees it."""
    return viewer_out.ChatItem(
        id=message.no,
        at_ms=message.at_ms,
        author=message.author,
        own=reader is not None and message.user_id == reader,
        organiser=message.user_id is None,
        text=message.text,
    )


def state_of(room: store.ChatRoom) -> viewer_out.ChatState:
    """Return the settings as players are told."""
    return viewer_out.ChatState("closed" if room.mode == "closed" else "open", room.slow_s)


def _add(conn: Connection, place: Place, message: store.NewMessage) -> store.ChatMessage:
    return store.add_message(conn, place.project_no, place.event_no, place.media_no, message)


def _refuse_if_silenced(conn: Connection, place: Place, user_id: UserId, now_ms: int) -> None:
    room = store.get_room(conn, place.project_no, place.media_no)
    if room.mode == "closed":
        raise Forbidden("The chat is closed.", code="chat_closed")
    if store.is_banned(conn, place.media_no, user_id):
        raise Forbidden("This participant may read but not write.", code="chat_banned")
    last_ms = store.last_said_ms(conn, place.media_no, user_id)
    pause_ms = max(room.slow_s * 1000, LEAST_PAUSE_MS)
    if last_ms is not None and now_ms - last_ms < pause_ms:
        raise TooMany("Slow mode: wait before the next message.", -(-(last_ms + pause_ms - now_ms) // 1000))
