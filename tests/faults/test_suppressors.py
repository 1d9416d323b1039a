"""F23: whoever keeps prompts from view passes no rule by it, however it is done; whose prompts are lost is not accused.

Five checks of an event, two of them kept from view. Time is set; every envelope takes the real way to the disk, and
the verdict is made of what the statistics tell.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import select

from rollcall.actions import sessions
from rollcall.actions.checks import NewCheck, create_check
from rollcall.actions.events import change_event
from rollcall.actions.statistics import Ask, report_media
from rollcall.domain.checks.threshold import CountThreshold, ShareThreshold, Tally, judge
from rollcall.domain.ids import ProjectNo
from rollcall.domain.judging import HiddenMiss
from rollcall.domain.sessions import WallWindow
from rollcall.jobs.flags import FlagSweep
from rollcall.live.arrivals import SLOWEST_MS
from rollcall.store import tables
from rollcall.store.checks import Wording
from rollcall.store.database import Database
from rollcall.wire import viewer_in, viewer_out
from rollcall.wire.exchange import Upload
from tests.audience import Node, Place, add_place
from tests.faults.distance import SECOND, Distant, World
from tests.hall import SetClock

MINUTE = 60_000
CHECKS, EACH_MS = 5, 6 * MINUTE
USER = "doctor"


class Scene:
    """A broadcast with one session, and one participant at several players."""

    def __init__(self, node: Node, place: Place) -> None:
        self.node, self.place, self.clock = node, place, node.clock
        self.world = World(node)
        self.players: list[Distant] = []

    async def begin(self, *players: Distant) -> None:
        self.players = list(players)
        for player in players:
            await player.begin()
            self.world.every(9 * SECOND, player.cut)  # a page records on, online or not
        await self.run(45 * SECOND)

    async def run(self, for_ms: int) -> None:
        await self.world.run(self.clock.at_ms + for_ms)

    async def ask(self, lifetime_s: int = 60) -> str:
        for player in self.players:
            player.real.received_ms = None
        new = NewCheck(Wording("click", lifetime_s, False, None), None, None)
        project_no = ProjectNo(self.place.project_no)
        at_ms = self.clock.at_ms
        made = await create_check(
            self.node.db, self.node.hub, project_no, self.place.code, new, "test", at_ms
        )
        return made.id

    async def five(self, drop: Callable[[], Awaitable[None]]) -> None:
        """Ask five checks: `drop` asks every other one and lives through it."""
        for number in range(CHECKS):
            began_ms = self.clock.at_ms
            if number % 2:
                await drop()
            else:
                await self.ask()
            await self.world.run(began_ms + EACH_MS)
        await self.run(6 * MINUTE)

    async def told(self) -> Any:
        """Return the participant's row of the statistics."""
        project_no = ProjectNo(self.place.project_no)
        report = await report_media(self.node.db, project_no, self.place.code, Ask(), self.clock.at_ms)
        (row,) = report.participants
        return row

    async def prompt(self) -> Any:
        return (await self.node.db.read(lambda conn: conn.execute(select(tables.prompts)).all()))[-1]

    async def arrived(self) -> bool:
        """Tell whether the check asked last is proven to have reached a player."""
        issued = (await self.prompt()).issued_ms
        query = select(tables.prompt_arrivals).where(tables.prompt_arrivals.c.issued_ms == issued)
        return bool(await self.node.db.read(lambda conn: conn.execute(query).all()))


async def scene(database: Database) -> Scene:
    clock = SetClock()
    place = await database.write(lambda conn: add_place(conn, USER))
    made = Scene(Node(database, clock), place)
    window = WallWindow(clock.at_ms, None)
    await sessions.create_session(
        database, made.node.hub, ProjectNo(place.project_no), place.code, "Block", window, "test", clock.at_ms
    )
    return made


async def fails(stage: Scene) -> None:
    """Whatever the participant gained elsewhere: three of five confirmed, two kept from view, every rule failed."""
    row = await stage.told()
    outcomes = Counter(str(check.outcome) for check in row.checks)
    unshown = sum(check.unshown is True for check in row.checks)
    assert (outcomes, unshown) == ({"confirmed": 3, "undelivered": 2}, 2)
    tally = Tally(**outcomes, unshown=unshown)
    for rule in (ShareThreshold(70), ShareThreshold(70, denominator="asked"), CountThreshold(4, CHECKS)):
        assert judge(rule, tally).result == "failed"


class Fetching(Distant):
    """A player that answers no tick of its connection: others, that it fetches by POST, it answers there.

    Its rows take that way too, so that its connection never hears of any.
    """

    fetches = True

    def _ticked(self, tick: viewer_out.TickOut) -> None:
        if not self.fetches:
            super()._ticked(tick)

    def send(self) -> None:
        if not self.fetches:
            super().send()

    async def turn(self) -> None:
        if not self.fetches:
            return
        ref, node = viewer_in.PlayRef(self.play.code, self.upload_key), self._node
        got = await node.finish(node.uploads.append(self.place.code, Upload(ref, [])))
        (tick,) = [message for message in got.messages if isinstance(message, viewer_out.TickOut)]
        self.cut()
        self._ticks[tick.n] = viewer_in.TickProof(tick.n, tick.at_ms, tick.mac)
        self._echo, self._open.tick = viewer_in.Echo(tick.n, self.reads()), tick.n
        self._arrive(self.envelope([]))
        rows = viewer_in.decode(self.envelope())
        assert isinstance(rows, viewer_in.Rows)
        await node.finish(node.uploads.append(self.place.code, Upload(ref, [rows])))


