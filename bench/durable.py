"""Beats per second to the acknowledgement that they are on disk; beside the same upserts by bare sqlite3."""

import asyncio
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path

import uvloop

from bench.connections import crowd
from bench.crowd import Viewer, all_joined
from bench.result import Result, beside
from bench.servers import Rollcall, rollcall_server

WARM_UP_S, MEASURED_S = 2, 8
IN_FLIGHT = 4
PEER_BATCH_ROWS, PEER_S = 500, 4
STATE_BYTES = 300
PEER_SCHEMA = (
    "pragma journal_mode=wal",
    "pragma synchronous=full",
    "create table plays (no integer primary key, applied int, state blob)",
    "create table spans (play int, ordinal int, end_ms int, primary key (play, ordinal)) without rowid",
)
PEER_PLAY = """insert into plays values (?, ?, ?)
    on conflict do update set applied = excluded.applied, state = excluded.state"""
PEER_SPAN = "insert into spans values (?, 1, ?) on conflict do update set end_ms = excluded.end_ms"


def run(viewers: int) -> list[Result]:
    """Measure the server with a closed loop of `viewers` players, then bare upserts into the same file system."""
    with rollcall_server() as server:
        ours = uvloop.run(_beats_per_s(server, viewers))
    bare = bare_upserts_per_s()
    return [beside("durable beats per core", ours, "1/s", ("bare sqlite3 upserts", bare), "≥ 10,000/s")]


async def _beats_per_s(server: Rollcall, count: int) -> float:
    async with crowd(server, count) as (_, media, viewers):
        await all_joined([viewer.join(server.port, media) for viewer in viewers])
        for viewer in viewers:
            viewer.on_ack = _Feeder().top_up
            viewer.on_ack(viewer)
        await asyncio.sleep(WARM_UP_S)
        rows, cpu_s, began = _acked(viewers), _cpu_s(server), time.perf_counter()
        await asyncio.sleep(MEASURED_S)
        rows, cpu_s, passed_s = _acked(viewers) - rows, _cpu_s(server) - cpu_s, time.perf_counter() - began
        for viewer in viewers:
            viewer.on_ack = None
        return rows / max(passed_s, cpu_s)


def _acked(viewers: list[Viewer]) -> int:
    return sum(viewer.acked for viewer in viewers)


def _cpu_s(server: Rollcall) -> float:
    times = server.process.cpu_times()
    return times.user + times.system


class _Feeder:
    """Keeps IN_FLIGHT envelopes of one beat on the way from one viewer; a beat is a millisecond at least."""

    def __init__(self) -> None:
        self._cut_ms = 0

    def top_up(self, viewer: Viewer) -> None:
        player = viewer.player
        while player is not None and player.waiting < IN_FLIGHT:
            self._cut_ms = max(self._cut_ms + 1, viewer.clock.now_ms())
            player.cut(self._cut_ms)
            for envelope in player.unsent(viewer.play, self._cut_ms):
                viewer.send(envelope)


def bare_upserts_per_s() -> float:
    """Return how many of our upserts bare sqlite3 makes durable in a second, 500 to a commit."""
    with (
        tempfile.TemporaryDirectory(prefix="rollcall-bench-") as folder,
        closing(sqlite3.connect(Path(folder) / "bare.db", isolation_level=None)) as db,
    ):
        for statement in PEER_SCHEMA:
            db.execute(statement)
        rows, began = 0, time.perf_counter()
        while time.perf_counter() - began < PEER_S:
            _bare_batch(db, rows)
            rows += PEER_BATCH_ROWS
        return rows / (time.perf_counter() - began)


def _bare_batch(db: sqlite3.Connection, at: int) -> None:
    plays = range(PEER_BATCH_ROWS)
    db.execute("begin immediate")
    db.executemany(PEER_PLAY, [(no, at, bytes(STATE_BYTES)) for no in plays])
    db.executemany(PEER_SPAN, [(no, at) for no in plays])
    db.execute("commit")
