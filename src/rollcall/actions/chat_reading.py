"""What pages are told of a chat: messages as others see them, what a page lacks, and what only its participant sees.

Everything here is read in the caller's transaction, and nothing is written.
"""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Final, NamedTuple

from rollcall.domain.chat import ORGANISER, Place, quotation, wait_ms
from rollcall.domain.ids import UserId
from rollcall.store import chat as store
from rollcall.store import chat_people as people
from rollcall.store.chat import ChatMessage, ChatRoom
from rollcall.store.database import Connection
from rollcall.wire import chat_out, viewer_out

HISTORY: Final = 100
TAIL_LIMIT: Final = 200
MOST_QUESTIONS: Final = 200
MOST_OWN: Final = 50
REJECTED_SHOWN_MS: Final = 3_600_000  # so long its author sees that a message was rejected


class CaughtUp(NamedTuple):
    """What pages lack, encoded, one list for each; then they know everything up to `version`."""

    version: int
    messages: list[list[bytes]]


def catch_up(conn: Connection, place: Place, pages: Sequence[tuple[UserId, int]], now_ms: int) -> CaughtUp:
    """Return what pages, each of a user and at a chat version (0 = none), have to be told.

    That is the tail after the version or a fresh snapshot, the settings, and what only the user sees.
    """
    room = store.get_room(conn, place)
    state = viewer_out.encode(state_of(room))
    own = people_of(conn, place, room, {user_id for user_id, _ in pages}, now_ms)

    @cache
    def lacking(after: int) -> tuple[bytes, ...]:
        frame = since(conn, place, room, after)
        return () if frame is None else (viewer_out.encode(frame),)

    told = [[*lacking(after), state, viewer_out.encode(own[user_id])] for user_id, after in pages]
    return CaughtUp(room.version, told)


def since(conn: Connection, place: Place, room: ChatRoom, after: int) -> chat_out.Chat | None:
    """Return what a page at version `after` lacks: a tail, a snapshot where that is too long, None for nothing."""
    if 0 < after == room.version:
        return None
    if max(1, room.reset_version) <= after < room.version:
        changes = store.list_told(conn, place, after, TAIL_LIMIT)
        if len(changes) < TAIL_LIMIT:
            return frame_of(conn, place, room, changes, after, room.version)
    return snapshot(conn, place, room)


def snapshot(conn: Connection, place: Place, room: ChatRoom) -> chat_out.Chat:
    """Return the newest messages, for a page that has none."""
    newest = store.list_messages(conn, place, HISTORY + 1)
    items = items_of(conn, place, room, newest[:HISTORY][::-1])
    return chat_out.Chat(0, room.version, items, [], snapshot=True, more=len(newest) > HISTORY)


def frame_of(
    conn: Connection, place: Place, room: ChatRoom, changes: Sequence[ChatMessage], after: int, version: int
) -> chat_out.Chat:
    """Return these changes, in the order of their places; whatever nobody is shown is left out."""
    shown = sorted((one for one in changes if one.state == "shown"), key=lambda one: one.version)
    removed = [one.no for one in changes if one.state == "removed"]
    return chat_out.Chat(after, version, items_of(conn, place, room, shown), removed)


def history(conn: Connection, place: Place, before: int) -> chat_out.ChatHistory:
    """Return the messages placed before a version."""
    room = store.get_room(conn, place)
    rows = store.list_messages(conn, place, HISTORY + 1, before)
    items = items_of(conn, place, room, rows[:HISTORY][::-1])
    return chat_out.ChatHistory(before, items, more=len(rows) > HISTORY)


def questions(conn: Connection, place: Place) -> chat_out.ChatQuestions:
    """Return the questions to the speaker."""
    room = store.get_room(conn, place)
    rows = store.list_top_questions(conn, place, MOST_QUESTIONS)
    return chat_out.ChatQuestions(items_of(conn, place, room, rows))


def people_of(
    conn: Connection, place: Place, room: ChatRoom, users: Collection[UserId], now_ms: int
) -> dict[UserId, chat_out.ChatMe]:
    """Return what each of these users is told of themselves."""
    authors = people.authors_among(conn, place, users)
    banned = people.banned_among(conn, place, users)
    votes = people.votes_by(conn, place, users)
    own: dict[UserId, list[chat_out.ChatOwn]] = {}
    if authors:
        for message in store.list_not_shown_yet(conn, place, set(authors), now_ms - REJECTED_SHOWN_MS):
            assert message.user_id is not None
            own.setdefault(message.user_id, []).append(_own(message))
    told = {}
    for user_id in users:
        author = authors.get(user_id)
        told[user_id] = chat_out.ChatMe(
            version=room.version,
            number=None if author is None else author.number,
            banned=user_id in banned,
            wait_ms=0 if author is None else wait_ms(author.said_ms, room.slow_s, now_ms),
            voted=votes.get(user_id, []),
            own=own.get(user_id, [])[-MOST_OWN:],
        )
    return told


def state_of(room: ChatRoom) -> chat_out.ChatState:
    """Return the settings as players are told."""
    return chat_out.ChatState(room.mode, room.slow_s, room.premoderated, room.authors)


def items_of(
    conn: Connection, place: Place, room: ChatRoom, messages: Sequence[ChatMessage]
) -> list[chat_out.ChatItem]:
    """Return messages as everybody sees them."""
    replied = {message.reply_to for message in messages if message.reply_to is not None}
    quoted = store.find_messages(conn, place, replied)
    return [
        chat_out.ChatItem(
            id=message.no,
            version=message.version,
            at_ms=message.at_ms,
            kind=message.kind,
            by=message.number,
            author=_name(room, message),
            text=message.text,
            ref=message.ref,
            mentions=message.mentions,
            reply=None if message.reply_to is None else _quote(room, quoted[message.reply_to]),
            votes=message.votes,
            answered=message.answered_ms is not None,
        )
        for message in messages
    ]


def _quote(room: ChatRoom, message: ChatMessage) -> chat_out.ChatQuote:
    text = quotation(message.text) if message.state == "shown" else None
    is_question = message.kind == "question"
    return chat_out.ChatQuote(message.no, message.number, _name(room, message), is_question, text)


def _name(room: ChatRoom, message: ChatMessage) -> str | None:
    if message.number != ORGANISER and room.authors == "pseudonyms":
        return None
    return message.author or None


def _own(message: ChatMessage) -> chat_out.ChatOwn:
    return chat_out.ChatOwn(
        id=message.no,
        ref=message.ref,
        at_ms=message.at_ms,
        kind=message.kind,
        text=message.text,
        state="rejected" if message.state == "rejected" else "waiting",
    )
