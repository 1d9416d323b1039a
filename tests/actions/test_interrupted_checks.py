"""Prompts in outages, in hidden frames and in players that suppress them, on both engines."""

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select

from rollcall.actions import counting, delivery, incidents, prompts
from rollcall.actions.statistics import Ask, report_media
from rollcall.domain.checks.suppressed import SHOW_MS
from rollcall.domain.checks.threshold import CountThreshold, ShareThreshold, Tally, judge
from rollcall.domain.checks.windows import DELIVERY_MS, DOUBT_MS
from rollcall.domain.ids import PlayNo, UserId
from rollcall.domain.intervals import Interval
from rollcall.jobs.outages import OwnLog
from rollcall.live.voices import Voices
from rollcall.store import tables
from rollcall.store.database import Database
from rollcall.store.prompt_arrivals import Arrived, note_arrivals
from tests.asking import LIFETIME, ask, begin, end_at, tick
from tests.hall import T0, Hall, open_hall


async def test_an_outage_lengthens_what_is_left_and_a_miss_in_it_is_undelivered(database: Database) -> None:
    hall = await open_hall(database, "anna", "boris")
    hall.join("anna")
    check = await ask(hall)
    await hall.mark("anna", check.id, "shown")
    hall.wait(40_000)
    await hall.outage(T0 + 10_000, T0 + 30_000)
    anna = UserId("anna")
    found = await delivery.open_prompts(database, hall.media_no, [anna], hall.now_ms)
    assert [prompt.left_ms for prompt in found[anna]] == [40_000]
    hall.wait(LIFETIME - 20_000 + 2_000)
    await hall.hear("anna")
    await tick(hall)
    row = await hall.prompt("anna", check.id)
    assert (row.state, row.expired_ms) == ("undelivered", T0 + LIFETIME + 20_000)


async def test_an_incident_of_another_event_or_withdrawn_changes_nothing(database: Database) -> None:
    hall, other = await open_hall(database, "anna"), await open_hall(database, "anna")
    check = await missed(hall)
    await other.outage(T0, T0 + LIFETIME, incident=True)
    assert await reconsidered(hall) == []
    assert await hall.states(check) == {"anna": "missed"}


async def test_an_incident_declared_afterwards_excuses_a_miss(database: Database) -> None:
    hall = await open_hall(database, "anna")
    check = await missed(hall)
    await hall.outage(T0 + LIFETIME, T0 + LIFETIME + 60_000, incident=True)
    await reconsidered(hall)
    assert await hall.states(check) == {"anna": "missed"}
    await hall.outage(T0 + 5_000, T0 + 6_000, incident=True)
    await reconsidered(hall)
    assert await hall.states(check) == {"anna": "undelivered"}
    row = await hall.prompt("anna", check)
    assert (row.expired_ms, row.closed_ms) == (T0 + LIFETIME + 61_000, hall.now_ms)


async def test_the_setting_for_hidden_frames_holds_also_for_what_has_ended(database: Database) -> None:
    hall = await open_hall(database, "anna")
    check = await missed(hall, "received")
    for setting, state in (("undelivered", "undelivered"), ("missed", "missed")):
        await hall.judge(hidden_miss=setting)
        await hall.db.write(lambda conn: prompts.follow_hidden_miss(conn, hall.event_no, hall.now_ms))
        assert await hall.states(check) == {"anna": state}
    await hall.judge(hidden_miss="undelivered")
    again = await missed(hall, "received")
    assert await hall.states(again) == {"anna": "undelivered"}


async def test_a_prompt_that_arrived_and_was_never_shown_says_so(database: Database) -> None:
    hall = await open_hall(database, "anna", "boris")
    hall.join("anna")
    hall.join("boris")
    check = await ask(hall)
    hall.wait(10_000)
    await hall.arrive("anna", check.id)
    await tick(hall)
    hall.wait(SHOW_MS)
    await hall.hear("anna")
    await hall.hear("boris")
    hall.wait(LIFETIME + DELIVERY_MS)
    await tick(hall)
    assert await hall.states(check.id) == {"anna": "undelivered", "boris": "undelivered"}
    assert (await hall.prompt("anna", check.id)).unshown
    assert not (await hall.prompt("boris", check.id)).unshown
    hall.clock.at_ms = T0 + 12_000
    assert await hall.mark("anna", check.id, "shown", late_ms=3_600_000) == []
    row = await hall.prompt("anna", check.id)
    assert (row.state, row.unshown, row.shown_ms) == ("undelivered", False, T0 + 12_000)
    assert row.closed_ms == T0 + 10_000 + SHOW_MS + LIFETIME + DELIVERY_MS