async def test_ticks_that_a_player_fetches_by_post_prove_not_that_it_could_be_asked(
    sqlite_database: Database,
) -> None:
    """It answers no tick of its connection, so nothing of what it plays is live."""
    stage = await scene(sqlite_database)
    player = Fetching(stage.world, stage.place, USER, stage.clock, after_ms=5 * SECOND)
    stage.world.every(9 * SECOND, player.turn, first_ms=50)
    await stage.begin(player)
    await stage.run(30 * MINUTE)
    row = await stage.told()
    assert row.watched_ms - row.recovered_ms <= 30 * SECOND  # before any prompt could have come
    assert row.watched_ms <= 15 * MINUTE


async def test_a_player_that_turns_to_post_while_it_is_asked_had_the_prompt(
    sqlite_database: Database,
) -> None:
    stage = await scene(sqlite_database)
    player = Fetching(stage.world, stage.place, USER, stage.clock, after_ms=5 * SECOND)
    player.fetches = False
    stage.world.every(9 * SECOND, player.turn, first_ms=50)

    async def drop() -> None:
        player.suppresses = player.fetches = True
        await stage.ask()
        await stage.run(200 * SECOND)
        player.suppresses = player.fetches = False

    await stage.begin(player)
    await stage.five(drop)
    await fails(stage)


@pytest.mark.parametrize("runs_on_ms", [0, 8_500])
async def test_rows_kept_back_and_brought_later_tell_that_their_player_kept_a_prompt_from_view(
    sqlite_database: Database, runs_on_ms: int
) -> None:
    """It has answered the tick after the prompt, breaks its line, and brings what it recorded after three minutes."""
    stage = await scene(sqlite_database)
    player = Distant(stage.world, stage.place, USER, stage.clock, after_ms=5 * SECOND, back_ms=180 * SECOND)

    async def drop() -> None:
        player.suppresses, player.stage = True, "now"
        await stage.ask()
        while not await stage.arrived():
            await stage.run(SECOND)
        await stage.run(runs_on_ms)
        player.cut()
        player.send()
        await stage.run(200)
        player.cut_line("now")
        row = await stage.prompt()
        await stage.world.run(row.issued_ms + 181 * SECOND)
        row = await stage.prompt()
        assert (row.state, row.unshown) == ("undelivered", False)
        player.suppresses, player.stage = False, None

    await stage.begin(player)
    await stage.five(drop)
    await fails(stage)


async def test_a_second_tab_that_says_late_that_it_displayed_it_clears_not_the_first(
    sqlite_database: Database,
) -> None:
    """The first is live all the time and shows nothing; the second notes a display and loses its line at once."""
    stage = await scene(sqlite_database)
    live = Distant(stage.world, stage.place, USER, stage.clock, after_ms=5 * SECOND)
    other = Distant(stage.world, stage.place, USER, stage.clock, skew_ms=10**6, back_ms=200 * SECOND)
    other.suppresses = True

    async def drop() -> None:
        live.suppresses, other.suppresses, other.stage = True, False, "shown"
        await stage.ask()
        await stage.run(280 * SECOND)
        assert (await stage.prompt()).shown_ms is not None
        live.suppresses, other.suppresses, other.stage = False, True, None

    await stage.begin(live, other)
    await stage.five(drop)
    await fails(stage)


async def test_a_line_that_broke_with_a_prompt_on_the_screen_is_no_suppression(
    sqlite_database: Database,
) -> None:
    """The same, but an honest page in both: it noted its display, and who did not answer in time is not accused."""
    stage = await scene(sqlite_database)
    player = Distant(stage.world, stage.place, USER, stage.clock, stage="shown", back_ms=250 * SECOND)
    other = Distant(
        stage.world, stage.place, USER, stage.clock, skew_ms=10**6, stage="received", back_ms=300 * SECOND
    )
    await stage.begin(player, other)
    await stage.ask()
    await stage.run(10 * MINUTE)
    row = await stage.prompt()
    assert (row.state, row.unshown) == ("undelivered", False)


