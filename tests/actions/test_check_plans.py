"""Which check plans are taken, and what changing one does to the moments that were drawn."""

from dataclasses import replace

import pytest

from rollcall.actions import check_plans as actions
from rollcall.domain.checks.plan import Plan
from rollcall.domain.errors import Malformed, NotFound
from rollcall.store import check_plans
from rollcall.store.database import Database
from tests.hall import open_hall
from tests.planned import PLAN, SECOND, Event


async def test_a_plan_that_cannot_hold_is_refused_with_the_arithmetic(database: Database) -> None:
    event = Event(await open_hall(database))
    await event.begin(100)
    with pytest.raises(Malformed, match=r"100 s / 3 = 33 s"):
        await event.put(replace(PLAN, per_session=3))
    await event.put(replace(PLAN, per_session=1))
    event.hall.wait(100 * SECOND)
    await event.put(replace(PLAN, per_session=3))


@pytest.mark.parametrize(
    ("plan", "path"),
    [
        (replace(PLAN, every_min=(30, 45)), r"\$"),
        (replace(PLAN, every_s=None), r"\$"),
        (replace(PLAN, every_s=(60, 40)), r"\$.every_s"),
        (replace(PLAN, every_s=None, every_min=(45, 30)), r"\$.every_min"),
    ],
)
async def test_a_range_has_one_unit_and_the_right_order(
    sqlite_database: Database, plan: Plan, path: str
) -> None:
    event = Event(await open_hall(sqlite_database))
    with pytest.raises(Malformed, match=path):
        await event.put(plan)


async def test_the_same_plan_again_keeps_its_moments_and_another_draws_anew(database: Database) -> None:
    event = Event(await open_hall(database, "anna"))
    event.arrive("anna")
    stored = await event.put(PLAN)
    await event.begin()
    await event.live(2)
    hall = event.hall

    async def drawn() -> int:
        return len(await database.read(lambda conn: check_plans.draws_of(conn, hall.media_no)))

    assert await event.put(PLAN) == stored
    assert await drawn() == 1
    await event.put(replace(PLAN, sound=False))
    assert await drawn() == 0
    await actions.delete_plan(database, hall.project_no, hall.code, "test", hall.now_ms)
    with pytest.raises(NotFound):
        await actions.get_plan(database, hall.project_no, hall.code)
    await event.live(100)
    assert event.asked == {}


async def test_a_recording_has_no_moment_that_is_the_same_for_all(database: Database) -> None:
    event = Event(await open_hall(database, kind="recording"))
    with pytest.raises(Malformed, match=r"\$.per_participant"):
        await event.put(replace(PLAN, per_participant=False))
    assert (await event.put(PLAN)).plan == PLAN
