"""Presence checks and the plan over HTTP: shapes, counts, and what is refused."""

from typing import Any

from sqlalchemy import insert, select, update

from rollcall.domain.ids import MediaNo, UserId
from rollcall.store.database import Connection
from rollcall.store.media import find_media
from rollcall.store.tables import checks, marks, prompts
from tests.hall import Screen
from tests.history import Records
from tests.web.api.test_sessions import media
from tests.web.conftest import Api, problem

MISSED_MS = 1_795_687_200_000  # 2026-11-26 10:00 UTC
FUTURE = "2150-01-01T10:00:00+03:00"


async def connect(api: Api, code: str, *users: str) -> list[Screen]:
    found = await api.deps.db.read(lambda conn: find_media(conn, api.mine.no, code))
    assert found is not None
    screens = [Screen(UserId(user_id)) for user_id in users]
    for screen in screens:
        api.deps.hub.room(MediaNo(found.no)).add(screen)
    return screens


async def listed(api: Api, code: str, *users: str) -> None:
    of_list = (await api.mine.api.post("/lists", json={"title": "Врачи", "media": [code]})).json()["code"]
    for user_id in users:
        assert (
            await api.mine.api.put(f"/lists/{of_list}/participants/{user_id}", json={})
        ).status_code == 201


async def test_asking_now_has_the_shape_of_the_contract_and_counts_everybody(api_on_both: Api) -> None:
    api, code = api_on_both.mine.api, await media(api_on_both.mine)
    await listed(api_on_both, code, "anna", "boris", "vera")
    anna, boris = await connect(api_on_both, code, "anna", "boris")
    session = (await api.post(f"/media/{code}/sessions", json={"title": "A"})).json()
    body = {"lifetime_s": 45, "sound": True, "text": "Подтвердите присутствие", "session_id": session["id"]}
    made = await api.post(f"/media/{code}/checks", json=body)
    assert made.status_code == 201
    check = made.json()
    counts = dict.fromkeys(("confirmed", "missed", "undelivered", "not_present", "cancelled", "pending"), 0)
    assert check == {
        "id": check["id"],
        "state": "issued",
        "kind": "click",
        "origin": "manual",
        "ordinal": 1,
        "session_id": session["id"],
        "at": check["issued_at"],
        "issued_at": check["created_at"],
        "last_issued_at": check["created_at"],
        "cancelled_at": None,
        "created_at": check["created_at"],
        "lifetime_s": 45,
        "sound": True,
        "text": "Подтвердите присутствие",
        "question": None,
        **counts,
        "not_present": 1,
        "pending": 2,
        "unshown": 0,
        "answers": None,
    }
    assert [message["left_ms"] for screen in (anna, boris) for message in screen.got] == [45_000, 45_000]
    cancelled = await api.post(f"/media/{code}/checks/{check['id']}/cancel")
    assert cancelled.status_code == 200
    after = cancelled.json()
    assert after == {
        **check, "state": "cancelled", "cancelled_at": after["cancelled_at"], "pending": 0, "cancelled": 2,
    }  # fmt: skip
    assert (await api.get(f"/media/{code}/checks/{check['id']}")).json() == after
    assert (await api.get(f"/media/{code}/checks")).json() == {"items": [after], "next_cursor": None}


async def test_a_check_at_a_time_is_planned(api: Api) -> None:
    code = await media(api.mine)
    check = (await api.mine.api.post(f"/media/{code}/checks", json={"at": FUTURE})).json()
    shown = {name: check[name] for name in ("state", "at", "issued_at", "lifetime_s", "sound", "pending")}
    assert shown == {
        "state": "planned", "at": "2150-01-01T07:00:00.000Z", "issued_at": None, "lifetime_s": 60,
        "sound": False, "pending": 0,
    }  # fmt: skip


