"""Prompts follow their session as it is corrected, on both engines: before, while and long after they run."""

from typing import Any

import pytest
from sqlalchemy import select

from rollcall.actions import sessions
from rollcall.actions.checks import cancel_check
from rollcall.domain.checks.windows import DELIVERY_MS, SILENCE_MS
from rollcall.domain.sessions import Session, WallWindow
from rollcall.jobs import ends
from rollcall.store import tables
from rollcall.store.database import Database
from tests.asking import LIFETIME, ask, begin, change, end_at, stored, tick
from tests.hall import T0, Hall, open_hall

HOUR = 3_600_000


async def test_a_shorter_session_takes_outcomes_back_and_a_longer_one_restores_them(
    database: Database,
) -> None:
    hall, session, check = await ended_prompts(database)
    before = await rows(hall)
    assert await hall.states(check) == {"anna": "confirmed", "boris": "missed", "clara": "undelivered"}
    for ends_ms, anna, boris, clara in (
        (T0 + 60_000, "confirmed", "missed", "cancelled"),
        (T0 + 59_999, "confirmed", "cancelled", "cancelled"),
        (T0 + 30_000, "confirmed", "cancelled", "cancelled"),
        (T0 + 10_000, "cancelled", "cancelled", "cancelled"),
        (T0 + LIFETIME + DELIVERY_MS - 1, "confirmed", "missed", "cancelled"),
        (T0 + LIFETIME + DELIVERY_MS, "confirmed", "missed", "undelivered"),
    ):
        await end_at(hall, session, ends_ms)
        assert await hall.states(check) == {"anna": anna, "boris": boris, "clara": clara}
    await end_at(hall, session, None)
    assert await rows(hall) == before
    await end_at(hall, session, T0 + 10_000)
    await delete(hall, session)
    assert await rows(hall) == before


async def test_what_a_session_withdrew_is_never_missed(database: Database) -> None:
    """The prompt was taken from the screen before its time was over: nobody could answer it any more."""
    hall = await open_hall(database, "anna", "boris")
    screen = hall.join("anna")
    hall.join("boris")
    session = await begin(hall)
    check = await ask(hall)
    await hall.mark("anna", check.id, "shown")
    hall.wait(30_000)
    await stop(hall, session)
    assert screen.types() == ["prompt", "prompt_closed"]
    hall.wait(HOUR)
    await hall.hear("anna")
    for ends_ms in (T0 + 2 * HOUR, T0 + 30_000, None):
        await end_at(hall, session, ends_ms)
        assert await hall.states(check.id) == {"anna": "cancelled", "boris": "cancelled"}
    assert screen.types() == ["prompt", "prompt_closed"]
    hall.clock.at_ms = T0 + 45_000
    await hall.mark(
        "anna", check.id, "answered", late_ms=2 * HOUR
    )  # its player had not heard that it is over
    assert await hall.states(check.id) == {"anna": "confirmed", "boris": "cancelled"}
    hall.wait(2 * HOUR)
    await end_at(hall, session, T0 + 30_000)
    assert await hall.states(check.id) == {"anna": "cancelled", "boris": "cancelled"}
    await delete(hall, session)
    assert await hall.states(check.id) == {"anna": "confirmed", "boris": "cancelled"}


async def test_what_a_session_withdrew_stays_withdrawn_whatever_comes_late(database: Database) -> None:
    hall = await open_hall(database, "anna")
    hall.join("anna")
    session = await begin(hall)
    check = await ask(hall)
    hall.wait(10_000)
    await hall.mark("anna", check.id, "shown", late_ms=110_000)
    hall.wait(20_000)
    await stop(hall, session)
    hall.wait(HOUR)
    await hall.hear("anna")
    assert (await hall.prompt("anna", check.id)).shown_ms == T0 + 10_000
    await end_at(hall, session, None)
    row = await hall.prompt("anna", check.id)
    assert (row.state, row.withdrawn, row.closed_ms) == ("cancelled", True, T0 + 30_000)


async def test_a_session_that_ran_out_only_by_an_outage_takes_and_restores_too(database: Database) -> None:
    hall = await open_hall(database, "anna")
    hall.join("anna")
    session = await begin(hall)
    check = await ask(hall)
    await hall.outage(T0 + 1_000, T0 + 3_600_000)
    hall.wait(3_600_000)
    await hall.mark("anna", check.id, "shown")
    hall.wait(LIFETIME + 2_000)
    await hall.hear("anna")
    await tick(hall)
    before = await rows(hall)
    assert await hall.states(check.id) == {"anna": "undelivered"}
    await end_at(hall, session, T0 + 3_600_000 + 30_000)
    assert await hall.states(check.id) == {"anna": "cancelled"}
    await end_at(hall, session, None)
    assert await rows(hall) == before


