"""How long a corrected session takes: 5,000 participants, from the change to the last byte of the recounted report.

Everybody was asked in that session and answered after the end that it is given, so each of these prompts is judged anew
as well, and again when the end is put back. The peer is bare numpy with the read, for the spans alone; both have to
come to the same milliseconds.
"""

import asyncio
import sqlite3
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from bench import report
from bench.report import MEDIA, NOW_MS, SESSIONS, T0
from bench.result import Result, beside
from rollcall.actions.sessions import change_session
from rollcall.actions.statistics import Ask, report_anything_now
from rollcall.domain.ids import ProjectNo
from rollcall.domain.sessions import Session, WallWindow
from rollcall.live.hub import Hub
from rollcall.render.formats import FORMATS
from rollcall.store.database import Database, open_database
from rollcall.store.schema import migrate

PARTICIPANTS = 5_000
STARTS_MS, ENDS_MS = SESSIONS[0]
EARLIER_MS = T0 + 3_200_000
ASKED_MS, SHOWN_MS, ANSWERED_MS = (EARLIER_MS + after_ms for after_ms in (-15_000, -14_000, 15_000))
ROUNDS = 3


def run(scale: float = 1.0) -> list[Result]:
    """Fill a database in a temporary directory and measure; `scale` 1 is the size that the aim speaks of."""
    participants = max(1, int(PARTICIPANTS * scale))
    with tempfile.TemporaryDirectory(prefix="rollcall-bench-") as directory:
        file = Path(directory) / "rollcall.db"
        database = open_database(f"sqlite:///{file}", report.fail)
        try:
            database.write_now(migrate)
            report.fill(file, participants)
            _ask_everybody(file, participants)
            return [_measure(database, file, participants)]
        finally:
            database.close()


def _measure(database: Database, file: Path, participants: int) -> Result:
    ours_s, bare_s = [], []
    for _ in range(ROUNDS):
        for ends_ms, outcome in ((EARLIER_MS, "cancelled"), (ENDS_MS, "confirmed")):
            began_s = time.perf_counter()
            asyncio.run(_end_at(database, ends_ms))
            written = b"".join(FORMATS["json"].chunks(report_anything_now(database, MEDIA, Ask(), NOW_MS)))
            ours_s.append(time.perf_counter() - began_s)
            began_s = time.perf_counter()
            bare_ms = report.bare(file, [(STARTS_MS, ends_ms), *SESSIONS[1:]])
            bare_s.append(time.perf_counter() - began_s)
            _compare(msgspec.json.decode(written)["participants"], participants, bare_ms, outcome)
    return beside(
        f"session changed to all recounted, {participants:,} participants",
        min(ours_s),
        "s",
        ("bare numpy with the read", min(bare_s)),
        "≤ 2 s",
        less=True,
    )


async def _end_at(database: Database, ends_ms: int) -> None:
    def moved(session: Session) -> Session:
        return replace(session, window=WallWindow(STARTS_MS, ends_ms))

    await change_session(database, Hub(), ProjectNo(1), MEDIA, f"session{STARTS_MS}", moved, "bench", NOW_MS)


def _compare(rows: list[dict[str, Any]], participants: int, bare_ms: int, outcome: str) -> None:
    """Raise ValueError where the report is not what it must be."""
    counted_ms = sum(row["watched_ms"] for row in rows)
    if counted_ms != bare_ms:
        raise ValueError(f"The report counts {counted_ms} ms, bare numpy {bare_ms} ms.")
    outcomes = [check["outcome"] for row in rows for check in row["checks"]]
    if outcomes != [outcome] * participants:
        raise ValueError(f"Of {participants} prompts {outcomes.count(outcome)} are {outcome}.")


def _ask_everybody(file: Path, participants: int) -> None:
    connection = sqlite3.connect(file)
    connection.executescript(
        f"""
        BEGIN;
        INSERT INTO checks (no, project_no, event_no, media_no, code, origin, ordinal, state, kind, lifetime_s, sound,
            issued_ms, last_issued_ms, created_ms)
            VALUES (1, 1, 1, 1, 'benchchk', 'manual', 1, 'closed', 'click', 60, 0, {ASKED_MS}, {ASKED_MS}, 0);
        INSERT INTO prompts (check_no, user_id, project_no, event_no, media_no, state, issued_ms, lifetime_ms, shown_ms,
            confirmed_ms, closed_ms, late)
            SELECT 1, user_id, 1, 1, 1, 'confirmed', {ASKED_MS}, 60000, {SHOWN_MS}, {ANSWERED_MS}, {ANSWERED_MS}, 0
            FROM plays WHERE no <= {participants};
        WITH given (seq, mark, at_ms) AS (VALUES (1, 'shown', {SHOWN_MS}), (2, 'answered', {ANSWERED_MS}))
        INSERT INTO marks (play_no, seq, project_no, event_no, media_no, user_id, mark, check_code, at_ms, arrival_ms,
            bound_ms, visible, trusted, issued_ms)
            SELECT no, seq, 1, 1, 1, user_id, mark, 'benchchk', at_ms, at_ms, 40, 1, 1, {ASKED_MS}
            FROM plays CROSS JOIN given WHERE no <= {participants};
        COMMIT;
        PRAGMA wal_checkpoint(TRUNCATE);
        ANALYZE;
        """
    )
    connection.close()