async def test_what_cannot_be_asked_is_refused_with_its_path(api: Api) -> None:
    code = await media(api.mine)
    question = {"text": "2 + 2?", "choices": ["4", "5"]}
    asked = {"kind": "question", "question": question}
    cases: list[tuple[dict[str, Any], str]] = [
        ({"lifetime_s": 9}, "$.lifetime_s"),
        ({"lifetime_s": 301}, "$.lifetime_s"),
        ({"lifetime_s": "60"}, "$.lifetime_s"),
        ({"kind": "puzzle"}, "$.kind"),
        ({"question": question}, "$.question"),
        ({"kind": "code", "question": question}, "$.question"),
        ({"kind": "question"}, "$.question"),
        ({**asked, "question": {**question, "choices": ["4"]}}, "$.question.choices"),
        ({**asked, "question": {**question, "choices": list("1234567")}}, "$.question.choices"),
        ({**asked, "question": {**question, "choices": ["4", "5", "4"]}}, "$.question.choices"),
        ({**asked, "question": {**question, "answer": 2}}, "$.question.answer"),
        ({**asked, "question": {**question, "answer": -1}}, "$.question.answer"),
        ({**asked, "question": {"choices": ["4", "5"]}}, "$.question.text"),
        ({"at": "2020-01-01T00:00:00Z"}, "$.at"),
        ({"at": "2150-01-01T00:00:00"}, "$.at"),
        ({"session_id": "AAAAAAAA"}, "$.session_id"),
        ({"text": "a\u0000"}, "$.text"),
    ]
    for body, path in cases:
        problem(await api.mine.api.post(f"/media/{code}/checks", json=body), 400, "malformed", [path])
    assert (await api.mine.api.get(f"/media/{code}/checks")).json()["items"] == []


async def test_the_shortest_and_the_longest_lifetime_are_taken(api: Api) -> None:
    code = await media(api.mine)
    for lifetime_s in (10, 300):
        body = {"lifetime_s": lifetime_s}
        assert (await api.mine.api.post(f"/media/{code}/checks", json=body)).status_code == 201


async def test_a_question_is_kept_whole_for_the_organiser_and_sent_without_its_right_answer(api: Api) -> None:
    code = await media(api.mine)
    await listed(api, code, "anna")
    [anna] = await connect(api, code, "anna")
    question = {"text": "Доза на килограмм?", "choices": ["5 мг", "10 мг", "15 мг"], "answer": 1}
    body = {"kind": "question", "question": question, "text": "Вопрос по теме"}
    made = (await api.mine.api.post(f"/media/{code}/checks", json=body)).json()
    assert (made["kind"], made["question"]) == ("question", question)
    assert made["answers"] == {"choices": [0, 0, 0], "correct": 0}
    assert anna.got[0]["question"] == {"text": question["text"], "choices": question["choices"]}
    open_question = {"text": "Откуда вы?", "choices": ["Москва", "Казань"]}
    body = {"kind": "question", "question": open_question}
    made = (await api.mine.api.post(f"/media/{code}/checks", json=body)).json()
    assert made["question"] == {**open_question, "answer": None}
    assert made["answers"] == {"choices": [0, 0], "correct": None}


async def test_checks_of_others_are_not_found(api: Api) -> None:
    mine, theirs = await media(api.mine), await media(api.theirs)
    check = (await api.theirs.api.post(f"/media/{theirs}/checks", json={"at": FUTURE})).json()["id"]
    foreign = (await api.theirs.api.post(f"/media/{theirs}/sessions", json={"title": "A"})).json()["id"]
    for path in (f"/media/{theirs}/checks/{check}", f"/media/{mine}/checks/{check}"):
        problem(await api.mine.api.get(path), 404, "not_found")
        problem(await api.mine.api.post(f"{path}/cancel"), 404, "not_found")
    body = {"session_id": foreign}
    problem(await api.mine.api.post(f"/media/{mine}/checks", json=body), 400, "malformed", ["$.session_id"])
    problem(await api.mine.api.post(f"/media/{theirs}/checks", json={}), 404, "not_found")
    weak = api.mine.with_scopes("access", "statistics")
    problem(await weak.post(f"/media/{mine}/checks", json={}), 403, "missing_scope")


async def test_the_check_plan_is_set_shown_paused_and_removed(api_on_both: Api) -> None:
    api, code = api_on_both.mine.api, await media(api_on_both.mine)
    path = f"/media/{code}/check-plan"
    problem(await api.get(path), 404, "not_found")
    body = {"every_s": [40, 60], "lifetime_s": 20, "sound": True, "per_session": 3}
    plan = (await api.put(path, json=body)).json()
    assert plan == {
        **body,
        "per_participant": True,
        "paused": False,
        "created_at": plan["created_at"],
        "updated_at": plan["created_at"],
    }
    assert (await api.get(path)).json() == plan
    paused = await api.post(f"{path}/pause")
    assert (paused.status_code, paused.json()["paused"]) == (200, True)
    assert (await api.post(f"{path}/resume")).json()["paused"] is False
    other = (await api.put(path, json={"every_min": [30, 45]})).json()
    assert (other["every_min"], other.get("every_s"), other["per_session"]) == ([30, 45], None, None)
    assert (await api.delete(path)).status_code == 204
    problem(await api.delete(path), 404, "not_found")
    problem(await api.post(f"{path}/pause"), 404, "not_found")


