"""Outcomes are a function of evidence, sessions and outages as they are: no order of corrections changes one (P5).

A drawn history of one check is lived through twice, on both engines. Once everything that is ever corrected is so from
the beginning: the session ends when it will have ended, incidents are declared, our own outages known. Once it comes in
any order between the reports and after them, with detours: ends that are taken back, incidents that are withdrawn.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Literal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from rollcall.actions import counting, incidents, prompts, sessions
from rollcall.domain.checks.marks import MarkKind
from rollcall.domain.ids import UserId
from rollcall.domain.intervals import Interval
from rollcall.domain.sessions import Session, WallWindow
from rollcall.store import outages, tables
from rollcall.store.database import Connection, Database
from tests.asking import ask, begin, tick
from tests.hall import T0, Hall, open_hall

DAY = 86_400_000
ANNA = UserId("anna")
WORLDS = count(1)  # each lives on days of its own: our outages concern everybody
Spell = tuple[int, int]
SPELLS: tuple[Spell, ...] = (
    (0, 5_000),
    (10_000, 40_000),
    (50_000, 58_000),
    (63_000, 90_000),
    (100_000, 700_000),
)
ENDS: tuple[int | None, ...] = (None, 15_000, 45_000, 61_000, 66_000, 120_000, 200_000)


@dataclass(frozen=True)
class Report:
    """A mark, or a sign of life (no `kind`), of one of anna's players."""

    play: str
    at_ms: int
    arrival_ms: int
    kind: MarkKind | None


@dataclass(frozen=True)
class Correction:
    """Before the `place`-th report: another end of the session, or one of `SPELLS` declared, withdrawn or learnt of."""

    place: int
    kind: Literal["end", "declare", "withdraw"]
    which: int


@dataclass(frozen=True)
class History:
    """What is reported, how the event judges, what is corrected at last, and what is corrected on the way.

    `had`: the laptop is proven to have had the prompt, whatever it reports of it.
    """

    reports: Sequence[Report]
    had: bool
    rules: dict[str, str]
    end: int | None
    declared: frozenset[int]
    own: frozenset[int]
    detours: Sequence[Correction]
    last: Sequence[str]


@dataclass
class World:
    """A hall in which one check is asked at `base_ms`."""

    hall: Hall
    base_ms: int
    session: Session
    event: str
    check: str = ""
    standing: dict[int, str] = field(default_factory=dict)  # code of each incident that stands

    async def end(self, at: int | None) -> None:
        hall, window = self.hall, WallWindow(self.base_ms, None if at is None else self.base_ms + at)
        await sessions.change_session(
            hall.db, hall.hub, hall.project_no, hall.code, self.session.id,
            lambda before: replace(before, window=window), "test", hall.now_ms,
        )  # fmt: skip

    async def declare(self, which: int) -> None:
        if which not in self.standing:
            of = self._spell(which)
            said = incidents.Declared(of.start, of.end, "Disturbed", None)
            hall = self.hall
            made = await incidents.declare(hall.db, hall.project_no, self.event, said, "test", hall.now_ms)
            self.standing[which] = made.code

    async def withdraw(self, which: int) -> None:
        if which in self.standing:
            hall, code = self.hall, self.standing.pop(which)
            await incidents.withdraw(hall.db, hall.project_no, self.event, code, "No", "test", hall.now_ms)

    async def learn(self, which: int) -> None:
        of, now_ms = self._spell(which), self.hall.now_ms

        def put(conn: Connection) -> None:
            outages.put_own(conn, f"own-{self.base_ms // DAY}-{which}", None, "main", of, now_ms)
            prompts.follow_outage(conn, of, None, now_ms)

        await self.hall.db.write(put)

    async def report(self, report: Report) -> None:
        hall = self.hall
        if report.kind is None:
            self.at(report.at_ms)
            await hall.hear("anna", play=report.play)
            told = {(hall.media_no, ANNA): self.base_ms}
            await hall.db.write(lambda conn: prompts.follow_late(conn, told, hall.now_ms))
        else:
            self.at(report.at_ms)
            await hall.mark(
                "anna", self.check, report.kind, play=report.play, late_ms=report.arrival_ms - report.at_ms
            )
        self.at(report.arrival_ms)
        await tick(hall)

    def at(self, after_ms: int) -> None:
        self.hall.clock.at_ms = self.base_ms + after_ms

    async def have(self) -> None:
        """Prove that the laptop has the prompt: a second after it was asked."""
        self.at(1_000)
        await self.hall.arrive("anna", self.check, play="laptop")
        await tick(self.hall)

    async def is_open(self) -> bool:
        return (await self.hall.states(self.check))["anna"] == "issued"

    async def found(self) -> Any:
        """Return what the check came to, and whether anna's time is stopped by it."""
        row = await self.hall.prompt("anna", self.check)
        stops = await self.hall.db.read(lambda conn: counting.stopped_among(conn, self.hall.media_no, [ANNA]))
        confirmed = (self._after(row.confirmed_ms), row.late) if row.state == "confirmed" else None
        missed = self._after(row.expired_ms) if row.state == "missed" else None
        seen = self._after(row.received_ms), self._after(row.shown_ms)
        hidden = row.state == "undelivered" and row.unshown
        return row.state, confirmed, missed, seen, hidden, [self._after(stop.since_ms) for stop in stops]

    def _spell(self, which: int) -> Interval:
        return Interval(self.base_ms + SPELLS[which][0], self.base_ms + SPELLS[which][1])

    def _after(self, at_ms: int | None) -> int | None:
        return None if at_ms is None else at_ms - self.base_ms