async def test_a_proof_of_an_earlier_issue_proves_nothing_of_this_one(database: Database) -> None:
    hall = await open_hall(database, "anna")
    hall.join("anna")
    check = await ask(hall)
    hall.wait(LIFETIME + DELIVERY_MS)
    await tick(hall)
    again_ms, anna, play_no = hall.now_ms, UserId("anna"), PlayNo(await hall.play_of("anna", ""))
    await database.write(lambda conn: delivery.issue(conn, check, [anna], LIFETIME, again_ms))
    for issued_ms, arrived_ms in ((T0, None), (again_ms, again_ms + 5_000)):
        proven = Arrived(check.id, issued_ms, anna, play_no, again_ms + 5_000)
        await database.write(lambda conn, proven=proven: note_arrivals(conn, [proven]))  # type: ignore[misc]
        assert (await hall.arrived(check.id)).get("anna") == arrived_ms


async def test_an_answer_in_the_time_that_an_incident_gives_counts_while_it_stands(
    database: Database,
) -> None:
    hall = await open_hall(database, "anna")
    await hall.judge(presence_policy="stop_until_confirmed")
    check = await missed(hall)
    hall.clock.at_ms = T0 + LIFETIME + 4_000
    await hall.mark("anna", check, "answered")
    assert await hall.states(check) == {"anna": "missed"}
    hall.wait(3_600_000)
    said = incidents.Declared(T0 + 10_000, T0 + 40_000, "The line was down", None)
    event = await event_code(hall)
    for _ in range(2):
        made = await incidents.declare(database, hall.project_no, event, said, "test", hall.now_ms)
        row = await hall.prompt("anna", check)
        assert (row.state, row.confirmed_ms) == ("confirmed", T0 + LIFETIME + 4_000)
        assert await stopped(hall) == []
        await incidents.withdraw(database, hall.project_no, event, made.code, "No", "test", hall.now_ms)
        row = await hall.prompt("anna", check)
        assert (row.state, row.confirmed_ms, row.expired_ms) == ("missed", None, T0 + LIFETIME)
        assert await stopped(hall) == [T0 + LIFETIME]


async def test_an_incident_judges_the_events_prompts_that_waited_in_it_and_no_others(
    database: Database,
) -> None:
    hall = await open_hall(database, "anna")
    earlier = await missed(hall)
    hall.wait(3_600_000)
    later_ms = hall.now_ms
    later = await missed(hall)
    said = incidents.Declared(later_ms + 10_000, later_ms + 40_000, "The line was down", None)
    await incidents.declare(database, hall.project_no, await event_code(hall), said, "test", hall.now_ms)
    assert await hall.states(earlier) == {"anna": "missed"}
    assert await hall.states(later) == {"anna": "undelivered"}


async def test_a_standstill_of_ours_that_is_noticed_after_the_miss_takes_it_back(database: Database) -> None:
    hall = await open_hall(database, "anna")
    log = OwnLog(hall.db, hall.clock, hall.hub, "main", Voices())
    await log.begin()
    await log.beat()
    check = await missed(hall)
    assert await hall.states(check) == {"anna": "missed"}
    await log.beat()
    assert await hall.states(check) == {"anna": "undelivered"}


async def missed(hall: Hall, display: Any = "shown") -> str:
    """Let a check be displayed and not answered; return its id."""
    hall.join("anna")
    check = await ask(hall)
    await hall.mark("anna", check.id, display)
    hall.wait(LIFETIME + 2_000)
    await hall.hear("anna")
    await tick(hall)
    return str(check.id)


async def event_code(hall: Hall) -> str:
    query = select(tables.events.c.code).where(tables.events.c.no == hall.event_no)
    return str(await hall.db.read(lambda conn: conn.execute(query).scalar_one()))


async def stopped(hall: Hall) -> list[int | None]:
    anna = [UserId("anna")]
    found = await hall.db.read(lambda conn: counting.stopped_among(conn, hall.media_no, anna))
    return [stop.since_ms for stop in found]


async def reconsidered(hall: Hall) -> list[Any]:
    within = Interval(T0, hall.now_ms)
    return list(
        await hall.db.write(lambda conn: prompts.reconsider(conn, hall.event_no, within, hall.now_ms))
    )


async def test_what_is_said_after_delivery_was_given_up_washes_nothing_away(database: Database) -> None:
    hall = await open_hall(database, "anna")
    hall.join("anna")
    check = await suppressed(hall)
    assert (await hall.prompt("anna", check)).unshown
    hall.wait(15_000)
    await hall.mark("anna", check, "received", "shown", "answered")
    row = await hall.prompt("anna", check)
    assert (row.state, row.unshown) == ("undelivered", True)


async def test_a_second_player_that_received_it_and_was_closed_hides_nothing(database: Database) -> None:
    hall = await open_hall(database, "anna")
    hall.join("anna")
    check = await suppressed(hall, decoy="decoy")
    assert (await hall.prompt("anna", check)).unshown


