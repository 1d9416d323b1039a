"""Deliveries over real HTTP: signed, tried again by each format's rule, kept over restarts, bounded, forgotten."""

import asyncio
import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from sqlalchemy import event, select, update

from rollcall.actions import spreading
from rollcall.actions import webhooks as actions
from rollcall.domain.errors import Conflict
from rollcall.domain.webhooks.retries import GIVE_UP_MS
from rollcall.jobs import webhooks as job
from rollcall.jobs.posting import ANSWER_WITHIN_S
from rollcall.store import deliveries, notices, tables, untold
from rollcall.store.database import Connection, Database
from rollcall.wire.api.values import rfc3339
from tests.asking import begin
from tests.courier import Desk, at_a_desk, count, subscribe, working
from tests.hall import T0, open_hall
from tests.receiver import Received, receiving

MINUTE = 60_000
HOUR = 60 * MINUTE


async def ping(desk: Desk) -> None:
    await actions.ping(desk.hall.db, desk.hall.project_no, desk.webhook.code, "test", desk.hall.now_ms)


def is_signed(received: Received, secret: str, now_s: int) -> bool:
    """Check a request as a receiver would."""
    headers = received.headers
    if abs(now_s - int(headers["webhook-timestamp"])) > 300:
        return False
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + received.body
    mac = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    wanted = "v1," + base64.b64encode(mac).decode()
    return any(hmac.compare_digest(wanted, given) for given in headers["webhook-signature"].split())


