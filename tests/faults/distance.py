"""Players far away on a clock that is set: what they are sent and what they say is on its way for a time, or lost.

The evidence takes the real way (`tests/audience`), prompts and ticks the real hub and jobs; only the network and the
people are simulated. Each player notes what really happened to it.
"""

import heapq
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import msgspec

from rollcall.actions import delivery
from rollcall.domain.evidence.tick import Tick
from rollcall.domain.ids import MediaNo, UserId
from rollcall.jobs import prompts as prompt_job
from rollcall.live.arrivals import Arrival, Offer
from rollcall.wire import viewer_in, viewer_out
from rollcall.wire.close import Close
from tests.audience import Node, Place, Viewer
from tests.hall import SetClock

SECOND = 1_000
TICK_MS = 10_000
Act = Callable[[], Awaitable[None] | None]


class World:
    """What happens when: acts in the order of their moments, and the server's jobs each second."""

    def __init__(self, node: Node) -> None:
        self.node, self.clock = node, node.clock
        self._acts: list[tuple[int, int, Act]] = []
        self._order = count()
        self.every(SECOND, self._jobs)
        self.every(TICK_MS, lambda: delivery.resend(node.db, node.hub, self.clock.at_ms))

    def at(self, at_ms: int, act: Act) -> None:
        """Let something happen at a moment."""
        heapq.heappush(self._acts, (at_ms, next(self._order), act))

    def after(self, ms: int, act: Act) -> None:
        """Let something happen a while from now."""
        self.at(self.clock.at_ms + ms, act)

    def every(self, ms: int, act: Act, first_ms: int | None = None) -> None:
        """Let something happen again and again."""

        def again() -> Awaitable[None] | None:
            self.after(ms, again)
            return act()

        self.after(ms if first_ms is None else first_ms, again)

    async def run(self, until_ms: int) -> None:
        """Let time pass."""
        while self._acts[0][0] <= until_ms:
            self.clock.at_ms, _, act = heapq.heappop(self._acts)
            done = act()
            if done is not None:
                await done
        self.clock.at_ms = until_ms

    async def _jobs(self) -> None:
        await self.node.commit()
        await prompt_job.run_once(self.node.db, self.node.hub, self.clock, self.node.arrivals)


@dataclass
class Truth:
    """What really happened at one player, on the server's axis; None = it did not."""

    offered_ms: int | None = None
    received_ms: int | None = None
    shown_ms: int | None = None
    answered_ms: int | None = None
    arrivals: dict[str, int] = field(default_factory=dict)  # of each kind of mark, at the server
    closed: list[str] = field(default_factory=list)


