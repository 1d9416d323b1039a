"""One check asked of many players far away: their fates drawn from a seed, and what must have become of each prompt."""

import random
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from rollcall.actions.checks import NewCheck, create_check
from rollcall.domain.checks.windows import DELIVERY_MS, LAST_MS, SILENCE_MS
from rollcall.domain.ids import ProjectNo
from rollcall.store import tables
from rollcall.store.checks import Wording
from rollcall.store.database import Database
from tests.audience import Node, add_place
from tests.faults.distance import Distant, World
from tests.hall import SetClock

LIFETIME = 60_000
HOUR = 3_600_000
MINUTE = 60_000
STAGES = ("issued", "sent", "received", "shown", "answering", "answered")
BACK = (None, 20_000, 100_000, 240_000, 600_000)  # the last after every prompt has ended
Fate = dict[str, Any]


async def asked(
    database: Database, fates: Sequence[Fate], minutes: int
) -> tuple[list[Distant], dict[str, Any], int]:
    """Ask players with these fates one check; return them, their prompts by user, and the moment of issue."""
    users = [f"doctor-{number:04d}" for number in range(len(fates))]
    place = await database.write(lambda conn: add_place(conn, *users))
    clock = SetClock()
    world = World(Node(database, clock))
    players = [Distant(world, place, user, clock, **fate) for user, fate in zip(users, fates, strict=True)]
    for player in players:
        await player.begin()
    await world.run(clock.at_ms + 45_000)
    new = NewCheck(Wording("click", LIFETIME // 1000, False, None), None, None)
    issued_ms = clock.at_ms
    project_no = ProjectNo(place.project_no)
    await create_check(database, world.node.hub, project_no, place.code, new, "test", issued_ms)
    await world.run(issued_ms + minutes * MINUTE)
    query = select(tables.prompts).where(tables.prompts.c.media_no == place.media_no)
    rows = await database.read(lambda conn: conn.execute(query).all())
    return players, {row.user_id: row for row in rows}, issued_ms


def slow(count: int, seed: int) -> list[Fate]:
    """Draw fates of F21: prompts 2-60 s on their way, round trips of 20-3,000 ms, clocks an hour off."""
    source = random.Random(seed)
    fates: list[Fate] = []
    for _ in range(count):
        one_way = source.randint(10, 1_500)
        answers = source.random() < 0.7
        fates.append(
            {
                "up_ms": one_way,
                "down_ms": round(one_way * source.uniform(0.9, 1.1)),
                "stall_ms": source.randint(2_000, 60_000),
                "skew_ms": source.randint(-HOUR, HOUR) + HOUR,
                "render_ms": source.randint(20, 400),
                "after_ms": source.randint(500, LIFETIME - 1) if answers else None,
            }
        )
    return fates


def cut(each: int, seed: int, *, answers: bool) -> list[Fate]:
    """Draw fates of F22: the line cut at each stage, back after a while or never; `each` of every combination."""
    source = random.Random(seed)
    return [
        {
            "up_ms": source.randint(10, 400),
            "down_ms": source.randint(10, 400),
            "render_ms": source.randint(20, 900),
            "skew_ms": source.randint(0, HOUR),
            "after_ms": source.randint(1_000, 50_000) if answers else None,
            "stage": stage,
            "back_ms": None if back is None else back + source.randint(-5_000, 5_000),
        }
        for stage in STAGES
        for back in BACK
        for _ in range(each)
    ]


def wrongly_timed(players: Sequence[Distant], prompts: dict[str, Any]) -> list[str]:
    """Return what F21 forbids: an answer in time that is no confirmation, a lifetime that is off by over a second."""
    faults = []
    for player in players:
        row, truth = prompts[player.user_id], player.real
        if truth.shown_ms is None or abs(row.shown_ms - truth.shown_ms) > 1_000:
            faults.append(f"{player.user_id}: displayed at {truth.shown_ms}, recorded {row.shown_ms}")
        elif truth.answered_ms is not None:
            if row.state != "confirmed":
                faults.append(f"{player.user_id}: answered in time and {row.state}")
        elif row.state != "missed" or abs(row.expired_ms - truth.shown_ms - LIFETIME) > 1_000:
            faults.append(
                f"{player.user_id}: {row.state}, expired {row.expired_ms - truth.shown_ms} after display"
            )
    return faults


def expected(player: Distant, issued_ms: int) -> tuple[str, bool]:
    """Return outcome and lateness by the rule's words, from what really happened."""
    truth, given_up_ms = player.real, issued_ms + LIFETIME + DELIVERY_MS
    known_ms = truth.arrivals.get("shown", given_up_ms)
    if truth.shown_ms is None or truth.shown_ms >= given_up_ms:
        return "undelivered", False
    if "answered" not in truth.arrivals:
        return ("missed" if known_ms < given_up_ms else "undelivered"), False
    ends_ms = truth.shown_ms + LIFETIME + SILENCE_MS if known_ms < given_up_ms else given_up_ms
    return "confirmed", truth.arrivals["answered"] > ends_ms


def wrongly_ended(players: Sequence[Distant], prompts: dict[str, Any], issued_ms: int) -> list[str]:
    """Return what F22, I13 and I14 forbid."""
    faults = []
    for player in players:
        row, due = prompts[player.user_id], expected(player, issued_ms)
        if (row.state, row.late) != due or row.unshown:
            faults.append(
                f"{player.stage}, back after {player.back_ms}: {due} expected, {row.state} {row.late}"
            )
        if row.closed_ms is None or (row.closed_ms > issued_ms + LIFETIME + LAST_MS and not row.late):
            faults.append(f"{player.stage}, back after {player.back_ms}: final at {row.closed_ms}")
    return faults
