"""Asking for presence on both engines: who is asked, how it ends, and what every player is told."""

from sqlalchemy import select

from rollcall.actions import delivery
from rollcall.domain.checks.outcome import PromptOutcome
from rollcall.domain.checks.windows import DELIVERY_MS, SILENCE_MS
from rollcall.domain.ids import CheckId, UserId
from rollcall.store import tables
from rollcall.store.database import Database
from tests.asking import LIFETIME, ask, closed, sent, stored, tick
from tests.hall import T0, open_hall


async def test_everybody_connected_is_asked_and_every_tab_is_told_of_the_answer(database: Database) -> None:
    hall = await open_hall(database, "anna", "boris", "vera")
    tabs, boris = [hall.join("anna"), hall.join("anna")], hall.join("boris")
    check = await ask(hall)
    assert (check.state, check.issued_ms, check.last_issued_ms, check.session_id) == ("issued", T0, T0, None)
    assert await hall.states(check.id) == {"anna": "issued", "boris": "issued"}
    assert [screen.got for screen in (*tabs, boris)] == [[sent(check)]] * 3
    hall.wait(5_000)
    await hall.mark("anna", check.id, "shown")
    hall.wait(2_000)
    assert await hall.mark("anna", check.id, "answered") == [
        PromptOutcome(hall.media_no, UserId("anna"), CheckId(check.id), "confirmed", T0 + 7_000)
    ]
    assert [tab.got[1:] for tab in tabs] == [[closed(check, "confirmed", T0 + 7_000)]] * 2
    assert boris.types() == ["prompt"]
    assert await hall.states(check.id) == {"anna": "confirmed", "boris": "issued"}


async def test_the_same_marks_again_change_nothing(database: Database) -> None:
    hall = await open_hall(database, "anna")
    screen = hall.join("anna")
    check = await ask(hall)
    await hall.mark("anna", check.id, "shown", "answered")
    rows = await database.read(lambda conn: conn.execute(select(tables.prompts)).all())
    play_no = hall.plays["anna "]
    hall.seqs[play_no] = 0
    assert await hall.mark("anna", check.id, "shown", "answered") == []
    assert await database.read(lambda conn: conn.execute(select(tables.prompts)).all()) == rows
    assert screen.types() == ["prompt", "prompt_closed"]


async def test_a_mark_for_another_media_or_user_touches_nothing(database: Database) -> None:
    hall, other = await open_hall(database, "anna"), await open_hall(database, "anna")
    hall.join("anna")
    check = await ask(hall)
    assert await other.mark("anna", check.id, "shown", "answered") == []
    assert await hall.mark("boris", check.id, "shown", "answered") == []
    assert await hall.states(check.id) == {"anna": "issued"}
    await hall.mark("anna", check.id, "shown")
    assert await other.mark("anna", check.id, "answered") == []
    assert await hall.states(check.id) == {"anna": "issued"}


async def test_a_display_without_an_answer_is_missed_once_the_play_reports_on(database: Database) -> None:
    hall = await open_hall(database, "anna")
    screen = hall.join("anna")
    check = await ask(hall)
    await hall.mark("anna", check.id, "shown")
    hall.wait(LIFETIME + 2_000)
    await tick(hall)
    assert await hall.states(check.id) == {"anna": "issued"}
    await hall.hear("anna")
    await tick(hall)
    assert await hall.states(check.id) == {"anna": "missed"}
    assert screen.got[1:] == [closed(check, "missed", hall.now_ms)]
    await tick(hall)
    assert (await stored(hall, check)).state == "closed"
    assert len(screen.got) == 2


