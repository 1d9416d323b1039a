"""Forged messages over real connections, in any number: the test sends a thousand, the soak ten thousand (F28).

A forger takes an honest envelope of this moment and bends it: most of the time a little, so that it is applied, else
beyond every bound. It reaches the server by socket, by upload and by poll. Whatever is sent, the server answers in
order, keeps its memory, and stores only what can have happened.
"""

import json
import math
import random
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from tests.server.conftest import Event
from tests.server.player import Message, Player

PLAYERS = 6
NUDGES = (-86_400_000, -10_000, -1_000, -1, 1, 999, 10_000, 3_600_000, 10 * 365 * 86_400_000)
HOSTILE: tuple[Any, ...] = (
    -1, 0, 1.5, 2**31 - 1, 2**31, 2**52, 2**53, 2**63 - 1, 2**63, 2**64, -(2**63), 10**400,
    math.nan, math.inf, -math.inf, "1", "", "\x00", "\ud800", "А" * 5_000, None, True, [], {}, [[]] * 50,
)  # fmt: skip
STATES = ("playing", "paused", "stalled", "seeking", "ended", "flying")
MEMORY_GROWTH_MIB = 40
ABNORMAL, SERVER_FAULT = 1006, 1011


@dataclass
class Fuzzed:
    """What came of it: statuses and close codes, and how many rows were applied, which shows that bending is subtle."""

    answers: Counter[str] = field(default_factory=Counter)
    applied: int = 0
    rejected: int = 0
    grown_mib: int = 0
    faults: list[str] = field(default_factory=list)