class Distant(Viewer):
    """One player behind a network. `after_ms`: how long after its display it answers, None = never.

    `stage` names the moment after which its line is cut (`None` = never), `back_ms` how long until it is back.
    `suppresses`: it displays no prompt; `deaf`: it reports on and leaves ticks unanswered from its first prompt on.
    """

    def __init__(
        self,
        world: World,
        place: Place,
        user_id: str,
        clock: SetClock,
        *,
        up_ms: int = 40,
        down_ms: int = 40,
        stall_ms: int = 0,
        skew_ms: int = 0,
        render_ms: int = 60,
        after_ms: int | None = None,
        stage: str | None = None,
        back_ms: int | None = None,
        suppresses: bool = False,
        deaf: bool = False,
    ) -> None:
        super().__init__(place, user_id, clock, skew_ms=skew_ms)
        self.world, self.real = world, Truth()
        self.up_ms, self.down_ms, self.stall_ms = up_ms, down_ms, stall_ms
        self.render_ms, self.after_ms = render_ms, after_ms
        self.stage, self.back_ms, self.suppresses, self.deaf = stage, back_ms, suppresses, deaf
        self._line = 0
        self._free_ms = {"up": 0, "down": 0}
        self._wire: Wire

    async def begin(self) -> None:
        """Open the play and enter its room."""
        await self.open(self.world.node)
        await self._enter()
        self.world.every(TICK_MS, self.tick, first_ms=1 + self.play.no * 7919 % TICK_MS)

    def cut_line(self, stage: str) -> None:
        """Lose the line at this stage, if that is its fate: what is on its way is lost too."""
        if self.stage != stage or not self.online:
            return
        self.online, self._line = False, self._line + 1
        self._node.hub.room(MediaNo(self.place.media_no)).discard(self._wire)
        self._node.held.release(self.play)
        if self.back_ms is not None:
            self.world.after(self.back_ms, self._back)

    def tick(self) -> None:
        """Be sent a tick."""
        if not self.online:
            return
        tick = self._node.intake.tick(self.play)
        self.offers.ticked(Tick(tick.n, tick.at_ms))
        self.travel("down", self.down_ms, lambda: self._ticked(tick))

    def travel(self, way: str, ms: int, arrives: Act) -> None:
        """Be on the way on this connection, in order; lost when it is cut."""
        line = self._line
        self._free_ms[way] = max(self._free_ms[way], self.clock.at_ms + ms)
        self.world.at(self._free_ms[way], lambda: arrives() if self._line == line else None)

    def deliver(self, payload: bytes) -> list[Any]:
        """Send an envelope."""
        self.travel("up", self.up_ms, lambda: self._arrive(payload))
        return []

    def hear(self, message: dict[str, Any]) -> None:
        """Do what an honest page does with a message (or not, if it suppresses prompts)."""
        if message["type"] == "prompt_closed":
            self.real.closed.append(message["outcome"])
        if message["type"] != "prompt" or self.suppresses or self.real.received_ms is not None:
            return
        self.real.received_ms = self.clock.at_ms
        self.prompted(message)
        self.cut_line("received")
        self.world.after(self.render_ms, lambda: self._show(message["check"]))

    def proven(self, offer: Offer, payload: bytes) -> bytes:
        """Return a prompt as this play is sent it."""
        return self._node.intake.proven(self.play.code, offer, payload)

    def _show(self, check: str) -> None:
        self.real.shown_ms = self.clock.at_ms
        self.mark("shown", check)
        self.cut_line("shown")
        if self.after_ms is not None:
            self.world.after(self.after_ms, lambda: self._answer(check))

    def _answer(self, check: str) -> None:
        self.cut_line("answering")
        self.real.answered_ms = self.clock.at_ms
        self.mark("answered", check)
        self.cut_line("answered")

    def _ticked(self, tick: viewer_out.TickOut) -> None:
        self.cut()
        if self.deaf and self.real.offered_ms is not None:
            self.send()
            return
        self._ticks[tick.n] = viewer_in.TickProof(tick.n, tick.at_ms, tick.mac)
        self._echo = viewer_in.Echo(tick.n, self.reads())
        self._open.tick = tick.n
        self.send()

    def _arrive(self, payload: bytes) -> None:
        message = viewer_in.decode(payload)
        assert isinstance(message, viewer_in.Rows)
        for row in message.rows:
            if isinstance(row, viewer_in.Mark):
                self.real.arrivals.setdefault(row.mark, self.clock.at_ms)
        self._node.take(self.play, payload, self.offers)
        for offer, at_ms in self.offers.had():
            self._node.arrivals.note(Arrival(offer, UserId(self.user_id), self.play.no, at_ms))

    def _hear_of(self, durable: int) -> None:
        self.travel("down", self.down_ms, lambda: super(Distant, self)._hear_of(durable))

    async def _back(self) -> None:
        self._free_ms = {"up": 0, "down": 0}
        await self.resume(self.world.node)
        await self._enter()

    async def _enter(self) -> None:
        media_no, user_id = MediaNo(self.place.media_no), UserId(self.user_id)
        self._wire = Wire(self, user_id)
        self._node.hub.room(media_no).add(self._wire)
        asked = await delivery.open_prompts(self._node.db, media_no, {user_id}, self.clock.at_ms)
        for prompt in asked[user_id]:
            self._wire.offer(delivery.offer_of(prompt), viewer_out.encode(prompt))
        self.tick()


class Wire:
    """A player's connection as its room sees it."""

    def __init__(self, player: Distant, user_id: UserId) -> None:
        self.player, self.user_id = player, user_id

    def send(self, payload: bytes) -> None:
        self.player.travel(
            "down", self.player.down_ms, lambda: self.player.hear(msgspec.json.decode(payload))
        )

    def offer(self, offer: Offer, payload: bytes) -> None:
        self.player.cut_line("issued")
        self.player.offers.note(offer)
        self.player.real.offered_ms = self.player.real.offered_ms or self.player.clock.at_ms
        stall_ms, self.player.stall_ms = self.player.stall_ms, 0
        prompt = self.player.proven(offer, payload)
        self.player.travel(
            "down",
            self.player.down_ms + stall_ms,
            lambda: self.player.hear(msgspec.json.decode(prompt)),
        )
        self.player.cut_line("sent")

    def close(self, code: Close) -> None:
        raise AssertionError(code)