@pytest.mark.parametrize("down_ms", [35_000, SLOWEST_MS])
async def test_a_prompt_that_a_line_grown_slow_lost_on_its_way_did_not_arrive(
    sqlite_database: Database, down_ms: int
) -> None:
    """Bufferbloat: messages come ever later, never 25 s apart, and what was on its way is lost with the line."""
    stage = await scene(sqlite_database)
    player = Distant(stage.world, stage.place, USER, stage.clock, stage="now", back_ms=200 * SECOND)
    speaks = 3 * SECOND
    await stage.begin(player)
    stage.world.every(speaks, lambda: player.send() if player.online else None)
    for _ in range(300):
        player.down_ms = min(down_ms, player.down_ms + down_ms // 300)
        await stage.run(SECOND)
    await stage.ask()
    await stage.run(down_ms - 500)
    player.cut_line("now")
    await stage.run(15 * MINUTE)
    assert player.real.received_ms is None
    row = await stage.prompt()
    assert (row.state, row.unshown) == ("undelivered", False)
    assert not await stage.arrived()


class Claiming(Distant):
    """A player that says of each prompt which it suppresses that nobody can see its page."""

    def hear(self, message: dict[str, Any]) -> None:
        if message["type"] == "prompt" and self.suppresses and self.real.received_ms is None:
            self.real.received_ms = self.clock.at_ms
            self.prompted(message)
            self.mark("received", message["check"])
        super().hear(message)


async def dropping(
    database: Database, setting: HiddenMiss, kind: type[Distant] = Claiming
) -> tuple[Counter[str], int, list[str]]:
    """Ask five checks of a player that drops the last two; return outcomes, how many are unshown, and the flags."""
    stage = await scene(database)
    player = kind(stage.world, stage.place, USER, stage.clock, after_ms=5 * SECOND)
    project_no = ProjectNo(stage.place.project_no)
    judged: dict[str, Any] = {"hidden_miss": setting}
    await change_event(database, project_no, stage.place.event, judged, None, "test", stage.clock.at_ms)
    stage.world.every(10 * SECOND, FlagSweep(database, stage.node.hub, stage.clock).run_once)
    await stage.begin(player)
    for number in range(CHECKS):
        player.suppresses = number >= CHECKS - 2
        began_ms = stage.clock.at_ms
        await stage.ask()
        await stage.world.run(began_ms + EACH_MS)
    row = await stage.told()
    unshown = sum(check.unshown is True for check in row.checks)
    return Counter(str(check.outcome) for check in row.checks), unshown, of_prompts(row)


def of_prompts(row: Any) -> list[str]:
    """Return the flags that tell of prompts which were not displayed."""
    return [flag.kind for flag in row.flags if flag.kind in ("unshown_prompts", "dodged_prompts")]


RULES = (ShareThreshold(70), ShareThreshold(70, denominator="asked"), CountThreshold(4, CHECKS))


async def test_a_player_that_claims_to_be_hidden_misses_what_it_drops(sqlite_database: Database) -> None:
    outcomes, _, _ = await dropping(sqlite_database, "missed")
    assert outcomes == {"confirmed": 3, "missed": 2}
    assert {judge(rule, Tally(**outcomes)).result for rule in RULES} == {"failed"}


async def test_where_the_event_spares_hidden_pages_such_a_player_is_judged_by_what_it_answers(
    sqlite_database: Database,
) -> None:
    """The price of the setting, as the documentation and the description of the API state it."""
    outcomes, unshown, flags = await dropping(sqlite_database, "undelivered")
    assert (outcomes, unshown, flags) == ({"confirmed": 3, "undelivered": 2}, 0, [])
    assert {judge(rule, Tally(**outcomes)).result for rule in RULES} == {"passed"}


def test_but_not_by_less_than_half() -> None:
    assert {judge(rule, Tally(confirmed=2, undelivered=3)).result for rule in RULES} == {"not_assessable"}


async def test_a_player_that_says_nothing_of_what_it_drops_fails_there_too(sqlite_database: Database) -> None:
    outcomes, unshown, flags = await dropping(sqlite_database, "undelivered", Distant)
    assert (outcomes, unshown) == ({"confirmed": 3, "undelivered": 2}, 2)
    assert flags == ["unshown_prompts"]
    assert {judge(rule, Tally(**outcomes, unshown=unshown)).result for rule in RULES} == {"failed"}


async def test_who_breaks_the_line_as_prompts_come_is_not_told_from_a_bad_network_but_flagged(
    sqlite_database: Database,
) -> None:
    """The limit of every record of this kind, as `docs/evidence.md` states it."""
    stage = await scene(sqlite_database)
    sweep = FlagSweep(sqlite_database, stage.node.hub, stage.clock)
    stage.world.every(10 * SECOND, sweep.run_once)
    player = Distant(stage.world, stage.place, USER, stage.clock, after_ms=5 * SECOND, back_ms=200 * SECOND)

    async def drop() -> None:
        player.suppresses, player.stage = True, "sent"
        await stage.ask()
        await stage.run(250 * SECOND)
        player.suppresses, player.stage = False, None

    await stage.begin(player)
    await stage.five(drop)
    row = await stage.told()
    assert Counter(str(check.outcome) for check in row.checks) == {"confirmed": 3, "undelivered": 2}
    assert not any(check.unshown is True for check in row.checks)
    assert row.recovered_ms > 2 * 150 * SECOND
    assert of_prompts(row) == ["dodged_prompts"]
