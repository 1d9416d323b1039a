"""What somebody who has just entered a room is told: the chat so far, its settings, and prompts that are open.

Read together for all who enter at about the same time. It knows neither plays nor sockets.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rollcall.actions import chat, prompts
from rollcall.base.clock import Clock
from rollcall.base.together import Together
from rollcall.domain.ids import UserId
from rollcall.store.database import Database
from rollcall.wire import viewer_out

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody in the room of `place`; `chat_version` is the last one that the page has, 0 = none."""

    place: chat.Place
    user_id: UserId
    chat_version: int


class Welcome:
    """Greets newcomers together."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._newcomers = Together(self._greet, AT_ONCE)

    async def messages(self, newcomer: Newcomer) -> list[bytes]:
        """Return what to tell somebody who is in the room already, encoded.

        Everything is read after that: nothing said from then on is missed, and what is told twice carries a version
        or a check that the page already has.
        """
        return await self._newcomers.ask(newcomer)

    async def _greet(self, newcomers: Sequence[Newcomer]) -> list[list[bytes]]:
        rooms: dict[chat.Place, list[int]] = defaultdict(list)
        for at, newcomer in enumerate(newcomers):
            rooms[newcomer.place].append(at)
        told: list[list[bytes]] = [[]] * len(newcomers)
        for place, members in rooms.items():
            for at, messages in zip(
                members, await self._greet_room(place, [newcomers[at] for at in members]), strict=True
            ):
                told[at] = messages
        return told

    async def _greet_room(self, place: chat.Place, newcomers: Sequence[Newcomer]) -> list[list[bytes]]:
        pages = [(newcomer.user_id, newcomer.chat_version) for newcomer in newcomers]
        said = await self._db.read(lambda conn: chat.catch_up(conn, place, pages))
        users = {newcomer.user_id for newcomer in newcomers}
        asked = await prompts.open_prompts(self._db, place.media_no, users, self._clock.now_ms())
        return [
            [*messages, *map(viewer_out.encode, asked[newcomer.user_id])]
            for newcomer, messages in zip(newcomers, said, strict=True)
        ]
