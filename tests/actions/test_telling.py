"""What webhooks are told of a media's life: once each, with its moment, by whatever hand or hour it came."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from rollcall.actions import checks, media, prompts, sessions
from rollcall.actions.access import Gate
from rollcall.actions.redeem import find_embedded, redeem
from rollcall.actions.telling import ANSWERS_AT_ONCE, REFUSALS_A_MINUTE
from rollcall.domain.checks.marks import MarkRow
from rollcall.domain.errors import Forbidden
from rollcall.domain.ids import MediaCode, PlayNo, UserId
from rollcall.domain.sessions import WallWindow
from rollcall.store import broadcasts, tables
from rollcall.store.database import Connection, Database
from rollcall.wire.api.values import rfc3339
from rollcall.wire.embed import Redeem
from tests.asking import ask, begin, tick
from tests.courier import Desk, at_a_desk, count, subscribe
from tests.hall import T0, Hall, open_hall
from tests.noted import Noted

MINUTE = 60_000


async def set_media(hall: Hall, **values: Any) -> None:
    of_hall = update(tables.media).where(tables.media.c.no == hall.media_no)
    await hall.db.write(lambda conn: conn.execute(of_hall.values(values)))


async def signal(hall: Hall, at_ms: int | None) -> None:
    await hall.db.write(lambda conn: broadcasts.set_signal(conn, MediaCode(hall.code), at_ms))


def told(desk: Desk) -> list[tuple[str, str]]:
    return [(got.json()["type"], got.json()["timestamp"]) for got in desk.receiver.got]


async def test_a_broadcast_is_told_from_its_first_picture_to_its_end(database: Database) -> None:
    hall = await open_hall(database)
    async with at_a_desk(hall) as desk:
        assert await desk.send() == []
        picture_ms = hall.now_ms + 300
        await signal(hall, picture_ms)
        assert await desk.send(1000) == ["media.live", "signal.on"]
        assert await desk.send(1000) == []
        await signal(hall, None)
        assert await desk.send(1000) == ["signal.off"]
        # An encoder that comes, and is replaced by another within a second.
        await signal(hall, hall.now_ms)
        assert await desk.send(1000) == ["signal.on"]
        await signal(hall, hall.now_ms)
        assert await desk.send(1000) == ["signal.off", "signal.on"]
        gate = Gate(database, hall.hub, Noted(), hall.clock)
        ended_ms = hall.now_ms
        await media.end_media(gate, hall.project_no, hall.code, "test")
        assert await desk.send(1000) == ["media.ended"]
        await media.change_media(database, hall.project_no, hall.code, {"state": "live"}, "test", hall.now_ms)
        assert await desk.send() == ["media.live"]
    event = await event_code(hall)
    body = desk.receiver.got[0].json()
    assert body == {
        "id": desk.receiver.got[0].headers["webhook-id"],
        "type": "media.live",
        "timestamp": rfc3339(picture_ms),
        "data": {"media": {"code": hall.code, "title": "Hall", "event": event}, "state": "live"},
    }
    by_type = dict(told(desk))
    assert by_type["media.ended"] == rfc3339(ended_ms)
    assert len({got.json()["id"] for got in desk.receiver.got}) == len(desk.receiver.got) == 8


async def event_code(hall: Hall) -> str:
    query = select(tables.events.c.code).where(tables.events.c.no == hall.event_no)
    return str(await hall.db.read(lambda conn: conn.execute(query).scalar_one()))


async def test_what_only_the_hour_brings_is_told_too(database: Database) -> None:
    hall = await open_hall(database)
    await set_media(hall, starts_ms=T0 + MINUTE, ends_ms=T0 + 3 * MINUTE)
    async with at_a_desk(hall, "media.live", "media.ended", "session.started", "session.stopped") as desk:
        window = WallWindow(T0 + 2 * MINUTE, T0 + 2 * MINUTE + 30_000)
        await sessions.create_session(database, hall.hub, hall.project_no, hall.code, "S", window, "test", T0)
        assert await desk.send(59_000) == []
        assert await desk.send(1_500) == ["media.live"]
        # The server is away while a session begins, ends, and the media with it.
        assert await desk.send(5 * MINUTE) == ["session.started", "session.stopped", "media.ended"]
        assert await desk.send(MINUTE) == []
    assert told(desk) == [
        ("media.live", rfc3339(T0 + MINUTE)),
        ("session.started", rfc3339(window.starts_ms)),
        ("session.stopped", rfc3339(T0 + 2 * MINUTE + 30_000)),
        ("media.ended", rfc3339(T0 + 3 * MINUTE)),
    ]


async def test_a_session_is_told_as_it_runs_and_not_when_it_is_drawn_afterwards(database: Database) -> None:
    hall = await open_hall(database)
    async with at_a_desk(hall) as desk:
        session = await begin(hall)
        assert await desk.send(1000) == ["session.started"]
        await sessions.stop_session(
            database, hall.hub, hall.project_no, hall.code, session.id, "test", hall.now_ms
        )
        assert await desk.send(1000) == ["session.stopped"]
        past = WallWindow(T0 - 2 * MINUTE, T0 - MINUTE)
        await sessions.create_session(
            database, hall.hub, hall.project_no, hall.code, "Afterwards", past, "test", hall.now_ms
        )
        hall.wait(MINUTE)
        future = WallWindow(hall.now_ms + MINUTE, None)
        planned, _ = await sessions.create_session(
            database, hall.hub, hall.project_no, hall.code, "Planned", future, "test", hall.now_ms
        )
        assert await desk.send() == []
        await sessions.delete_session(
            database, hall.hub, hall.project_no, hall.code, planned.id, "test", hall.now_ms
        )
        assert await desk.send(2 * MINUTE) == []
        running = await begin(hall)
        assert await desk.send(1000) == ["session.started"]
        await sessions.delete_session(
            database, hall.hub, hall.project_no, hall.code, running.id, "test", hall.now_ms
        )
        assert await desk.send(1000) == ["session.stopped"]
    first, second, *_, last = (got.json()["data"]["session"] for got in desk.receiver.got)
    assert first == {
        "id": session.id,
        "title": "Block",
        "starts_at": rfc3339(T0),
        "ends_at": None,
        "revision": 1,
        "removed": False,
    }
    assert (second["ends_at"], second["revision"]) == (rfc3339(T0 + 1000), 2)
    assert (last["id"], last["removed"]) == (running.id, True)


async def test_a_check_is_told_with_its_answers_and_its_counts(database: Database) -> None:
    hall = await open_hall(database, "anna", "boris", "vera")
    async with at_a_desk(hall, "check.issued", "check.answered", "check.closed") as desk:
        for user_id in ("anna", "boris", "vera"):
            hall.join(user_id)
        planned = await ask(hall, at_ms=T0 + MINUTE)
        session = await begin(hall)
        assert await desk.send(1000) == []
        hall.wait(MINUTE)
        await tick(hall)
        assert await desk.send() == ["check.issued"]
        hall.wait(5_000)
        await hall.mark("anna", planned.id, "shown", "answered")
        await hall.mark("boris", planned.id, "shown", "answered")
        assert await desk.send() == ["check.answered"]
        await hall.mark("anna", planned.id, "answered")  # once more changes nothing
        hall.wait(10 * MINUTE)
        for _ in range(2):
            await tick(hall)
        assert await desk.send() == ["check.closed"]
        cancelled = await ask(hall)
        await checks.cancel_check(
            database, hall.hub, hall.project_no, hall.code, cancelled.id, "test", hall.now_ms
        )
        assert await desk.send(1000) == ["check.issued", "check.closed"]
    issued, answered, closed, _, taken_back = (got.json()["data"] for got in desk.receiver.got)
    shown = {
        "id": planned.id,
        "session_id": session.id,
        "origin": "manual",
        "ordinal": 1,
        "kind": "click",
        "lifetime_s": 60,
        "issued_at": rfc3339(T0 + MINUTE + 1000),
    }
    assert issued["check"] == {**shown, "state": "issued", "counts": None}
    assert closed["check"] == {
        **shown,
        "state": "closed",
        "counts": {"confirmed": 2, "missed": 0, "undelivered": 1, "cancelled": 0},
    }
    assert taken_back["check"]["state"] == "cancelled"
    assert taken_back["check"]["counts"]["cancelled"] == 3
    assert sorted(answered["answers"], key=lambda row: row["user_id"]) == [
        {
            "check_id": planned.id,
            "user_id": user_id,
            "confirmed_at": rfc3339(T0 + MINUTE + 6000),
            "late": False,
            "answer": None,
            "correct": None,
        }
        for user_id in ("anna", "boris")
    ]


async def test_thousands_of_answers_make_a_few_notices_and_none_is_lost(sqlite_database: Database) -> None:
    users = [f"d-{number}" for number in range(1, 521)]
    hall = await open_hall(sqlite_database, *users)
    async with at_a_desk(hall, "check.answered") as desk:
        for user_id in users:
            hall.join(user_id)
        check = await ask(hall)
        for user_id in users:
            await hall.mark(user_id, check.id, "shown", "answered")
        assert await count(hall, "notices") == len(users)  # each came in a commit of its own
        sent = await desk.send(1000)
        while more := await desk.send(1000):
            sent += more
        assert 2 <= len(sent) <= 3
        answers = [row for got in desk.receiver.got for row in got.json()["data"]["answers"]]
        assert sorted(row["user_id"] for row in answers) == sorted(users)
        assert max(len(got.json()["data"]["answers"]) for got in desk.receiver.got) <= ANSWERS_AT_ONCE
        assert await count(hall, "notices") == len(sent)


async def test_where_nobody_wants_it_there_is_no_row(database: Database) -> None:
    hall = await open_hall(database, "anna")
    hall.join("anna")
    async with at_a_desk(hall, "media.ended") as desk:
        await subscribe(hall, "http://127.0.0.1:9/", active=False)
        before = await ask(hall)
        await begin(hall)
        await hall.mark("anna", before.id, "shown", "answered")
        assert await desk.send(1000) == []
        assert await count(hall, "notices") == 0
        # What happened before a webhook was made is not told to it either.
        hall.wait(1000)
        await sessions.create_session(
            database,
            hall.hub,
            hall.project_no,
            (await hall.another_media()).code,
            "S",
            WallWindow(T0, None),
            "t",
            T0,
        )
        await subscribe(hall, desk.receiver.url, "session.started", "check.issued")
        assert await desk.send() == []


async def test_strangers_who_knock_without_end_are_not_told_one_by_one(database: Database) -> None:
    hall = await open_hall(database)
    embedded = await find_embedded(database, hall.code)
    plain = replace(embedded, media=replace(embedded.media, identity="plain"))

    async def knock(times: int) -> None:
        for number in range(times):
            with pytest.raises(Forbidden):
                await redeem(database, plain, Redeem(user_id=f"stranger-{number}"), hall.now_ms)

    await knock(1)
    assert await count(hall, "notices") == 0
    async with at_a_desk(hall, "participant.refused") as desk:
        await knock(REFUSALS_A_MINUTE + 5)
        assert await desk.send() == ["participant.refused"] * REFUSALS_A_MINUTE
        hall.wait(MINUTE + 1)
        await knock(1)
        assert await desk.send() == ["participant.refused"]


class Undone(Exception):
    pass


async def test_a_notice_is_as_durable_as_what_it_tells(database: Database) -> None:
    """Whatever undoes an answer undoes its notice: both are of one transaction."""
    hall = await open_hall(database, "anna")
    hall.join("anna")
    async with at_a_desk(hall, "check.answered") as desk:
        check = await ask(hall)
        await hall.mark("anna", check.id, "shown")
        (play_no,) = hall.plays.values()
        of = (PlayNo(play_no), 9, hall.project_no, hall.event_no, hall.media_no)
        mark = MarkRow(
            *of,
            UserId("anna"),
            "answered",
            check.id,
            hall.now_ms,
            hall.now_ms,
            40,
            True,
            True,
            None,
            hall.now_ms,
        )

        def undone(conn: Connection) -> None:
            prompts.apply_marks(conn, [mark], hall.now_ms)
            assert len(conn.execute(select(tables.notices.c.no)).all()) == 1
            raise Undone

        with pytest.raises(Undone):
            await database.write(undone)
        assert await desk.send() == []
        assert await hall.states(check.id) == {"anna": "issued"}
        await database.write(lambda conn: prompts.apply_marks(conn, [mark], hall.now_ms))
        assert await desk.send() == ["check.answered"]