async def fuzz(event: Event, cases: int, seed: int) -> Fuzzed:
    """Send that many forged messages to the server, look at every answer, then stop it and look at what is stored."""
    source, found = random.Random(seed), Fuzzed()
    players = [await event.player(f"d-{1 + n % 2}") for n in range(PLAYERS)]
    await _send(players, source, cases // 10, found)  # whatever is allocated once, is allocated now
    process = psutil.Process(event.server.pid)
    before = process.memory_info().rss
    await _send(players, source, cases - cases // 10, found)
    found.grown_mib = (process.memory_info().rss - before) >> 20
    for user_id in ("d-1", "d-2"):
        row = await event.row(user_id)
        if row["watched_ms"] > max(player.now_ms() for player in players):
            found.faults.append(f"{user_id} is credited {row['watched_ms']} ms, more than has passed")
    for player in players:
        await player.leave()
    event.server.stop()
    _look(event.server.data, event.server.log(), found)
    if found.grown_mib > MEMORY_GROWTH_MIB:
        found.faults.append(f"memory grew by {found.grown_mib} MiB")
    return found


async def _send(players: Sequence[Player], source: random.Random, cases: int, found: Fuzzed) -> None:
    ways = (_by_socket, _by_upload, _by_poll)
    for number in range(cases):
        player = players[number % len(players)]
        await ways[source.randrange(3)](player, _forged(player, source), found)


def _forged(player: Player, source: random.Random) -> str:
    """Return a bent envelope as text; now and then what is no envelope at all."""
    player.seq = player.durable
    now_ms = player.now_ms()
    start_ms = max(0, now_ms - source.randrange(1, 3_000))
    rows = [
        player.beat(start_ms, now_ms, state=source.choice(STATES[:5])) for _ in range(source.randrange(1, 4))
    ]
    message = json.loads(json.dumps(player.envelope(*rows)))
    for _ in range(source.randrange(1, 4)):
        _bend(message, source)
    text = json.dumps(message)
    return text[: source.randrange(len(text))] if source.random() < 0.02 else text


def _bend(message: Message, source: random.Random) -> None:
    parts = [
        message,
        message["echo"],
        *message["rows"],
        *message["rows"],
        *message["ticks"],
        *message["epochs"],
    ]
    part = source.choice([part for part in parts if isinstance(part, dict)])
    name = source.choice(sorted(part))
    value, kind = part[name], source.random()
    if isinstance(value, int) and not isinstance(value, bool) and kind < 0.9:
        part[name] = value + source.choice(NUDGES)
    elif name == "state" and kind < 0.9:
        part[name] = source.choice(STATES)
    elif isinstance(value, list) and kind < 0.9:
        part[name] = source.choice([value[::-1], value * 3, value[1:], []])
    elif kind < 0.97:
        part[name] = source.choice(HOSTILE)
    else:
        del part[name]
    if not isinstance(message.get("rows"), list) or not isinstance(message.get("ticks"), list):
        message["rows"], message["ticks"] = [], []
    if not isinstance(message.get("epochs"), list):
        message["epochs"] = []


async def _by_socket(player: Player, text: str, found: Fuzzed) -> None:
    """Send it and take what the server has said by then; a close that comes later is met at the next turn."""
    assert player.socket is not None
    await player.socket.send_str(text)
    found.answers["socket"] += 1
    with suppress(TimeoutError):
        while (message := await player.socket.receive(0.01)).type is aiohttp.WSMsgType.TEXT:
            _hear(player, message.json())
        code = player.socket.close_code
        found.answers[f"closed {code}"] += 1
        if code in {None, ABNORMAL, SERVER_FAULT}:
            found.faults.append(f"the socket was closed with {code} on {text[:300]}")
        await player.connect()


def _hear(player: Player, message: Message) -> None:
    if message["type"] == "ack":
        player.durable = message["durable"]
    if message["type"] == "tick":
        player.take(message)


async def _by_upload(player: Player, text: str, found: Fuzzed) -> None:
    assert player.play is not None
    reference = json.dumps({"id": player.play["play"], "upload_key": player.play["upload_key"]})
    await _post(player, "evidence", f'{{"play": {reference}, "messages": [{text}]}}', found)


async def _by_poll(player: Player, text: str, found: Fuzzed) -> None:
    assert player.play is not None
    reference = json.dumps({"id": player.play["play"], "upload_key": player.play["upload_key"]})
    grant = json.dumps(player.grant)
    await _post(player, "poll", f'{{"grant": {grant}, "play": {reference}, "messages": [{text}]}}', found)


async def _post(player: Player, where: str, text: str, found: Fuzzed) -> None:
    url = f"{player.url}/embed/{player.media}/{where}"
    headers = {"Content-Type": "application/json"}
    body = text.encode("utf-8", "surrogatepass")
    async with player.http.post(url, data=body, headers=headers) as answer:
        found.answers[f"{where} {answer.status}"] += 1
        if answer.status >= 500:
            found.faults.append(f"{answer.status} on {text[:300]}")
        told = await answer.json()
    for message in told.get("messages", ()):
        _hear(player, message)


def _look(data: Path, log: str, found: Fuzzed) -> None:
    """Nothing is stored that cannot have happened (I4, I5), and nothing went wrong in silence."""
    if "Traceback" in log:
        found.faults.append(log[log.index("Traceback") :][:2_000])
    with closing(sqlite3.connect(data / "rollcall.db")) as db:
        query = "select sum(applied), sum(rejected) from plays"
        found.applied, found.rejected = db.execute(query).fetchone()
        query = """select s.play_no, s.start_ms, s.end_ms, p.opened_ms, p.last_arrival_ms, s.last_arrival_ms
            from spans s join plays p on p.no = s.play_no order by s.play_no, s.ordinal"""
        before = (0, 0)
        for play, start_ms, end_ms, opened_ms, last_ms, arrival_ms in db.execute(query):
            earliest_ms = max(opened_ms, before[1] if before[0] == play else 0)
            if not earliest_ms <= start_ms <= end_ms <= arrival_ms <= last_ms:
                found.faults.append(f"span {start_ms}-{end_ms} of a play that was {opened_ms}-{last_ms}")
            before = play, end_ms
