"""An audience without sockets on a clock that is set: every envelope takes the real way, from its bytes to the disk.

`Node` is one process above a database: what it holds in memory, and forgets when it crashes. `Viewer` is one open
player by the rules of the page's recorder: it cuts its time at ticks, changes and marks, keeps rows until they are
acknowledged, and notes apart what really happened. Nothing here sleeps.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import msgspec
from sqlalchemy import insert

from rollcall.actions import plays as play_actions
from rollcall.actions.evidence import EvidenceWriter
from rollcall.actions.intake import Answer, Intake
from rollcall.actions.uploads import Uploads
from rollcall.domain.evidence.tick import Tick
from rollcall.domain.ids import MediaNo, UserId
from rollcall.live.arrivals import Arrivals, Offer, Offers
from rollcall.live.held import HeldPlays
from rollcall.live.hub import Hub
from rollcall.live.playing import Playing
from rollcall.live.plays import LivePlay, ProofKeys
from rollcall.store import tables
from rollcall.store.database import Connection, Database
from rollcall.store.grants import hash_secret
from rollcall.store.plays import Client
from rollcall.wire import viewer_in, viewer_out
from tests.hall import Screen, SetClock
from tests.history import Records

T = TypeVar("T")
KEYS = ProofKeys(b"k" * 32, b"p" * 32)
CLIENT = Client("192.0.2.1", "Browser")
BEHIND_LIVE_MS = 6_000
ROWS_AT_ONCE = 200
State = Literal["playing", "paused", "stalled", "seeking", "ended"]
MarkKind = Literal["received", "shown", "answered", "sound_blocked", "resume"]
Cited = tuple[int | None, str | None]  # what a mark says of the prompt: its issue and its mac
_encode = msgspec.json.Encoder().encode


@dataclass
class Place:
    """A media with its project and event; `grants` by user."""

    project_no: int
    event_no: int
    event: str
    media_no: int
    code: str
    list_no: int
    grants: dict[str, str] = field(default_factory=dict)


def add_place(
    conn: Connection, *users: str, of: Place | None = None, kind: str = "live", identity: str = "signed"
) -> Place:
    """Store a media whose list has these participants, each with a grant; `of` names a media of the same event."""
    records = Records(conn)
    if of is not None:
        records.project_no, records.event_no, records.event = of.project_no, of.event_no, of.event
    media_no = records.media(kind=kind, identity=identity)
    list_no = records.list_of(media_no)
    code = records.codes[media_no]
    place = Place(records.project_no, records.event_no, records.event, media_no, code, list_no)
    for user_id in users:
        records.participant(list_no, user_id)
        add_grant(conn, place, user_id, identity=identity)
    return place


def add_grant(conn: Connection, place: Place, user_id: str, *, identity: str = "signed") -> str:
    """Store a grant of a user at a media and return its secret, which also becomes the user's in `place`."""
    secret = f"grant of {user_id} ({identity}) at {place.code}"
    values = {"project_no": place.project_no, "media_no": place.media_no, "user_id": user_id}
    known = {"hash": hash_secret(secret), "identity": identity, "created_ms": 0}
    conn.execute(insert(tables.grants).values(**values, **known))
    place.grants[user_id] = secret
    return secret


