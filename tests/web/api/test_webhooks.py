"""Webhooks over HTTP: shapes, secrets shown once, refusals, scopes, the log and its pages."""

from typing import Any

from sqlalchemy import select, update

from rollcall.actions import webhooks as actions
from rollcall.base.settings import Settings
from rollcall.domain.webhooks.kinds import KINDS
from rollcall.store import tables
from rollcall.store.database import Database
from tests.web.conftest import Api, problem, serving

URL = "https://example.org/hook?token=abc"


async def made(api: Api, **body: Any) -> dict[str, Any]:
    answer = await api.mine.api.post("/webhooks", json={"url": URL, **body})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_webhook_is_made_read_changed_and_deleted(api_on_both: Api) -> None:
    api = api_on_both
    first = await made(api)
    secret = first.pop("secret")
    assert secret.startswith("whsec_")
    assert len(first["id"]) == 8
    created_at = first["created_at"]
    assert first == {
        "id": first["id"],
        "title": None,
        "url": URL,
        "format": "v1",
        "types": list(KINDS),
        "active": True,
        "pending": 0,
        "dropped": 0,
        "old_secret_until": None,
        "created_at": created_at,
    }
    path = f"/webhooks/{first['id']}"
    assert (await api.mine.api.get(path)).json() == first
    change = {"types": ["signal.off", "media.live", "signal.off"], "title": "Сайт", "active": False}
    changed = await api.mine.api.patch(path, json={**change, "url": "HTTP://Example.org:80"})
    assert changed.json() == {
        **first,
        "types": ["media.live", "signal.off"],
        "title": "Сайт",
        "active": False,
        "url": "http://example.org/",
    }
    assert (await api.mine.api.patch(path, json={"title": None})).json()["title"] is None
    assert secret not in (await api.mine.api.get("/webhooks")).text
    assert (await api.mine.api.delete(path)).status_code == 204
    problem(await api.mine.api.get(path), 404, "not_found")
    assert (await api.mine.api.get("/webhooks")).json() == {"items": [], "next_cursor": None}


async def test_the_trail_names_what_was_done_and_no_secret(api: Api) -> None:
    webhook = await made(api)
    path = f"/webhooks/{webhook['id']}"
    replaced = (await api.mine.api.post(f"{path}/secret")).json()
    await api.mine.api.patch(path, json={"url": "https://other.example/?token=xyz"})
    await api.mine.api.delete(path)
    c = tables.audit.c
    query = select(c.action, c.detail).where(c.object == webhook["id"]).order_by(c.no)
    rows = await api.deps.db.read(lambda conn: conn.execute(query).all())
    assert [row.action for row in rows] == [
        f"webhook.{verb}" for verb in ("create", "secret", "change", "delete")
    ]
    text = str(rows)
    assert not [word for word in (webhook["secret"], replaced["secret"], "abc", "xyz") if word in text]
    assert rows[2].detail == {"url_changed": True}


async def test_a_new_secret_is_another_and_the_old_one_is_announced_to_end(api: Api) -> None:
    webhook = await made(api)
    path = f"/webhooks/{webhook['id']}"
    replaced = await api.mine.api.post(f"{path}/secret")
    assert replaced.status_code == 201
    assert replaced.json()["secret"] not in ("", webhook["secret"])
    assert (await api.mine.api.get(path)).json()["old_secret_until"] == replaced.json()["old_secret_until"]


async def test_what_cannot_be_sent_to_is_refused_with_its_reason(api: Api) -> None:
    for url in ("ftp://example.org/", "https://user@example.org/", "https://example.org/#x", "example.org"):
        problem(await api.mine.api.post("/webhooks", json={"url": url}), 400, "malformed", ["$.url"])
    webhook = await made(api)
    for url in (
        "http://127.0.0.1/",
        "http://169.254.169.254/latest",
        "http://[::ffff:10.0.0.1]/",
        "http://2130706433/",
    ):
        for answer in (
            await api.mine.api.post("/webhooks", json={"url": url}),
            await api.mine.api.patch(f"/webhooks/{webhook['id']}", json={"url": url}),
        ):
            problem(answer, 400, "malformed", ["$.url"])
    wrong = {"url": URL, "types": ["media.live", "live.started"]}
    problem(await api.mine.api.post("/webhooks", json=wrong), 400, "malformed", ["$.types[1]"])
    wrong = {"url": URL, "types": ["media.live"], "format": "boomstream"}
    problem(await api.mine.api.post("/webhooks", json=wrong), 400, "malformed", ["$.types[0]"])
    problem(
        await api.mine.api.post("/webhooks", json={"url": URL, "types": []}), 400, "malformed", ["$.types"]
    )


async def test_the_administrator_opens_inner_networks(sqlite_database: Database) -> None:
    async with serving(sqlite_database, Settings(webhook_networks=["10.1.0.0/16"])) as api:
        assert (await made(api, url="http://10.1.2.3:8080/hook"))["url"] == "http://10.1.2.3:8080/hook"
        problem(
            await api.mine.api.post("/webhooks", json={"url": "http://10.2.0.1/"}),
            400,
            "malformed",
            ["$.url"],
        )


