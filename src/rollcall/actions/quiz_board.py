"""What every room is told of its quizzes: read for all rooms at once, so that each node tells its own viewers.

A message says how a quiz stands, so one that comes twice changes nothing.
"""

import msgspec

from rollcall.actions.quizzes import message
from rollcall.domain.ids import MediaNo, QuizId
from rollcall.live.hub import Hub
from rollcall.store.database import Database
from rollcall.store.quizzes import list_opened
from rollcall.wire import quiz_out, viewer_out

Told = dict[QuizId, quiz_out.Quiz]


class QuizBoard:
    """The latest `quiz` messages of each room. Call `refresh` each second."""

    def __init__(self, db: Database, hub: Hub) -> None:
        self._db = db
        self._hub = hub
        self._told: dict[MediaNo, Told] = {}

    async def refresh(self) -> None:
        """Read the quizzes of every room that has viewers, and tell it what is new of them."""
        now: dict[MediaNo, Told] = {media_no: {} for media_no, room in self._hub.rooms() if room.users()}
        if now:
            for quiz in await self._db.read(lambda conn: list_opened(conn, list(now))):
                now[quiz.media_no][quiz.id] = message(quiz)
        for media_no, quizzes in now.items():
            before = self._told.get(media_no, {})
            removed = {name: _closed(told) for name, told in before.items() if name not in quizzes}
            for name, told in (quizzes | removed).items():
                if told != before.get(name):
                    self._hub.send_room(media_no, viewer_out.encode(told))
        self._told = now


def _closed(told: quiz_out.Quiz) -> quiz_out.Quiz:
    return msgspec.structs.replace(told, state="closed")
