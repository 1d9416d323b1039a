"""Players that lie or stay away, beside an honest one: they earn no more than real time, and are flagged in time.

F11 (clocks), F14 (speeds), F23 (prompts kept from view), F26 (no picture fetched), F27 (frozen and random positions).
Time is set, so an hour takes a second; every envelope takes the real way to the disk, on both engines.
"""

from collections.abc import Callable
from random import Random
from typing import Any

from msgspec.structs import replace
from sqlalchemy import select, update

from rollcall.actions import checks, sessions
from rollcall.actions.checks import NewCheck
from rollcall.domain.ids import MediaNo, ProjectNo
from rollcall.domain.sessions import WallWindow
from rollcall.jobs.flags import FlagSweep
from rollcall.store import tables
from rollcall.store.checks import Wording
from rollcall.store.database import Connection, Database
from rollcall.store.plays import count_fetched
from rollcall.wire.viewer_in import Beat
from tests.audience import Node, Place, Seat, Viewer, add_place, pass_time
from tests.hall import T0, SetClock
from tests.reports import read_report

SECOND, MINUTE = 1_000, 60_000
Forge = Callable[[Beat], Beat]
USERS = ("cheat", "doctor")


class Forger(Viewer):
    """A player that rewrites its rows before it sends them."""

    def __init__(self, place: Place, user_id: str, clock: SetClock, forge: Forge) -> None:
        super().__init__(place, user_id, clock)
        self.forge = forge

    def cut(self) -> None:
        known = len(self.rows)
        super().cut()
        self.rows[known:] = [self.forge(row) if isinstance(row, Beat) else row for row in self.rows[known:]]


class Scene:
    """A broadcast with one session, and the job that looks for what is odd every ten seconds."""

    def __init__(self, node: Node, place: Place) -> None:
        self.node, self.place = node, place
        self.viewers: list[Viewer] = []
        self.sweep = FlagSweep(node.db, node.hub, node.clock)
        self.fetching: list[Viewer] = []

    async def join(self, viewer: Viewer, *, fetches: bool = True) -> None:
        self.viewers.append(await viewer.open(self.node))
        self.node.hub.room(MediaNo(self.place.media_no)).add(Seat(viewer, self.node))
        if fetches:
            self.fetching.append(viewer)

    async def run(self, for_ms: int, step_ms: int = 10 * SECOND) -> None:
        """Let time pass; after each step requests are reported, evidence is committed, and the job looks."""
        clock = self.node.clock
        until_ms = clock.at_ms + for_ms
        while clock.at_ms < until_ms:
            await pass_time(self.node, self.viewers, min(clock.at_ms + step_ms, until_ms))
            await self.node.db.write(self._report)
            await self.node.commit()
            await self.sweep.run_once()

    def _report(self, conn: Connection) -> None:
        fetched = {str(viewer.play.code): (5, 7) for viewer in self.fetching}
        count_fetched(conn, fetched, self.node.clock.at_ms)

    async def flags(self) -> dict[tuple[str, str], int]:
        """Return when each flag was first seen, in milliseconds since the beginning."""
        f = tables.flags.c
        query = select(f.user_id, f.kind, f.first_ms)
        rows = await self.node.db.read(lambda conn: conn.execute(query).all())
        return {(user_id, kind): first_ms - T0 for user_id, kind, first_ms in rows}

    async def watched(self) -> dict[str, int]:
        report = read_report(self.node.db, self.place.code, self.node.clock.at_ms)
        return {row["user_id"]: row["watched_ms"] for row in report["participants"]}

    async def listed(self, user_id: str) -> list[str]:
        """Return the kinds of flag that the statistics show beside a participant."""
        report = read_report(self.node.db, self.place.code, self.node.clock.at_ms)
        (row,) = [row for row in report["participants"] if row["user_id"] == user_id]
        return [flag["kind"] for flag in row["flags"]]


async def scene(db: Database, kind: str = "live") -> Scene:
    clock = SetClock(T0)
    place = await db.write(lambda conn: add_place(conn, *USERS, kind=kind))
    await db.write(lambda conn: conn.execute(update(tables.media).values(signal_ms=T0)))
    made = Scene(Node(db, clock), place)
    if kind == "live":
        await sessions.create_session(
            db,
            made.node.hub,
            ProjectNo(place.project_no),
            place.code,
            "Block",
            WallWindow(T0, None),
            "test",
            T0,
        )
    await made.join(Viewer(place, "doctor", clock))
    return made


async def cheated(database: Database, forge: Forge, for_ms: int, kind: str = "live") -> Scene:
    stage = await scene(database, kind)
    await stage.join(Forger(stage.place, "cheat", stage.node.clock, forge))
    await stage.run(for_ms)
    return stage


async def test_clocks_that_run_at_another_speed(database: Database) -> None:
    """F11: at ± 5 % the count is right within 5 s and the clock is flagged; 500 ppm are nothing."""
    stage = await scene(database)
    place, clock = stage.place, stage.node.clock
    await stage.join(Viewer(place, "cheat", clock, drift_ppm=50_000, skew_ms=10_000))
    await stage.run(5 * MINUTE)
    found = await stage.flags()
    assert set(found) == {("cheat", "clock_rate"), ("cheat", "clock_stepped")}
    assert found["cheat", "clock_rate"] <= 3 * MINUTE
    watched = await stage.watched()
    assert abs(watched["cheat"] - watched["doctor"]) <= 5 * SECOND
    assert watched["cheat"] <= 5 * MINUTE


