"""Every field of every call, generated from the description: each wrong value is a 4xx that says where."""

from collections.abc import Iterator
from typing import Any

import httpx

from tests.web.conftest import Api
from tests.web.things import Operation, as_json, make_things, operations, wrong_values

JSON = {"Content-Type": "application/json"}
BODIES: list[tuple[bytes, str, int]] = [
    (b"", "application/json", 400),
    (b"{", "application/json", 400),
    (b"null", "application/json", 400),
    (b"\xff\xfe", "application/json", 400),
    (b'"\\ud800"', "application/json", 400),
    (b"[" * 100_000, "application/json", 400),
    (b'{"title": NaN}', "application/json", 400),
    (b"title=a", "application/x-www-form-urlencoded", 415),
    (b"{}", "text/plain", 415),
    (b"{}", "", 415),
]


def is_refusal(answer: httpx.Response, *statuses: int) -> bool:
    return (
        answer.status_code in statuses
        and answer.headers["content-type"] == "application/problem+json"
        and answer.json()["status"] == answer.status_code
        and bool(answer.json()["detail"])
    )


def wrong_bodies(operation: Operation) -> Iterator[tuple[str, Any]]:
    """Yield the field and a body that is wrong there alone."""
    schema, body = operation.body_schema(), operation.body()
    if schema is None or schema.get("type") != "object":
        return
    for name in schema.get("required", []):
        yield name, {key: value for key, value in body.items() if key != name}
    yield "surprise", {**body, "surprise": 1}
    for name, field in schema["properties"].items():
        for value in wrong_values(field, operation.components):
            yield name, {**body, name: value}


async def test_every_wrong_value_of_every_field_is_refused_with_its_path(api_on_both: Api) -> None:
    mine, tried, wrong = api_on_both.mine, 0, []
    things = await make_things(mine.api)
    for operation in await operations(mine.api):
        path = things.fill(operation.template)
        for name, body in wrong_bodies(operation):
            tried += 1
            answer = await mine.api.request(operation.method, path, content=as_json(body), headers=JSON)
            paths = [fault["path"] for fault in answer.json().get("errors", [])]
            refused = is_refusal(answer, 400, 404)
            if not refused or (answer.status_code == 400 and not any(name in p or p == "$" for p in paths)):
                wrong.append((operation.method, path, name, str(body)[:200], answer.text[:300]))
    assert wrong == []
    assert tried > 300


async def test_every_wrong_body_as_a_whole_is_refused(api: Api) -> None:
    things, wrong = await make_things(api.mine.api), []
    for operation in await operations(api.mine.api):
        if operation.body_schema() is None:
            continue
        taken = operation.shown["requestBody"]["content"]
        for body, kind, status in BODIES:
            if status == 415 and kind in taken:
                continue
            path = things.fill(operation.template)
            headers = {"Content-Type": kind} if kind else {}
            answer = await api.mine.api.request(operation.method, path, content=body, headers=headers)
            if not is_refusal(answer, status):
                wrong.append((operation.method, path, body[:20], kind, answer.status_code, answer.text[:200]))
    assert wrong == []


async def test_every_wrong_parameter_is_refused(api_on_both: Api) -> None:
    mine, wrong = api_on_both.mine, []
    things = await make_things(mine.api)
    values = ["", "x" * 5000, "0", "-1", "9" * 40, "1e9", "%00", "%ff", "NaN", "AAAAAAAAAAA="]
    for operation in await operations(mine.api):
        path = things.fill(operation.template)
        names = [p["name"] for p in operation.shown.get("parameters", []) if p["in"] == "query"]
        queries = ["surprise=1", "=", "%00=1", "limit=1&limit=2"]
        if "limit" in names:
            queries += [f"limit={value}" for value in [*values, "1001"]]
        if "cursor" in names:
            queries += [f"cursor={value}" for value in values]
        for query in queries:
            answer = await mine.api.request(operation.method, f"{path}?{query}", content=None)
            if not is_refusal(answer, 400):
                wrong.append((operation.method, path, query[:50], answer.status_code, answer.text[:200]))
    assert wrong == []


async def test_every_wrong_name_in_a_path_is_refused(api_on_both: Api) -> None:
    mine, wrong = api_on_both.mine, []
    things = await make_things(mine.api)
    names = [
        "%00",
        "9" * 40,
        "-1",
        "x" * 3000,
        "%F0%9F%92%A9",
        "%ff",
        "..%2f..%2fetc",
        "%252e",
        "a%0Ab",
        "%C2%85",
    ]
    for operation in await operations(mine.api):
        parts = operation.template.split("/")
        for index, part in enumerate(parts):
            if not part.startswith("{"):
                continue
            for name in names:
                template = "/".join([*parts[:index], name, *parts[index + 1 :]])
                path = things.fill(template)
                answer = await mine.api.request(operation.method, path, json=operation.body())
                is_user = part in {"{user_id}", "{user}"} and answer.is_success
                if not is_user and not is_refusal(answer, 400, 404):
                    wrong.append((operation.method, path[:90], answer.status_code, answer.text[:200]))
    assert wrong == []


async def test_text_of_every_script_comes_back_unchanged(api: Api) -> None:
    texts = [
        "Онлайн-лекция №5 «Сердце»",
        "🩺👩‍⚕️ 🇷🇺",
        "محاضرة القلب",
        "\u202eabc\u202c",
        "zero\u200bwidth",
        "e\u0301≠é",
    ]
    for text in texts:
        made = await api.mine.api.post("/media", json={"title": text, "kind": "live"})
        read = await api.mine.api.get(f"/media/{made.json()['code']}")
        assert (made.status_code, read.json()["title"]) == (201, text)


async def test_wrong_methods_and_unknown_paths_are_problems_too(api: Api) -> None:
    wrong_method = await api.mine.api.put("/media", json={})
    assert is_refusal(wrong_method, 405)
    assert "POST" in wrong_method.headers["allow"]
    for path in ["/nothing", "/media/AAAAAAAA/nothing", "/"]:
        assert is_refusal(await api.mine.api.get(path), 404)
