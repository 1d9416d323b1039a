"""What every room is told of its polls: how each stands when that changes, counts at most once a second.

Read for all rooms at once, so that each node tells its own viewers, however many votes came.
"""

from dataclasses import dataclass, field
from typing import Literal

import msgspec

from rollcall.actions.polls import count_of, message
from rollcall.domain.ids import MediaNo, PollId, UserId
from rollcall.domain.polls import sees
from rollcall.live.hub import Hub
from rollcall.store import polls as store
from rollcall.store.database import Connection, Database
from rollcall.store.polls import Poll
from rollcall.wire import poll_out, viewer_out

Audience = Literal["all", "voters", "nobody"]


@dataclass(frozen=True, slots=True)
class _Told:
    """What a room knows: how its polls stand, and which counts whom was told."""

    states: dict[PollId, poll_out.PollState] = field(default_factory=dict)
    counts: dict[PollId, tuple[Audience, poll_out.PollCount]] = field(default_factory=dict)


class PollBoard:
    """The latest messages about polls of each room. Call `refresh` each second."""

    def __init__(self, db: Database, hub: Hub) -> None:
        self._db = db
        self._hub = hub
        self._told: dict[MediaNo, _Told] = {}

    async def refresh(self) -> None:
        """Read the polls of every room that has viewers, and tell it what is new of them."""
        now = {media_no: _Told() for media_no, room in self._hub.rooms() if room.users()}
        voters: dict[PollId, list[UserId]] = {}
        if now:
            polls, voters = await self._db.read(lambda conn: self._read(conn, list(now)))
            for poll in polls:
                now[poll.media_no].states[poll.id] = message(poll)
                now[poll.media_no].counts[poll.id] = _audience(poll), count_of(poll)
        for media_no, told in now.items():
            self._tell(media_no, self._told.get(media_no, _Told()), told, voters)
        self._told = now

    def _read(
        self, conn: Connection, media_nos: list[MediaNo]
    ) -> tuple[list[Poll], dict[PollId, list[UserId]]]:
        """Return the polls, and who has voted in those whose new counts go to voters alone."""
        polls = store.list_opened(conn, media_nos)
        return polls, {
            poll.id: store.voters(conn, poll.no)
            for poll in polls
            if _audience(poll) == "voters" and self._is_new(poll)
        }

    def _is_new(self, poll: Poll) -> bool:
        known = self._told.get(poll.media_no, _Told()).counts.get(poll.id)
        return known != ("voters", count_of(poll))

    def _tell(self, media_no: MediaNo, before: _Told, now: _Told, voters: dict[PollId, list[UserId]]) -> None:
        gone = {name: _removed(told) for name, told in before.states.items() if name not in now.states}
        for name, state in (now.states | gone).items():
            if state != before.states.get(name):
                self._hub.send_room(media_no, viewer_out.encode(state))
        for name, (audience, count) in now.counts.items():
            if audience == "nobody" or (audience, count) == before.counts.get(name):
                continue
            payload = viewer_out.encode(poll_out.PollResults(name, count))
            if audience == "all":
                self._hub.send_room(media_no, payload)
            else:
                self._hub.send_users(media_no, voters[name], payload)


def _audience(poll: Poll) -> Audience:
    if sees(poll.rule.show, poll.state, voted=False):
        return "all"
    return "voters" if sees(poll.rule.show, poll.state, voted=True) else "nobody"


def _removed(told: poll_out.PollState) -> poll_out.PollState:
    return msgspec.structs.replace(told, state="removed")