async def test_slow_clocks_and_honest_ones(database: Database) -> None:
    stage = await scene(database)
    await stage.join(Viewer(stage.place, "cheat", stage.node.clock, drift_ppm=-50_000, skew_ms=10**9))
    await stage.run(4 * MINUTE)
    assert ("cheat", "clock_rate") in await stage.flags()
    honest = await scene(database)
    await honest.join(Viewer(honest.place, "cheat", honest.node.clock, drift_ppm=500))
    await honest.run(30 * MINUTE, 10 * MINUTE)
    assert await honest.listed("cheat") == []


def at_rate(rate: float) -> Forge:
    def forge(beat: Beat) -> Beat:
        length_ms = beat.to_ms - beat.from_ms
        start_ms = T0 + round((beat.from_ms) * rate)
        return replace(
            beat, rate=rate, media_from_ms=start_ms, media_to_ms=start_ms + round(length_ms * rate)
        )

    return forge


async def test_speeds_of_a_broadcast(database: Database) -> None:
    """F14: 1.5 times and faster is flagged and earns the time that passed; catching up at 1.1 is nothing."""
    for rate, flagged in ((1.1, False), (1.5, True), (4.0, True)):
        stage = await cheated(database, at_rate(rate), MINUTE)
        assert (("cheat", "playback_rate") in await stage.flags()) == flagged
        assert await stage.listed("cheat") == (["playback_rate"] if flagged else [])
        assert (await stage.watched())["cheat"] <= MINUTE
        await database.write(lambda conn: conn.execute(tables.flags.delete()))


async def test_a_recording_may_be_played_at_any_speed(database: Database) -> None:
    stage = await cheated(database, at_rate(2.0), MINUTE, kind="recording")
    assert await stage.listed("cheat") == []


async def test_a_player_that_keeps_prompts_from_view(database: Database) -> None:
    """F23: flagged within two ticks and 30 s; whoever shows and answers is not."""
    stage = await scene(database)
    node, place = stage.node, stage.place
    await stage.join(Viewer(place, "cheat", node.clock))
    await stage.run(MINUTE)
    new = NewCheck(Wording("click", 60, False, None), None, None)
    project = ProjectNo(place.project_no)
    check = await checks.create_check(node.db, node.hub, project, place.code, new, "test", node.clock.at_ms)
    issued_ms = node.clock.at_ms
    node.clock.at_ms += 400
    stage.viewers[0].mark("shown", check.id)
    node.clock.at_ms += 2_300
    stage.viewers[0].mark("answered", check.id)
    await node.commit()
    while not await stage.flags():
        await stage.run(10 * SECOND)
        assert node.clock.at_ms <= issued_ms + 50 * SECOND
    assert set(await stage.flags()) == {("cheat", "unshown_prompts")}
    await stage.run(5 * MINUTE)
    assert set(await stage.flags()) == {("cheat", "unshown_prompts")}


async def test_a_script_that_fetches_no_picture(database: Database) -> None:
    """F26: an hour of a perfect protocol without the picture: real time at most, flagged within a minute."""
    stage = await scene(database)
    await stage.join(Viewer(stage.place, "cheat", stage.node.clock), fetches=False)
    await stage.run(MINUTE)
    assert set(await stage.flags()) == {("cheat", "no_media_fetch")}
    await stage.run(59 * MINUTE, 10 * MINUTE)
    assert await stage.listed("cheat") == ["no_media_fetch"]
    assert await stage.listed("doctor") == []
    assert (await stage.watched())["cheat"] <= 60 * MINUTE


async def test_a_viewer_who_stops_fetching_is_flagged_and_one_who_pauses_is_not(database: Database) -> None:
    stage = await scene(database)
    cheat = Viewer(stage.place, "cheat", stage.node.clock)
    await stage.join(cheat)
    await stage.run(2 * MINUTE)
    cheat.change(state="paused")
    stage.fetching.remove(cheat)
    await stage.run(3 * MINUTE)
    assert await stage.flags() == {}
    cheat.change(state="playing")
    await stage.run(MINUTE)
    assert await stage.flags() == {}
    await stage.run(MINUTE)
    assert set(await stage.flags()) == {("cheat", "no_media_fetch")}


async def test_frozen_and_random_positions(database: Database) -> None:
    """F27: content that stands earns nothing, content that jumps no more than the time that passed; both flagged."""
    draw = Random(27)

    def frozen(beat: Beat) -> Beat:
        return replace(beat, state="playing", media_to_ms=beat.media_from_ms)

    def anywhere(beat: Beat) -> Beat:
        start_ms = draw.randrange(2**40)
        return replace(beat, media_from_ms=start_ms, media_to_ms=start_ms + draw.randrange(60_000))

    def jumping(beat: Beat) -> Beat:
        start_ms = draw.randrange(2**40)
        return replace(beat, media_from_ms=start_ms, media_to_ms=start_ms + beat.to_ms - beat.from_ms)

    cases: list[tuple[Forge, str, int]] = [
        (frozen, "position_frozen", 0),
        (anywhere, "position_random", 2 * MINUTE),
        (jumping, "position_random", 2 * MINUTE),
    ]
    for forge, kind, most_ms in cases:
        stage = await cheated(database, forge, 2 * MINUTE)
        found: dict[Any, int] = await stage.flags()
        assert ("cheat", kind) in found
        assert (await stage.watched())["cheat"] <= most_ms
        assert await stage.listed("doctor") == []
        await database.write(lambda conn: conn.execute(tables.flags.delete()))