async def test_a_prompt_that_one_of_two_players_displayed_is_shown(database: Database) -> None:
    hall = await open_hall(database, "anna")
    hall.join("anna")
    check = await suppressed(hall, decoy="hidden", shown_by="in view")
    row = await hall.prompt("anna", check)
    assert (row.state, row.unshown) == ("missed", False)


@pytest.mark.parametrize(
    ("play", "after_ms", "unshown"),
    [("", SHOW_MS, False), ("", LIFETIME + DELIVERY_MS - 1_000, True), ("other", SHOW_MS, True)],
)
async def test_a_display_that_is_told_late_clears_the_player_that_displayed_it_at_once_and_no_other(
    database: Database, play: str, after_ms: int, unshown: bool
) -> None:
    """A second tab that lost its line can say anything; the first had the prompt, ran on, and has no such note."""
    hall = await open_hall(database, "anna")
    hall.join("anna")
    check = await suppressed(hall)
    hall.clock.at_ms = T0 + after_ms
    await hall.mark("anna", check, "shown", play=play, late_ms=3_600_000)
    row = await hall.prompt("anna", check)
    assert (row.state, row.unshown) == ("undelivered", unshown)


@pytest.mark.parametrize(("after_ms", "unshown"), [(DOUBT_MS, False), (DOUBT_MS + 1, True)])
async def test_a_player_that_makes_its_network_look_slow_gains_no_more_than_doubt(
    database: Database, after_ms: int, unshown: bool
) -> None:
    hall = await open_hall(database, "anna")
    hall.join("anna")
    check = await suppressed(hall)
    hall.clock.at_ms = T0 + 1_000 + SHOW_MS + after_ms
    await hall.mark("anna", check, "shown", late_ms=3_600_000, bound_ms=180_000)
    assert (await hall.prompt("anna", check)).unshown is unshown


@pytest.mark.parametrize(("plays", "unshown"), [(1, False), (2, True), (9, True)])
async def test_many_short_players_have_had_the_time_of_a_long_one(
    database: Database, plays: int, unshown: bool
) -> None:
    hall = await open_hall(database, "anna")
    hall.join("anna")
    check = await ask(hall)
    for play in range(plays):
        await hall.arrive("anna", check.id, play=f"{play}")
        await tick(hall)
        hall.wait(SHOW_MS - 2_000)
        await hall.hear("anna", play=f"{play}")
    hall.wait(LIFETIME + DELIVERY_MS)
    await tick(hall)
    assert (await hall.prompt("anna", check.id)).unshown is unshown


async def test_a_session_that_is_corrected_and_corrected_back_hides_no_dropped_prompt(
    database: Database,
) -> None:
    hall = await open_hall(database, "anna")
    hall.join("anna")
    session = await begin(hall)
    check = await suppressed(hall)
    for ends_ms in (T0 + LIFETIME, None):
        await end_at(hall, session, ends_ms)
    row = await hall.prompt("anna", check)
    assert (row.state, row.unshown) == ("undelivered", True)


async def test_a_player_that_drops_prompts_passes_no_rule_by_what_the_statistics_tell(
    database: Database,
) -> None:
    """Six of nine confirmed, three dropped in each way that a player can: from the prompts to the verdict."""
    hall = await open_hall(database, "anna")
    hall.join("anna")
    await begin(hall)
    for _ in range(6):
        check = await ask(hall)
        await hall.mark("anna", check.id, "shown", "answered")
        hall.wait(LIFETIME)
    await suppressed(hall)
    await suppressed(hall, decoy="decoy")
    washed = await suppressed(hall)
    await hall.mark("anna", washed, "shown", "answered")
    report = await report_media(database, hall.project_no, hall.code, Ask(), hall.now_ms)
    (row,) = report.participants
    told = Counter(str(check.outcome) for check in row.checks)
    assert told == {"confirmed": 6, "undelivered": 3}
    tally = Tally(**told, unshown=sum(check.unshown is True for check in row.checks))
    assert tally.unshown == 3
    for rule in (ShareThreshold(70), CountThreshold(7, 9)):
        assert judge(rule, tally).result == "failed"


async def suppressed(hall: Hall, *, decoy: str = "", shown_by: str = "") -> str:
    """Ask a player that gets the prompt and runs on without displaying it until delivery is given up."""
    check = await ask(hall)
    if decoy:
        await hall.arrive("anna", check.id, play=decoy)
    hall.wait(1_000)
    await hall.arrive("anna", check.id)
    if shown_by:
        await hall.mark("anna", check.id, "shown", play=shown_by)
    await tick(hall)
    hall.wait(LIFETIME + DELIVERY_MS)
    await hall.hear("anna")
    if shown_by:
        await hall.hear("anna", play=shown_by)
    await tick(hall)
    return str(check.id)
