"""F21-F23 and I13-I14 in simulated time against the real actions and store: checks across slow and broken networks.

Latency, skew and cuts are drawn from a seed; each player's truth decides what must have become of its prompt.
"""

import random
from typing import Any

import pytest
from sqlalchemy import select

from rollcall.actions.checks import NewCheck, create_check
from rollcall.domain.checks.threshold import ShareThreshold, Tally, judge
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


async def asked(
    database: Database, fates: list[dict[str, Any]], minutes: int
) -> tuple[list[Distant], dict[str, Any], int]:
    """Ask players with these fates one check; return them, their prompts by user, and the moment of issue."""
    users = [f"doctor-{number:03d}" for number in range(len(fates))]
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


async def test_f21_latency_round_trips_and_skew_make_no_wrong_miss(sqlite_database: Database) -> None:
    source = random.Random(21)
    fates = []
    for _ in range(100):
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
    players, prompts, _ = await asked(sqlite_database, fates, minutes=9)
    wrong = []
    for player in players:
        row, truth = prompts[player.user_id], player.real
        assert truth.shown_ms is not None
        if truth.answered_ms is None:
            assert row.state == "missed"
            assert abs(row.expired_ms - truth.shown_ms - LIFETIME) <= 1_000
        elif row.state != "confirmed":
            wrong.append((player.user_id, row))
        assert abs(row.shown_ms - truth.shown_ms) <= 1_000
    assert wrong == []


STAGES = ("issued", "sent", "received", "shown", "answering", "answered")
BACK = (None, 20_000, 100_000, 240_000, 1_200_000)


@pytest.mark.parametrize("answers", [True, False])
async def test_f22_a_line_cut_anywhere_has_the_outcome_of_what_really_happened(
    sqlite_database: Database, answers: bool
) -> None:
    source = random.Random(22)
    fates = [
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
        for _ in range(2)
    ]
    players, prompts, issued_ms = await asked(sqlite_database, fates, minutes=24)
    outcomes: dict[tuple[str, bool], int] = {}
    for player in players:
        row = prompts[player.user_id]
        due = expected(player, issued_ms)
        assert (row.state, row.late) == due, (player.stage, player.back_ms, player.real, row)
        assert not row.unshown
        assert row.closed_ms <= issued_ms + LIFETIME + LAST_MS or row.late
        outcomes[due] = outcomes.get(due, 0) + 1


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


async def test_f23_a_player_that_suppresses_prompts_leaves_them_unshown(sqlite_database: Database) -> None:
    fates: list[dict[str, Any]] = [
        {"suppresses": True},
        {"suppresses": True, "up_ms": 900},
        {"after_ms": 5_000},
    ]
    players, prompts, issued_ms = await asked(sqlite_database, fates, minutes=4)
    *liars, honest = (prompts[player.user_id] for player in players)
    for row in liars:
        assert (row.state, row.unshown, row.shown_ms) == ("undelivered", True, None)
        assert row.arrived_ms - issued_ms <= 2 * 10_000
    assert (honest.state, honest.unshown) == ("confirmed", False)
    suppressed_all, one_of_three = Tally(undelivered=9), Tally(confirmed=3, undelivered=6)
    for tally in (suppressed_all, one_of_three):
        assert judge(ShareThreshold(70), tally).result == "not_assessable"
