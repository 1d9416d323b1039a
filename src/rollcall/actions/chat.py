"""Keeping order in a chat as the organiser: messages of one's own, moderation, answers, bans, settings.

Each is one transaction, and an audit row where somebody is silenced or the rules change. Pages hear of messages by the
room's versions (`actions/chat_frames`), of settings and bans at once.
"""

from dataclasses import dataclass, replace
from typing import Literal

from rollcall.actions.chat_reading import people_of, state_of
from rollcall.domain.chat import Authors, Mode, Place
from rollcall.domain.errors import Conflict, Malformed, NotFound, Problem
from rollcall.domain.ids import UserId
from rollcall.live.chat_feed import ChatFeed
from rollcall.live.hub import Hub
from rollcall.store import audit
from rollcall.store import chat as store
from rollcall.store import chat_people as people
from rollcall.store.chat import ChatMessage, ChatRoom, NewMessage
from rollcall.store.database import Connection, Database
from rollcall.wire import viewer_out

__all__ = ["Place"]


@dataclass(frozen=True, slots=True)
class Moderator:
    """Who acts in which chat, now. `code` is the media's."""

    place: Place
    code: str
    actor: str
    now_ms: int


@dataclass(frozen=True, slots=True)
class Announcement:
    """What the organiser says under a name. `answers`: it answers the question that it replies to."""

    name: str
    text: str
    reply_to: int | None = None
    answers: bool = False


@dataclass(frozen=True, slots=True)
class RoomChange:
    """Settings to change; None leaves one as it is."""

    mode: Mode | None = None
    slow_s: int | None = None
    premoderated: bool | None = None
    authors: Authors | None = None


async def announce(
    db: Database, feed: ChatFeed, place: Place, said: Announcement, now_ms: int
) -> ChatMessage:
    """Store and show a message of the organiser; the chat may be closed. Raises Malformed, Conflict."""

    def add(conn: Connection) -> ChatMessage:
        store.get_room(conn, place, hold=True)
        if said.reply_to is not None:
            replied = _require_replied(conn, place, said.reply_to)
            if said.answers:
                _answer(conn, place, replied, now_ms)
        elif said.answers:
            raise Malformed(Problem("$.answers", "Say in 'reply_to' which question is answered."))
        new = NewMessage(
            state="shown", author=said.name, text=said.text, at_ms=now_ms, reply_to=said.reply_to
        )
        return store.add_message(conn, place, new)

    message = await db.write(add)
    feed.wake(place.media_no)
    return message


async def remove_message(db: Database, feed: ChatFeed, by: Moderator, message: int) -> None:
    """Take a message from every page; it stays in the record. Raises NotFound, also where it is removed already."""

    def remove(conn: Connection) -> None:
        _require(conn, by.place, message)
        store.change_message(conn, by.place, message, state="removed", removed_ms=by.now_ms)
        _note(conn, by, "chat.remove", message=message)

    await db.write(remove)
    feed.wake(by.place.media_no)


async def decide(
    db: Database, feed: ChatFeed, by: Moderator, message: int, verdict: Literal["shown", "rejected"]
) -> ChatMessage:
    """Let a message that waits be shown to everybody, or not; a rejected one may be shown after all.

    The same verdict again changes nothing. Raises NotFound, and Conflict for what is shown already.
    """

    def change(conn: Connection) -> ChatMessage:
        known = _require(conn, by.place, message)
        if known.state == verdict:
            return known
        if known.state == "shown":
            raise Conflict("This message is shown already; remove it instead.", code="already_shown")
        shown = verdict == "shown"
        store.change_message(conn, by.place, message, moved=shown, state=verdict, decided_ms=by.now_ms)
        _note(conn, by, f"chat.{'approve' if shown else 'reject'}", message=message)
        return _require(conn, by.place, message)

    decided = await db.write(change)
    feed.wake(by.place.media_no)
    return decided


async def mark_answered(
    db: Database, feed: ChatFeed, place: Place, message: int, now_ms: int, *, answered: bool
) -> ChatMessage:
    """Say that the speaker has answered a question, or not yet. Raises NotFound, and Conflict for what is none."""

    def change(conn: Connection) -> ChatMessage:
        known = _require(conn, place, message)
        _answer(conn, place, known, now_ms if answered else None)
        return _require(conn, place, message)

    changed = await db.write(change)
    feed.wake(place.media_no)
    return changed


async def set_room(db: Database, hub: Hub, feed: ChatFeed, by: Moderator, wanted: RoomChange) -> ChatRoom:
    """Change the chat's settings; every page is told. Other names of authors are shown for what was said before too."""

    def change(conn: Connection) -> ChatRoom:
        known = store.get_room(conn, by.place, hold=True)
        given = {name: value for name in RoomChange.__slots__ if (value := getattr(wanted, name)) is not None}
        room = replace(known, **given)
        store.set_room(conn, by.place, room)
        if room.authors != known.authors:
            store.reset_room(conn, by.place)
        _note(conn, by, "chat.settings", **given)
        return store.get_room(conn, by.place)

    room = await db.write(change)
    hub.send_room(by.place.media_no, viewer_out.encode(state_of(room)))
    feed.wake(by.place.media_no)
    return room


async def set_ban(db: Database, hub: Hub, by: Moderator, user_id: UserId, *, banned: bool) -> None:
    """Let a participant only read from now on, or write again; again it changes nothing. Their pages are told."""

    def change(conn: Connection) -> bytes:
        if banned:
            people.ban(conn, by.place, user_id, by.now_ms)
        else:
            people.unban(conn, by.place, user_id)
        _note(conn, by, "chat.ban" if banned else "chat.unban", user_id=user_id)
        room = store.get_room(conn, by.place)
        return viewer_out.encode(people_of(conn, by.place, room, [user_id], by.now_ms)[user_id])

    hub.send_users(by.place.media_no, [user_id], await db.write(change))


def _require(conn: Connection, place: Place, message: int) -> ChatMessage:
    """Return a message that was not removed, and hold the room; raises NotFound."""
    store.get_room(conn, place, hold=True)
    found = store.find_message(conn, place, message)
    if found is None or found.state == "removed":
        raise NotFound("There is no such chat message.")
    return found


def _require_replied(conn: Connection, place: Place, message: int) -> ChatMessage:
    found = store.find_message(conn, place, message)
    if found is None or found.state != "shown":
        raise Malformed(Problem("$.reply_to", "No such message is shown in this chat."))
    return found


def _answer(conn: Connection, place: Place, message: ChatMessage, at_ms: int | None) -> None:
    if message.kind != "question":
        raise Conflict("This message is no question.", code="no_question")
    if (message.answered_ms is None) != (at_ms is None):
        store.change_message(conn, place, message.no, answered_ms=at_ms)


def _note(conn: Connection, by: Moderator, action: str, **detail: object) -> None:
    audit.record(conn, by.place.project_no, by.actor, action, by.code, by.now_ms, **detail)
