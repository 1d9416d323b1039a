"""The log of our own outages on real databases, with a clock that is set: starts, standstills, silence of many."""

from typing import Any

from sqlalchemy import insert, select

from rollcall.domain.ids import ProjectNo, UserId
from rollcall.jobs.outages import DEAF_MS, OwnLog
from rollcall.live.hub import Hub
from rollcall.live.voices import Participant, Voices
from rollcall.store import tables
from rollcall.store.database import Database
from tests.asking import LIFETIME, ask, tick
from tests.hall import T0, SetClock, open_hall

S = 1000


async def rows(db: Database) -> list[tuple[Any, ...]]:
    c = tables.outages.c
    query = select(c.source, c.node, c.from_ms, c.to_ms, c.project_no).order_by(c.no)
    return [tuple(row) for row in await db.read(lambda conn: conn.execute(query).all())]


async def beats(db: Database) -> dict[str, int]:
    query = select(tables.self_beats)
    return {row.node: row.at_ms for row in await db.read(lambda conn: conn.execute(query).all())}


def node(db: Database, clock: SetClock, name: str = "main", voices: Voices | None = None) -> OwnLog:
    return OwnLog(db, clock, Hub(), name, voices or Voices())


async def run(log: OwnLog, clock: SetClock, seconds: int) -> None:
    for _ in range(seconds):
        clock.at_ms += S
        await log.beat()


async def test_the_first_start_of_all_is_no_outage_and_beats_are_kept(database: Database) -> None:
    clock = SetClock()
    log = node(database, clock)
    await log.begin()
    await log.answers()
    await run(log, clock, 5)
    assert await rows(database) == []
    assert await beats(database) == {"main": T0 + 5 * S}


async def test_the_time_between_the_last_beat_and_the_first_answer_is_an_outage(database: Database) -> None:
    clock = SetClock()
    before = node(database, clock)
    await before.begin()
    await run(before, clock, 2)
    clock.at_ms += 600 * S
    after = node(database, clock)
    await after.begin()
    assert await rows(database) == [("down", "main", T0 + 2 * S, T0 + 602 * S, None)]
    clock.at_ms += 1_500  # until the port answers
    await after.answers()
    await run(after, clock, 3)
    assert await rows(database) == [("down", "main", T0 + 2 * S, T0 + 603_500, None)]


async def test_a_clean_stop_beats_no_more_from_the_moment_viewers_are_sent_away(database: Database) -> None:
    clock = SetClock()
    before = node(database, clock)
    await before.begin()
    await run(before, clock, 2)
    before.leave()
    await run(before, clock, 4)
    after = node(database, clock)
    await after.begin()
    assert await rows(database) == [("down", "main", T0 + 2 * S, T0 + 6 * S, None)]


async def test_a_quick_restart_is_none(database: Database) -> None:
    clock = SetClock()
    before = node(database, clock)
    await before.begin()
    clock.at_ms += 3 * S
    await node(database, clock).begin()
    assert await rows(database) == []


async def test_while_another_node_runs_a_start_is_no_outage(database: Database) -> None:
    clock = SetClock()
    await node(database, clock, "a").begin()
    clock.at_ms += 600 * S
    other = node(database, clock, "b")
    await other.begin()
    assert await rows(database) == [("down", "b", T0, T0 + 600 * S, None)]
    await run(other, clock, 60)
    await node(database, clock, "a").begin()
    assert len(await rows(database)) == 1


async def test_a_standstill_while_running_is_an_outage(database: Database) -> None:
    clock = SetClock()
    log = node(database, clock)
    await log.begin()
    await log.answers()
    await run(log, clock, 2)
    clock.at_ms += 5 * S
    await log.beat()
    assert await rows(database) == []
    clock.at_ms += 5_001
    await log.beat()
    await run(log, clock, 2)
    assert await rows(database) == [("down", "main", T0 + 7 * S, T0 + 12_001, None)]


async def test_a_silence_of_many_is_on_record_once_they_are_back(database: Database) -> None:
    clock, voices = SetClock(), Voices()
    people = [Participant(ProjectNo(1), UserId(f"u{n}")) for n in range(40)]
    log = node(database, clock, voices=voices)
    await log.begin()
    for who in people:
        voices.joined(who, clock.at_ms)
    await run(log, clock, 5)
    for who in people[:12]:
        voices.parted(who, clock.at_ms, goodbye=False)
    for second in range(40):
        for who in people[12:]:
            voices.heard(who, clock.at_ms)
        await run(log, clock, 1)
        assert await rows(database) == [], second
    for who in people[:7]:
        voices.joined(who, clock.at_ms)
    await run(log, clock, 30)
    assert await rows(database) == [("silence", "main", T0, T0 + 46 * S, 1)]