class Node:
    """One process: the plays it holds, its writer, and what it counts live."""

    def __init__(self, db: Database, clock: SetClock) -> None:
        self.db, self.clock = db, clock
        self.begin()

    def begin(self) -> None:
        """Start with an empty memory: what was not committed is gone."""
        self.hub, self.playing = Hub(), Playing()
        self.writer = EvidenceWriter(self.db, self.clock, self.hub, self.playing)
        self.held, self.arrivals = HeldPlays(), Arrivals()
        self.intake = Intake(self.writer, self.clock, KEYS)
        self.uploads = Uploads(self.db, self.clock, self.held, self.intake)

    async def let_in(
        self, place: Place, grant: str, play: viewer_in.PlayRef | None
    ) -> play_actions.OpenedPlay:
        """Open a play or take one over."""
        arrival = play_actions.Arrival(place.code, viewer_in.Hello(grant, play), CLIENT)
        return await play_actions.Entrance(self.db, self.clock, self.playing).enter(arrival)

    def take(self, play: LivePlay, payload: bytes, offers: Offers) -> list[Answer]:
        """Receive an envelope as the socket does; acknowledgements of repeats are heard at once."""
        message = viewer_in.decode(payload)
        assert isinstance(message, viewer_in.Rows)
        answers = self.intake.take(play, message, offers)
        for answer in answers:
            if isinstance(answer, viewer_out.Ack):
                play.tell_durable(answer.durable)
        return answers

    async def commit(self) -> None:
        """Let everything that waits reach the disk: what waits when the writer is cancelled is committed first."""
        task = asyncio.create_task(self.writer.run())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Let work finish that waits for commits of this process."""
        task = asyncio.ensure_future(work)
        while not task.done():
            await asyncio.sleep(0)
            await self.commit()
        await self.commit()
        return task.result()

    def played_ms(self, place: Place, user_id: str) -> int:
        """Return what this process counts live for a participant."""
        return self.playing.played_ms(MediaNo(place.media_no), UserId(user_id))


@dataclass(frozen=True)
class Stretch:
    """What really happened in a row: `[start_ms, end_ms)` of server time (a mark is a moment), and in its picture."""

    seq: int
    start_ms: int
    end_ms: int
    state: str
    visible: bool
    muted: bool
    moved_ms: int = 0


@dataclass
class _Open:
    at_ms: int
    content_ms: int
    tick: int
    state: State = "playing"
    visible: bool = True
    muted: bool = False
    frozen: bool = False  # says that it plays, and its picture stands still


class Viewer:
    """One open player of a participant. Its clock shows `skew_ms` when it opens and runs `drift_ppm` too fast."""

    def __init__(
        self, place: Place, user_id: str, clock: SetClock, *, skew_ms: int = 0, drift_ppm: int = 0
    ) -> None:
        self.place, self.user_id, self.clock = place, user_id, clock
        self.skew_ms, self.drift_ppm = skew_ms, drift_ppm
        self.opened_ms = clock.at_ms
        self.online, self.closed = True, False
        self.truth: list[Stretch] = []
        self.rows: list[viewer_in.Beat | viewer_in.Mark] = []
        self.told: list[int] = []  # every acknowledgement; -1: it was given up
        self.asked: dict[str, Cited] = {}  # the prompts that this play was sent, by check
        self._ticks: dict[int, viewer_in.TickProof] = {}
        self._next_seq = 1
        self._node: Node

    async def open(self, node: Node, state: State = "playing") -> "Viewer":
        """Open the play on this node; the first tick is answered at once."""
        self._hold(node, await node.let_in(self.place, self.place.grants[self.user_id], None))
        self._open = _Open(self.clock.at_ms, self._live_ms(), 0, state)
        self.tick()
        return self

    async def resume(self, node: Node) -> None:
        """Connect again, to this node: the play goes on, a tick is answered before any row is sent."""
        ref = viewer_in.PlayRef(self.play.code, self.upload_key)
        self.online = True
        self._hold(node, await node.let_in(self.place, self.place.grants[self.user_id], ref))
        self._forget(self.play.durable)
        self.tick()

    def tick(self) -> None:
        """Receive a tick at this moment; answer it with every row that is not acknowledged."""
        if not self.closed:
            self.cut()
        if not self.online:
            return
        tick = self._node.intake.tick(self.play)
        self.offers.ticked(Tick(tick.n, tick.at_ms))
        self._ticks[tick.n] = viewer_in.TickProof(tick.n, tick.at_ms, tick.mac)
        self._echo = viewer_in.Echo(tick.n, self.reads())
        self._open.tick = tick.n
        self.send()

    def change(self, **to: Any) -> None:
        """Play, pause, hide, mute: whatever becomes different now."""
        self.cut()
        if to.get("state") == "playing" and self._open.state != "playing":
            self._open.content_ms = self._live_ms()
        for name, value in to.items():
            setattr(self._open, name, value)
        self.send()

    def mark(self, kind: MarkKind, check: str, cited: Cited | None = None) -> None:
        """Note a moment of a check's prompt, citing it as this play was sent it, or what a cheat cites."""
        self.cut()
        at = self._next_seq, 0, self._open.tick, self.reads()
        issued_ms, mac = cited or self.asked.get(check, (None, None))
        self.rows.append(
            viewer_in.Mark(*at, kind, check, visible=self._open.visible, issued_at_ms=issued_ms, mac=mac)
        )
        self.truth.append(Stretch(self._next_seq, self.clock.at_ms, self.clock.at_ms, "mark", True, False))
        self._next_seq += 1
        self.send()

    def prompted(self, prompt: dict[str, Any]) -> None:
        """Be sent a prompt."""
        self.asked[prompt["check"]] = prompt["issued_at_ms"], prompt["mac"]

    def close(self) -> None:
        """Cut what is open, send it, and record nothing more."""
        self.change(state="ended")
        self.closed = True

    def cut(self) -> None:
        """Close the open stretch into a beat and begin the next one in the same state."""
        was, now_ms = self._open, self.clock.at_ms
        begin, end = self.reads(was.at_ms), self.reads()
        if end <= begin:
            return
        moves = was.state == "playing" and not was.frozen
        content = was.content_ms + (now_ms - was.at_ms if moves else 0)
        self.rows.append(
            viewer_in.Beat(
                self._next_seq, 0, was.tick, begin, end, was.content_ms, content,
                was.state, visible=was.visible, muted=was.muted,
            )
        )  # fmt: skip
        happened = was.state, was.visible, was.muted, content - was.content_ms
        self.truth.append(Stretch(self._next_seq, was.at_ms, now_ms, *happened))
        self._next_seq += 1
        was.at_ms, was.content_ms = now_ms, content

    def send(self) -> None:
        """Send what is not acknowledged, unless the network is away."""
        starts = range(0, len(self.rows) or 1, ROWS_AT_ONCE) if self.online else ()
        for start in starts:
            self.deliver(self.envelope(self.rows[start : start + ROWS_AT_ONCE]))

    def envelope(self, rows: list[viewer_in.Beat | viewer_in.Mark] | None = None) -> bytes:
        """Return the bytes of an envelope sent now: the rows that wait longest, or these."""
        rows = self.rows[:ROWS_AT_ONCE] if rows is None else rows
        cited = sorted({row.tick for row in rows if row.tick in self._ticks} | {self._echo.tick})
        epochs = [viewer_in.Epoch(0, self.skew_ms, self.opened_ms)]
        message = viewer_in.Rows(
            self.play.code, self.reads(), 0, self._echo, [self._ticks[n] for n in cited], epochs, rows
        )
        return _encode(message)

    def deliver(self, payload: bytes) -> list[Answer]:
        """Let an envelope arrive now, whenever it was made."""
        return self._node.take(self.play, payload, self.offers)

    def reads(self, at_ms: int | None = None) -> int:
        """Return what the player's clock shows at a moment of server time, by default now."""
        passed = (self.clock.at_ms if at_ms is None else at_ms) - self.opened_ms
        return round(self.skew_ms + passed * (1 + self.drift_ppm / 1_000_000))

    def played(self, until_seq: int | None = None) -> list[tuple[int, int]]:
        """Return the stretches really played, up to a row."""
        return [
            (s.start_ms, s.end_ms)
            for s in self.truth
            if s.state == "playing" and (until_seq is None or s.seq <= until_seq)
        ]

    def _hold(self, node: Node, opened: play_actions.OpenedPlay) -> None:
        self._node, self.upload_key = node, opened.upload_key
        self.play = play_actions.hold(opened, node.clock, self._hear_of, lambda _: self.told.append(-1))
        self.play.told = self.offers = Offers()
        node.held.put(self.play)

    def _hear_of(self, durable: int) -> None:
        self.told.append(durable)
        self._forget(durable)

    def _forget(self, durable: int) -> None:
        self.rows = [row for row in self.rows if row.seq > durable]
        cited = {row.tick for row in self.rows} | {self._echo.tick, self._open.tick}
        self._ticks = {n: proof for n, proof in self._ticks.items() if n in cited}

    def _live_ms(self) -> int:
        return self.clock.at_ms - BEHIND_LIVE_MS