@st.composite
def reports_of(draw: st.DrawFn, play: str) -> list[Report]:
    """Draw what one player displays, answers and reports: in order, but maybe long after it happened."""
    at_ms, arrival_ms, found = 0, 0, []
    kinds: list[MarkKind] = draw(
        st.sampled_from(
            [
                ["shown", "answered"],
                ["shown"],
                ["received", "answered"],
                ["received", "shown"],
                ["received"],
                [],
            ]
        )
    )
    for kind in kinds:
        longest = 100_000 if kind == "answered" else 55_000 - at_ms  # nobody is sent it once it has ended
        at_ms += draw(st.integers(0, longest))
        arrival_ms = max(arrival_ms, at_ms + draw(st.sampled_from([0, 0, 0, 20_000, 70_000, 400_000])))
        found.append(Report(play, at_ms, arrival_ms, kind))
    for _ in range(draw(st.integers(0, 2))):
        heard_ms = draw(st.integers(0, 400_000))
        found.append(Report(play, heard_ms, heard_ms, None))
    return found


@st.composite
def histories(draw: st.DrawFn) -> History:
    reports = draw(reports_of("laptop"))
    if draw(st.booleans()):
        reports += draw(reports_of("phone"))
    spells = st.frozensets(st.integers(0, len(SPELLS) - 1), max_size=2)
    detours = st.builds(
        Correction,
        st.integers(0, len(reports)),
        st.sampled_from(["end", "declare", "withdraw"]),
        st.integers(0, max(len(ENDS), len(SPELLS)) - 1),
    )
    return History(
        sorted(reports, key=lambda report: (report.arrival_ms, report.play, report.at_ms)),
        draw(st.booleans()),
        {
            "hidden_miss": draw(st.sampled_from(["missed", "undelivered"])),
            "presence_policy": draw(
                st.sampled_from(["record", "stop_until_confirmed", "void_since_last_confirmed"])
            ),
        },
        draw(st.sampled_from(ENDS)),
        draw(spells),
        draw(spells),
        draw(st.lists(detours, max_size=6)),
        draw(st.permutations(["end", "declared", "withdrawn", "own"])),
    )


async def open_world(database: Database, history: History) -> World:
    hall = await open_hall(database, "anna")
    await hall.judge(**history.rules)
    hall.join("anna")
    base_ms = hall.clock.at_ms = T0 + 3 * DAY * next(WORLDS)
    of_event = select(tables.events.c.code).where(tables.events.c.no == hall.event_no)
    event = await database.read(lambda conn: conn.execute(of_event).scalar_one())
    return World(hall, base_ms, await begin(hall), event)


async def begin_with(world: World, history: History) -> None:
    world.check = (await ask(world.hall)).id
    if history.had:
        await world.have()


async def corrected_first(database: Database, history: History) -> Any:
    world = await open_world(database, history)
    for which in history.declared:
        await world.declare(which)
    for which in history.own:
        await world.learn(which)
    await world.end(history.end)
    await begin_with(world, history)
    for report in history.reports:
        await world.report(report)
    return await at_last(world)


async def corrected_anyhow(database: Database, history: History) -> Any:
    world = await open_world(database, history)
    await begin_with(world, history)
    for place in range(len(history.reports) + 1):
        for detour in history.detours:
            if detour.place == place:
                await make(world, detour)
        if place < len(history.reports):
            await world.report(history.reports[place])
    parts: dict[str, Callable[[], Awaitable[None]]] = {
        "end": lambda: world.end(history.end),
        "declared": lambda: each(world.declare, history.declared),
        "withdrawn": lambda: each(world.withdraw, set(range(len(SPELLS))) - history.declared),
        "own": lambda: each(world.learn, history.own),
    }
    for part in history.last:
        await parts[part]()
    return await at_last(world)


async def make(world: World, detour: Correction) -> None:
    if detour.kind == "declare":
        await world.declare(detour.which % len(SPELLS))
    elif detour.kind == "withdraw":
        await world.withdraw(detour.which % len(SPELLS))
    elif not await world.is_open():  # what takes it from a screen is no correction
        await world.end(ENDS[detour.which % len(ENDS)])


async def each(do: Callable[[int], Awaitable[None]], which: frozenset[int] | set[int]) -> None:
    for one in sorted(which):
        await do(one)


async def at_last(world: World) -> Any:
    world.at(DAY)
    await tick(world.hall)
    return await world.found()


DROPPED = History(
    [Report("laptop", 90_000, 90_000, None)],
    True,
    {"hidden_miss": "missed", "presence_policy": "record"},
    None,
    frozenset({3}),
    frozenset({1}),
    [Correction(0, "declare", 4), Correction(1, "end", 2), Correction(1, "withdraw", 4)],
    ["own", "end", "withdrawn", "declared"],
)


async def test_a_prompt_kept_from_view_is_one_in_any_order(database: Database) -> None:
    found = await corrected_anyhow(database, DROPPED)
    assert found[:1] + found[4:5] == ("undelivered", True)
    assert found == await corrected_first(database, DROPPED)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories())
async def test_no_order_of_corrections_changes_an_outcome(database: Database, history: History) -> None:
    assert await corrected_anyhow(database, history) == await corrected_first(database, history)
