"""Drives one simulated tab over a real connection: its script, its prompts, its broken networks, its cheating."""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar

import aiohttp

from rollcall.cli.simulate.life import Life
from rollcall.cli.simulate.line import STOP_FROM, Address, Line, LineClosed, PollLine, SocketLine
from rollcall.cli.simulate.page.player import Player
from rollcall.cli.simulate.script.values import PersonScript, TabScript
from rollcall.cli.simulate.tally import Tally, Truth
from rollcall.cli.simulate.tricks import Tape, played_back
from rollcall.cli.simulate.upload import upload
from rollcall.wire import viewer_out
from rollcall.wire.viewer_in import Hello, PlayRef, Rows

FAREWELL_LIMIT_MS = 60_000
RETRY_FIRST_MS, RETRY_CAP_MS = 500, 30_000
SILENCE_MS = 25_000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class World:
    """What all tabs share. `now_ms` reads server time as well as the simulator knows it; `halls` are media codes."""

    address: Address
    halls: tuple[str, ...]
    start_ms: int
    now_ms: Callable[[], int]
    tally: Tally
    friend: Tape = field(default_factory=Tape)


class Tab:
    """One tab of a person. `run` ends when its script has, everything is acknowledged, and the line is closed.

    `tape`: what the person's players sent, for those who play it back.
    """

    def __init__(
        self, world: World, person: PersonScript, script: TabScript, grant: str, truth: Truth, tape: Tape
    ) -> None:
        self._world = world
        self._person = person
        self._script = script
        self._media = world.halls[script.hall % len(world.halls)]
        self._grant = grant
        self._tape = tape
        self._life = Life(person, script, self._media, world.start_ms, truth, world.tally)
        self._source = Random(f"{person.user_id}/tricks")  # noqa: S311 - repeatable on purpose
        self._sent: deque[tuple[int, int]] = deque()
        self._heard_ms = 0
        self._lost_ms: int | None = None
        self._failures = 0
        self._over = False
        self._uploads: list[asyncio.Task[int]] = []
        self._give_up_ms = world.start_ms + script.closes_ms + FAREWELL_LIMIT_MS

    @property
    def _impostor(self) -> bool:
        """Tell whether this tab sends what another play sent, and nothing of its own."""
        return self._script.trick in {"replay-play", "replay-user"}

    async def run(self) -> None:
        """Open at the scripted moment, live through the script, leave nothing unacknowledged."""
        opens_ms = self._world.start_ms + self._script.opens_ms
        await asyncio.sleep(max(0, opens_ms - self._world.now_ms()) / 1000)
        while not self._over:
            try:
                await self._converse()
            except LineClosed as closed:
                self._disconnected(closed.code)
            except (aiohttp.ClientError, OSError, TimeoutError):
                self._world.tally.lost_connections += 1
            await self._away()
        self._world.tally.never_opened += not self._life.has_opened
        self._life.settle(self._world.now_ms())
        if self._life.player is not None and not self._impostor:
            self._world.tally.unacknowledged_rows += self._life.player.waiting
        self._world.tally.unacknowledged_rows += sum(await asyncio.gather(*self._uploads))

    async def _converse(self) -> None:
        line = await self._living_on(self._open())
        life, world = self._life, self._world
        try:
            await line.send(Hello(self._grant, life.play))
            self._heard_ms = world.now_ms()
            while life.offline_until_ms is None and not self._over:
                messages = await line.hear(self._wait_s())
                await self._hear(line, messages, world.now_ms())
                if life.asleep_until_ms is not None:
                    await self._sleep(life.asleep_until_ms)
                    return
        finally:
            await (line.close() if self._over else line.abandon())

    async def _living_on(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what the network makes of that, however long it takes: the page plays on meanwhile."""
        task = asyncio.create_task(work)
        try:
            while not task.done():
                self._life.do_due(self._world.now_ms())
                await asyncio.wait({task}, timeout=self._wait_s())
        finally:
            task.cancel()
        return await task

    async def _open(self) -> Line:
        self._world.tally.connections += 1
        if self._script.polls:
            return PollLine(self._world.address, self._media, self._grant, self._life.play)
        return await SocketLine.open(self._world.address, self._media)

    def _wait_s(self) -> float:
        now = self._world.now_ms()
        return max(1, self._life.next_due_ms(now) - now) / 1000

    async def _hear(self, line: Line, messages: list[viewer_out.ViewerOut], now: int) -> None:
        self._life.do_due(now)
        if messages:
            self._heard_ms = now
        elif now - self._heard_ms > SILENCE_MS:
            raise LineClosed(None)
        for message in messages:
            await self._react(line, message, now)
        await self._flush(line, now)
        self._over = self._over or self._life.is_dead

    async def _react(self, line: Line, message: viewer_out.ViewerOut, now: int) -> None:
        player, tally = self._life.player, self._world.tally
        match message:
            case viewer_out.Opened():
                await self._opened(line, message, now)
            case viewer_out.TickOut() if player is not None:
                await self._ticked(line, player, message, now)
            case viewer_out.Ack():
                self._acknowledged(message.durable, now)
            case viewer_out.Gap() if player is not None:
                tally.gaps += 1
                player.send_again(message.expected)
            case viewer_out.SlowDown():
                tally.slow_downs += 1
            case viewer_out.Refused():
                tally.refused(message.code)
            case viewer_out.Prompt() if self._person.drops_prompts and self._script.trick is None:
                self._tape.overhear(message)
            case _ if not (self._life.is_gone or self._person.drops_prompts):
                self._life.presence.hear(message, now)
            case _:
                pass  # chat, counters and progress change nothing about evidence

    async def _ticked(self, line: Line, player: Player, tick: viewer_out.TickOut, now: int) -> None:
        player.tick(tick, now)
        if not await self._flush(line, now):
            await line.send(player.answer(self._play.id, now))
        trick = self._script.trick
        for envelope in played_back(trick, self._tape, self._world.friend, self._play.id, self._source):
            await line.send(envelope)
        for check, cited, answer in self._tape.claims(self._source) if trick == "claims-prompts" else ():
            player.mark("shown", check, now, cited)
            player.mark("answered", check, now, cited, answer)

    @property
    def _play(self) -> PlayRef:
        assert self._life.play is not None
        return self._life.play

    async def _opened(self, line: Line, opened: viewer_out.Opened, now: int) -> None:
        self._failures = 0
        self._sent.clear()
        if self._lost_ms is not None:
            self._world.tally.back_ms.append(now - self._lost_ms)
            self._lost_ms = None
        player = self._life.opened(PlayRef(opened.play, opened.upload_key), opened.tick, now)
        player.acknowledged(opened.durable)
        player.send_again(opened.durable + 1)
        await line.send(player.answer(opened.play, now))
        for left in self._life.leftovers:
            work = upload(self._world.address, self._media, left, self._life.clocks, self._world.now_ms)
            self._uploads.append(asyncio.create_task(work))
        self._life.leftovers = []

    async def _flush(self, line: Line, now: int) -> bool:
        player = self._life.player
        if player is None or self._life.play is None:
            return False
        closed = self._life.closed_ms is not None
        holds = self._impostor or (self._script.trick == "back-fill" and not closed)
        envelopes = [] if holds else player.unsent(self._play.id, now)
        for envelope in envelopes:
            await line.send(envelope, at_once=closed)
            self._sent.append((envelope.rows[-1].seq, now))
            self._note(envelope)
        if closed:
            self._over = self._over or not player.waiting or self._impostor or now > self._give_up_ms
        return bool(envelopes)

    def _note(self, envelope: Rows) -> None:
        self._world.tally.rows += len(envelope.rows)
        if self._script.trick == "replay":
            self._tape.record(envelope)
        if self._script.trick is None and self._world.friend.is_of(envelope.play):
            self._world.friend.record(envelope)

    def _acknowledged(self, durable: int, now: int) -> None:
        self._world.tally.acks += 1
        if self._life.player is not None and not self._impostor:
            self._life.player.acknowledged(durable)
        while self._sent and self._sent[0][0] <= durable:
            self._world.tally.ack_ms.append(now - self._sent.popleft()[1])

    def _disconnected(self, code: int | None) -> None:
        if code is not None and code >= STOP_FROM:
            self._world.tally.refused(f"close {code}")
            self._over = True
            return
        self._world.tally.lost_connections += 1

    async def _sleep(self, until_ms: int) -> None:
        """Hear nothing and do nothing, as a machine that sleeps; then begin a new connection."""
        await asyncio.sleep(max(0, until_ms - self._world.now_ms()) / 1000)
        self._life.wake(self._world.now_ms())
        self._life.offline_until_ms = self._world.now_ms()

    async def _away(self) -> None:
        """Play on without a network until it is back; after a failure nobody scripted, back off."""
        life, world = self._life, self._world
        self._over = self._over or life.is_dead or world.now_ms() > self._give_up_ms
        if self._over:
            return
        if life.offline_until_ms is None:
            self._lost_ms = self._lost_ms or world.now_ms()
            longest_ms = min(RETRY_FIRST_MS << self._failures, RETRY_CAP_MS)
            life.offline_until_ms = world.now_ms() + secrets.randbelow(longest_ms)
            self._failures = min(self._failures + 1, 10)
        while (now := world.now_ms()) < life.offline_until_ms:
            life.do_due(now)
            wait_ms = min(life.offline_until_ms, max(life.next_due_ms(now), now + 1)) - now
            await asyncio.sleep(max(1, wait_ms) / 1000)
            if life.asleep_until_ms is not None:
                await self._sleep(life.asleep_until_ms)
        life.offline_until_ms = None
