"""Bodies too large, requests too strange, and what the outside of the application promises."""

import asyncio
import json
import logging
from typing import Any

import httpx
import msgspec
import pytest

from rollcall.base.settings import Settings
from rollcall.store.database import Database
from tests.web.conftest import Api, problem, serving

LIMIT = 64 * 1024


async def raw(app: Any, headers: list[tuple[bytes, bytes]], chunks: list[bytes]) -> tuple[int, int, bytes]:
    """Post chunks by hand; return status, how many chunks were taken, and the body."""
    taken, answer = 0, []

    async def receive() -> dict[str, Any]:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": chunks[taken - 1], "more_body": taken < len(chunks)}

    async def send(message: Any) -> None:
        answer.append(message)

    path = "/api/v1/lists"
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    await app(scope, receive, send)
    return answer[0]["status"], taken, b"".join(message.get("body", b"") for message in answer[1:])


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize("key", [b"", b"k"])
async def test_a_huge_body_is_refused_without_reading_it(
    sqlite_database: Database, announced: bool, key: bytes
) -> None:
    async with serving(sqlite_database, Settings(body_limit_bytes=LIMIT)) as api:
        headers = [(b"authorization", api.mine.api.headers["authorization"].encode())]
        headers += [(b"content-type", b"application/json")] + ([(b"idempotency-key", key)] if key else [])
        headers += [(b"content-length", b"100000000")] if announced else []
        chunks = [b" " * 16_384] * 6_000
        status, taken, body = await raw(api.app, headers, chunks)
        assert (status, json.loads(body)["code"]) == (413, "too_large")
        assert taken <= (0 if announced else LIMIT // 16_384 + 1)


async def test_nobody_without_a_key_is_read_from(sqlite_database: Database) -> None:
    async with serving(sqlite_database) as api:
        status, taken, _ = await raw(api.app, [(b"content-type", b"application/json")], [b"{}"])
        assert (status, taken) == (401, 0)


async def test_a_failure_of_ours_says_nothing_and_is_logged_with_its_id(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    api.deps.db.close()
    answer = await api.mine.api.get("/project")
    body = problem(answer, 500, "internal")
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    incident = caplog.records[0].getMessage().split()[2]
    assert body["detail"] == f"This is a fault of the server. It is logged as {incident}."


async def test_logs_and_refusals_hold_no_secrets(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    """F48: planted canaries are found nowhere."""
    caplog.set_level(logging.DEBUG, "rollcall")
    canary, planted = "canary-7f3a", []
    key = api.mine.api.headers["authorization"].split()[1]
    media = (await api.mine.api.post("/media", json={"title": "M", "kind": "live"})).json()
    planted += [canary, key, api.mine.embed_secret, media["ingest"]["stream_key"]]
    seen = ""
    for answer in [
        await api.anonymous.get("/project", headers={"Authorization": f"Bearer {canary}"}),
        await api.mine.api.post(f"/media/{media['code']}/launch", json={"user_id": canary}),
        await api.mine.api.patch("/project", json={"title": {"secret": canary}}),
        await api.mine.api.get(f"/lists/AAAAAAAA/participants/{canary}"),
        await api.mine.api.post("/lists", json={"title": "L"}, headers={"Idempotency-Key": canary}),
        await api.mine.api.post("/lists", json={"title": "N"}, headers={"Idempotency-Key": canary}),
        await api.mine.api.get("/project"),
    ]:
        seen += answer.text
    metrics = (await api.anonymous.get("http://rollcall.test/metrics")).text
    assert [secret for secret in planted if secret in seen + caplog.text + metrics] == []
    assert "rollcall_http_requests_total" in metrics
    assert 'route="/api/v1/lists/{code}/participants/{user_id}"' in metrics


async def test_health(api: Api) -> None:
    at = "http://rollcall.test/health/"
    live, ready = [await api.anonymous.get(at + name) for name in ("live", "ready")]
    assert (live.status_code, live.json()) == (200, {"status": "live", "problems": []})
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "problems": []})
    api.deps.db.close()
    unready = await api.anonymous.get(at + "ready")
    assert (unready.status_code, unready.json()["status"]) == (503, "unready")
    assert (await api.anonymous.get(at + "live")).status_code == 200


async def test_no_other_origin_may_read_answers(api: Api) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    for method in ("GET", "OPTIONS"):
        answer = await api.mine.api.request(method, "/project", headers=headers)
        assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_the_page_of_the_api_loads_only_from_here(api: Api) -> None:
    page = await api.anonymous.get("http://rollcall.test/api/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "://" not in page.text
    assert "<script>" not in page.text
    init = await api.anonymous.get("http://rollcall.test/api/docs/init.js")
    assert init.headers["content-type"].startswith("text/javascript")


async def test_the_description_is_whole(api: Api) -> None:
    document = (await api.anonymous.get("/openapi.json")).json()
    assert document["openapi"] == "3.1.0"
    text = msgspec.json.encode(document).decode()
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names <= set(document["components"]["schemas"])
    operations = [shown for item in document["paths"].values() for shown in item.values()]
    assert all(shown["summary"] and shown["description"] and shown["x-scope"] for shown in operations)
    ids = [shown["operationId"] for shown in operations]
    assert len(ids) == len(set(ids))
    for schema in (document["components"]["schemas"][name] for name in ("NewMedia", "BatchRow", "NewLaunch")):
        assert schema["additionalProperties"] is False


async def test_requests_of_many_callers_do_not_mix(api: Api) -> None:
    async def title(client: httpx.AsyncClient) -> str:
        return str((await client.get("/project")).json()["title"])

    clients = [api.mine.api, api.theirs.api] * 10
    assert await asyncio.gather(*map(title, clients)) == ["Mine", "Theirs"] * 10
