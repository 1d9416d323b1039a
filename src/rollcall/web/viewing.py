"""One participant at one open player: the conversation of the viewer socket, whatever carries it.

It opens the play, answers what the player says, and tells it what it must know. It knows neither sockets nor requests:
what it says goes into a `Line` that never waits. Acknowledgements of new rows come from the group commit.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from rollcall.actions import plays, progress
from rollcall.actions.chat_desk import Author, ChatDesk
from rollcall.actions.intake import Evidence, Intake
from rollcall.actions.poll_desk import PollDesk
from rollcall.actions.quiz_attempts import Taker
from rollcall.actions.quiz_desk import QuizDesk
from rollcall.actions.rooms import Rooms
from rollcall.actions.welcome import Newcomer, Welcome
from rollcall.domain import path_token
from rollcall.domain.chat import Place
from rollcall.domain.concurrency import Elsewhere
from rollcall.domain.errors import Forbidden, RollcallError, WatchingElsewhere
from rollcall.domain.evidence.tick import Tick
from rollcall.domain.ids import UserId
from rollcall.live.arrivals import Arrival, Arrivals, Offer, Offers
from rollcall.live.chat_feed import ChatFeed
from rollcall.live.held import HeldPlays
from rollcall.live.limits import Limit
from rollcall.live.plays import LivePlay
from rollcall.live.screens import Screen, Screens
from rollcall.live.voices import Participant, Voices
from rollcall.store.plays import Client
from rollcall.web import chatting, quizzing, voting
from rollcall.web.deps import Deps
from rollcall.wire import viewer_in, viewer_out
from rollcall.wire.close import Close

PROGRESS_PAUSE_S = 1.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ViewingDeps:
    """What a viewing works with, beside what every handler is given."""

    deps: Deps
    intake: Intake
    held: HeldPlays
    voices: Voices
    screens: Screens
    entrance: plays.Entrance
    feed: ChatFeed
    rooms: Rooms
    welcome: Welcome
    arrivals: Arrivals
    desk: QuizDesk
    chat_desk: ChatDesk
    polls: PollDesk
    quiz_pace: Limit = field(default_factory=quizzing.pace)
    chat_pace: Limit = field(default_factory=chatting.pace)
    poll_pace: Limit = field(default_factory=voting.pace)


class Line(Protocol):
    """What carries a viewing to its player, in order."""

    user_id: UserId

    def tell(self, message: viewer_out.ViewerOut) -> None:
        """Send one message; never waits."""

    def send(self, payload: bytes) -> None:
        """Send an encoded message; never waits."""

    def close(self, code: Close) -> None:
        """End the conversation soon; never waits."""


class Viewing:
    """A play that is open here: its room, its ticks, what its player says. `begin` once, then `end` once.

    Satisfies `live.hub.Connection`.
    """

    def __init__(self, given: ViewingDeps, media_code: str, client: Client, line: Line) -> None:
        self._given = given
        self._deps = given.deps
        self._media_code = media_code
        self._client = client
        self._line = line
        self._offers = Offers()
        self._renew_at_ms = 0
        self._progress_at_s = 0.0
        self._screen: Screen | None = None
        self.play: LivePlay
        self._place: Place
        self._author: Author
        self._taker: Taker

    async def begin(self, hello: viewer_in.Hello) -> None:
        """Open the play or take it over, enter its room, and tell what the page needs to begin.

        Raises Forbidden when the grant opens nothing now, WatchingElsewhere when another player of the participant
        stays and the media allows one. Whoever calls it ends the viewing, also when it fails.
        """
        opened = await self._open(hello)
        play = self.play
        self._line.user_id = play.user_id
        self._place = Place(play.project_no, play.event_no, play.media_no)
        self._author = Author(play.user_id, opened.user_name, play.no)
        self._taker = Taker(play.media_no, play.user_id, opened.grant.identity)
        await self._welcome(opened, hello)

    def end(self, *, goodbye: bool) -> None:
        """Leave the room and hold the play no more; what waits of it is still committed. It may come twice.

        `goodbye`: the page is being left, or we sent it away; else the line broke and the player may come back.
        """
        if hasattr(self, "play"):
            self._deps.hub.room(self.play.media_no).discard(self)
            self._given.held.release(self.play)
        if self._screen is not None:
            self._given.screens.leave(self._screen)
            self._screen = None
            self._given.voices.parted(_participant(self.play), self._deps.clock.now_ms(), goodbye=goodbye)

    @property
    def user_id(self) -> UserId:
        """Return whose play it is."""
        return self.play.user_id

    def send(self, payload: bytes) -> None:
        """Hand over one encoded message; never waits."""
        self._line.send(payload)

    def offer(self, offer: Offer, payload: bytes) -> None:
        """Hand over a prompt with the proof that this play was sent it, noting its place among the ticks."""
        self._offers.note(offer)
        self._line.send(self._given.intake.proven(self.play.code, offer, payload))

    def close(self, code: Close) -> None:
        """End the conversation soon; never waits."""
        self._line.close(code)

    async def hear(self, message: viewer_in.ViewerIn) -> None:
        """Do what the player says; raises msgspec.ValidationError for what no player of ours says."""
        if self._screen is not None:
            self._given.voices.heard(_participant(self.play), self._deps.clock.now_ms())
        match message:
            case viewer_in.Rows() | viewer_in.Lost():
                self._take_evidence(message)
            case viewer_in.AskProgress():
                await self._tell_progress()
            case viewer_in.PollVote():
                await self._vote(message)
            case viewer_in.Hello():
                raise msgspec.ValidationError("'hello' comes once")
            case _ if isinstance(message, viewer_in.Chatting):
                await self._chat(message)
            case _:
                await self._quiz(message)

    def tick(self) -> None:
        """Send a tick, and a new path of the playlist when the token of the last has lived half its life."""
        self._note_arrivals()  # uploads prove some too
        self._tell_tick(self._given.intake.tick(self.play))
        now_ms = self._deps.clock.now_ms()
        if now_ms >= self._renew_at_ms:
            path, until_ms = self._playlist(now_ms)
            self._line.tell(viewer_out.Playlist(path, until_ms))

    async def _open(self, hello: viewer_in.Hello) -> plays.OpenedPlay:
        given = self._given
        async with given.held.turn(hello.play.id if hello.play is not None else None):
            opened = await given.entrance.enter(plays.Arrival(self._media_code, hello, self._client))
            now_ms = self._deps.clock.now_ms()
            self.play = plays.hold(opened, self._deps.clock, self._tell_durable, self._line.close)
            self.play.told = self._offers
            given.held.put(self.play)
        screen = Screen(self.play.media_no, self.play.user_id, opened.rank, self._send_away)
        refused = given.screens.enter(opened.grant.concurrency, screen)
        if refused is not None:
            raise WatchingElsewhere("The participant watches in another player.", refused)
        given.voices.joined(_participant(self.play), now_ms)
        self._screen = screen
        return opened

    async def _welcome(self, opened: plays.OpenedPlay, hello: viewer_in.Hello) -> None:
        """Tell the play, the picture, the chat, and prompts that are open."""
        play, grant = self.play, opened.grant
        now_ms = self._deps.clock.now_ms()
        path, until_ms = self._playlist(now_ms)
        media = await self._given.rooms.media_message(grant.media_no)
        first = self._given.intake.tick(play)
        self._line.tell(
            viewer_out.Opened(
                play=play.code,
                upload_key=opened.upload_key,
                resumed=opened.resumed,
                now_ms=now_ms,
                tick=first,
                durable=play.durable,
                user_name=opened.user_name,
                identity=grant.identity,
                playlist=path,
                playlist_until_ms=until_ms,
                media=media,
            )
        )
        first_tick = Tick(first.n, first.at_ms)
        self._offers.ticked(first_tick)
        # In the room before anything is read of it: `Welcome.messages` counts on that.
        self._deps.hub.room(play.media_no).add(self)
        newcomer = Newcomer(self._place, play.user_id, hello.chat)
        greeting = await self._given.welcome.messages(newcomer)
        for payload in greeting.messages:
            self._line.send(payload)
        self._given.feed.begin(self._place, greeting.chat_version)
        self._offers.greeted(first_tick, [offer.issued_ms for offer, _ in greeting.prompts])
        for offer, payload in greeting.prompts:
            self.offer(offer, payload)
        self._tell_tick(self._given.intake.tick(play))

    def _take_evidence(self, message: Evidence) -> None:
        if message.play != self.play.code:
            raise msgspec.ValidationError("these rows belong to another play")
        for answer in self._given.intake.take(self.play, message, self._offers):
            if isinstance(answer, viewer_out.TickOut):
                self._tell_tick(answer)
            else:
                self._line.tell(answer)
        self._note_arrivals()

    def _note_arrivals(self) -> None:
        for offer, at_ms in self._offers.had():
            self._given.arrivals.note(Arrival(offer, self.play.user_id, self.play.no, at_ms))

    def _tell_tick(self, tick: viewer_out.TickOut) -> None:
        self._line.tell(tick)
        self._offers.ticked(Tick(tick.n, tick.at_ms))

    async def _chat(self, message: viewer_in.Chatting) -> None:
        given = self._given
        told = await chatting.hear(
            self._deps, given.chat_desk, given.chat_pace, self._place, self._author, message
        )
        if told is not None:
            self._line.tell(told)

    async def _quiz(self, message: viewer_in.Quizzing) -> None:
        told = await quizzing.hear(self._deps, self._given.desk, self._given.quiz_pace, self._taker, message)
        if told is not None:
            self._line.tell(told)

    async def _vote(self, message: viewer_in.PollVote) -> None:
        told = await voting.hear(self._deps, self._given.polls, self._given.poll_pace, self._taker, message)
        if told is not None:
            self._line.tell(told)

    async def _tell_progress(self) -> None:
        """Answer at most once a second, so that one page cannot keep the readers busy."""
        now_s = asyncio.get_running_loop().time()
        if now_s < self._progress_at_s:
            return
        self._progress_at_s = now_s + PROGRESS_PAUSE_S
        now_ms = self._deps.clock.now_ms()
        try:
            told = await progress.read_progress(
                self._deps.db, self.play.media_no, self.play.user_id, now_ms, self._deps.settings.rules
            )
        except RollcallError as refusal:
            log.warning("Progress could not be read: %s", refusal)
            return
        self._line.tell(told)

    def _playlist(self, now_ms: int) -> tuple[str, int]:
        """Return the playlist's path under a token that is renewed at half its life."""
        expiry_s = now_ms // 1000 + path_token.LIFE_S
        self._renew_at_ms = now_ms + path_token.LIFE_S * 500
        play = self.play
        token = path_token.sign(self._deps.secrets.path_key(), play.media_code, play.code, expiry_s)
        return f"/hls/{token}/{play.media_code}/index.m3u8", expiry_s * 1000

    def _send_away(self, why: Elsewhere) -> None:
        """Close the player for good; rows that it has sent are committed, the others its page hands over."""
        self._line.tell(viewer_out.Refused(why))
        self._line.close(Close.ELSEWHERE)

    def _tell_durable(self, seq: int) -> None:
        self._line.tell(viewer_out.Ack(seq))


def close_of(refusal: Forbidden) -> Close:
    """Return how a player is closed that was refused."""
    return Close.ELSEWHERE if isinstance(refusal, WatchingElsewhere) else Close.NO_ACCESS


def _participant(play: LivePlay) -> Participant:
    return Participant(play.project_no, play.user_id)
