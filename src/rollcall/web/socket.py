"""The viewer socket, a bare ASGI application beside the API: hello, then rows, chat and questions until it breaks.

The loop decodes, lets the pure step work, and performs what it returns. It never waits for the disk on the way of
evidence: acknowledgements come from the group commit.
"""

import asyncio
import logging
from dataclasses import dataclass, field

import msgspec
from litestar.types import Receive, Scope, Send

from rollcall.actions import chat, plays, progress
from rollcall.actions.intake import Intake
from rollcall.actions.rooms import Rooms
from rollcall.actions.welcome import Newcomer, Welcome
from rollcall.domain import path_token
from rollcall.domain.errors import Forbidden, NotFound, RollcallError, TooMany
from rollcall.live.chat_feed import ChatFeed
from rollcall.live.held import HeldPlays
from rollcall.live.plays import LivePlay
from rollcall.live.ticker import Ticker
from rollcall.store.plays import Client
from rollcall.web.address import client_address
from rollcall.web.connection import ViewerConnection
from rollcall.web.deps import Deps
from rollcall.web.origin import is_own_origin
from rollcall.wire import viewer_in, viewer_out
from rollcall.wire.close import Close

HELLO_S = 10
SILENCE_S = 25
PROGRESS_PAUSE_S = 1.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SocketDeps:
    """What the viewer socket works with, beside what every handler is given."""

    deps: Deps
    intake: Intake
    held: HeldPlays
    ticker: Ticker
    entrance: plays.Entrance
    feed: ChatFeed
    rooms: Rooms
    welcome: Welcome
    open: set[asyncio.Task[None]] = field(default_factory=set)  # every connection that is being served


async def viewer_socket(
    given: SocketDeps, media_code: str, scope: Scope, receive_: Receive, send: Send
) -> None:
    """Serve one connection from its handshake to its end."""
    task = asyncio.current_task()
    assert task is not None
    given.open.add(task)
    task.add_done_callback(given.open.discard)
    await receive_()  # websocket.connect
    connection = ViewerConnection(send, task, asyncio.get_running_loop().time())
    try:
        await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
        if not is_own_origin(given.deps, scope):
            connection.closing = Close.WRONG_ORIGIN
        else:
            await _Viewer(given, media_code, scope, receive_, connection).serve()
    except asyncio.CancelledError:
        if connection.closing is None:
            raise
        task.uncancel()
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        log.info("A viewer socket said something malformed: %s", error)
        connection.closing = Close.MALFORMED
    except Forbidden as error:
        connection.tell(viewer_out.Refused(error.code))
        connection.closing = Close.NO_ACCESS
    except TimeoutError:
        connection.closing = Close.TOO_LATE
    except OSError:
        return
    if connection.closing is not None:
        await _say_goodbye(send, connection.closing)


async def _say_goodbye(send: Send, code: Close) -> None:
    """Send the close frame, but do not wait for a viewer who does not read."""
    try:
        async with asyncio.timeout(1):
            await send({"type": "websocket.close", "code": int(code), "reason": code.name.lower()})
    except (TimeoutError, OSError, RuntimeError):
        return


