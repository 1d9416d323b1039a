"""How long a whole report takes: 50,000 participants, 3 sessions, 2,000,000 spans, from the database to the last byte.

The peer is bare numpy with the read: the same spans fetched by the bare driver, united and cut to the sessions, without
names, checks, snapshot or output.
"""

import resource
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from bench.result import Result, alone, beside
from rollcall.actions.statistics import Ask, report_anything_now
from rollcall.render.formats import FORMATS
from rollcall.store.database import Database, open_database
from rollcall.store.schema import migrate

PARTICIPANTS = 50_000
SPANS_PER_PLAY = 20  # of two plays each
MEDIA = "benchhal"
T0 = 1_772_355_600_000
SPAN_MS = 900_000
SESSIONS = [(T0 + start * 3_600_000, T0 + (start + 1) * 3_600_000) for start in (0, 2, 4)]
NOW_MS = T0 + 12 * 3_600_000
ROUNDS = 3


def run(scale: float = 1.0) -> list[Result]:
    """Fill a database in a temporary directory and measure; `scale` 1 is the size that the aim speaks of."""
    participants = max(1, int(PARTICIPANTS * scale))
    with tempfile.TemporaryDirectory(prefix="rollcall-bench-") as directory:
        file = Path(directory) / "rollcall.db"
        database = open_database(f"sqlite:///{file}", fail)
        try:
            database.write_now(migrate)
            fill(file, participants)
            return _measure(database, file, participants)
        finally:
            database.close()


def _measure(database: Database, file: Path, participants: int) -> list[Result]:
    bare_s, expected_ms = _best(lambda: bare(file))
    before_mib = _peak_mib()
    json_s, pieces = _best(lambda: _report(database, "json"))
    grown_mib = _peak_mib() - before_mib
    xml_s, _ = _best(lambda: _report(database, "xml"))
    counted_ms = sum(
        row.watched_ms for row in report_anything_now(database, MEDIA, Ask(), NOW_MS).participants
    )
    if counted_ms != expected_ms:
        raise ValueError(f"The report counts {counted_ms} ms, bare numpy {expected_ms} ms.")
    size = f"{participants:,} participants, {participants * 2 * SPANS_PER_PLAY:,} spans"
    peer = ("bare numpy with the read", bare_s)
    return [
        beside(f"report as JSON, {size}", json_s, "s", peer, "≥ 0.5 (at most twice the time)", less=True),
        beside(f"report as XML, {size}", xml_s, "s", peer, "-", less=True),
        alone(
            f"memory above bare numpy's peak, {pieces / 2**20:.0f} MiB of JSON",
            grown_mib,
            "MiB",
            "< size of the answer",
        ),
    ]


def _best(work: Callable[[], int]) -> tuple[float, int]:
    times = []
    value = 0
    for _ in range(ROUNDS):
        started_s = time.perf_counter()
        value = work()
        times.append(time.perf_counter() - started_s)
    return min(times), value


def _report(database: Database, name: str) -> int:
    report = report_anything_now(database, MEDIA, Ask(), NOW_MS)
    return sum(len(piece) for piece in FORMATS[name].chunks(report))


def bare(file: Path, sessions: Sequence[tuple[int, int]] = SESSIONS) -> int:
    """Return the watched milliseconds of everybody, by the shortest program that reads and counts them."""
    connection = sqlite3.connect(file)
    user_of = dict(connection.execute("SELECT no, user_id FROM plays WHERE media_no = 1"))
    numbers = {user: number for number, user in enumerate(dict.fromkeys(user_of.values()))}
    owners = np.zeros(max(user_of) + 1, np.int64)
    for no, user in user_of.items():
        owners[no] = numbers[user]
    rows = connection.execute(
        "SELECT play_no, start_ms, end_ms FROM spans WHERE media_no = 1 AND state = 'playing' AND NOT unverified"
    )
    play, start, end = np.fromiter(chain.from_iterable(rows), np.int64).reshape(-1, 3).T
    connection.close()
    owner = owners[play]
    order = np.lexsort((start, owner))
    owner, start, end = owner[order], start[order], end[order]
    width = end.max() - start.min() + 1
    reach = np.maximum.accumulate(end + owner * width)
    opens = np.concatenate(([True], (start + owner * width)[1:] > reach[:-1]))
    closes = np.concatenate((opens[1:], [True]))
    owner, start, end = owner[opens], start[opens], (reach - owner * width)[closes]
    per_session = [
        np.bincount(owner, np.clip(np.minimum(end, b) - np.maximum(start, a), 0, None), len(numbers))
        for a, b in sessions
    ]
    return int(np.sum(per_session))


