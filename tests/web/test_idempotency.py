"""A POST sent again with the same key is done once."""

import asyncio
from typing import Any

import httpx

from rollcall.store.idempotency import KeptAnswer
from rollcall.web.idempotency import Recorder
from tests.web.conftest import Api, problem

KEY = {"Idempotency-Key": "order-1"}
NEW = {"title": "Врачи"}


async def titles(api: Api) -> list[str]:
    return [item["title"] for item in (await api.mine.api.get("/lists")).json()["items"]]


async def test_the_same_request_gets_the_first_answer(api: Api) -> None:
    first = await api.mine.api.post("/lists", json=NEW, headers=KEY)
    again = await api.mine.api.post("/lists", json=NEW, headers=KEY)
    assert (first.status_code, "idempotent-replay" in first.headers) == (201, False)
    assert (again.status_code, again.content, again.headers["idempotent-replay"]) == (
        201,
        first.content,
        "true",
    )
    assert again.headers["content-type"] == first.headers["content-type"]
    assert await titles(api) == ["Врачи"]


async def test_another_body_is_a_conflict_and_changes_nothing(api: Api) -> None:
    await api.mine.api.post("/lists", json=NEW, headers=KEY)
    problem(
        await api.mine.api.post("/lists", json={"title": "B"}, headers=KEY), 409, "idempotency_key_reused"
    )
    assert await titles(api) == ["Врачи"]


async def test_concurrent_twins_wait_for_each_other(api: Api) -> None:
    answers = await asyncio.gather(*(api.mine.api.post("/lists", json=NEW, headers=KEY) for _ in range(8)))
    assert {answer.content for answer in answers} == {answers[0].content}
    assert sorted("idempotent-replay" in answer.headers for answer in answers) == [False] + [True] * 7
    assert await titles(api) == ["Врачи"]


async def test_a_refusal_is_kept_too(api: Api) -> None:
    first = await api.mine.api.post("/lists", json={"title": ""}, headers=KEY)
    again = await api.mine.api.post("/lists", json={"title": ""}, headers=KEY)
    assert problem(first, 400, "malformed") == problem(again, 400, "malformed")
    assert again.headers["idempotent-replay"] == "true"


async def test_keys_belong_to_the_api_key_and_the_path(api: Api) -> None:
    first = await api.mine.api.post("/lists", json=NEW, headers=KEY)
    others = [
        await api.theirs.api.post("/lists", json=NEW, headers=KEY),
        await api.mine.with_scopes("access").post("/lists", json=NEW, headers=KEY),
        await api.mine.api.post("/events", json=NEW, headers=KEY),
    ]
    assert [other.status_code for other in others] == [201] * 3
    assert len({other.json()["code"] for other in [first, *others]}) == 4


async def test_a_bad_key_is_malformed(api: Api) -> None:
    for bad in (b"", b"x" * 256, "ключ".encode(), b"a\tb"):
        answer = await api.mine.api.post("/lists", json=NEW, headers={b"Idempotency-Key": bad})
        problem(answer, 400, "malformed", ["Idempotency-Key"])
    assert await titles(api) == []


async def test_a_failure_of_ours_is_not_kept() -> None:
    answers = iter([503, 201])

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": next(answers), "headers": []})
        await send({"type": "http.response.body", "body": b"x"})

    kept = []
    for _ in range(2):
        record = Recorder(lambda _message: asyncio.sleep(0))
        await app({}, None, record)
        kept.append(record.answer(b"hash"))
    assert kept == [None, KeptAnswer(b"hash", 201, "", b"x")]


async def test_only_post_is_remembered(api: Api) -> None:
    made: httpx.Response = await api.mine.api.post("/lists", json=NEW)
    path = f"/lists/{made.json()['code']}/participants/a"
    statuses = [(await api.mine.api.put(path, json={}, headers=KEY)).status_code for _ in range(2)]
    assert statuses == [201, 200]
