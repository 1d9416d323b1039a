"""How far each room of this process has been told of its chat, and which rooms have something new.

A room is known from the version that its first viewer was greeted with. What is new is read by `actions/chat_frames`,
once in `PERIOD_S`, so that nobody gets more than one frame in that time however many messages are said. Every `LOOK_S`
each room is looked at, also where nobody here has said anything: other nodes write too.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from rollcall.domain.chat import Place
from rollcall.domain.ids import MediaNo
from rollcall.live.hub import Hub

PERIOD_S: Final = 0.2
LOOK_S: Final = 1.0


@dataclass(slots=True)
class Told:
    """A room: everything up to version `read` was looked at, the last frame ended at version `sent`."""

    place: Place
    read: int
    sent: int


class ChatFeed:
    """The rooms with viewers in this process. `begin` each viewer, `wake` after each change, wait with `due`."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._rooms: dict[MediaNo, Told] = {}
        self._woken: set[MediaNo] = set()
        self._wake = asyncio.Event()
        self._looked_s = float("-inf")

    def begin(self, place: Place, version: int) -> None:
        """Note that a viewer in the room was told everything up to this version, and has to hear what came since."""
        told = self._rooms.get(place.media_no)
        if told is None:
            self._rooms[place.media_no] = Told(place, version, version)
        elif version < told.read:
            told.read = version
        else:
            return
        self.wake(place.media_no)

    def wake(self, media: MediaNo) -> None:
        """Note that something has changed in a room."""
        self._woken.add(media)
        self._wake.set()

    async def due(self) -> list[Told]:
        """Wait until there may be news, and return the rooms to be read."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                await self._wake.wait()
        self._wake.clear()
        woken, self._woken = self._woken, set()
        now_s = asyncio.get_running_loop().time()
        if now_s - self._looked_s < LOOK_S:
            return [told for media, told in self._rooms.items() if media in woken]
        self._looked_s = now_s
        self._forget_empty()
        return list(self._rooms.values())

    def _forget_empty(self) -> None:
        for media in list(self._rooms):
            if not self._hub.room(media).users():
                del self._rooms[media]
