"""Five hundred random corrections of sessions after the event: parts add up, breaks are zero, history stays (F18)."""

import random
from dataclasses import replace
from itertools import pairwise
from typing import Any

from sqlalchemy import select, text

from rollcall.actions import sessions
from rollcall.domain.checks.windows import SILENCE_MS
from rollcall.domain.errors import Conflict
from rollcall.domain.sessions import WallWindow
from rollcall.store import tables
from rollcall.store.database import Database
from tests.asking import LIFETIME, ask, tick
from tests.audience import Node, Viewer, add_place, pass_time
from tests.hall import T0, Hall, SetClock, open_hall
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


async def test_prompts_are_what_the_sessions_say_by_whatever_way_those_came(database: Database) -> None:
    """Edited back and forth is not edited: every cut ever seen again has the same prompts, to the last field (P5)."""
    hall, chance = await open_hall(database, "ann", "bob", "eve"), random.Random(5)
    sessions_of = Cuts(hall)
    await sessions_of.edit(chance)
    for moment in range(6):
        await ask_and_answer(hall, chance, moment)
        if moment % 2:
            await sessions_of.edit(chance)  # while prompts are open, some of them
    hall.wait(SILENCE_MS + 3 * LIFETIME)
    await tick(hall)
    seen: dict[Any, Any] = {}
    found: set[str] = set()
    again = 0
    for _ in range(EDITS // 2):
        await sessions_of.edit(chance)
        prompts = await sessions_of.prompts()
        found |= {row.state for row in prompts}
        again += sessions_of.cut() in seen
        assert seen.setdefault(sessions_of.cut(), prompts) == prompts
    assert again > EDITS // 10
    assert found == {"confirmed", "missed", "undelivered", "cancelled"}


async def ask_and_answer(hall: Hall, chance: random.Random, moment: int) -> None:
    """Ask everybody; each displays it or not, answers or not, on a network that is there or not."""
    for user in ("ann", "bob", "eve"):
        hall.join(user)
    check = await ask(hall)
    asked_ms = hall.now_ms
    for user in ("ann", "bob", "eve"):
        for play in ("laptop", "phone"):
            hall.clock.at_ms = asked_ms + chance.randrange(40_000)
            late_ms = chance.choice([0, 0, 90_000])
            if chance.random() < 0.5:
                await hall.mark(user, check.id, "shown", play=play, late_ms=late_ms)
                hall.wait(chance.randrange(LIFETIME + 10_000))
            if chance.random() < 0.3:
                await hall.mark(user, check.id, "answered", play=play, late_ms=late_ms)
    for _ in range(4):
        hall.clock.at_ms = max(hall.now_ms, asked_ms) + chance.randrange(LIFETIME)
        for user in ("ann", "bob", "eve"):
            await hall.hear(user, play=chance.choice(["laptop", "phone"]))
        await tick(hall)


class Cuts:
    """The sessions of a hall: a few windows on a coarse grid, made, moved and deleted in any order."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.windows: dict[Any, WallWindow] = {}

    def cut(self) -> tuple[WallWindow, ...]:
        return tuple(sorted(self.windows.values(), key=lambda window: window.starts_ms))

    async def edit(self, chance: random.Random) -> None:
        """Draw, move or delete a session; at most two stand at once, and none overlap."""
        if self.windows and chance.random() < 0.3:
            await self.delete(chance.choice(sorted(self.windows)))
            return
        starts_ms = T0 + chance.choice([0, 150_000])
        length_ms = chance.choice([None, 20_000, 130_000, 150_000])
        window = WallWindow(starts_ms, None if length_ms is None else starts_ms + length_ms)
        try:
            if len(self.windows) == 2 or (self.windows and chance.random() < 0.6):
                await self.move(chance.choice(sorted(self.windows)), window)
            else:
                await self.create(window)
        except Conflict as refused:
            assert refused.code == "sessions_overlap"  # noqa: PT017 - only some edits are refused

    async def create(self, window: WallWindow) -> None:
        hall = self.hall
        made, _ = await sessions.create_session(
            hall.db, hall.hub, hall.project_no, hall.code, "Block", window, "test", hall.now_ms
        )
        self.windows[made.id] = window

    async def move(self, code: str, window: WallWindow) -> None:
        hall = self.hall
        await sessions.change_session(
            hall.db, hall.hub, hall.project_no, hall.code, code,
            lambda session: replace(session, window=window), "test", hall.now_ms,
        )  # fmt: skip
        self.windows[code] = window

    async def delete(self, code: str) -> None:
        hall = self.hall
        await sessions.delete_session(
            hall.db, hall.hub, hall.project_no, hall.code, code, "test", hall.now_ms
        )
        del self.windows[code]

    async def prompts(self) -> Any:
        p = tables.prompts
        query = select(p).order_by(p.c.check_no, p.c.user_id)
        return await self.hall.db.read(lambda conn: conn.execute(query).all())