async def test_a_silent_play_is_missed_after_five_minutes_and_its_journal_still_counts(
    database: Database,
) -> None:
    hall = await open_hall(database, "anna")
    hall.join("anna")
    check = await ask(hall)
    await hall.mark("anna", check.id, "shown")
    answered_ms = hall.now_ms + 20_000
    hall.wait(LIFETIME + SILENCE_MS - 1)
    await tick(hall)
    assert await hall.states(check.id) == {"anna": "issued"}
    hall.wait(1)
    await tick(hall)
    assert await hall.states(check.id) == {"anna": "missed"}
    hall.clock.at_ms = answered_ms
    outcomes = await hall.mark("anna", check.id, "answered", late_ms=3_600_000)
    anna = UserId("anna")
    assert outcomes == [PromptOutcome(hall.media_no, anna, CheckId(check.id), "confirmed", answered_ms)]
    row = (await database.read(lambda conn: conn.execute(select(tables.prompts)).all()))[0]
    assert (row.state, row.late, row.confirmed_ms, row.shown_ms) == ("confirmed", True, answered_ms, T0)


async def test_a_prompt_that_nobody_received_is_sent_again_and_then_undelivered(database: Database) -> None:
    hall = await open_hall(database, "anna")
    screen = hall.join("anna")
    check = await ask(hall)
    hall.wait(7_000)
    await delivery.resend(database, hall.hub, hall.now_ms)
    assert screen.types() == ["prompt"]
    hall.wait(3_000)
    await delivery.resend(database, hall.hub, hall.now_ms)
    assert screen.got == [sent(check)] * 2
    hall.wait(LIFETIME + DELIVERY_MS - 10_001)
    await tick(hall)
    assert await hall.states(check.id) == {"anna": "issued"}
    hall.wait(1)
    await tick(hall)
    assert await hall.states(check.id) == {"anna": "undelivered"}
    await delivery.resend(database, hall.hub, hall.now_ms)
    assert screen.types() == ["prompt", "prompt", "prompt_closed"]


async def test_who_reconnects_gets_the_time_that_is_left(database: Database) -> None:
    hall = await open_hall(database, "anna", "boris")
    hall.join("anna")
    hall.join("boris")
    check = await ask(hall)
    hall.wait(10_000)
    await hall.mark("anna", check.id, "shown")
    hall.wait(15_000)

    async def left(user_id: str) -> list[int]:
        found = await delivery.open_prompts(database, hall.media_no, [UserId(user_id)], hall.now_ms)
        return [prompt.left_ms for prompt in found[UserId(user_id)]]

    assert (await left("anna"), await left("boris")) == ([45_000], [60_000])
    hall.wait(45_000)
    assert (await left("anna"), await left("boris")) == ([], [60_000])


async def test_nobody_who_joins_is_asked_for_less_than_the_shortest_lifetime(database: Database) -> None:
    hall = await open_hall(database, "anna", "boris", "vera")
    hall.join("anna")
    check = await ask(hall)
    hall.wait(50_000)
    boris, vera = UserId("boris"), UserId("vera")
    found = await delivery.open_prompts(database, hall.media_no, [boris], hall.now_ms)
    assert [prompt.left_ms for prompt in found[boris]] == [10_000]
    hall.wait(1)
    assert await delivery.open_prompts(database, hall.media_no, [vera], hall.now_ms) == {vera: []}
    screen = hall.join("vera")
    await tick(hall)
    assert screen.got == []
    assert await hall.states(check.id) == {"anna": "issued", "boris": "issued"}


async def test_who_joins_while_a_check_runs_is_asked_with_the_time_that_is_left(database: Database) -> None:
    hall = await open_hall(database, "anna", "boris", "vera")
    check = await ask(hall)
    hall.wait(20_000)
    anna = UserId("anna")
    found = await delivery.open_prompts(database, hall.media_no, [anna], hall.now_ms)
    assert [(prompt.check, prompt.lifetime_ms, prompt.left_ms) for prompt in found[anna]] == [
        (check.id, 40_000, 40_000)
    ]
    boris = hall.join("boris")
    await tick(hall)
    await tick(hall)
    assert boris.got == [sent(check, 40_000, T0 + 20_000)]
    await hall.mark("boris", check.id, "shown")
    hall.wait(36_000)
    vera = UserId("vera")
    assert await delivery.open_prompts(database, hall.media_no, [vera], hall.now_ms) == {vera: []}
    assert await hall.states(check.id) == {"anna": "issued", "boris": "issued"}
    hall.wait(10_000)
    await hall.hear("boris")
    await tick(hall)
    assert await hall.states(check.id) == {"anna": "issued", "boris": "missed"}
