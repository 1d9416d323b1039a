"""Chat on its way to a room: at most one frame per room each 200 ms, however many messages are said.

Authors get a copy of their own messages marked as theirs; everybody else gets one frame, encoded once.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass

from rollcall.domain.ids import MediaNo, UserId
from rollcall.live.hub import Hub
from rollcall.wire import viewer_out

PERIOD_S = 0.2


@dataclass(frozen=True, slots=True)
class Said:
    """A stored message on its way; `user_id` None is the organiser, `ref` the author's own name for it."""

    item: viewer_out.ChatItem
    version: int
    user_id: UserId | None
    ref: str | None


class ChatFeed:
    """What each room has to be told next; run `run` as a task."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._said: dict[MediaNo, list[Said]] = defaultdict(list)
        self._removed: dict[MediaNo, list[tuple[int, int]]] = defaultdict(list)
        self._wake = asyncio.Event()

    def say(self, media: MediaNo, said: Said) -> None:
        """Queue one message for the room."""
        self._said[media].append(said)
        self._wake.set()

    def remove(self, media: MediaNo, message: int, version: int) -> None:
        """Queue the removal of a message."""
        self._removed[media].append((message, version))
        self._wake.set()

    async def run(self) -> None:
        """Send what is queued until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            said, self._said = self._said, defaultdict(list)
            removed, self._removed = self._removed, defaultdict(list)
            for media in said.keys() | removed.keys():
                self._send(media, said.get(media, []), removed.get(media, []))
            await asyncio.sleep(PERIOD_S)

    def _send(self, media: MediaNo, said: list[Said], removed: list[tuple[int, int]]) -> None:
        version = max([message.version for message in said] + [version for _, version in removed])
        gone = [message for message, _ in removed]
        payload = viewer_out.encode(viewer_out.Chat(version, [message.item for message in said], gone))
        authors = {message.user_id for message in said if message.user_id is not None}
        room = self._hub.room(media)
        self._hub.send_users(media, [user for user in room.users() if user not in authors], payload)
        for author in authors:
            items = [_own(message) if message.user_id == author else message.item for message in said]
            self._hub.send_users(media, [author], viewer_out.encode(viewer_out.Chat(version, items, gone)))


def _own(said: Said) -> viewer_out.ChatItem:
    return viewer_out.ChatItem(
        id=said.item.id,
        at_ms=said.item.at_ms,
        author=said.item.author,
        own=True,
        organiser=said.item.organiser,
        text=said.item.text,
        ref=said.ref,
    )