class Seat(Screen):
    """A viewer's connection as its room sees it: what it is asked carries the play's own proof."""

    def __init__(self, viewer: Viewer, node: Node) -> None:
        super().__init__(UserId(viewer.user_id))
        self.viewer, self.node = viewer, node

    def offer(self, offer: Offer, payload: bytes) -> None:
        self.send(self.node.intake.proven(self.viewer.play.code, offer, payload))
        self.viewer.prompted(self.got[-1])


async def pass_time(
    node: Node, viewers: list[Viewer], until_ms: int, *, tick_ms: int = 10_000, commit_ms: int = 60_000
) -> None:
    """Let time pass: ticks for each open player, spread over the period, and a commit now and then."""
    clock = node.clock
    due = [(clock.at_ms + tick_ms * (i + 1) // len(viewers), viewer.tick) for i, viewer in enumerate(viewers)]
    commit_at_ms = clock.at_ms + commit_ms
    while due and (soonest := min(due, key=_at))[0] <= until_ms:
        due.remove(soonest)
        clock.at_ms = soonest[0]
        soonest[1]()
        due.append((soonest[0] + tick_ms, soonest[1]))
        if clock.at_ms >= commit_at_ms:
            commit_at_ms = clock.at_ms + commit_ms
            await node.commit()
    clock.at_ms = until_ms


def _at(due: tuple[int, Callable[[], None]]) -> int:
    return due[0]
