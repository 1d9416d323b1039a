"""The strict oracle: what a player was told is durable is in the database, before anybody can send it again.

A player that comes back sends again what the server lacks, and then nothing is missing any more. So the database of a
server that has died is copied as it lies there, and held against the receipts of every player: the rows that were
acknowledged, as they had been sent; the prompts that came, which are durable before they are sent; and the
confirmations that were told.
"""

import shutil
import sqlite3
import tempfile
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.server.player import Message

FILES = (
    "rollcall.db",
    "rollcall.db-wal",
)  # the index of the log is made anew, as after a crash of the machine


@dataclass(slots=True)
class Receipts:
    """What one play was told: `rows` by number, the issue of each prompt in ms, and which checks are confirmed."""

    play: str
    rows: dict[int, Message] = field(default_factory=dict)
    issued: dict[str, int] = field(default_factory=dict)
    confirmed: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.rows) + len(self.issued) + len(self.confirmed)


@dataclass(slots=True)
class Inspected:
    """What databases lacked: `databases` were looked at, and `receipts` held against them."""

    databases: int = 0
    receipts: int = 0
    faults: list[str] = field(default_factory=list)

    def inspect(self, db: sqlite3.Connection, receipts: Iterable[Receipts]) -> None:
        """Hold receipts against one database."""
        self.databases += 1
        for each in receipts:
            self.receipts += len(each)
            self.faults += [f"database {self.databases}: {each.play}: {fault}" for fault in lacking(db, each)]


@contextmanager
def copied(data: Path) -> Iterator[sqlite3.Connection]:
    """Open a copy of the database of a server that is dead; the server's own files stay as they are."""
    with tempfile.TemporaryDirectory(prefix="rollcall-copy-") as folder:
        for name in FILES:
            if (data / name).exists():
                shutil.copy(data / name, folder)
        with closing(sqlite3.connect(Path(folder) / FILES[0])) as db:
            yield db


@contextmanager
def beside(data: Path) -> Iterator[sqlite3.Connection]:
    """Open the database of a server that lives, to read only."""
    with closing(sqlite3.connect(f"file:{data / FILES[0]}?mode=ro", uri=True)) as db:
        yield db


def lacking(db: sqlite3.Connection, receipts: Receipts) -> list[str]:
    """Return what the database lacks of the receipts of one play."""
    db.row_factory = sqlite3.Row
    play = db.execute("select * from plays where code = ?", [receipts.play]).fetchone()
    if play is None:
        return [f"the play is gone, with {len(receipts.rows)} rows acknowledged"]
    faults = [f"{fault} was acknowledged" for fault in _lacking_rows(db, play["no"], receipts.rows)]
    if play["applied"] < (last := max(receipts.rows, default=0)):
        faults.append(f"row {last} was acknowledged, {play['applied']} is the last")
    return faults + _lacking_prompts(db, play["user_id"], receipts)


def _lacking_rows(db: sqlite3.Connection, play_no: int, rows: dict[int, Message]) -> Iterator[str]:
    spans = db.execute("select * from spans where play_no = ? order by first_seq", [play_no]).fetchall()
    firsts = [span["first_seq"] for span in spans]
    marks = {
        mark["seq"]: (mark["mark"], mark["check_code"])
        for mark in db.execute("select * from marks where play_no = ?", [play_no])
    }
    for seq, row in rows.items():
        if row["row"] == "mark":
            if marks.get(seq) != (row["mark"], row["check"]):
                yield f"mark {seq} ({row['mark']} of {row['check']})"
        elif not ((at := bisect_right(firsts, seq)) and _holds(spans[at - 1], row)):
            yield f"beat {seq} up to {row['to_ms']} ms"


def _holds(span: Any, beat: Message) -> bool:
    """Tell whether a span reaches at least as far as a beat."""
    return bool(
        span["last_seq"] >= beat["seq"]
        and span["state"] == beat["state"]
        and span["player_from_ms"] <= beat["from_ms"]
        and span["player_to_ms"] >= beat["to_ms"]
        and span["content_from_ms"] <= beat["media_from_ms"]
        and span["content_to_ms"] >= beat["media_to_ms"]
    )


def _lacking_prompts(db: sqlite3.Connection, user_id: str, receipts: Receipts) -> list[str]:
    query = """select checks.code, prompts.state, prompts.issued_ms from prompts
        join checks on checks.no = prompts.check_no where user_id = ?"""
    stored = {prompt["code"]: prompt for prompt in db.execute(query, [user_id])}
    unissued = [
        f"prompt {check} of {issued_ms} was sent"
        for check, issued_ms in receipts.issued.items()
        if check not in stored or stored[check]["issued_ms"] < issued_ms
    ]
    return unissued + [
        f"prompt {check} was told to be confirmed"
        for check in sorted(receipts.confirmed)
        if check not in stored or stored[check]["state"] != "confirmed"
    ]
