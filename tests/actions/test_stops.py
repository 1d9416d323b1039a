"""Where an event stops counting after a miss, on both engines: who is told so, and when they are back."""

from typing import Any

import pytest

from rollcall.actions import counting
from rollcall.actions.chat import Place
from rollcall.actions.welcome import Newcomer, Welcome
from rollcall.domain.ids import CheckId, UserId
from rollcall.store.database import Database
from tests.asking import LIFETIME, ask, begin, tick
from tests.hall import T0, Hall, Screen, open_hall

STOP = "stop_until_confirmed"
ANNA = UserId("anna")


async def test_an_event_that_only_records_says_nothing(database: Database) -> None:
    hall = await open_hall(database, "anna")
    screen = hall.join("anna")
    await miss(hall)
    assert screen.types() == ["prompt", "prompt_closed"]
    assert await stopped(hall) == {}


@pytest.mark.parametrize("policy", [STOP, "void_since_last_confirmed"])
async def test_a_miss_stops_every_play_of_the_event_until_the_participant_is_back(
    database: Database, policy: str
) -> None:
    hall = await open_hall(database, "anna", "boris")
    await hall.judge(presence_policy=policy)
    elsewhere = await hall.another_media()
    screens = [hall.join("anna"), hall.join("anna"), elsewhere.join("anna")]
    boris = hall.join("boris")
    await begin(hall)
    check = await miss(hall)
    since_ms = T0 + LIFETIME if policy == STOP else T0
    told = {"type": "counting", "counts": False, "check": check, "since_at_ms": since_ms}
    assert [counts(screen) for screen in screens] == [[told]] * 3
    assert counts(boris) == []
    assert await greeted(hall) == [told]
    assert await greeted(elsewhere) == [told]
    assert await stopped(hall) == {ANNA: (CheckId(check), since_ms)}
    hall.wait(3_000)
    await hall.mark("anna", check, "resume")
    back = {"type": "counting", "counts": True, "check": None, "since_at_ms": None}
    assert [counts(screen) for screen in screens] == [[told, back]] * 3
    assert await greeted(hall) == []
    assert (await hall.prompt("anna", check)).state == "missed"


async def test_a_confirmation_ends_a_stop_and_a_later_miss_begins_another(database: Database) -> None:
    hall = await open_hall(database, "anna")
    await hall.judge(presence_policy=STOP)
    screen = hall.join("anna")
    await miss(hall)
    hall.wait(10_000)
    check = await ask(hall)
    await hall.mark("anna", check.id, "shown", "answered")
    assert await stopped(hall) == {}
    assert [message["counts"] for message in counts(screen)] == [False, True]
    hall.wait(10_000)
    again = await miss(hall)
    first_ms = hall.now_ms
    assert {found[0] for found in (await stopped(hall)).values()} == {again}
    third = await miss(hall)
    ((check_id, since_ms),) = (await stopped(hall)).values()
    assert (check_id, (since_ms or 0) < first_ms) == (third, True)


async def test_a_return_must_name_a_missed_check_of_that_participant(database: Database) -> None:
    hall = await open_hall(database, "anna", "boris")
    await hall.judge(presence_policy=STOP)
    hall.join("anna")
    check = await miss(hall)
    await hall.mark("boris", check, "resume")
    await hall.mark("anna", "unknown1", "resume")
    assert set(await stopped(hall)) == {ANNA}


async def test_a_late_answer_ends_the_stop(database: Database) -> None:
    hall = await open_hall(database, "anna")
    await hall.judge(presence_policy=STOP)
    screen = hall.join("anna")
    check = await miss(hall)
    hall.clock.at_ms = T0 + 20_000
    await hall.mark("anna", check, "answered", late_ms=600_000)
    assert [message["counts"] for message in counts(screen)] == [False, True]
    assert await stopped(hall) == {}


async def test_another_event_is_not_stopped(database: Database) -> None:
    hall, other = await open_hall(database, "anna"), await open_hall(database, "anna")
    for each in (hall, other):
        await each.judge(presence_policy=STOP)
    theirs = other.join("anna")
    hall.join("anna")
    await miss(hall)
    assert theirs.got == []
    assert await greeted(other) == []


async def miss(hall: Hall) -> str:
    """Let a check be displayed to anna and not answered; return its id."""
    check = await ask(hall)
    await hall.mark("anna", check.id, "shown")
    hall.wait(LIFETIME + 2_000)
    await hall.hear("anna")
    await tick(hall)
    assert (await hall.prompt("anna", check.id)).state == "missed"
    return str(check.id)


async def stopped(hall: Hall) -> dict[UserId, tuple[str | None, int | None]]:
    found = await hall.db.read(lambda conn: counting.stopped_among(conn, hall.media_no, [ANNA]))
    return {now.user_id: (now.check, now.since_ms) for now in found}


async def greeted(hall: Hall) -> list[dict[str, Any]]:
    """Return what a play of anna that connects now is told of counting."""
    screen = Screen(ANNA)
    place = Place(hall.project_no, hall.event_no, hall.media_no)
    greeting = await Welcome(hall.db, hall.clock).messages(Newcomer(place, ANNA, 0))
    for payload in greeting.messages:
        screen.send(payload)
    return counts(screen)


def counts(screen: Screen) -> list[dict[str, Any]]:
    return [message for message in screen.got if message["type"] == "counting"]
