"""The strict oracle can fail: whatever is forged away of what a player was told is found, and nothing else is."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.faults.receipts import Inspected, Receipts, beside, copied, lacking

PLAY, CHECK, ISSUED_MS = "PLAYPLAY", "CHECKONE", 5_000


def beat(seq: int, from_ms: int, to_ms: int, state: str = "playing") -> dict[str, Any]:
    content = {"media_from_ms": from_ms + 100, "media_to_ms": to_ms + 100}
    return {"row": "beat", "seq": seq, "state": state, "from_ms": from_ms, "to_ms": to_ms} | content


def mark(seq: int, kind: str) -> dict[str, Any]:
    return {"row": "mark", "seq": seq, "mark": kind, "check": CHECK}


ROWS = [beat(1, 0, 10), beat(2, 10, 20), mark(3, "shown"), beat(4, 20, 30), beat(5, 30, 40, "paused")]
RECEIPTS = Receipts(PLAY, {row["seq"]: row for row in ROWS}, {CHECK: ISSUED_MS}, {CHECK})
SPANS = [
    {"first_seq": 1, "last_seq": 4, "state": "playing", "player_from_ms": 0, "player_to_ms": 30},
    {"first_seq": 5, "last_seq": 5, "state": "paused", "player_from_ms": 30, "player_to_ms": 40},
]


def insert(db: sqlite3.Connection, table: str, **values: object) -> None:
    """Insert a row of the real table; what does not matter here is zero."""
    wanted = [name for _, name, _, required, *_ in db.execute(f"pragma table_info({table})") if required]
    row = dict.fromkeys(wanted, 0) | values
    names, places = ", ".join(row), ", ".join("?" * len(row))
    db.execute(f"insert into {table} ({names}) values ({places})", list(row.values()))


@pytest.fixture
def data(sqlite_template: Path, tmp_path: Path) -> Path:
    """Return the data of a server that has stored everything that the receipts speak of."""
    shutil.copy(sqlite_template, tmp_path / "rollcall.db")
    with closing(sqlite3.connect(tmp_path / "rollcall.db")) as db, db:
        insert(db, "plays", no=1, code=PLAY, user_id="d-1", applied=5)
        for ordinal, span in enumerate(SPANS, 1):
            content = {f"content_{end}_ms": span[f"player_{end}_ms"] + 100 for end in ("from", "to")}  # type: ignore[operator]
            insert(db, "spans", play_no=1, ordinal=ordinal, **span, **content)
        insert(db, "marks", play_no=1, seq=3, mark="shown", check_code=CHECK)
        insert(db, "checks", no=1, code=CHECK)
        insert(db, "prompts", check_no=1, user_id="d-1", state="confirmed", issued_ms=ISSUED_MS)
    return tmp_path


@pytest.fixture
def living(data: Path) -> Iterator[sqlite3.Connection]:
    """Return the connection of a server that lives: its log is written and not yet put into the file."""
    with closing(sqlite3.connect(data / "rollcall.db")) as db:
        db.execute("pragma wal_autocheckpoint=0")
        yield db


def test_nothing_lacks_where_everything_is_stored(data: Path) -> None:
    with copied(data) as db:
        assert lacking(db, RECEIPTS) == []
        assert lacking(db, Receipts(PLAY)) == []


@pytest.mark.parametrize(
    ("forging", "fault"),
    [
        ("delete from plays", "the play is gone, with 5 rows acknowledged"),
        ("update plays set applied = 4", "row 5 was acknowledged, 4 is the last"),
        ("delete from spans where ordinal = 2", "beat 5 up to 40 ms was acknowledged"),
        ("update spans set last_seq = 2 where ordinal = 1", "beat 4 up to 30 ms was acknowledged"),
        ("update spans set player_to_ms = 29 where ordinal = 1", "beat 4 up to 30 ms was acknowledged"),
        ("update spans set content_to_ms = 129 where ordinal = 1", "beat 4 up to 30 ms was acknowledged"),
        ("update spans set player_from_ms = 1 where ordinal = 1", "beat 1 up to 10 ms was acknowledged"),
        ("update spans set content_from_ms = 101 where ordinal = 1", "beat 1 up to 10 ms was acknowledged"),
        ("update spans set state = 'playing' where ordinal = 2", "beat 5 up to 40 ms was acknowledged"),
        ("update spans set first_seq = 2 where ordinal = 1", "beat 1 up to 10 ms was acknowledged"),
        ("delete from marks", f"mark 3 (shown of {CHECK}) was acknowledged"),
        ("update marks set mark = 'received'", f"mark 3 (shown of {CHECK}) was acknowledged"),
        ("update prompts set issued_ms = 4999", f"prompt {CHECK} of {ISSUED_MS} was sent"),
        ("update prompts set state = 'issued'", f"prompt {CHECK} was told to be confirmed"),
    ],
)
def test_whatever_is_lost_is_found(data: Path, forging: str, fault: str) -> None:
    with closing(sqlite3.connect(data / "rollcall.db")) as db, db:
        db.execute(forging)
    with copied(data) as db:
        assert lacking(db, RECEIPTS) == [fault]


def test_a_prompt_that_is_not_stored_was_neither_sent_nor_confirmed(data: Path) -> None:
    with closing(sqlite3.connect(data / "rollcall.db")) as db, db:
        db.execute("delete from prompts")
    with copied(data) as db:
        assert len(lacking(db, RECEIPTS)) == 2


def test_what_is_only_in_the_log_is_there_and_what_is_not_committed_is_not(
    data: Path, living: sqlite3.Connection
) -> None:
    """A copy is what a crash leaves: with the log, without what nobody committed, and nothing is changed by it."""
    living.execute("update plays set applied = 6")
    living.commit()
    living.execute("update plays set applied = 7")
    log = (data / "rollcall.db-wal").read_bytes()
    with copied(data) as dead, beside(data) as read:
        assert [db.execute("select applied from plays").fetchone()[0] for db in (dead, read)] == [6, 6]
    assert (data / "rollcall.db-wal").read_bytes() == log != b""


def test_a_loss_stays_found_when_the_player_has_sent_it_again(data: Path) -> None:
    """The reason for it all: afterwards nothing lacks any more."""
    seen = Inspected()
    with closing(sqlite3.connect(data / "rollcall.db")) as db:
        for applied in (4, 5):
            with db:
                db.execute("update plays set applied = ?", [applied])
            with copied(data) as copy:
                seen.inspect(copy, [RECEIPTS])
    assert seen.faults == [f"database 1: {PLAY}: row 5 was acknowledged, 4 is the last"]
    assert (seen.databases, seen.receipts) == (2, 14)
