"""One doctor in many tabs, on several devices, in parallel halls: each moment counts once (F12, F13, I8)."""

import random
from itertools import pairwise

import pytest

from rollcall.store.database import Connection, Database
from tests.audience import Node, Place, Viewer, add_place, pass_time
from tests.hall import T0, SetClock
from tests.history import Records
from tests.recount.count import recount, told
from tests.recount.stored import read_stored
from tests.reports import read_report

MINUTE = 60_000
HOUR = 60 * MINUTE
SESSIONS = ((T0 + 5 * MINUTE, T0 + 25 * MINUTE + 17), (T0 + 35 * MINUTE + 1, T0 + 58 * MINUTE))


def add_sessions(database: Database, place: Place) -> None:
    """Draw the same two sessions in a hall."""

    def write(conn: Connection) -> None:
        records = Records(conn)
        records.project_no, records.event_no = place.project_no, place.event_no
        for starts_ms, ends_ms in SESSIONS:
            records.session(place.media_no, starts_ms, ends_ms)

    database.write_now(write)


async def watch_an_hour(node: Node, tabs: list[Viewer], chance: random.Random) -> None:
    """Open each tab at its own moment and let it play, pause, hide, lose its network for a while, and close."""
    for viewer in tabs:
        await viewer.open(node)
        await pass_time(node, tabs[: tabs.index(viewer) + 1], node.clock.at_ms + chance.randrange(90_000))
    while node.clock.at_ms < T0 + HOUR:
        viewer = chance.choice(tabs)
        if not viewer.online:
            await viewer.resume(node)
        elif chance.random() < 0.2:
            viewer.online = False
        else:
            visible = chance.random() < 0.8
            viewer.change(state=chance.choice(["playing", "paused"]), visible=visible)
        await pass_time(node, tabs, node.clock.at_ms + chance.randrange(1, 4 * MINUTE))
    for viewer in tabs:
        if not viewer.online:
            await viewer.resume(node)
        viewer.cut()
        viewer.send()
    await node.commit()


def moments(viewers: list[Viewer]) -> list[int]:
    """Return every moment at which anything begins or ends."""
    found = {moment for session in SESSIONS for moment in session}
    for viewer in viewers:
        found |= {moment for stretch in viewer.played() for moment in stretch}
    return sorted(found)


def counted(viewers: list[Viewer], at_least: int, sessions: tuple[tuple[int, int], ...] = SESSIONS) -> int:
    """Count by hand how long at least so many of these played at once inside sessions."""
    return sum(
        end - start
        for start, end in pairwise(moments(viewers))
        if any(begins <= start and end <= ends for begins, ends in sessions)
        and sum(any(a <= start and end <= b for a, b in viewer.played()) for viewer in viewers) >= at_least
    )


@pytest.mark.parametrize("tabs", [1, 2, 3, 5])
async def test_tabs_and_devices_of_one_doctor_count_as_their_union(database: Database, tabs: int) -> None:
    chance, clock = random.Random(tabs), SetClock(T0)
    place = await database.write(lambda conn: add_place(conn, "ann"))
    add_sessions(database, place)
    viewers = [Viewer(place, "ann", clock, skew_ms=10_000_019 * number) for number in range(1, tabs + 1)]
    await watch_an_hour(Node(database, clock), viewers, chance)
    report = read_report(database, place.code, clock.at_ms)
    (row,) = report["participants"]
    assert row["watched_ms"] == counted(viewers, 1)
    assert row["overlap_ms"] == counted(viewers, 2)
    assert [session["watched_ms"] for session in row["sessions"]] == [
        counted(viewers, 1, (session,)) for session in SESSIONS
    ]
    assert row["watched_ms"] == sum(session["watched_ms"] for session in row["sessions"])
    alone = [counted([viewer], 1) for viewer in viewers]
    assert max(alone) <= row["watched_ms"] <= sum(alone)
    stored = database.read_now(lambda conn: read_stored(conn, place.code))
    assert told(report) == recount(stored, clock.at_ms)


async def test_parallel_halls_count_once_in_the_event_and_fully_in_each_hall(database: Database) -> None:
    chance, clock = random.Random(13), SetClock(T0)
    first = await database.write(lambda conn: add_place(conn, "ann"))
    halls = [first] + [await database.write(lambda conn: add_place(conn, "ann", of=first)) for _ in range(2)]
    for hall in halls:
        add_sessions(database, hall)
    viewers = [Viewer(hall, "ann", clock, skew_ms=7_000_003 * number) for number, hall in enumerate(halls, 1)]
    await watch_an_hour(Node(database, clock), viewers, chance)
    report = read_report(database, first.event, clock.at_ms)
    (row,) = report["participants"]
    by_hall = {
        hall.code: counted([viewer for viewer in viewers if viewer.place is hall], 1) for hall in halls
    }
    assert {media["code"]: media["watched_ms"] for media in row["per_media"]} == by_hall
    assert row["watched_ms"] == counted(viewers, 1)
    assert row["overlap_ms"] == counted(viewers, 2)
    assert max(by_hall.values()) < row["watched_ms"] < sum(by_hall.values())
    assert row["watched_ms"] <= sum(end - start for start, end in SESSIONS)
    for hall in halls:
        (alone,) = read_report(database, hall.code, clock.at_ms)["participants"]
        assert alone["watched_ms"] == by_hall[hall.code]
    stored = database.read_now(lambda conn: read_stored(conn, first.event))
    assert told(report) == recount(stored, clock.at_ms)