def fill(file: Path, participants: int) -> None:
    """Put an event with its spans into a migrated database."""
    sessions = ", ".join(f"(1, 1, 1, 'session{a}', 1, 'Session', {a}, {b}, 0)" for a, b in SESSIONS)
    connection = sqlite3.connect(file)
    connection.executescript(
        f"""
        PRAGMA synchronous = OFF;
        BEGIN;
        INSERT INTO projects (no, code, title, embed_origins, created_ms) VALUES (1, 'benchprj', 'Bench', '[]', 0);
        INSERT INTO events (no, project_no, code, title, timezone, created_ms)
            VALUES (1, 1, 'benchevt', 'Bench', 'UTC', 0);
        INSERT INTO media (no, project_no, event_no, code, title, kind, identity, timezone, chat_version, chat_mode,
            chat_slow_s, created_ms) VALUES (1, 1, 1, '{MEDIA}', 'Hall', 'live', 'signed', 'UTC', 0, 'open', 0, 0);
        INSERT INTO sessions (project_no, event_no, media_no, code, revision, title, starts_ms, ends_ms, created_ms)
            VALUES {sessions};
        INSERT INTO lists (no, project_no, code, title, created_ms) VALUES (1, 1, 'benchlst', 'Doctors', 0);
        INSERT INTO list_media (list_no, media_no) VALUES (1, 1);
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {participants})
        INSERT INTO participants (no, project_no, list_no, user_id, name, fields, created_ms, updated_ms)
            SELECT i, 1, 1, 'doctor-' || i, 'Имя Фамилия ' || i, '{{}}', 0, 0 FROM n;
        INSERT INTO grants (no, project_no, media_no, hash, user_id, identity, created_ms)
            SELECT no, 1, 1, CAST(no AS BLOB), user_id, 'signed', 0 FROM participants;
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {2 * participants})
        INSERT INTO plays (no, code, project_no, event_no, media_no, grant_no, user_id, identity, upload_key_hash, ip,
            user_agent, generation, opened_ms, last_arrival_ms, applied, state, rejected, fetched, fetched_last)
            SELECT i, 'play' || i, 1, 1, 1, (i * 7919) % {participants} + 1,
                'doctor-' || ((i * 7919) % {participants} + 1), 'signed', x'', '192.0.2.1', 'Browser', 1, {T0},
                {NOW_MS}, 0, x'', 0, 0, 0 FROM n;
        WITH RECURSIVE k (ordinal) AS (SELECT 1 UNION ALL SELECT ordinal + 1 FROM k WHERE ordinal < {SPANS_PER_PLAY})
        INSERT INTO spans (play_no, ordinal, project_no, event_no, media_no, epoch, state, visible, muted, rate, late,
            unverified, first_seq, last_seq, player_from_ms, player_to_ms, content_from_ms, content_to_ms, start_ms,
            end_ms, first_arrival_ms, last_arrival_ms, bound_ms)
            SELECT plays.no, ordinal, 1, 1, 1, 1, 'playing', 1, 0, 1.0, 0, 0, ordinal, ordinal, 0, 0, 0, 0,
                {T0} + ordinal * {SPAN_MS} + (plays.no * 7919 + ordinal * 104729) % 300000,
                {T0} + ordinal * {SPAN_MS} + {SPAN_MS} - (plays.no * 3571 + ordinal * 7907) % 200000, 0, 0, 40
            FROM plays CROSS JOIN k;
        COMMIT;
        PRAGMA wal_checkpoint(TRUNCATE);
        ANALYZE;
        """
    )
    connection.close()


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def fail(error: BaseException) -> None:
    """Stand in for the end of the process."""
    raise error