async def test_an_answer_that_came_after_the_session_counts_once_the_session_ends_later(
    database: Database,
) -> None:
    hall = await open_hall(database, "anna")
    hall.join("anna")
    session = await begin(hall)
    check = await ask(hall)
    await hall.mark("anna", check.id, "shown")
    hall.wait(10_000)
    await stop(hall, session)
    hall.wait(20_000)
    await hall.mark("anna", check.id, "answered", late_ms=HOUR)
    assert await hall.states(check.id) == {"anna": "cancelled"}
    hall.wait(HOUR)
    await end_at(hall, session, T0 + HOUR)
    row = await hall.prompt("anna", check.id)
    assert (row.state, row.confirmed_ms, row.late) == ("confirmed", T0 + 30_000, True)


async def test_a_prompt_whose_time_was_over_is_open_again_until_it_is_decided(database: Database) -> None:
    hall = await open_hall(database, "anna")
    hall.join("anna")
    session = await begin(hall)
    check = await ask(hall)
    await hall.mark("anna", check.id, "shown")
    hall.wait(LIFETIME + 30_000)  # over, and the player silent
    await end_at(hall, session, T0 + 30_000)
    assert await hall.states(check.id) == {"anna": "cancelled"}
    await end_at(hall, session, None)
    assert await hall.states(check.id) == {"anna": "issued"}
    hall.wait(SILENCE_MS)
    await tick(hall)
    assert await hall.states(check.id) == {"anna": "missed"}


async def test_a_session_drawn_afterwards_takes_what_its_end_falls_into(database: Database) -> None:
    hall, session, check = await ended_prompts(database)
    before = await rows(hall)
    await delete(hall, session)
    assert await rows(hall) == before
    drawn, _ = await sessions.create_session(
        hall.db,
        hall.hub,
        hall.project_no,
        hall.code,
        "Block",
        WallWindow(T0, T0 + 30_000),
        "test",
        hall.now_ms,
    )
    assert await hall.states(check) == {"anna": "confirmed", "boris": "cancelled", "clara": "cancelled"}
    await change(hall, drawn, WallWindow(T0 + 1, T0 + 30_000))  # the check lies in no session any more
    assert await rows(hall) == before


async def test_what_was_cancelled_by_hand_stays_so(database: Database) -> None:
    hall = await open_hall(database, "anna")
    hall.join("anna")
    session = await begin(hall)
    again = await ask(hall)
    await hall.mark("anna", again.id, "shown")
    await cancel_check(hall.db, hall.hub, hall.project_no, hall.code, again.id, "test", hall.now_ms)
    hall.wait(HOUR)
    for ends_ms in (T0 + 1, None):
        await end_at(hall, session, ends_ms)
        assert await hall.states(again.id) == {"anna": "cancelled"}


@pytest.mark.parametrize("policy", ["stop_until_confirmed", "void_since_last_confirmed"])
async def test_players_hear_that_their_time_counts_again_and_no_more(database: Database, policy: str) -> None:
    hall, session, _ = await ended_prompts(database, policy)
    screen = hall.join("boris")
    await end_at(hall, session, T0 + 30_000)
    await end_at(hall, session, None)
    assert [message["counts"] for message in screen.got if message["type"] == "counting"] == [True, False]


async def test_ending_the_media_afterwards_judges_its_prompts(database: Database) -> None:
    hall, _, check = await ended_prompts(database)
    await database.write(lambda conn: conn.execute(tables.media.update().values(ends_ms=T0 + 30_000)))
    await ends.run_once(database, hall.hub, hall.clock)
    assert await hall.states(check) == {"anna": "confirmed", "boris": "cancelled", "clara": "cancelled"}


async def ended_prompts(database: Database, policy: str = "record") -> tuple[Hall, Session, str]:
    """Let anna answer after 20 s, boris not at all, and clara never be shown a check; all that is long ago."""
    hall = await open_hall(database, "anna", "boris", "clara")
    await hall.judge(presence_policy=policy)
    for user in ("anna", "boris", "clara"):
        hall.join(user)
    session = await begin(hall)
    check = await ask(hall)
    await hall.mark("anna", check.id, "shown")
    await hall.mark("boris", check.id, "shown")
    hall.wait(20_000)
    await hall.mark("anna", check.id, "answered")
    for _ in range(3):
        hall.wait(LIFETIME + 2_000)
        await hall.hear("boris")
        await tick(hall)
    hall.wait(HOUR)
    assert (await stored(hall, check)).session_no == session.no
    return hall, session, str(check.id)


async def stop(hall: Hall, session: Session) -> None:
    await sessions.stop_session(
        hall.db, hall.hub, hall.project_no, hall.code, session.id, "test", hall.now_ms
    )


async def delete(hall: Hall, session: Session) -> None:
    await sessions.delete_session(
        hall.db, hall.hub, hall.project_no, hall.code, session.id, "test", hall.now_ms
    )


async def rows(hall: Hall) -> list[Any]:
    p = tables.prompts
    query = select(p).where(p.c.media_no == hall.media_no).order_by(p.c.check_no, p.c.user_id)
    return [tuple(row) for row in await hall.db.read(lambda conn: conn.execute(query).all())]
