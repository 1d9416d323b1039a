"""Lists and participants over HTTP."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.web.conftest import Api, problem


async def make(api: Api, *media: str) -> str:
    made = await api.mine.api.post("/lists", json={"title": "Врачи", "media": media})
    return str(made.json()["code"])


async def batch(api: Api, code: str, body: bytes, kind: str = "application/json") -> Any:
    path = f"/lists/{code}/participants/batch"
    answer = await api.mine.api.post(path, content=body, headers={"Content-Type": kind}, timeout=60)
    return answer.json() if answer.status_code == 200 else answer


async def test_a_participant_is_put_read_replaced_removed_and_revived(api: Api) -> None:
    path = f"/lists/{await make(api)}/participants/a"
    said = {
        "name": "Иван",
        "email": "ivan@example.org",
        "valid_from": "2026-01-01T00:00:00+03:00",
        "valid_until": "2150-01-01T00:00:00Z",
        "fields": {"city": "Пермь", "age": 40, "ratio": 0.5, "member": True, "note": None},
    }
    created = await api.mine.api.put(path, json=said)
    stored = {**said, "valid_from": "2025-12-31T21:00:00.000Z", "valid_until": "2150-01-01T00:00:00.000Z"}
    assert (created.status_code, created.json()) == (201, created.json() | stored | {"user_id": "a"})
    assert (await api.mine.api.get(path)).json() == created.json()
    assert (await api.mine.api.put(path, json=said)).status_code == 200
    replaced = (await api.mine.api.put(path, json={"name": "Пётр"})).json()
    assert (replaced["name"], replaced["email"], replaced["fields"]) == ("Пётр", None, {})
    assert (await api.mine.api.delete(path)).status_code == 204
    for method in ("GET", "DELETE"):
        problem(await api.mine.api.request(method, path), 404, "not_found")
    assert (await api.mine.api.put(path, json={})).status_code == 201


USER_IDS = [
    *("a", "A", " a ", "a/b", "/", "%", "%2F", "a%00b", "batch", "."),
    *("врач №1", "👩\u200d⚕️", "\u202eabc", "é", "e\u0301", "я" * 200),
]


@pytest.mark.parametrize("user_id", USER_IDS)
async def test_a_user_id_is_whatever_the_organiser_chose(api: Api, user_id: str) -> None:
    code = await make(api)
    others = f"/lists/{code}/participants/{quote('other', safe='')}"
    path = f"/lists/{code}/participants/{quote(user_id, safe='').replace('.', '%2E')}"
    await api.mine.api.put(others, json={})
    put = await api.mine.api.put(path, json={"name": "x"})
    assert (put.status_code, put.json()["user_id"]) == (201, user_id)
    assert (await api.mine.api.get(path)).json()["user_id"] == user_id
    assert (await api.mine.api.delete(path)).status_code == 204
    assert (await api.mine.api.get(others)).status_code == 200


@pytest.mark.parametrize("user_id", ["a%00", "a%0A", "%7F", "%C2%85", "x" * 201])
async def test_what_is_no_user_id_is_refused(api: Api, user_id: str) -> None:
    answer = await api.mine.api.put(f"/lists/{await make(api)}/participants/{user_id}", json={})
    problem(answer, 400, "malformed")


async def test_a_list_knows_its_media_and_the_number_of_its_participants(api: Api) -> None:
    one, two = [
        (await api.mine.api.post("/media", json={"title": "M", "kind": "live"})).json()["code"] for _ in "ab"
    ]
    code = await make(api, one)
    await batch(api, code, b'[{"user_id":"a"},{"user_id":"b"}]')
    path = f"/lists/{code}"
    opened = await api.mine.api.put(f"{path}/media/{two}")
    assert (opened.json()["media"], opened.json()["participants"]) == ([one, two], 2)
    assert (await api.mine.api.put(f"{path}/media/{two}")).json() == opened.json()
    assert (await api.mine.api.delete(f"{path}/media/{one}")).status_code == 204
    problem(await api.mine.api.delete(f"{path}/media/{one}"), 404, "not_found")
    changed = (await api.mine.api.patch(path, json={"title": "Новый", "media": [one]})).json()
    assert changed == {**opened.json(), "title": "Новый", "media": [one]}
    assert (await api.mine.api.get("/lists")).json() == {"items": [changed], "next_cursor": None}
    assert (await api.mine.api.delete(path)).status_code == 204
    problem(await api.mine.api.get(path), 404, "not_found")
    problem(await api.mine.api.get(f"{path}/participants"), 404, "not_found")


async def test_a_hundred_thousand_rows_go_in_and_one_bad_row_spoils_none(api: Api) -> None:
    code = await make(api)
    rows: list[dict[str, object]] = [{"user_id": f"врач-{n}", "name": "Имя"} for n in range(100_000)]
    rows[51_234] = {"user_id": "врач-51234", "name": 5}
    body = json.dumps(rows, ensure_ascii=False).encode()
    answer = await batch(api, code, body)
    assert (answer["created"], answer["updated"]) == (99_999, 0)
    advice = "Give 1-300 characters without control characters and line breaks, or leave it out."
    assert answer["rejected"] == [
        {
            "row": 51_234,
            "user_id": "врач-51234",
            "error": f"$.name: Expected 'str | null', got 'int'. {advice}",
            "line": None,
            "column": "name",
        }
    ]
    shown = (await api.mine.api.get(f"/lists/{code}")).json()
    assert shown["participants"] == 99_999
    too_many = json.dumps([*rows, {"user_id": "one more"}]).encode()
    problem(await batch(api, code, too_many), 413, "too_large")
    assert (await api.mine.api.get(f"/lists/{code}")).json() == shown


async def test_each_bad_row_is_named(api: Api) -> None:
    rows = [
        {"user_id": "ok"}, {"name": "no id"}, {"user_id": ""}, {"user_id": 7}, {"user_id": "a\nb"}, [], None, "x",
        {"user_id": "f", "surprise": 1}, {"user_id": "t", "valid_from": "2026-01-01T00:00:00"},
        {"user_id": "v", "valid_from": "2026-01-02T00:00:00Z", "valid_until": "2026-01-01T00:00:00Z"},
        {"user_id": "y", "valid_until": "0001-01-01T00:00:00+14:00"}, {"user_id": "x" * 201},
        {"user_id": "e", "email": "no"}, {"user_id": "g", "fields": {"a": {}}}, {"user_id": "ok", "name": "again"},
    ]  # fmt: skip
    answer = await batch(api, await make(api), json.dumps(rows).encode())
    assert (answer["created"], answer["updated"]) == (1, 1)
    assert [row["row"] for row in answer["rejected"]] == list(range(1, 15))
    assert [row["user_id"] for row in answer["rejected"]] == [
        None, "", None, "a\nb", None, None, None, "f", "t", "v", "y", "x" * 200, "e", "g",
    ]  # fmt: skip
    assert all(row["error"].startswith("$") and row["error"].endswith(".") for row in answer["rejected"])


@pytest.mark.parametrize(
    ("body", "kind", "status", "error"),
    [
        (b"{}", "application/json", 400, "malformed"),
        (b"[1", "application/json", 400, "malformed"),
        (b"", "application/json", 400, "malformed"),
        (b"[]", "application/xml", 415, "wrong_type"),
        (b"[]", "", 415, "wrong_type"),
        (b"{}", "application/x-ndjson; charset=windows-1251", 415, "wrong_type"),
        (b"", "text/csv", 400, "malformed"),
        (b"name\nx\n", "text/csv", 400, "malformed"),
        (b'"user_id\na\n', "text/csv", 400, "malformed"),
        (b"user_id,name,name\na,b,c\n", "text/csv", 400, "malformed"),
        (b"user_id\na\n", "text/csv; charset=koi8-r", 415, "wrong_type"),
    ],
)
async def test_a_batch_that_is_none_is_refused_as_a_whole(
    api: Api, body: bytes, kind: str, status: int, error: str
) -> None:
    code = await make(api)
    problem(await batch(api, code, body, kind), status, error)
    assert (await api.mine.api.get(f"/lists/{code}")).json()["participants"] == 0
