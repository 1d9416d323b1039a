"""Players that never stop, and the oracle that knows what they sent and what was acknowledged.

A watcher cuts rows many times a second, keeps each until it is acknowledged, reconnects at once, shows and answers
every prompt. The oracle compares the database with the watchers' own memory, never with the product's arithmetic. What
each was told is durable it keeps as `receipts`, which are held against the database before it may come back.
"""

import asyncio
import itertools
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.faults.receipts import Receipts
from tests.server.conftest import Event
from tests.server.player import Message, Player

AT_ONCE = 200
BROKEN = (
    aiohttp.ClientError,
    OSError,
    TypeError,
    TimeoutError,
)  # TypeError: a close where a message was expected
CUT_S = 0.025
LONGEST_MS = 30_000
CLOCK_BOUND_MS = 1_000
KEPT = ("first_seq", "state", "player_from_ms", "content_from_ms", "player_to_ms", "content_to_ms")
STATES = ("playing", "playing", "paused", "playing", "stalled")


@dataclass(slots=True)
class Watcher:
    """One play. `rows` are all that it ever cut, `acked` the highest that the server called durable.

    `parted`: how many connections, or attempts at one, have ended. `forgotten`: what it was told is durable and, on the
    next connection, no longer was.
    """

    player: Player
    posts: bool = False  # sends its rows by POST, and believes of all acknowledgements those answers alone
    posted: int = 0  # how many there were
    deaf: bool = False  # drops the connection at each new acknowledgement, as if it had been lost
    rows: dict[int, Message] = field(default_factory=dict)
    acked: int = 0
    acked_s: float = 0.0
    lost_answers: int = 0
    shown: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    answers: bool = True
    cut_s: float = CUT_S
    parted: int = 0
    forgotten: list[str] = field(default_factory=list)
    _receipts: Receipts | None = None
    _cut_ms: int = 0
    _ignored: int = 0

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            try:
                await self._watch_once()
            except BROKEN:
                await asyncio.sleep(0.05)
            finally:
                await self.player.leave()
                self.parted += 1

    @property
    def receipts(self) -> Receipts:
        """What it was told is durable."""
        assert self.player.play is not None
        self._receipts = self._receipts or Receipts(self.player.play["play"])
        return self._receipts

    async def _watch_once(self) -> None:
        opened = await self.player.connect()
        assert opened["resumed"] or not self.rows, "a play that was durable is gone"
        if opened["durable"] < self.acked:
            self.forgotten.append(f"{self.acked} acknowledged, {opened['durable']} known when it came back")
        self._note(opened["durable"])
        await self._send_from(opened["durable"] + 1)
        for message in [message for message in self.player.heard if message["type"] == "prompt"]:
            await self._asked(message)
        hearing, cutting = asyncio.create_task(self._hear()), asyncio.create_task(self._cut_on())
        try:
            await asyncio.wait({hearing, cutting}, return_when=asyncio.FIRST_COMPLETED)
            if cutting.done() and not isinstance(cutting.exception(), BROKEN):
                cutting.result()
            await (
                hearing
            )  # what came before the end of the connection is heard, also when nothing can be sent
        finally:
            for task in (hearing, cutting):
                task.cancel()
            await asyncio.gather(hearing, cutting, return_exceptions=True)

    async def _hear(self) -> None:
        while True:
            assert self.player.socket is not None
            message: Message = await self.player.socket.receive_json()
            match message["type"]:
                case "ack":
                    if not self.posts:
                        self._hear_ack(message["durable"])
                case "prompt_closed" if message["outcome"] == "confirmed":
                    self.receipts.confirmed.add(message["check"])
                case _:
                    with suppress(
                        *BROKEN
                    ):  # where nothing can be sent any more, what had come is heard all the same
                        await self._react(message)

    async def _react(self, message: Message) -> None:
        match message["type"]:
            case "gap":
                await self._send_from(message["expected"])
            case "tick":
                self.player.take(message)
                await self.player.answer()
            case "prompt":
                self.player.prompted(message)
                await self._asked(message)
            case _:
                pass

    async def _asked(self, prompt: Message) -> None:
        """Show a prompt once, and confirm it once where this watcher answers."""
        check = prompt["check"]
        self.receipts.issued[check] = max(prompt["issued_at_ms"], self.receipts.issued.get(check, 0))
        if check not in self.shown:
            self.shown.add(check)
            await self._send(self.player.mark("shown", check))
        if self.answers and check not in self.answered:
            self.answered.add(check)
            await self._send(self.player.mark("answered", check))

    def _hear_ack(self, durable: int) -> None:
        if self.deaf and durable > max(self._ignored, self.acked):
            self._ignored = durable
            self.lost_answers += 1
            raise OSError("this answer is lost on its way")
        self._note(durable)

    def _note(self, durable: int) -> None:
        self.receipts.rows |= {seq: self.rows[seq] for seq in range(self.acked + 1, durable + 1)}
        if durable > self.acked:
            self.acked, self.acked_s = durable, time.monotonic()

    async def _cut_on(self) -> None:
        while True:
            await asyncio.sleep(self.cut_s)
            await self._send(*self._cut())

    def _cut(self) -> list[Message]:
        now_ms = self.player.now_ms()
        start, self._cut_ms = max(self._cut_ms or now_ms - 10, now_ms - LONGEST_MS), now_ms
        seq = self.player.seq + 1
        if seq % 7 == 0:
            return [self.player.mark("sound_blocked", "AAAAAAAA")]
        return [self.player.beat(start, self._cut_ms, state=STATES[seq % len(STATES)])]

    async def _send(self, *rows: Message) -> None:
        self.rows |= {row["seq"]: row for row in rows}
        if self.posts:
            await self._post(self.player.envelope(*rows))
        else:
            await self.player.say(self.player.envelope(*rows))

    async def _post(self, envelope: Message) -> None:
        """Send rows beside the socket; what goes wrong ends the connection, as it does on the socket."""
        try:
            status, answer = await self.player.upload(envelope)
            if status != 200 or answer["close"] is not None:
                raise OSError(f"not taken: {status}, {answer}")
            for message in answer["messages"]:
                if message["type"] == "ack":
                    self.posted += 1
                    self._hear_ack(message["durable"])
                elif message["type"] == "gap":
                    await self._send_from(message["expected"])
        except BROKEN:
            await self.player.leave()
            raise

    async def _send_from(self, seq: int) -> None:
        waiting = [self.rows[n] for n in range(seq, self.player.seq + 1)]
        for start in range(0, len(waiting), AT_ONCE):
            await self.player.say(self.player.envelope(*waiting[start : start + AT_ONCE]))


