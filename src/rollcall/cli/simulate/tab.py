"""Drives one simulated player over the real viewer socket, through its script, its prompts and its broken networks."""

import asyncio
import secrets
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import aiohttp
import msgspec

from rollcall.cli.simulate.agenda import Agenda
from rollcall.cli.simulate.player import Player, PlayerClock
from rollcall.cli.simulate.presence import Presence
from rollcall.cli.simulate.script import Change, Drop, PersonScript, TabScript
from rollcall.cli.simulate.tally import Tally, Truth
from rollcall.wire import viewer_out
from rollcall.wire.close import Close
from rollcall.wire.viewer_in import Hello, PlayRef, Rows

FAREWELL_LIMIT_MS = 30_000
RETRY_FIRST_MS, RETRY_CAP_MS = 500, 30_000
STOP_FROM = Close.MALFORMED

_encode = msgspec.json.Encoder().encode
_decode: Callable[[bytes | str], viewer_out.ViewerOut] = msgspec.json.Decoder(viewer_out.ViewerOut).decode


@dataclass(frozen=True, slots=True)
class World:
    """What all tabs share. `now_ms` reads server time as well as the simulator knows it."""

    http: aiohttp.ClientSession
    base_url: str
    media: str
    start_ms: int
    now_ms: Callable[[], int]
    tally: Tally


