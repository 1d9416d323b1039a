"""The viewer socket's conversation one turn at a time, for networks whose proxies break sockets.

A polled viewer is in its room like any other: what is sent there waits in an outbox for the next turn. Who does not
come for 30 s is gone. A turn for a play that this process does not hold takes it over.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from hmac import compare_digest

import msgspec

from rollcall.domain.errors import Forbidden, Malformed, Problem
from rollcall.domain.ids import UserId
from rollcall.live.outbox import Full, Outbox
from rollcall.store.grants import hash_secret
from rollcall.store.plays import Client
from rollcall.web.viewing import Viewing, ViewingDeps, close_of
from rollcall.wire import viewer_in, viewer_out
from rollcall.wire.close import Close, was_sent_away
from rollcall.wire.exchange import Exchanged, Poll

SILENCE_S = 30
TICK_S = 6  # so long after the last tick a turn brings one: players come 7 s after it, more or less
DURABLE_S = 10

Said = (
    viewer_in.Rows
    | viewer_in.Lost
    | viewer_in.AskProgress
    | viewer_in.Chatting
    | viewer_in.Quizzing
    | viewer_in.PollVote
)
decode = msgspec.json.Decoder(viewer_out.ViewerOut).decode


class PolledViewer:
    """One player that comes to fetch; satisfies `web.viewing.Line`."""

    def __init__(self, given: ViewingDeps, media_code: str, client: Client, grant: str) -> None:
        self.user_id = UserId("")
        self.media_code = media_code
        self.closing: Close | None = None
        self.last_heard_s = self._now_s()
        self.turn = asyncio.Lock()
        self.viewing = Viewing(given, media_code, client, self)
        self._grant_hash = hash_secret(grant)
        self._outbox = Outbox()
        self._ticked_s = 0.0

    def tell(self, message: viewer_out.ViewerOut) -> None:
        """Keep a message for the next turn."""
        if self.closing is not None:
            return
        if isinstance(message, viewer_out.TickOut | viewer_out.Opened):
            self._ticked_s = self._now_s()
        try:
            self._outbox.put(message)
        except Full:
            self.close(Close.TOO_SLOW)

    def send(self, payload: bytes) -> None:
        """Keep an encoded message for the next turn."""
        self.tell(decode(payload))

    def close(self, code: Close) -> None:
        """Leave the room now; the next turn is told `code`."""
        if self.closing is None:
            self.closing = code
            self.viewing.end(goodbye=was_sent_away(code))

    def belongs_to(self, media_code: str, poll: Poll) -> bool:
        """Return whether a turn is this viewer's."""
        return (
            poll.play is not None
            and self.media_code == media_code
            and compare_digest(self._grant_hash, hash_secret(poll.grant))
            and compare_digest(self.viewing.play.upload_key_hash, hash_secret(poll.play.upload_key))
        )

    def is_silent(self) -> bool:
        """Return whether the player has not come for so long that it is gone."""
        return self._now_s() - self.last_heard_s > SILENCE_S

    async def take_turn(self, messages: Sequence[Said]) -> Exchanged:
        """Hear these messages and answer with all that waits; what they bring is on disk then."""
        self.last_heard_s = self._now_s()
        for message in messages:
            if isinstance(message, viewer_in.Rows) and message.echo is not None:
                self._outbox.confirm(message.echo.tick)
            if self.closing is None:
                await self.viewing.hear(message)
        play = self.viewing.play
        if self.closing is None:
            with suppress(TimeoutError):  # then the next turn brings the acknowledgement
                async with asyncio.timeout(DURABLE_S):
                    await play.until_durable(play.state.applied)
        if self._outbox.has_lasting() or self._now_s() - self._ticked_s >= TICK_S:
            self._tick()
        return Exchanged(self._outbox.take(), self.closing)

    def _tick(self) -> None:
        if self.closing is None:
            self.viewing.tick()

    @staticmethod
    def _now_s() -> float:
        return asyncio.get_running_loop().time()


class Polls:
    """The polled viewers of this process, by play. Call `sweep` each second."""

    def __init__(self, given: ViewingDeps) -> None:
        self._given = given
        self._viewers: dict[str, PolledViewer] = {}

    async def turn(self, media_code: str, poll: Poll, client: Client) -> Exchanged:
        """Take one turn; raises Malformed for what no player of ours says."""
        viewer = self._viewers.get(poll.play.id) if poll.play is not None and poll.hello is None else None
        try:
            if viewer is None or not viewer.belongs_to(media_code, poll):
                return await self._first_turn(media_code, poll, client)
            return await self._next_turn(viewer, poll.messages)
        except msgspec.ValidationError as error:
            raise Malformed(Problem("$.messages", str(error))) from error

    async def sweep(self) -> None:
        """Let viewers go who do not come any more."""
        for code, viewer in list(self._viewers.items()):
            if viewer.is_silent():
                del self._viewers[code]
                viewer.viewing.end(goodbye=False)

    async def _first_turn(self, media_code: str, poll: Poll, client: Client) -> Exchanged:
        viewer = PolledViewer(self._given, media_code, client, poll.grant)
        try:
            await viewer.viewing.begin(_hello(poll))
        except Forbidden as refusal:
            viewer.viewing.end(goodbye=True)
            return Exchanged([viewer_out.Refused(refusal.code)], close_of(refusal))
        except BaseException:
            viewer.viewing.end(goodbye=False)
            raise
        code = viewer.viewing.play.code
        self._viewers[code] = viewer
        # Rows of an earlier play, where a new one had to be opened, stay with the page: nobody acknowledges them.
        known = [said for said in poll.messages if getattr(said, "play", code) == code]
        return await self._next_turn(viewer, known)

    async def _next_turn(self, viewer: PolledViewer, said: Sequence[Said]) -> Exchanged:
        async with viewer.turn:
            answer = await viewer.take_turn(said)
        if answer.close is not None:
            self._forget(viewer)
        return answer

    def _forget(self, viewer: PolledViewer) -> None:
        viewer.viewing.end(goodbye=was_sent_away(viewer.closing))
        code = viewer.viewing.play.code
        if self._viewers.get(code) is viewer:
            del self._viewers[code]


def _hello(poll: Poll) -> viewer_in.Hello:
    """Return what opens or takes over: the page's hello, or that of a play which another process held."""
    if poll.hello is None and poll.play is None:
        raise Malformed(Problem("$.hello", "The first turn needs it."))
    if poll.hello is not None and poll.hello.grant != poll.grant:
        raise Malformed(Problem("$.hello.grant", "This is another grant than the turn's."))
    return poll.hello or viewer_in.Hello(poll.grant, poll.play)