async def test_boomstreams_form_has_its_own_types(api: Api) -> None:
    webhook = await made(api, format="boomstream")
    assert webhook["types"] == ["live.started", "live.stopped"]
    only = await api.mine.api.patch(f"/webhooks/{webhook['id']}", json={"types": ["live.stopped"]})
    assert only.json()["types"] == ["live.stopped"]


async def test_a_key_that_may_not_read_results_has_none_sent_anywhere(api: Api) -> None:
    """Else a key of `admin` alone would read by webhook what it may not read by GET."""
    admin = api.mine.with_scopes("admin")
    harmless = {"url": URL, "types": ["media.live", "check.closed"]}
    for types in (None, ["check.answered"], ["participant.refused", "media.live"]):
        detail = problem(
            await admin.post("/webhooks", json={"url": URL, "types": types}), 403, "missing_scope"
        )
        assert "'statistics'" in detail["detail"]
    mine = (await admin.post("/webhooks", json=harmless)).json()
    told = await made(api, types=["check.answered"])
    assert (await admin.patch(f"/webhooks/{mine['id']}", json={"title": "T"})).status_code == 200
    for path, body in (
        (f"/webhooks/{mine['id']}", {"types": ["check.answered"]}),
        (f"/webhooks/{told['id']}", {"url": "https://elsewhere.example/"}),
    ):
        problem(await admin.patch(path, json=body), 403, "missing_scope")
    assert (await api.mine.api.get(f"/webhooks/{told['id']}")).json()["url"] == URL


async def test_a_project_has_so_many_webhooks_and_no_more(api: Api) -> None:
    for _ in range(actions.MOST_WEBHOOKS):
        await made(api)
    problem(await api.mine.api.post("/webhooks", json={"url": URL}), 409, "too_many_webhooks")
    assert (await api.theirs.api.post("/webhooks", json={"url": URL})).status_code == 201


async def test_the_log_is_paged_from_the_newest_and_filtered(api_on_both: Api) -> None:
    api = api_on_both
    path = f"/webhooks/{(await made(api))['id']}"
    sent = [(await api.mine.api.post(f"{path}/ping")).json() for _ in range(5)]
    assert sent[0] == {
        "id": sent[0]["id"],
        "type": "ping",
        "at": sent[0]["at"],
        "state": "pending",
        "attempts": 0,
        "next_attempt_at": sent[0]["at"],
        "last_attempt_at": None,
        "status": None,
        "error": None,
        "took_ms": None,
    }
    assert (await api.mine.api.get(path)).json()["pending"] == 5
    pages, cursor = [], None
    while True:
        params = {"limit": "2"} | ({} if cursor is None else {"cursor": cursor})
        page = (await api.mine.api.get(f"{path}/deliveries", params=params)).json()
        pages.append(page["items"])
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert [len(items) for items in pages] == [2, 2, 1]
    assert [item for items in pages for item in items] == sent[::-1]
    of_third = tables.notices.c.code == sent[2]["id"]
    number = select(tables.notices.c.no).where(of_third).scalar_subquery()
    failed = {"state": "failed", "due_ms": None, "attempts": 11, "status": 500, "error": "not_accepted"}
    change = update(tables.deliveries).where(tables.deliveries.c.notice_no == number).values(failed)
    await api.deps.db.write(lambda conn: conn.execute(change))
    only = (await api.mine.api.get(f"{path}/deliveries", params={"state": "failed"})).json()["items"]
    assert [(item["id"], item["status"], item["error"]) for item in only] == [
        (sent[2]["id"], 500, "not_accepted")
    ]
    one = f"{path}/deliveries/{sent[2]['id']}"
    assert (await api.mine.api.get(one)).json() == only[0]
    again = await api.mine.api.post(f"{one}/resend")
    assert (again.status_code, again.json()["state"], again.json()["attempts"]) == (200, "pending", 0)
    problem(await api.mine.api.get(f"{path}/deliveries", params={"state": "lost"}), 400, "malformed")
    other = f"/webhooks/{(await made(api))['id']}"
    problem(await api.mine.api.get(f"{other}/deliveries/{sent[2]['id']}"), 404, "not_found")
    problem(await api.mine.api.post(f"{other}/deliveries/{sent[2]['id']}/resend"), 404, "not_found")
    await api.mine.api.patch(path, json={"active": False})
    for answer in (await api.mine.api.post(f"{one}/resend"), await api.mine.api.post(f"{path}/ping")):
        problem(answer, 409, "webhook_paused")


async def test_pings_do_not_pile_up(api: Api) -> None:
    path = f"/webhooks/{(await made(api))['id']}"
    for _ in range(actions.MOST_PINGS):
        assert (await api.mine.api.post(f"{path}/ping")).status_code == 201
    problem(await api.mine.api.post(f"{path}/ping"), 409, "too_many_pings")


async def test_the_description_tells_every_notice(api: Api) -> None:
    document = (await api.mine.api.get("/openapi.json")).json()
    assert set(document["webhooks"]) == {*KINDS, "ping"}
    for told in document["webhooks"].values():
        schema = told["post"]["requestBody"]["content"]["application/json"]["schema"]
        shape = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        assert set(shape["required"]) == {"id", "type", "timestamp", "data"}
        assert "$ref" in shape["properties"]["data"]
        assert {one["name"] for one in told["post"]["parameters"]} == {
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature",
        }
