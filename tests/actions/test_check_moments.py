"""When a check is asked on both engines: at its moment, in its session, until it is cancelled."""

import pytest
from sqlalchemy import update

from rollcall.actions import checks, sessions
from rollcall.domain.errors import Conflict, Malformed, NotFound
from rollcall.domain.sessions import ContentWindow
from rollcall.store import tables
from rollcall.store.database import Database
from tests.asking import LIFETIME, ask, begin, closed, sent, stored, tick
from tests.hall import T0, open_hall


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


async def test_an_answer_from_before_the_stop_counts_when_it_arrives_after(database: Database) -> None:
    hall = await open_hall(database, "anna")
    hall.join("anna")
    session = await begin(hall)
    check = await ask(hall)
    await hall.mark("anna", check.id, "shown")
    hall.wait(10_000)
    await sessions.stop_session(
        database, hall.hub, hall.project_no, hall.code, session.id, "test", hall.now_ms
    )
    assert await hall.states(check.id) == {"anna": "cancelled"}
    hall.wait(-1)
    await hall.mark("anna", check.id, "answered", late_ms=20_000)
    assert await hall.states(check.id) == {"anna": "confirmed"}


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
        database, hall.hub, hall.project_no, hall.code, "Chapter", ContentWindow(0, 60_000), "test", T0
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