class _Viewer:
    """One connected viewer: the play, its room, its ticks."""

    def __init__(
        self,
        given: SocketDeps,
        media_code: str,
        scope: Scope,
        receive_: Receive,
        connection: ViewerConnection,
    ) -> None:
        self._given = given
        self._deps = given.deps
        self._media_code = media_code
        self._scope = scope
        self._receive = receive_
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._renew_at_ms = 0
        self._progress_at_s = 0.0
        self._play: LivePlay

    async def serve(self) -> None:
        async with asyncio.timeout(HELLO_S):
            text = await self._next()
        if text is None:
            return
        hello = viewer_in.decode(text)
        if not isinstance(hello, viewer_in.Hello):
            raise msgspec.ValidationError("the first message has to be 'hello'")
        opened = await self._open(hello)
        self._connection.user_id = self._play.user_id
        room = self._deps.hub.room(self._play.media_no)
        take_off = self._given.ticker.add(self._tick)
        try:
            await self._welcome(opened, hello)
            while (text := await self._next()) is not None:
                await self._handle(viewer_in.decode(text))
        finally:
            take_off()
            room.discard(self._connection)
            self._given.held.release(self._play)

    async def _open(self, hello: viewer_in.Hello) -> plays.OpenedPlay:
        given = self._given
        async with given.held.turn(hello.play.id if hello.play is not None else None):
            opened = await given.entrance.enter(plays.Arrival(self._media_code, hello, self._client()))
            now_ms = self._deps.clock.now_ms()
            self._play = plays.hold(opened, now_ms, self._tell_durable, self._connection.close)
            given.held.put(self._play)
        return opened

    async def _next(self) -> str | bytes | None:
        message = await self._receive()
        self._connection.last_heard_s = self._loop.time()
        if message["type"] != "websocket.receive":
            return None
        return message.get("text") or message.get("bytes") or b""

    async def _welcome(self, opened: plays.OpenedPlay, hello: viewer_in.Hello) -> None:
        """Say what the page needs to begin: the play, the picture, the chat, and prompts that are open."""
        play, grant = self._play, opened.grant
        now_ms = self._deps.clock.now_ms()
        path, until_ms = self._playlist(now_ms)
        media = await self._given.rooms.media_message(grant.media_no)
        self._connection.tell(
            viewer_out.Opened(
                play=play.code,
                upload_key=opened.upload_key,
                resumed=opened.resumed,
                now_ms=now_ms,
                tick=self._given.intake.tick(play),
                durable=play.durable,
                user_name=opened.user_name,
                identity=grant.identity,
                playlist=path,
                playlist_until_ms=until_ms,
                media=media,
            )
        )
        # In the room before anything is read of it: `Welcome.messages` counts on that.
        self._deps.hub.room(play.media_no).add(self._connection)
        place = chat.Place(play.project_no, play.event_no, play.media_no)
        newcomer = Newcomer(place, play.user_id, hello.chat)
        for payload in await self._given.welcome.messages(newcomer):
            self._connection.send(payload)
        self._connection.tell(self._given.intake.tick(play))
        self._author = chat.Author(play.user_id, opened.user_name or str(play.user_id))
        self._place = place

    async def _handle(self, message: viewer_in.ViewerIn) -> None:
        match message:
            case viewer_in.Rows() | viewer_in.Lost():
                self._take_evidence(message)
            case viewer_in.Say():
                await self._say(message)
            case viewer_in.AskProgress():
                await self._tell_progress()
            case viewer_in.Hello():
                raise msgspec.ValidationError("'hello' comes once")

    def _take_evidence(self, message: viewer_in.Rows | viewer_in.Lost) -> None:
        if message.play != self._play.code:
            raise msgspec.ValidationError("these rows belong to another play")
        for answer in self._given.intake.take(self._play, message):
            self._connection.tell(answer)

    async def _say(self, message: viewer_in.Say) -> None:
        now_ms = self._deps.clock.now_ms()
        try:
            await chat.say(
                self._deps.db, self._given.feed, self._place, self._author, message.text, message.ref, now_ms
            )
        except TooMany as refusal:
            self._connection.tell(viewer_out.NotSaid(message.ref, refusal.code, refusal.retry_after_s))
        except (Forbidden, NotFound) as refusal:
            self._connection.tell(viewer_out.NotSaid(message.ref, refusal.code, 0))

    async def _tell_progress(self) -> None:
        """Answer at most once a second, so that one page cannot keep the readers busy."""
        pause_s = self._progress_at_s - self._loop.time()
        if pause_s > 0:
            return
        self._progress_at_s = self._loop.time() + PROGRESS_PAUSE_S
        now_ms = self._deps.clock.now_ms()
        try:
            told = await progress.read_progress(
                self._deps.db, self._play.media_no, self._play.user_id, now_ms
            )
        except RollcallError as refusal:
            log.warning("Progress could not be read: %s", refusal)
            return
        self._connection.tell(told)

    def _tick(self) -> None:
        if self._loop.time() - self._connection.last_heard_s > SILENCE_S:
            self._connection.close(Close.SILENT)
            return
        self._connection.tell(self._given.intake.tick(self._play))
        now_ms = self._deps.clock.now_ms()
        if now_ms >= self._renew_at_ms:
            path, until_ms = self._playlist(now_ms)
            self._connection.tell(viewer_out.Playlist(path, until_ms))

    def _playlist(self, now_ms: int) -> tuple[str, int]:
        """Return the playlist's path under a token that is renewed at half its life."""
        expiry_s = now_ms // 1000 + path_token.LIFE_S
        self._renew_at_ms = now_ms + path_token.LIFE_S * 500
        play = self._play
        token = path_token.sign(self._deps.secrets.path_key(), play.media_code, play.code, expiry_s)
        return f"/hls/{token}/{play.media_code}/index.m3u8", expiry_s * 1000

    def _tell_durable(self, seq: int) -> None:
        self._connection.tell(viewer_out.Ack(seq))

    def _client(self) -> Client:
        agent = next((value for name, value in self._scope["headers"] if name == b"user-agent"), b"")
        address = client_address(self._scope, self._deps.settings.trusted_proxies)
        return Client(address, agent.decode("latin-1")[:500])
