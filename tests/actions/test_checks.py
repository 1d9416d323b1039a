"""Asking for presence on both engines: who is asked, how it ends, and what every player is told."""

from typing import Any

import pytest
from sqlalchemy import select, update

from rollcall.actions import checks, prompts, sessions
from rollcall.actions.checks import NewCheck, create_check
from rollcall.domain.checks.outcome import PromptOutcome
from rollcall.domain.checks.resolve import DELIVERY_MS, SILENCE_MS
from rollcall.domain.errors import Conflict, Malformed, NotFound
from rollcall.domain.ids import CheckId, UserId
from rollcall.domain.sessions import ContentWindow, Session, WallWindow
from rollcall.jobs import prompts as job
from rollcall.store import tables
from rollcall.store.checks import Check, Wording, get_check
from rollcall.store.database import Database
from tests.hall import T0, Hall, open_hall

LIFETIME = 60_000


async def ask(
    hall: Hall, *, at_ms: int | None = None, session_id: str | None = None, lifetime_s: int = 60
) -> Check:
    new = NewCheck(Wording("click", lifetime_s, True, "Вы здесь?"), at_ms, session_id)
    return await create_check(hall.db, hall.hub, hall.project_no, hall.code, new, "test", hall.now_ms)


async def begin(hall: Hall, *, ends_ms: int | None = None) -> Session:
    session, _ = await sessions.create_session(
        hall.db, hall.project_no, hall.code, "Block", WallWindow(hall.now_ms, ends_ms), "test", hall.now_ms
    )
    return session


async def tick(hall: Hall) -> None:
    await job.run_once(hall.db, hall.hub, hall.clock)


def sent(check: Check, left_ms: int = LIFETIME, issued_ms: int = T0) -> dict[str, Any]:
    return {
        "type": "prompt",
        "check": check.id,
        "kind": "click",
        "text": "Вы здесь?",
        "sound": True,
        "lifetime_ms": left_ms,
        "left_ms": left_ms,
        "issued_at_ms": issued_ms,
    }


def closed(check: Check, outcome: str, at_ms: int) -> dict[str, Any]:
    return {"type": "prompt_closed", "check": check.id, "outcome": outcome, "at_ms": at_ms}


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
    assert [(row.outcome, row.at_ms) for row in outcomes] == [("confirmed", answered_ms)]
    row = (await database.read(lambda conn: conn.execute(select(tables.prompts)).all()))[0]
    assert (row.state, row.late, row.confirmed_ms, row.shown_ms) == ("confirmed", True, answered_ms, T0)


async def test_a_prompt_that_nobody_received_is_sent_again_and_then_undelivered(database: Database) -> None:
    hall = await open_hall(database, "anna")
    screen = hall.join("anna")
    check = await ask(hall)
    hall.wait(7_000)
    await prompts.resend(database, hall.hub, hall.now_ms)
    assert screen.types() == ["prompt"]
    hall.wait(3_000)
    await prompts.resend(database, hall.hub, hall.now_ms)
    assert screen.got == [sent(check)] * 2
    hall.wait(LIFETIME + DELIVERY_MS - 10_001)
    await tick(hall)
    assert await hall.states(check.id) == {"anna": "issued"}
    hall.wait(1)
    await tick(hall)
    assert await hall.states(check.id) == {"anna": "undelivered"}
    await prompts.resend(database, hall.hub, hall.now_ms)
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
        found = await prompts.open_prompts(database, hall.media_no, [UserId(user_id)], hall.now_ms)
        return [prompt.left_ms for prompt in found[UserId(user_id)]]

    assert (await left("anna"), await left("boris")) == ([45_000], [60_000])
    hall.wait(45_000)
    assert (await left("anna"), await left("boris")) == ([], [60_000])


async def test_who_joins_while_a_check_runs_is_asked_with_the_time_that_is_left(database: Database) -> None:
    hall = await open_hall(database, "anna", "boris", "vera")
    check = await ask(hall)
    hall.wait(20_000)
    anna = UserId("anna")
    found = await prompts.open_prompts(database, hall.media_no, [anna], hall.now_ms)
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
    assert await prompts.open_prompts(database, hall.media_no, [vera], hall.now_ms) == {vera: []}
    assert await hall.states(check.id) == {"anna": "issued", "boris": "issued"}
    hall.wait(10_000)
    await hall.hear("boris")
    await tick(hall)
    assert await hall.states(check.id) == {"anna": "issued", "boris": "missed"}


async def test_a_timed_check_is_issued_at_its_moment_once(database: Database) -> None:
    hall = await open_hall(database, "anna")
    screen = hall.join("anna")
    check = await ask(hall, at_ms=T0 + 5_000)
    assert (check.state, check.issued_ms) == ("planned", None)
    session = await begin(hall)
    hall.wait(4_999)
    await tick(hall)
    assert screen.got == []
    hall.wait(1)
    await tick(hall)
    await tick(hall)
    assert screen.got == [sent(check, issued_ms=T0 + 5_000)]
    issued = await stored(hall, check)
    assert (issued.state, issued.issued_ms, issued.session_id) == ("issued", T0 + 5_000, session.id)