class Tab:
    """One tab of a person. `run` ends when its script has, everything is acknowledged, and the socket is closed."""

    def __init__(
        self, world: World, person: PersonScript, script: TabScript, grant: str, truth: Truth
    ) -> None:
        self._world = world
        self._script = script
        self._grant = grant
        self._truth = truth
        self._first = person.tabs[0] is script
        self._player: Player | None = None
        self._play: PlayRef | None = None
        self._agenda = Agenda()
        self._presence = Presence(person.answers_after_ms, self._agenda, truth, world.tally)
        self._sent: deque[tuple[int, int]] = deque()
        self._offline_until_ms: int | None = None
        self._closed_ms: int | None = None
        self._over = False
        self._failures = 0
        self._give_up_ms = world.start_ms + script.closes_ms + FAREWELL_LIMIT_MS

    async def run(self) -> None:
        """Open at the scripted moment, live through the script, leave nothing unacknowledged."""
        opens_ms = self._world.start_ms + self._script.opens_ms
        await asyncio.sleep(max(0, opens_ms - self._world.now_ms()) / 1000)
        self._plan()
        while not self._over:
            try:
                await self._connect()
            except (aiohttp.ClientError, OSError, TimeoutError):
                self._world.tally.lost_connections += 1
            await self._stay_offline()
        if self._player is not None:
            self._truth.played.extend(self._player.played)
            self._world.tally.unacknowledged_rows += self._player.waiting

    def _plan(self) -> None:
        start = self._world.start_ms
        for change in self._script.changes:
            self._agenda.at(start + change.at_ms, partial(self._change, change))
        for drop in self._script.drops:
            self._agenda.at(start + drop.at_ms, partial(self._drop, drop))
        self._agenda.at(start + self._script.closes_ms, self._leave)

    async def _connect(self) -> None:
        url = f"{self._world.base_url.replace('http', 'ws', 1)}/embed/{self._world.media}/socket"
        async with self._world.http.ws_connect(url, origin=self._world.base_url, compress=0) as ws:
            self._world.tally.connections += 1
            await _post(ws, Hello(self._grant, self._play))
            while self._offline_until_ms is None and not self._over:
                message = await self._next(ws)
                now = self._world.now_ms()
                self._do_due(now)
                if message is not None and not await self._react(ws, message, now):
                    break
                await self._flush(ws, now)
            if self._offline_until_ms is not None:
                ws.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        if not self._over and self._offline_until_ms is None:
            self._disconnected(ws.close_code)

    async def _next(self, ws: aiohttp.ClientWebSocketResponse) -> aiohttp.WSMessage | None:
        due_ms = self._next_due_ms()
        try:
            return await ws.receive(timeout=max(1, due_ms - self._world.now_ms()) / 1000)
        except TimeoutError:
            return None

    def _next_due_ms(self) -> int:
        look_again_ms = self._world.now_ms() + 1000
        if self._player is None:
            return look_again_ms
        due_ms = self._agenda.next_ms or look_again_ms
        return due_ms if self._closed_ms is not None else min(due_ms, self._player.next_cut_ms)

    def _do_due(self, now: int) -> None:
        if self._player is None:
            return
        self._agenda.do_due(now)
        if self._closed_ms is None and self._player.next_cut_ms <= now:
            self._player.cut(now)

    async def _react(self, ws: aiohttp.ClientWebSocketResponse, frame: aiohttp.WSMessage, now: int) -> bool:
        if frame.type not in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}:
            return False
        message = _decode(frame.data)
        match message:
            case viewer_out.Opened():
                await self._opened(ws, message, now)
            case viewer_out.TickOut() if self._player is not None and self._play is not None:
                await self._ticked(ws, self._player, message, now)
            case viewer_out.Ack():
                self._acknowledged(message.durable, now)
            case viewer_out.Gap() if self._player is not None:
                self._world.tally.gaps += 1
                self._player.send_again(message.expected)
            case viewer_out.SlowDown():
                self._world.tally.slow_downs += 1
            case viewer_out.Prompt() if self._player is not None and self._closed_ms is None:
                self._presence.prompted(self._player, message, now)
            case viewer_out.PromptClosed():
                self._presence.closed(message, now)
            case viewer_out.Refused():
                self._world.tally.refused(message.code)
            case _:
                pass  # chat, counters and progress change nothing about evidence
        return True

    async def _opened(self, ws: aiohttp.ClientWebSocketResponse, opened: viewer_out.Opened, now: int) -> None:
        self._failures = 0
        self._play = PlayRef(opened.play, opened.upload_key)
        if self._player is None:
            clock = PlayerClock(now, self._script.clock_offset_ms, self._script.drift_ppm)
            self._player = Player(clock, opened.tick, now, "playing", visible=self._first)
        elif self._closed_ms is None:
            self._player.tick(opened.tick, now)
        else:
            self._player.heard(opened.tick, now)
        self._player.acknowledged(opened.durable)
        self._player.send_again(opened.durable + 1)
        await _post(ws, self._player.answer(opened.play, now))

    async def _ticked(
        self, ws: aiohttp.ClientWebSocketResponse, player: Player, tick: viewer_out.TickOut, now: int
    ) -> None:
        if self._closed_ms is None:
            player.tick(tick, now)
        else:
            player.heard(tick, now)
        if not await self._flush(ws, now) and self._play is not None:
            await _post(ws, player.answer(self._play.id, now))

    async def _flush(self, ws: aiohttp.ClientWebSocketResponse, now: int) -> bool:
        if self._player is None or self._play is None:
            return False
        envelopes = self._player.unsent(self._play.id, now)
        for envelope in envelopes:
            await _post(ws, envelope)
            self._world.tally.rows += len(envelope.rows)
            self._sent.append((envelope.rows[-1].seq, now))
        if self._closed_ms is not None:
            done = not self._player.waiting or now > self._give_up_ms
            self._over = self._over or done
        return bool(envelopes)

    def _acknowledged(self, durable: int, now: int) -> None:
        self._world.tally.acks += 1
        if self._player is not None:
            self._player.acknowledged(durable)
        while self._sent and self._sent[0][0] <= durable:
            self._world.tally.ack_ms.append(now - self._sent.popleft()[1])

    def _change(self, change: Change, now: int) -> None:
        assert self._player is not None
        self._player.change(change.state, visible=change.visible, at_ms=now)

    def _drop(self, drop: Drop, now: int) -> None:
        self._offline_until_ms = now + drop.for_ms

    def _leave(self, now: int) -> None:
        assert self._player is not None
        self._player.cut(now)
        self._agenda.clear()
        self._closed_ms = now
        if self._first:
            self._truth.gone_ms = now

    def _disconnected(self, code: int | None) -> None:
        if code is not None and code >= STOP_FROM:
            self._world.tally.refused(f"close {code}")
            self._over = True
            return
        self._world.tally.lost_connections += 1

    async def _stay_offline(self) -> None:
        """Play on without a network until it is back; after a failure nobody scripted, back off."""
        self._over = self._over or self._world.now_ms() > self._give_up_ms
        if self._over:
            return
        if self._offline_until_ms is None:
            longest_ms = min(RETRY_FIRST_MS << self._failures, RETRY_CAP_MS)
            self._offline_until_ms = self._world.now_ms() + secrets.randbelow(longest_ms)
            self._failures = min(self._failures + 1, 10)
        self._sent.clear()
        while (now := self._world.now_ms()) < self._offline_until_ms:
            self._do_due(now)
            wait_ms = min(self._offline_until_ms, max(self._next_due_ms(), now + 1)) - now
            await asyncio.sleep(max(1, wait_ms) / 1000)
        self._offline_until_ms = None


async def _post(ws: aiohttp.ClientWebSocketResponse, message: Hello | Rows) -> None:
    await ws.send_frame(_encode(message), aiohttp.WSMsgType.TEXT)