def crowd(project_no: int, size: int) -> list[Participant]:
    return [Participant(ProjectNo(project_no), UserId(f"u{n}")) for n in range(size)]


async def silences(database: Database, there: list[Participant], away: list[Participant]) -> list[Any]:
    """Return what is on record after those `away` were cut off for half a minute, as (project, from, to)."""
    clock, voices = SetClock(), Voices()
    log = node(database, clock, voices=voices)
    await log.begin()
    for who in there:
        voices.joined(who, clock.at_ms)
    for who in away:
        voices.parted(who, clock.at_ms, goodbye=False)
    for _ in range(30):
        for who in set(there) - set(away):
            voices.heard(who, clock.at_ms)
        await run(log, clock, 1)
    for who in away:
        voices.joined(who, clock.at_ms)
    await run(log, clock, 2)
    return [(project_no, start - T0, end - T0) for _, _, start, end, project_no in await rows(database)]


async def test_a_silence_is_that_of_the_project_whose_viewers_they_are(database: Database) -> None:
    small, large = crowd(1, 12), crowd(2, 400)
    assert await silences(database, [*small, *large], small[:10]) == [(1, 0, 31 * S)]


async def test_few_of_each_of_many_projects_are_a_silence_of_none(database: Database) -> None:
    people = [who for number in range(1, 6) for who in crowd(number, 9)]
    assert await silences(database, people, people) == []


async def test_where_several_projects_fall_silent_each_has_its_own(database: Database) -> None:
    one, two, three = crowd(1, 20), crowd(2, 30), crowd(3, 80)
    away = [*one[:10], *two, *three[:15]]
    assert await silences(database, [*one, *two, *three], away) == [(1, 0, 31 * S), (2, 0, 31 * S)]


async def test_a_silence_judges_the_misses_of_its_own_project_alone(database: Database) -> None:
    """Ten who are cut off excuse nobody of another organiser, however that one's checks ended."""
    hall, neighbour = await open_hall(database, "anna"), await open_hall(database, "anna")
    neighbour.hub, neighbour.clock = hall.hub, hall.clock
    checks = []
    for each in (hall, neighbour):
        each.join("anna")
        checks.append((each, await ask(each)))
        await each.mark("anna", checks[-1][1].id, "shown")
    voices = Voices()
    log = node(database, hall.clock, voices=voices)
    await log.begin()
    away, there = crowd(int(hall.project_no), 10), crowd(int(neighbour.project_no), 40)
    for who in [*away, *there]:
        voices.joined(who, hall.now_ms)
    for who in away:
        voices.parted(who, hall.now_ms, goodbye=False)
    for _ in range(LIFETIME // S + 2):
        for who in there:
            voices.heard(who, hall.now_ms)
        await run(log, hall.clock, 1)
    for each, check in checks:
        await each.hear("anna")
        await tick(each)
        assert await each.states(check.id) == {"anna": "missed"}
    for who in away:
        voices.joined(who, hall.now_ms)
    await run(log, hall.clock, 2)
    assert [(row[0], row[4]) for row in await rows(database)] == [("silence", hall.project_no)]
    states = [await each.states(check.id) for each, check in checks]
    assert states == [{"anna": "undelivered"}, {"anna": "missed"}]


async def test_after_a_standstill_everybody_gets_the_time_to_be_heard(database: Database) -> None:
    """The event loop stood still for half a minute: those are our gap, and not a silence of everybody as well."""
    clock, voices = SetClock(), Voices()
    people = [Participant(ProjectNo(1), UserId(f"u{n}")) for n in range(12)]
    log = node(database, clock, voices=voices)
    await log.begin()
    for who in people:
        voices.joined(who, clock.at_ms)
    await run(log, clock, 1)
    clock.at_ms += 30 * S
    for late in range(DEAF_MS // S + 20):
        for who in people[:late]:
            voices.heard(who, clock.at_ms)
        await log.beat()
        clock.at_ms += S
    assert await rows(database) == [("down", "main", T0 + S, T0 + 31 * S, None)]


async def test_a_beat_from_the_future_of_another_clock_is_no_outage(database: Database) -> None:
    future = insert(tables.self_beats).values(node="b", at_ms=T0 + 60 * S)
    await database.write(lambda conn: conn.execute(future))
    await node(database, SetClock()).begin()
    assert await rows(database) == []