@asynccontextmanager
async def watching(
    event: Event,
    count: int,
    *,
    deaf: bool = False,
    answers: bool = True,
    users: Sequence[str] = ("d-1", "d-2"),
    cut_s: float = CUT_S,
) -> AsyncIterator[list[Watcher]]:
    """Let watchers run while the block lasts, each user in turn; the last of several posts its rows."""
    watchers = [
        Watcher(
            await event.granted(users[n % len(users)]),
            posts=n == count - 1 > 0,
            deaf=deaf,
            answers=answers,
            cut_s=cut_s,
        )
        for n in range(count)
    ]
    tasks = [asyncio.create_task(watcher.run()) for watcher in watchers]
    try:
        yield watchers
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    failed = [error for error in ended if not isinstance(error, asyncio.CancelledError)]
    assert not failed, failed


async def acknowledged(watchers: Sequence[Watcher], since_s: float, *, everybody: bool = True) -> float:
    """Wait until everybody (or the first) has got an acknowledgement after `since_s`; return when it was."""
    async with asyncio.timeout(60):
        while True:
            heard = [watcher.acked_s for watcher in watchers if watcher.acked_s > since_s]
            if heard and (len(heard) == len(watchers) or not everybody):
                return min(heard)
            await asyncio.sleep(0.005)