async def test_a_plan_that_makes_no_sense_is_refused(api: Api) -> None:
    code, recording = await media(api.mine), await media(api.mine, "recording")
    await api.mine.api.post(
        f"/media/{code}/sessions",
        json={"title": "A", "starts_at": "2150-01-01T10:00:00Z", "ends_at": "2150-01-01T11:00:00Z"},
    )
    cases: list[tuple[dict[str, Any], str]] = [
        ({}, "$"),
        ({"every_min": [30, 45], "every_s": [40, 60]}, "$"),
        ({"every_min": [45, 30]}, "$.every_min"),
        ({"every_min": [30]}, "$.every_min"),
        ({"every_min": [0, 45]}, "$.every_min[0]"),
        ({"every_s": [40, 60], "lifetime_s": 9}, "$.lifetime_s"),
        ({"every_s": [40, 60], "per_session": 0}, "$.per_session"),
        ({"every_min": [30, 45], "per_session": 3}, "$.per_session"),
    ]
    for body, path in cases:
        answer = await api.mine.api.put(f"/media/{code}/check-plan", json=body)
        problem(answer, 400, "malformed", [path])
    told = (await api.mine.api.put(f"/media/{code}/check-plan", json=cases[-1][0])).json()["detail"]
    assert "3600 s / 3 = 1200 s" in told
    common = {"every_min": [30, 45], "per_participant": False}
    answer = await api.mine.api.put(f"/media/{recording}/check-plan", json=common)
    problem(answer, 400, "malformed", ["$.per_participant"])
    await api.mine.api.post(
        f"/media/{recording}/sessions", json={"title": "A", "from_ms": 0, "to_ms": 3_600_000}
    )
    parts = {"every_min": [30, 45], "per_session": 3}
    answer = await api.mine.api.put(f"/media/{recording}/check-plan", json=parts)
    problem(answer, 400, "malformed", ["$.per_session"])
    assert "3600 s / 3 = 1200 s" in answer.json()["detail"]
    assert (
        await api.mine.api.put(f"/media/{recording}/check-plan", json=parts | {"per_session": 2})
    ).is_success


async def test_an_incident_excuses_a_miss_until_it_is_withdrawn_and_so_does_the_setting(api: Api) -> None:
    code = await media(api.mine)
    found = await api.deps.db.read(lambda conn: find_media(conn, api.mine.no, code))
    assert found is not None

    def store(conn: Connection) -> int:
        records = Records(conn)
        records.project_no, records.event_no = api.mine.no, found.event_no
        check_no = records.check(found.no, MISSED_MS)
        records.prompt(found.no, check_no, "anna", "missed", MISSED_MS)
        row = update(prompts).where(prompts.c.check_no == check_no)
        conn.execute(
            row.values(received_ms=MISSED_MS, expired_ms=MISSED_MS + 10_000, closed_ms=MISSED_MS + 11_000)
        )
        received(conn, records.play(found.no, "anna"), check_no)
        return check_no

    def received(conn: Connection, play_no: int, check_no: int) -> None:
        check = select(checks.c.code).where(checks.c.no == check_no).scalar_subquery()
        of = {"project_no": api.mine.no, "event_no": found.event_no, "media_no": found.no, "user_id": "anna"}
        moments = {"at_ms": MISSED_MS, "arrival_ms": MISSED_MS, "issued_ms": MISSED_MS, "bound_ms": 0}
        seen = {"visible": False, "trusted": True, "mark": "received", "check_code": check}
        conn.execute(insert(marks).values(play_no=play_no, seq=1, **of, **moments, **seen))

    check_no = await api.deps.db.write(store)

    async def state() -> str:
        query = select(prompts.c.state).where(prompts.c.check_no == check_no)
        return str(await api.deps.db.read(lambda conn: conn.execute(query).scalar_one()))

    event = (await api.mine.api.get(f"/media/{code}")).json()["event"]
    said = {"from": "2026-11-26T10:00:05Z", "to": "2026-11-26T10:01:00Z", "reason": "Связь зала пропала"}
    declared = await api.mine.api.post(f"/events/{event}/incidents", json=said)
    assert declared.status_code == 201, declared.text
    assert await state() == "undelivered"
    path = f"/events/{event}/incidents/{declared.json()['id']}/withdraw"
    withdrawn = await api.mine.api.post(path, json={"reason": "Ошибка"})
    assert withdrawn.status_code == 200, withdrawn.text
    assert await state() == "missed"
    for setting in ("undelivered", "missed"):
        await api.mine.api.patch(f"/events/{event}", json={"hidden_miss": setting})
        assert await state() == setting