async def test_a_ping_goes_out_signed_once_and_is_in_the_log(database: Database) -> None:
    hall = await open_hall(database)
    async with at_a_desk(hall, "media.ended") as desk:
        await ping(desk)
        assert await desk.send() == ["ping"]
        assert await desk.send(HOUR) == []
        (received,) = desk.receiver.got
        assert received.json() == {
            "id": received.headers["webhook-id"],
            "type": "ping",
            "timestamp": rfc3339(T0),
            "data": {},
        }
        assert is_signed(received, desk.secret, T0 // 1000)
        assert not is_signed(received, desk.secret, T0 // 1000 + 301)
        assert not is_signed(received, "whsec_" + base64.b64encode(b"x" * 32).decode(), T0 // 1000)
        assert await desk.log() == [("delivered", 1, 200, None)]


async def test_after_a_change_of_secret_both_sign_for_a_day(database: Database) -> None:
    hall = await open_hall(database)
    async with at_a_desk(hall) as desk:
        new, until_ms = await actions.replace_secret(
            database, hall.project_no, desk.webhook.code, "test", hall.now_ms
        )
        assert until_ms == T0 + 24 * HOUR
        for wait_ms, old_signs in ((0, True), (24 * HOUR - 1, True), (1, False)):
            hall.wait(wait_ms)
            await ping(desk)
            await desk.send()
            last, now_s = desk.receiver.got[-1], hall.now_ms // 1000
            assert is_signed(last, new, now_s)
            assert is_signed(last, desk.secret, now_s) == old_signs


async def test_a_bad_answer_is_tried_again_later_and_later_until_it_has_failed(database: Database) -> None:
    hall = await open_hall(database)
    async with at_a_desk(hall) as desk:
        desk.receiver.fail(503)
        await ping(desk)
        waits = [0, 10, 30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600]
        for attempt, wait_s in enumerate(waits, start=1):
            if wait_s:
                assert await desk.send(wait_s * 1000 - 1) == []
                assert await desk.send(1) == ["ping"]
            else:
                assert await desk.send() == ["ping"]
            state = "failed" if attempt == len(waits) else "pending"
            assert await desk.log() == [(state, attempt, 503, "not_accepted")]
        assert await desk.send(100 * HOUR) == []
        bodies = {(got.body, got.headers["webhook-id"]) for got in desk.receiver.got}
        assert len(bodies) == 1  # what a receiver has had it knows by its id
        assert len({got.headers["webhook-timestamp"] for got in desk.receiver.got}) == len(waits)


async def test_boomstreams_form_and_its_rule(database: Database) -> None:
    hall = await open_hall(database)
    title = "Кардиология & «Сердце» 100 %"
    await database.write(lambda conn: conn.execute(update(tables.media).values(title=title)))
    async with at_a_desk(hall, format_="boomstream") as desk:
        on = update(tables.media).values(signal_ms=T0 + 250, started_ms=T0 + 250)
        await database.write(lambda conn: conn.execute(on))
        desk.receiver.fail(204)  # HTTP 200 alone is good
        for wait_ms, came in ((1000, 1), (10 * MINUTE - 1, 1), (1, 2), (10 * MINUTE, 3), (10 * HOUR, 3)):
            hall.wait(wait_ms)
            await desk.courier.run_once()
            await desk.courier.idle()
            assert len(desk.receiver.got) == came
        assert await desk.log() == [("failed", 3, 204, "not_accepted")]
        off = update(tables.media).values(signal_ms=None)
        await database.write(lambda conn: conn.execute(off))
        desk.receiver.fail(200)
        await desk.courier.run_once()
        await desk.courier.idle()
    first, *_, last = desk.receiver.got
    assert first.headers["content-type"] == "application/x-www-form-urlencoded"
    form = first.form()
    assert json.loads(form.pop("media")) == {"code": hall.code, "title": title}
    assert form == {"date": rfc3339(T0 + 250), "webhook": "live.started", "custom_field": ""}
    assert last.form()["webhook"] == "live.stopped"
    assert is_signed(first, desk.secret, T0 // 1000 + 1)


async def test_a_delivery_survives_restarts_and_goes_on_where_it_was(database: Database) -> None:
    hall = await open_hall(database)
    async with receiving() as receiver:
        webhook, _ = await subscribe(hall, receiver.url)
        receiver.fail(500)
        async with working(database, hall.clock) as courier:
            desk = Desk(hall, receiver, courier, webhook, "")
            await ping(desk)
            assert await desk.send() == ["ping"]
        async with working(database, hall.clock) as courier:
            desk = Desk(hall, receiver, courier, webhook, "")
            assert await desk.send(9_999) == []
            receiver.fail(200)
            assert await desk.send(1) == ["ping"]
            assert await desk.log() == [("delivered", 2, 200, None)]
            assert len({got.json()["id"] for got in receiver.got}) == 1


async def test_what_a_dead_process_had_claimed_is_free_again(database: Database) -> None:
    hall = await open_hall(database)
    async with receiving() as receiver:
        webhook, _ = await subscribe(hall, receiver.url)
        async with working(database, hall.clock, "other") as courier:
            desk = Desk(hall, receiver, courier, webhook, "")
            await ping(desk)
            claim = (webhook.no, "main", hall.now_ms, hall.now_ms + job.CLAIM_MS, job.BATCH)
            assert len(await database.write(lambda conn: deliveries.claim(conn, *claim))) == 1
            assert await database.write(lambda conn: deliveries.claim(conn, *claim)) == []
            assert await desk.send() == []  # another node's
            # Its own node starts again, at once; another one after the claim has run out.
            async with working(database, hall.clock, "main"):
                assert await desk.send() == ["ping"]
            await ping(desk)
            await database.write(lambda conn: deliveries.claim(conn, *claim))
            assert await desk.send(job.CLAIM_MS - 1) == []
            assert await desk.send(1) == ["ping"]


async def test_notices_come_in_their_order_and_one_that_is_refused_holds_up_no_other(
    database: Database,
) -> None:
    hall = await open_hall(database)
    async with at_a_desk(hall, "session.started", "session.stopped") as desk:
        for _ in range(15):
            await ping(desk)
        await begin(hall)
        came = await desk.send(1000)
        assert came == ["ping"] * 15 + ["session.started"]
        known = [received.json()["id"] for received in desk.receiver.got[:15]]
        query = select(tables.notices.c.code).order_by(tables.notices.c.no).limit(15)
        assert known == list(await database.read(lambda conn: conn.execute(query).scalars().all()))
        desk.receiver.fail(500)
        await ping(desk)
        await ping(desk)
        assert await desk.send() == ["ping"]  # it rests until the next look
        desk.receiver.fail(200)
        assert await desk.send() == ["ping"]
        assert [entry[0] for entry in await desk.log()][-2:] == ["pending", "delivered"]


async def test_one_that_hangs_holds_up_no_other_webhook(database: Database) -> None:
    hall = await open_hall(database)
    goes_on = asyncio.Event()

    class Hanging(web.Response):
        async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
            await goes_on.wait()
            return await super().prepare(request)

    async with at_a_desk(hall, "session.started") as desk, receiving() as healthy:
        desk.receiver.answer = Hanging
        await subscribe(hall, healthy.url, "session.started")
        await begin(hall)
        hall.wait(1000)
        await desk.courier.run_once()
        while not healthy.got or not desk.receiver.got:
            await asyncio.sleep(0.01)
        await desk.courier.run_once()  # the one that hangs is not served twice
        goes_on.set()
        await desk.courier.idle()
        assert [len(receiver.got) for receiver in (desk.receiver, healthy)] == [1, 1]
        assert [entry[0] for entry in await desk.log()] == ["delivered", "delivered"]


async def test_what_is_changed_while_it_sends_holds_for_the_next_request(database: Database) -> None:
    """A batch is at work: its webhook is given another address, then paused, then deleted."""
    hall = await open_hall(database)
    async with at_a_desk(hall) as desk, receiving() as other:
        of = (database, hall.project_no, desk.webhook.code)
        for _ in range(4):
            await ping(desk)

        def moved() -> web.StreamResponse:
            desk.receiver.answer = web.Response
            move = update(tables.webhooks).values(url=other.url)
            database.write_now(lambda conn: conn.execute(move))
            return web.Response()

        def paused() -> web.StreamResponse:
            pause = update(tables.webhooks).values(active=False)
            database.write_now(lambda conn: conn.execute(pause))
            return web.Response()

        desk.receiver.answer, other.answer = moved, paused
        await desk.send()
        assert (len(desk.receiver.got), len(other.got)) == (1, 1)
        assert [entry[0] for entry in await desk.log()] == ["delivered", "delivered", "pending", "pending"]
        assert [row.claimed_by for row in await desk.rows()] == [None] * 4
        other.answer = web.Response
        await actions.change_webhook(*of, {"active": True}, (), "test", hall.now_ms)
        await desk.send()
        assert (len(desk.receiver.got), len(other.got)) == (1, 3)


async def test_a_paused_webhook_keeps_what_waits_and_a_deleted_one_sends_no_more(database: Database) -> None:
    hall = await open_hall(database)
    async with at_a_desk(hall, "session.started") as desk:
        await ping(desk)
        of = (database, hall.project_no, desk.webhook.code)
        await actions.change_webhook(*of, {"active": False}, (), "test", hall.now_ms)
        await begin(hall)
        assert await desk.send(1000) == []
        with pytest.raises(Conflict):
            await ping(desk)
        await actions.change_webhook(*of, {"active": True}, (), "test", hall.now_ms)
        assert await desk.send(1000) == ["ping"]
        await ping(desk)
        await actions.delete_webhook(*of, "test", hall.now_ms)
        assert await desk.send(1000) == []
        assert await count(hall, "deliveries") == 0
        await desk.courier.tidy()
        assert await count(hall, "notices") == 0


async def test_a_delivery_may_be_asked_for_again_under_its_old_id(database: Database) -> None:
    hall = await open_hall(database)
    async with at_a_desk(hall) as desk:
        await ping(desk)
        await desk.send()
        notice = desk.receiver.got[0].json()["id"]
        again = await actions.resend(
            database, hall.project_no, desk.webhook.code, notice, "test", hall.now_ms
        )
        assert (again.state, again.attempts, again.due_ms) == ("pending", 0, hall.now_ms)
        assert await desk.send() == ["ping"]
        assert [got.json()["id"] for got in desk.receiver.got] == [notice, notice]
        assert await desk.log() == [("delivered", 1, 200, None)]


async def test_no_more_waits_than_a_receiver_could_take(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreading, "MOST_PENDING", 3)
    hall = await open_hall(database)
    async with at_a_desk(hall, "session.started") as desk:
        desk.receiver.fail(500)
        for _ in range(5):
            other = await hall.another_media()
            await begin(other)
            await desk.send(1)
        assert len(await desk.log()) == 3
        dropped = select(tables.webhooks.c.dropped)
        assert await database.read(lambda conn: conn.execute(dropped).scalar_one()) == 2
        assert await count(hall, "notices") == 3


async def test_the_log_is_kept_short_and_what_waits_too_long_is_given_up(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = await open_hall(database)
    async with at_a_desk(hall) as desk:
        for _ in range(5):
            await ping(desk)
        await desk.send()
        monkeypatch.setattr(job, "MOST_KEPT", 3)
        await desk.courier.tidy()
        assert (await count(hall, "deliveries"), await count(hall, "notices")) == (3, 3)
        desk.receiver.fail(500)
        await ping(desk)
        assert await desk.send() == ["ping"]
        hall.wait(GIVE_UP_MS)
        await desk.courier.tidy()
        assert (await desk.log())[-1] == ("pending", 1, 500, "not_accepted")
        hall.wait(1)
        await desk.courier.tidy()
        assert (await desk.log())[-1] == ("failed", 1, 500, "given_up")
        assert await desk.send(HOUR) == []
        hall.wait(job.KEPT_MS)
        await desk.courier.tidy()
        assert (await count(hall, "deliveries"), await count(hall, "notices")) == (0, 0)


async def test_two_nodes_send_nothing_twice(postgres_database: Database) -> None:
    hall = await open_hall(postgres_database)
    async with (
        at_a_desk(hall, "session.started") as desk,
        working(postgres_database, hall.clock, "second") as second,
    ):
        halls = [await hall.another_media() for _ in range(8)]
        for one in halls:
            await begin(one)
        hall.wait(1000)
        for _ in range(3):
            await asyncio.gather(desk.courier.run_once(), second.run_once())
        await asyncio.gather(desk.courier.idle(), second.idle())
        assert desk.receiver.types() == ["session.started"] * 8
        assert len({got.json()["id"] for got in desk.receiver.got}) == 8


async def test_what_is_looked_up_each_second_uses_its_indexes(sqlite_database: Database) -> None:
    steps: list[str] = []

    def explain(_conn: Any, cursor: Any, statement: str, parameters: Any, *_: object) -> None:
        cursor.execute("EXPLAIN QUERY PLAN " + statement, parameters)
        steps.extend(row[3] for row in cursor.fetchall())

    def look(conn: Connection) -> None:
        event.listen(conn, "before_cursor_execute", explain)
        untold.has_untold(conn, T0)
        notices.has_waiting(conn)
        deliveries.due_webhooks(conn, T0, (), 9)

    await sqlite_database.read(look)
    scanned = [step for step in steps if step.startswith("SCAN") and "INDEX" not in step]
    assert [step for step in scanned if "subquery" not in step and "CONSTANT" not in step] == [], steps
    for name in ("media_signal_untold", "checks_untold", "notices_waiting", "deliveries_due"):
        assert any(name in step for step in steps), steps


def test_nobody_waits_longer_than_a_claim_lasts() -> None:
    assert job.BATCH * ANSWER_WITHIN_S * 1000 < job.CLAIM_MS