async def all_parted(watchers: Sequence[Watcher]) -> None:
    """Wait, once the server is dead, until everybody has heard the last of what it had said."""
    before = [watcher.parted for watcher in watchers]
    async with asyncio.timeout(60):
        while any(watcher.parted == parted for watcher, parted in zip(watchers, before, strict=True)):
            await asyncio.sleep(0.005)


@dataclass(slots=True)
class Found:
    """What the oracle found in the database."""

    acknowledged: int = 0
    stored: int = 0
    faults: list[str] = field(default_factory=list)


def look(data: Path, watchers: Sequence[Watcher]) -> Found:
    """Compare the database of a server that is stopped with what the watchers sent and were told."""
    found = Found()
    with closing(sqlite3.connect(data / "rollcall.db")) as db:
        db.row_factory = sqlite3.Row
        if (verdict := db.execute("pragma integrity_check").fetchone()[0]) != "ok":
            found.faults.append(f"the database is broken: {verdict}")
        for watcher in watchers:
            _look_at(db, watcher, found)
    return found


def _look_at(db: sqlite3.Connection, watcher: Watcher, found: Found) -> None:
    assert watcher.player.play is not None
    code = watcher.player.play["play"]
    play = db.execute("select * from plays where code = ?", [code]).fetchone()
    found.faults += [f"{code}: {fault}" for fault in watcher.forgotten]
    found.acknowledged += watcher.acked
    found.stored += play["applied"]
    if play["applied"] < watcher.acked:
        found.faults.append(f"{code}: {watcher.acked} acknowledged, {play['applied']} stored")
    if (play["rejected"], play["lost"]) != (0, 0):
        found.faults.append(f"{code}: {play['rejected']} rejected, {play['lost']} lost")
    spans = db.execute("select * from spans where play_no = ? order by ordinal", [play["no"]]).fetchall()
    marks = db.execute("select * from marks where play_no = ? order by seq", [play["no"]]).fetchall()
    sent = [watcher.rows[seq] for seq in range(1, play["applied"] + 1)]
    expected = [row["seq"] for row in sent if row["row"] == "mark"]
    if [mark["seq"] for mark in marks] != expected:
        found.faults.append(f"{code}: its marks are not those that were sent")
    for mark in marks:
        row = watcher.rows[mark["seq"]]
        if (mark["mark"], mark["check_code"]) != (row["mark"], row["check"]):
            found.faults.append(f"{code}: mark {mark['seq']} is another")
    beats = [row for row in sent if row["row"] == "beat"]
    found.faults += [f"{code}: {fault}" for fault in _differences(spans, beats)]


def _differences(spans: Sequence[Any], beats: Sequence[Message]) -> list[str]:
    """Every beat in exactly one span, every span exactly its beats, none of them altered, none overlapping."""
    faults, at = [], 0
    if [span["ordinal"] for span in spans] != list(range(1, len(spans) + 1)):
        faults.append("ordinals are not dense")
    for span in spans:
        own = list(itertools.takewhile(lambda beat: beat["seq"] <= span["last_seq"], beats[at:]))  # noqa: B023
        at += len(own)
        if not own:
            faults.append(f"span {span['ordinal']} has no beat of its own")
            continue
        first, last = own[0], own[-1]
        kept = [span[name] for name in KEPT]
        rows = [first["seq"], first["state"], first["from_ms"], first["media_from_ms"], last["to_ms"]]
        if kept != [*rows, last["media_to_ms"]]:
            faults.append(f"span {span['ordinal']} is not rows {first['seq']} to {last['seq']}")
        if span["end_ms"] - span["start_ms"] > last["to_ms"] - first["from_ms"] + CLOCK_BOUND_MS:
            faults.append(f"span {span['ordinal']} is longer than its rows")
    if at != len(beats):
        faults.append(f"{len(beats) - at} beats are in no span")
    pairs = itertools.pairwise(spans)
    return faults + [f"span {b['ordinal']} overlaps" for a, b in pairs if b["start_ms"] < a["end_ms"]]
