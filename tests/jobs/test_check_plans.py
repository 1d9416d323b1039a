"""Check plans on both engines: personal and common moments, durable over a restart, nothing told about the future."""

import random
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from rollcall.actions import check_plans as actions
from rollcall.domain.checks.windows import DELIVERY_MS
from rollcall.domain.ids import UserId
from rollcall.domain.intervals import Interval
from rollcall.jobs import check_plans as plan_job
from rollcall.jobs import prompts as prompt_job
from rollcall.store import check_plans, tables
from rollcall.store.database import Database
from tests.hall import T0, Hall, open_hall
from tests.planned import PLAN, SECOND, Event


async def test_each_participant_has_moments_of_their_own_and_one_check_holds_each_control(
    database: Database,
) -> None:
    event = Event(await open_hall(database, "anna", "boris"))
    event.arrive("anna", "boris")
    session = await event.begin()
    await event.put(PLAN)
    await event.live(130)
    anna, boris = event.asked["anna"], event.asked["boris"]
    assert anna != boris
    for moments in (anna, boris):
        gaps = [later - sooner for sooner, later in zip([1, *moments], moments, strict=False)]
        assert all(40 <= gap <= 61 for gap in gaps), gaps
    expected = [
        (session.no, ordinal, min(at), max(at))
        for ordinal, at in enumerate(zip(anna[:2], boris[:2], strict=True), 1)
    ]
    assert (await event.checks())[:2] == expected


async def test_nobody_is_asked_in_a_break_while_away_or_near_the_end(database: Database) -> None:
    event = Event(await open_hall(database, "anna", "boris"))
    event.arrive("anna", "boris")
    await event.put(replace(PLAN, every_s=(5, 8)))
    await event.live(20, away=("boris",))
    assert event.asked == {}
    await event.begin(100)
    await event.live(100, away=("boris",))
    assert set(event.asked) == {"anna"}
    assert min(event.asked["anna"]) > 20
    assert max(event.asked["anna"]) <= 20 + 100 - 50
    await event.live(20)
    assert max(event.asked["anna"]) <= 20 + 100 - 50


