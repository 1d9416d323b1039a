"""What a newcomer to a room is told: the chat, whether their time counts, what stands beside, open prompts.

Read together for all who enter at about the same time. It knows neither plays nor sockets.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rollcall.actions import aside, counting, delivery, poll_desk, quiz_attempts
from rollcall.actions.chat_reading import catch_up
from rollcall.base.clock import Clock
from rollcall.base.together import Together
from rollcall.domain.chat import Place
from rollcall.domain.ids import UserId
from rollcall.live.arrivals import Offer
from rollcall.store.database import Database
from rollcall.wire import viewer_out

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody in the room of `place`; `chat_version` is the last one that the page has, 0 = none."""

    place: Place
    user_id: UserId
    chat_version: int


class Greeting(NamedTuple):
    """What to tell a newcomer, encoded: first the messages, then the prompts that are open.

    With the messages the newcomer knows the chat up to `chat_version`.
    """

    messages: list[bytes]
    prompts: list[tuple[Offer, bytes]]
    chat_version: int = 0


class Welcome:
    """Greets newcomers together."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._newcomers = Together(self._greet, AT_ONCE)

    async def messages(self, newcomer: Newcomer) -> Greeting:
        """Return what to tell somebody who is in the room already, encoded.

        Everything is read after that: nothing said from then on is missed, and what is told twice carries a version
        or a check that the page already has.
        """
        return await self._newcomers.ask(newcomer)

    async def _greet(self, newcomers: Sequence[Newcomer]) -> list[Greeting]:
        rooms: dict[Place, list[int]] = defaultdict(list)
        for at, newcomer in enumerate(newcomers):
            rooms[newcomer.place].append(at)
        told = [Greeting([], [])] * len(newcomers)
        for place, members in rooms.items():
            for at, greeting in zip(
                members, await self._greet_room(place, [newcomers[at] for at in members]), strict=True
            ):
                told[at] = greeting
        return told

    async def _greet_room(self, place: Place, newcomers: Sequence[Newcomer]) -> list[Greeting]:
        pages = [(newcomer.user_id, newcomer.chat_version) for newcomer in newcomers]
        users = {newcomer.user_id for newcomer in newcomers}
        now_ms = self._clock.now_ms()
        said = await self._db.read(lambda conn: catch_up(conn, place, pages, now_ms))
        quizzes = await self._db.read(
            lambda conn: quiz_attempts.greet(conn, place.media_no, list(users), now_ms)
        )
        polls = await self._db.read(lambda conn: poll_desk.greet(conn, place.media_no, list(users)))
        beside = await self._db.read(lambda conn: aside.greet(conn, place.media_no))
        asked = await delivery.open_prompts(self._db, place.media_no, users, now_ms)
        stopped = await self._db.read(lambda conn: counting.stopped_among(conn, place.media_no, users))
        stops = {stop.user_id: viewer_out.encode(counting.message(stop)) for stop in stopped}
        return [
            Greeting(
                [
                    *messages,
                    *([stops[user_id]] if user_id in stops else []),
                    *quizzes[user_id],
                    *polls[user_id],
                    *([beside] if beside is not None else []),
                ],
                [(delivery.offer_of(prompt), viewer_out.encode(prompt)) for prompt in asked[user_id]],
                said.version,
            )
            for (user_id, _), messages in zip(pages, said.messages, strict=True)
        ]
