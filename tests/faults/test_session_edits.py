"""Five hundred random corrections of sessions after the event: parts add up, breaks are zero, history stays (F18)."""

import random
from itertools import pairwise
from typing import Any

from sqlalchemy import text

from rollcall.store.database import Database
from tests.audience import Node, Viewer, add_place, pass_time
from tests.hall import T0, SetClock
from tests.model.organiser import GRID_MS, Organiser
from tests.reports import read_json, read_report

EDITS = 500
LENGTH_MS = 16 * GRID_MS
REVISIONS = """
    SELECT session_no, revision, "values", actor, at_ms FROM session_revisions WHERE project_no = :project
    ORDER BY session_no, revision
"""


async def test_five_hundred_corrections_keep_every_total_exact(sqlite_database: Database) -> None:
    database, chance, clock = sqlite_database, random.Random(18), SetClock(T0)
    place = await database.write(lambda conn: add_place(conn, "ann", "bob"))
    node = Node(database, clock)
    viewers = [await Viewer(place, user, clock).open(node) for user in ("ann", "bob", "bob")]
    for _ in range(12):
        await pass_time(node, viewers, clock.at_ms + chance.randrange(LENGTH_MS // 6))
        chance.choice(viewers).change(state=chance.choice(["playing", "paused"]))
    await node.commit()
    clock.at_ms += LENGTH_MS
    organiser = Organiser(database, node, place)
    known: dict[Any, Any] = {}
    for _ in range(EDITS):
        a, b = chance.randrange(8), chance.randrange(8)
        await organiser.edit(chance.randrange(6), a, b, lambda: totals(database, place.code, clock.at_ms))
        compare(database, organiser, viewers)
        known = keep(database, place.project_no, known)
    assert len(known) > EDITS // 4
    read_report(database, place.code, clock.at_ms)


def totals(database: Database, code: str, now_ms: int) -> dict[str, int]:
    report = read_json(database, code, now_ms)
    return {row["user_id"]: row["watched_ms"] for row in report["participants"]}


def compare(database: Database, organiser: Organiser, viewers: list[Viewer]) -> None:
    """Each session holds what was played in it, the total is their sum, and what lies in none is nothing."""
    report = read_json(database, organiser.hall.code, organiser.now_ms)
    for row in report["participants"]:
        mine = [viewer for viewer in viewers if viewer.user_id == row["user_id"]]
        told = {session["session_id"]: session["watched_ms"] for session in row["sessions"]}
        assert told == {
            code: played_in(mine, session.starts_ms, session.ends_ms or organiser.now_ms)
            for code, session in organiser.sessions.items()
        }
        assert row["watched_ms"] == sum(told.values())


def played_in(viewers: list[Viewer], starts_ms: int, ends_ms: int) -> int:
    """Count by hand how long any of these played in a window."""
    stretches = [(max(a, starts_ms), min(b, ends_ms)) for viewer in viewers for a, b in viewer.played()]
    cuts = sorted({moment for stretch in stretches if stretch[0] < stretch[1] for moment in stretch})
    return sum(
        end - start for start, end in pairwise(cuts) if any(a <= start and end <= b for a, b in stretches)
    )


def keep(database: Database, project_no: int, known: dict[Any, Any]) -> dict[Any, Any]:
    """Return all revisions; those that were known before have not changed."""
    values = {"project": project_no}
    rows = database.read_now(lambda conn: conn.execute(text(REVISIONS), values).all())
    found = {(row[0], row[1]): tuple(row[2:]) for row in rows}
    assert {key: found.get(key) for key in known} == known
    return found