async def test_moments_survive_a_restart(database: Database) -> None:
    def event_of(hall: Hall) -> Event:
        event = Event(hall, seed=5)
        event.arrive("anna")
        return event

    first = event_of(await open_hall(database, "anna"))
    await first.begin()
    await first.put(PLAN)
    await first.live(20)
    drawn = await database.read(lambda conn: check_plans.draws_of(conn, first.hall.media_no))
    again = event_of(first.hall)
    again.playing.set_baseline(first.hall.media_no, UserId("anna"), [Interval(T0, T0 + 20 * SECOND)])
    again.source = random.Random(99)
    await plan_job.run_once(database, again.hall.hub, again.playing, again.hall.clock, again.source.randint)
    await again.live(45)
    due_ms = drawn[UserId("anna")].due_played_ms
    assert due_ms is not None
    assert again.asked["anna"][0] == -(-due_ms // SECOND)


async def test_parts_ask_everybody_exactly_m_times(database: Database) -> None:
    event = Event(await open_hall(database, "anna", "boris"), seed=3)
    event.arrive("anna", "boris")
    await event.put(replace(PLAN, per_session=2))
    session = await event.begin(160)
    await event.live(160)
    for moments in event.asked.values():
        assert len(moments) == 2
        assert moments[0] <= 81 <= moments[1] + 1 <= 112
    assert [(no, ordinal) for no, ordinal, _, _ in await event.checks()] == [(session.no, 1), (session.no, 2)]


async def test_an_undelivered_control_is_asked_again_in_its_part(database: Database) -> None:
    event = Event(await open_hall(database, "anna"), seed=2)
    event.arrive("anna")
    await event.put(replace(PLAN, per_session=1))
    await event.begin(1000)
    hall = event.hall

    def early(low: int, high: int) -> int:
        return min(high, low + 10 * SECOND)

    async def run(seconds: int) -> None:
        for _ in range(seconds):
            event.playing.note(
                hall.media_no, UserId("anna"), hall.now_ms, hall.now_ms + SECOND, hall.now_ms + SECOND
            )
            hall.wait(SECOND)
            await plan_job.run_once(hall.db, hall.hub, event.playing, hall.clock, early)
            await prompt_job.run_once(hall.db, hall.hub, hall.clock, hall.arrivals)

    await run(12 + (20_000 + DELIVERY_MS) // SECOND)
    check = event.screens["anna"].got[0]["check"]
    assert await hall.states(check) == {"anna": "undelivered"}
    await run(12)
    assert event.screens["anna"].types() == ["prompt", "prompt_closed", "prompt"]
    assert {message["check"] for message in event.screens["anna"].got} == {check}
    assert await hall.states(check) == {"anna": "issued"}
    await hall.mark("anna", check, "shown", "answered")
    assert await hall.states(check) == {"anna": "confirmed"}
    assert len(await event.checks()) == 1


@pytest.mark.parametrize(
    ("then", "unshown", "again"),
    [("runs on", True, False), ("is silent", False, False), ("wakes", False, True)],
)
async def test_a_control_that_a_player_had_is_asked_again_only_once_it_has_told_that_it_kept_nothing_from_view(
    database: Database, then: str, unshown: bool, again: bool
) -> None:
    event = Event(await open_hall(database, "anna"), seed=2)
    event.arrive("anna")
    await event.put(replace(PLAN, per_session=1))
    session_s = 900
    await event.begin(session_s)
    hall = event.hall
    while not event.asked:
        await event.live(1, answers=False)
    issued_ms = hall.now_ms
    await hall.arrive("anna", await only_check(hall))
    await event.live(3, answers=False)
    await hall.hear("anna")
    for _ in range((20_000 + DELIVERY_MS) // SECOND):
        await event.live(1, answers=False)
        if then == "runs on":
            await hall.hear("anna", since_ms=issued_ms)
    row = await hall.prompt("anna", await only_check(hall))
    assert (row.state, row.unshown) == ("undelivered", unshown)
    if then == "wakes":
        await hall.hear("anna", since_ms=hall.now_ms - SECOND)
    await event.live(session_s - (hall.now_ms - T0) // SECOND, answers=False)
    assert (len(event.asked["anna"]) > 1) is again
    row = await hall.prompt("anna", await only_check(hall))
    assert (row.issues, row.unshown) == (len(event.asked["anna"]), unshown)


async def only_check(hall: Hall) -> str:
    query = select(tables.checks.c.code)
    return str(await hall.db.read(lambda conn: conn.execute(query).scalar_one()))


async def test_a_common_moment_asks_all_within_the_jitter(database: Database) -> None:
    users = [f"doctor-{number}" for number in range(8)]
    event = Event(await open_hall(database, *users))
    event.arrive(*users)
    await event.put(replace(PLAN, per_participant=False))
    await event.begin()
    await event.live(85)
    moments = [event.asked[user_id][0] for user_id in users]
    assert max(moments) - min(moments) <= 21
    assert len(set(moments)) > 1
    assert [len(event.asked[user_id]) for user_id in users] == [1] * 8
    assert [(ordinal, first, last) for _, ordinal, first, last in await event.checks()] == [
        (1, min(moments), max(moments))
    ]


async def test_a_pause_asks_nobody_and_resuming_asks_nobody_at_once(database: Database) -> None:
    event = Event(await open_hall(database, "anna"))
    event.arrive("anna")
    await event.put(PLAN)
    await event.begin()
    await event.live(10)
    hall = event.hall
    await actions.set_paused(database, hall.project_no, hall.code, True, "test", hall.now_ms)
    await event.live(90)
    assert event.asked == {}
    await actions.set_paused(database, hall.project_no, hall.code, False, "test", hall.now_ms)
    await event.live(62)
    assert len(event.asked["anna"]) == 1
    assert 140 <= event.asked["anna"][0] <= 162


async def test_one_prompt_of_the_plan_at_a_time(database: Database) -> None:
    event = Event(await open_hall(database, "anna"))
    event.arrive("anna")
    await event.put(replace(PLAN, every_s=(3, 4)))
    await event.begin()
    await event.live(45, answers=False)
    gaps = [
        later - sooner for sooner, later in zip(event.asked["anna"], event.asked["anna"][1:], strict=False)
    ]
    assert gaps
    assert min(gaps) >= 20


async def test_a_cancelled_control_is_not_asked_of_the_others(database: Database) -> None:
    event = Event(await open_hall(database, "anna", "boris"))
    event.arrive("anna", "boris")
    await event.put(PLAN)
    await event.begin()
    while not event.asked:
        await event.live(1)
    await database.write(lambda conn: conn.execute(update(tables.checks).values(state="cancelled")))
    (asked,) = event.asked
    await event.live(62 - len(event.asked[asked]))
    first = await event.checks()
    assert first[0][1] == 1
    assert first[0][2] == first[0][3]


async def test_no_byte_sent_before_a_prompt_depends_on_the_plan(database: Database) -> None:
    """Invariant I16: a player learns of a moment when it has come, and of nothing before."""
    event = Event(await open_hall(database, "anna"))
    screen = event.hall.join("anna")
    await event.put(PLAN)
    await event.begin()
    hall = event.hall
    for _ in range(39):
        event.playing.note(
            hall.media_no, UserId("anna"), hall.now_ms, hall.now_ms + SECOND, hall.now_ms + SECOND
        )
        hall.wait(SECOND)
        await plan_job.run_once(hall.db, hall.hub, event.playing, hall.clock, event.source.randint)
        await prompt_job.run_once(hall.db, hall.hub, hall.clock, hall.arrivals)
    assert screen.got == []


async def test_whoever_earns_live_time_is_asked_however_late_its_proof_comes(database: Database) -> None:
    """A player that reports each 24 s, half a minute late, and ends each report with a pause."""
    event = Event(await open_hall(database, "anna", "boris"), seed=4)
    event.arrive("anna", "boris")
    await event.begin()
    await event.put(PLAN)
    hall, late_s = event.hall, 29
    for second in range(600):
        await event.live(1, away=("boris",))
        if second % 24 == 0 and second > late_s:
            start_ms = hall.now_ms - (late_s + 9) * SECOND
            event.playing.note(hall.media_no, UserId("boris"), start_ms, start_ms + 9 * SECOND, hall.now_ms)
    assert len(event.asked["anna"]) >= 600 // 60
    assert len(event.asked["boris"]) >= (600 - late_s) * 9 // 24 // 60


async def test_who_has_left_is_not_asked_whatever_was_proven_a_moment_ago(database: Database) -> None:
    event = Event(await open_hall(database, "anna", "boris"), seed=4)
    event.arrive("anna", "boris")
    await event.begin()
    await event.put(PLAN)
    event.hall.hub.room(event.hall.media_no).discard(event.screens["boris"])
    await event.live(70)  # the last words of boris come on and on, from a page that is gone
    assert event.asked.keys() == {"anna"}
    assert [user for user, *_ in await issued(event)] == ["anna"]


async def test_who_comes_for_a_moment_now_and_then_is_asked_too(database: Database) -> None:
    event = Event(await open_hall(database, "anna"), seed=4)
    event.arrive("anna")
    await event.begin()
    await event.put(PLAN)
    hall, screen = event.hall, event.screens["anna"]
    for second in range(300):
        if second % 24 == 0:
            hall.hub.room(hall.media_no).add(screen)
            event.playing.note(
                hall.media_no, UserId("anna"), hall.now_ms - 24 * SECOND, hall.now_ms, hall.now_ms
            )
        hall.hub.room(hall.media_no).discard(screen)
        await event.live(1, away=("anna",))
    assert len(await issued(event)) >= 2


async def issued(event: Event) -> list[tuple[str, int]]:
    """Return who was asked, and when."""
    t = tables.prompts.c
    query = select(t.user_id, t.issued_ms).order_by(t.issued_ms)
    rows = await event.hall.db.read(lambda conn: conn.execute(query).all())
    return [(row.user_id, row.issued_ms) for row in rows]
