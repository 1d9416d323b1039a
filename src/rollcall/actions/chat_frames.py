"""Tells rooms what is new in their chats, read from the versions, so that nothing is missed, doubled or misordered.

What was said by whom and on which node does not matter: a frame is whatever has changed since the last one. Versions
become readable in their order, and a frame says from which version to which it goes.
"""

from functools import partial
from typing import Final, NamedTuple

from rollcall.actions.chat_reading import frame_of, people_of, snapshot, state_of
from rollcall.base.clock import Clock
from rollcall.domain.ids import UserId
from rollcall.live.chat_feed import ChatFeed, Told
from rollcall.live.hub import Hub
from rollcall.store import chat as store
from rollcall.store.chat import ChatMessage
from rollcall.store.database import Connection, Database
from rollcall.wire import chat_out, viewer_out

AT_ONCE: Final = 200


class News(NamedTuple):
    """What has changed in a room up to a version; `frame` None: nothing that everybody is shown."""

    version: int
    frame: chat_out.Chat | None
    people: dict[UserId, chat_out.ChatMe]
    state: chat_out.ChatState | None
    more: bool


async def run_once(db: Database, hub: Hub, feed: ChatFeed, clock: Clock) -> None:
    """Wait until something is new, and tell the rooms where it is."""
    for told in await feed.due():
        users = set(hub.room(told.place.media_no).users())
        now_ms = clock.now_ms()
        news = await db.read(partial(read_news, told=told, users=users, now_ms=now_ms))
        if news is not None:
            _tell(hub, told, news)
            if news.more:
                feed.wake(told.place.media_no)


def read_news(conn: Connection, told: Told, users: set[UserId], now_ms: int) -> News | None:
    """Return what a room has to be told, where `users` are; None when nothing has changed."""
    room = store.get_room(conn, told.place)
    if room.version == told.read:
        return None
    if room.reset_version > told.read:
        mine = people_of(conn, told.place, room, users, now_ms)
        return News(room.version, snapshot(conn, told.place, room), mine, state_of(room), more=False)
    changes = store.list_changes(conn, told.place, told.read, AT_ONCE)
    more = len(changes) == AT_ONCE
    version = changes[-1].changed if more else room.version
    frame = frame_of(conn, told.place, room, changes, told.sent, version)
    theirs = people_of(conn, told.place, room, _concerned(changes) & users, now_ms)
    return News(version, frame if frame.items or frame.removed else None, theirs, None, more)


def _concerned(changes: list[ChatMessage]) -> set[UserId]:
    """Return whose messages are not shown to others, or no more."""
    return {one.user_id for one in changes if one.state != "shown" and one.user_id is not None}


def _tell(hub: Hub, told: Told, news: News) -> None:
    media_no = told.place.media_no
    if news.state is not None:
        hub.send_room(media_no, viewer_out.encode(news.state))
    if news.frame is not None:
        hub.send_room(media_no, viewer_out.encode(news.frame))
        told.sent = news.version
    for user_id, mine in news.people.items():
        hub.send_users(media_no, [user_id], viewer_out.encode(mine))
    told.read = news.version
