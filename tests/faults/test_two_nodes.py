"""Two nodes whose machines' clocks are three seconds apart serve one database: a viewer who changes loses nothing."""

import time

import pytest

from rollcall.actions import sessions
from rollcall.base.clock import Clock
from rollcall.domain.evidence.tick import Tick
from rollcall.domain.ids import ProjectNo
from rollcall.domain.sessions import WallWindow
from rollcall.jobs import clock as job
from rollcall.store.clock import read_clock
from rollcall.store.database import Database
from rollcall.wire import viewer_in, viewer_out
from tests.audience import Node, Viewer, add_place
from tests.hall import SetClock
from tests.reports import read_json

CHANGES = 13
HOUR_MS = 3_600_000
TICK_MS = 10_000
TURNS, TURN_MS = 60, 7_000
APART_MS = 3_000
LOST_MS = 500  # at most, at each change


class Machine(SetClock):
    """A node's clock on a machine set `off_ms` wrong, whose time passes as `truth` says once it has begun."""

    def __init__(self, node: str, truth: SetClock, off_ms: int) -> None:
        self._truth = truth
        self._begun_ns: int | None = None
        self._shown = Clock(node, self._monotonic_ns, lambda: time.time_ns() + off_ms * 1_000_000)
        super().__init__()
        self.node = node

    def now_ms(self) -> int:
        return self._shown.now_ms()

    async def begin(self, db: Database) -> None:
        """Read the database's clock as a server does at start."""
        await job.begin(db, self._shown)

    def stop_at(self, moment_ns: int, ahead_ms: int) -> None:
        """From here on only the truth lets time pass, and this clock is so much ahead of what it has read."""
        self._begun_ns, self._from_ms = moment_ns + ahead_ms * 1_000_000, self._truth.at_ms

    def _monotonic_ns(self) -> int:
        if self._begun_ns is None:
            return time.monotonic_ns()
        return self._begun_ns + (self._truth.at_ms - self._from_ms) * 1_000_000


@pytest.mark.parametrize("off_ms", [0, 150, -150])
async def test_who_changes_between_two_nodes_loses_nothing_and_gains_nothing(
    postgres_database: Database, off_ms: int
) -> None:
    """The second node shows the database's time, or is off by less than what makes it not ready."""
    database = postgres_database
    truth, machines = await begin(database, off_ms)
    assert abs(machines[0].now_ms() + off_ms - machines[1].now_ms()) <= LOST_MS // 5
    place = await database.write(lambda conn: add_place(conn, "ann"))
    nodes = [Node(database, machine) for machine in machines]
    await sessions.create_session(
        database, nodes[0].hub, ProjectNo(place.project_no), place.code, "Block",
        WallWindow(truth.at_ms - HOUR_MS, None), "test", truth.at_ms,
    )  # fmt: skip
    viewer = await Viewer(place, "ann", truth, skew_ms=12_345).open(nodes[0])
    opened_ms = truth.at_ms
    for change in range(1, CHANGES + 1):
        for _ in range(3):
            truth.at_ms += TICK_MS
            viewer.tick()
        await nodes[(change + 1) % 2].commit()
        truth.at_ms += 700
        await viewer.resume(nodes[change % 2])
        assert viewer.play.state.node == machines[change % 2].node
    viewer.close()
    await nodes[CHANGES % 2].commit()
    watched_ms = read_json(database, place.code, truth.at_ms)["participants"][0]["watched_ms"]
    lived_ms = truth.at_ms - opened_ms
    assert lived_ms - LOST_MS * CHANGES <= watched_ms <= lived_ms + LOST_MS // 5
    assert viewer.play.state.clock_steps == 0


class Turning(Viewer):
    """A player that comes by POST, each time to another node: it answers there the tick that the last one sent."""

    async def turn(self, node: Node) -> None:
        """Take a turn: say what there is, citing what the last turn brought, then be sent a tick."""
        ref = viewer_in.PlayRef(self.play.code, self.upload_key)
        self._hold(node, await node.let_in(self.place, self.place.grants[self.user_id], ref))
        self._receive(node)
        self.cut()
        self.send()
        await node.commit()
        tick = self._receive(node)
        self._ticks[tick.n] = viewer_in.TickProof(tick.n, tick.at_ms, tick.mac)
        self._echo, self._open.tick = viewer_in.Echo(tick.n, self.reads()), tick.n

    def _receive(self, node: Node) -> viewer_out.TickOut:
        tick = node.intake.tick(self.play)
        self.offers.ticked(Tick(tick.n, tick.at_ms))
        return tick


@pytest.mark.parametrize("off_ms", [0, 150, -150])
async def test_who_takes_each_turn_at_another_node_is_live(postgres_database: Database, off_ms: int) -> None:
    database = postgres_database
    truth, machines = await begin(database, off_ms)
    place = await database.write(lambda conn: add_place(conn, "ann"))
    nodes = [Node(database, machine) for machine in machines]
    await sessions.create_session(
        database, nodes[0].hub, ProjectNo(place.project_no), place.code, "Block",
        WallWindow(truth.at_ms - HOUR_MS, None), "test", truth.at_ms,
    )  # fmt: skip
    viewer = Turning(place, "ann", truth)
    await viewer.open(nodes[0])
    opened_ms = truth.at_ms
    for turn in range(1, TURNS + 1):
        truth.at_ms += TURN_MS
        await viewer.turn(nodes[turn % 2])
    row = read_json(database, place.code, truth.at_ms)["participants"][0]
    assert truth.at_ms - opened_ms - row["watched_ms"] <= LOST_MS + TURNS * abs(off_ms)
    assert row["recovered_ms"] == 0


async def begin(database: Database, off_ms: int) -> tuple[SetClock, list[Machine]]:
    """Start two nodes three seconds apart, then hold the time: it passes for the truth and both by hand."""
    truth = SetClock()
    machines = [Machine("one", truth, 0), Machine("two", truth, APART_MS)]
    assert machines[1].now_ms() - machines[0].now_ms() >= APART_MS - 100
    for machine in machines:
        await machine.begin(database)
    readings = await database.read(lambda conn: read_clock(conn, time.monotonic_ns))
    best = min(readings, key=lambda reading: reading.round_trip_ns)
    moment_ns = time.monotonic_ns()
    truth.at_ms = (moment_ns + best.offset_ns) // 1_000_000
    for machine, ahead_ms in zip(machines, (0, off_ms), strict=True):
        machine.stop_at(moment_ns, ahead_ms)
    return truth, machines


async def test_a_node_that_is_too_far_off_says_so_and_is_not_ready(postgres_database: Database) -> None:
    machine = Clock("one", wall_ns=lambda: time.time_ns() + 3_000_000_000)
    await job.run_once(postgres_database, machine)
    assert [f"{abs(machine.off_ms())} ms" in problem for problem in job.problems(machine)] == [True]
    assert 2_900 < machine.off_ms() <= 3_000
    await job.begin(postgres_database, machine)
    await job.run_once(postgres_database, machine)
    assert job.problems(machine) == []


async def test_on_sqlite_the_clock_is_the_machine_s(sqlite_database: Database) -> None:
    machine = Clock("one", wall_ns=lambda: time.time_ns() + 3_000_000_000)
    shown_ms = machine.now_ms()
    await job.begin(sqlite_database, machine)
    await job.run_once(sqlite_database, machine)
    assert machine.off_ms() == 0
    assert machine.now_ms() >= shown_ms
