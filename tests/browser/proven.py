"""What the server's disk says of one participant's watching, read beside the running server."""

import contextlib
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from tests.running import RunningServer


@dataclass(frozen=True, slots=True)
class Proven:
    """One stored span."""

    play: str
    epoch: int
    state: str
    visible: bool
    muted: bool
    start_ms: int
    end_ms: int
    late: bool
    unverified: bool


def proven(server: RunningServer, user_id: str) -> list[Proven]:
    """Return all spans of a participant in their order."""
    with contextlib.closing(sqlite3.connect(f"file:{_database(server.data)}?mode=ro", uri=True)) as db:
        rows = db.execute(
            "select code, epoch, spans.state, visible, muted, start_ms, end_ms, late, unverified"
            " from spans join plays on plays.no = spans.play_no where plays.user_id = ? order by start_ms, ordinal",
            (user_id,),
        ).fetchall()
    return [
        Proven(code, epoch, state, bool(visible), bool(muted), start, end, bool(late), bool(unverified))
        for code, epoch, state, visible, muted, start, end, late, unverified in rows
    ]


def gaps(spans: list[Proven], since_ms: int, until_ms: int) -> list[tuple[int, int]]:
    """Return the parts of `[since, until)` longer than half a second that no span covers, in any state."""
    found, at_ms = [], since_ms
    for span in [*spans, None]:
        end_ms = until_ms if span is None else min(span.start_ms, until_ms)
        if end_ms - at_ms > 500:
            found.append((at_ms, end_ms))
        at_ms = max(at_ms, until_ms if span is None else span.end_ms)
    return found


def now_ms() -> int:
    """The clock of this machine, which is the server's."""
    return int(time.time() * 1000)


def _database(data: Path) -> Path:
    (found,) = data.glob("*.db")
    return found