async def test_cancelling_takes_the_question_back_and_keeps_answers(database: Database) -> None:
    hall = await open_hall(database, "anna", "boris")
    anna, boris = hall.join("anna"), hall.join("boris")
    check = await ask(hall)
    await hall.mark("anna", check.id, "shown", "answered")
    hall.wait(3_000)
    for _ in range(2):
        after = await checks.cancel_check(
            database, hall.hub, hall.project_no, hall.code, check.id, "test", hall.now_ms
        )
        assert (after.state, after.cancelled_ms) == ("cancelled", T0 + 3_000)
    assert await hall.states(check.id) == {"anna": "confirmed", "boris": "cancelled"}
    assert boris.got[1:] == [closed(check, "cancelled", T0 + 3_000)]
    assert anna.types() == ["prompt", "prompt_closed"]
    await hall.mark("boris", check.id, "shown", "answered")
    assert await hall.states(check.id) == {"anna": "confirmed", "boris": "cancelled"}
    late = hall.join("vera")
    await tick(hall)
    assert late.got == []


async def test_a_planned_check_can_be_cancelled_and_a_closed_one_not(database: Database) -> None:
    hall = await open_hall(database, "anna")
    planned = await ask(hall, at_ms=T0 + 1_000)
    await checks.cancel_check(database, hall.hub, hall.project_no, hall.code, planned.id, "test", T0)
    hall.wait(2_000)
    await tick(hall)
    assert (await stored(hall, planned)).state == "cancelled"
    over = await ask(hall)
    hall.wait(LIFETIME)
    await tick(hall)
    with pytest.raises(Conflict) as refused:
        await checks.cancel_check(
            database, hall.hub, hall.project_no, hall.code, over.id, "test", hall.now_ms
        )
    assert refused.value.code == "check_closed"


async def test_stopping_the_session_cancels_what_still_runs(database: Database) -> None:
    hall = await open_hall(database, "anna", "boris")
    anna = hall.join("anna")
    hall.join("boris")
    session = await begin(hall)
    check = await ask(hall)
    assert check.session_id == session.id
    await hall.mark("boris", check.id, "shown", "answered")
    hall.wait(10_000)
    await sessions.stop_session(
        database, hall.hub, hall.project_no, hall.code, session.id, "test", hall.now_ms
    )
    assert await hall.states(check.id) == {"anna": "cancelled", "boris": "confirmed"}
    assert anna.got[1:] == [closed(check, "cancelled", T0 + 10_000)]
    late = hall.join("vera")
    await tick(hall)
    assert late.got == []


async def test_a_session_that_ends_by_itself_or_is_deleted_cancels_too(database: Database) -> None:
    hall = await open_hall(database, "anna")
    hall.join("anna")
    await begin(hall, ends_ms=T0 + 5_000)
    first = await ask(hall)
    hall.wait(5_000)
    await tick(hall)
    assert await hall.states(first.id) == {"anna": "cancelled"}
    session = await begin(hall)
    second = await ask(hall)
    await sessions.delete_session(
        database, hall.hub, hall.project_no, hall.code, session.id, "test", hall.now_ms
    )
    assert await hall.states(second.id) == {"anna": "cancelled"}
    assert (await stored(hall, second)).session_id is None


async def test_a_check_in_a_break_belongs_to_no_session_and_none_ends_it(database: Database) -> None:
    hall = await open_hall(database, "anna")
    hall.join("anna")
    session = await begin(hall)
    hall.wait(1_000)
    await sessions.stop_session(
        database, hall.hub, hall.project_no, hall.code, session.id, "test", hall.now_ms
    )
    check = await ask(hall)
    assert check.session_id is None
    await begin(hall, ends_ms=hall.now_ms + 1_000_000)
    await tick(hall)
    assert await hall.states(check.id) == {"anna": "issued"}
    assert (await stored(hall, check)).session_id is not None


async def test_a_named_session_must_be_of_the_media_and_hold_the_moment(database: Database) -> None:
    hall, other = await open_hall(database, "anna"), await open_hall(database, "anna")
    foreign = await begin(other)
    with pytest.raises(Malformed, match="session_id"):
        await ask(hall, session_id=foreign.id)
    mine = await begin(hall, ends_ms=T0 + 5_000)
    assert (await ask(hall, session_id=mine.id)).session_id == mine.id
    with pytest.raises(Conflict) as refused:
        await ask(hall, session_id=mine.id, at_ms=T0 + 5_000)
    assert refused.value.code == "outside_session"
    with pytest.raises(Malformed, match="past"):
        await ask(hall, at_ms=T0 - 60_001)


async def test_a_check_on_a_recording_belongs_to_the_session_it_names(database: Database) -> None:
    hall = await open_hall(database, "anna", kind="recording")
    session, _ = await sessions.create_session(
        database, hall.project_no, hall.code, "Chapter", ContentWindow(0, 60_000), "test", T0
    )
    assert (await ask(hall, session_id=session.id)).session_id == session.id
    assert (await ask(hall)).session_id is None


async def test_five_thousand_are_asked_each_once(database: Database) -> None:
    hall = await open_hall(database)
    screens = [hall.join(f"doctor-{number:04d}") for number in range(5_000)]
    check = await ask(hall)
    assert all(screen.got == [sent(check)] for screen in screens[::500])
    assert len(await hall.states(check.id)) == 5_000


async def test_another_project_finds_nothing(database: Database) -> None:
    hall, other = await open_hall(database, "anna"), await open_hall(database, "anna")
    check = await ask(hall)
    with pytest.raises(NotFound):
        await checks.cancel_check(database, hall.hub, other.project_no, hall.code, check.id, "test", T0)
    with pytest.raises(NotFound):
        await checks.cancel_check(database, hall.hub, other.project_no, other.code, check.id, "test", T0)
    await database.write(lambda conn: conn.execute(update(tables.media).values(removed_ms=T0)))
    with pytest.raises(NotFound):
        await ask(hall)


async def stored(hall: Hall, check: Check) -> Check:
    return await hall.db.read(lambda conn: get_check(conn, hall.project_no, hall.media_no, check.id))
