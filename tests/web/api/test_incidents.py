"""Incidents over HTTP, and the outages that touched an event: shapes, refusals, the trail, and whose they are."""

from typing import Any

import pytest
from sqlalchemy import insert, select

from rollcall.domain.ids import ProjectNo
from rollcall.store import tables
from rollcall.store.database import Connection
from rollcall.wire.api.values import rfc3339
from tests.web.conftest import Api, Tenant, problem

T0 = 1_772_355_600_000  # 2026-03-01T09:00:00Z
MINUTE_MS = 60_000
FROM, TO = "2026-03-01T12:10:00+03:00", "2026-03-01T12:20:00.250+03:00"


async def event_of(tenant: Tenant, **media: Any) -> tuple[str, str]:
    """Return the event and the code of a new media with a session 09:00-10:00 UTC."""
    made = (await tenant.api.post("/media", json={"title": "Зал", "kind": "live", **media})).json()
    if media.get("kind") != "recording":
        window = {"starts_at": rfc3339(T0), "ends_at": rfc3339(T0 + 60 * MINUTE_MS)}
        session = await tenant.api.post(f"/media/{made['code']}/sessions", json={"title": "S", **window})
        assert session.status_code == 201
    return made["event"], made["code"]


async def audited(api: Api, code: str) -> list[tuple[str, dict[str, Any]]]:
    c = tables.audit.c
    query = select(c.action, c.detail).where(c.object == code).order_by(c.no)
    return [tuple(row) for row in await api.deps.db.read(lambda conn: conn.execute(query).all())]


async def test_an_incident_is_declared_listed_and_withdrawn_and_stays_readable(api_on_both: Api) -> None:
    api = api_on_both.mine.api
    event, code = await event_of(api_on_both.mine)
    path = f"/events/{event}/incidents"
    body = {"from": FROM, "to": TO, "reason": "Провайдер: обрыв", "media": code}
    made = await api.post(path, json=body)
    assert made.status_code == 201
    incident = made.json()
    assert incident == {
        "id": incident["id"],
        "from": "2026-03-01T09:10:00.000Z",
        "to": "2026-03-01T09:20:00.250Z",
        "reason": "Провайдер: обрыв",
        "media": code,
        "actor": incident["actor"],
        "created_at": incident["created_at"],
        "withdrawn_at": None,
        "withdrawn_by": None,
        "withdrawn_reason": None,
    }
    assert incident["actor"].startswith("key:")
    problem(await api.post(path, json=body), 409, "already_declared")
    assert (await api.get(path)).json() == {"items": [incident], "next_cursor": None}
    withdrawn = await api.post(f"{path}/{incident['id']}/withdraw", json={"reason": "Ошибка"})
    assert withdrawn.status_code == 200
    taken = withdrawn.json()
    said = {"withdrawn_by": incident["actor"], "withdrawn_reason": "Ошибка"}
    assert taken == {**incident, **said, "withdrawn_at": taken["withdrawn_at"]}
    assert taken["withdrawn_at"] >= incident["created_at"]
    problem(
        await api.post(f"{path}/{incident['id']}/withdraw", json={"reason": "x"}), 409, "already_withdrawn"
    )
    again = (await api.post(path, json=body)).json()
    assert (await api.get(path)).json()["items"] == [taken, again]
    first = (await api.get(f"{path}?limit=1")).json()
    assert first["items"] == [taken]
    assert (await api.get(f"{path}?cursor={first['next_cursor']}")).json()["items"] == [again]
    assert [action for action, _ in await audited(api_on_both, taken["id"])] == [
        "incident.declare",
        "incident.withdraw",
    ]
    assert (await audited(api_on_both, taken["id"]))[1][1] == {"event": event, "reason": "Ошибка"}


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"from": TO, "to": FROM}, "$.to"),
        ({"to": FROM}, "$.to"),
        ({"to": "2026-03-02T12:10:00.001+03:00"}, "$.to"),
        ({"from": "2150-01-01T10:00:00Z", "to": "2150-01-01T10:01:00Z"}, "$.to"),
        ({"to": "2026-03-01T12:20:00"}, "$.to"),
        ({"reason": "  "}, "$.reason"),
        ({"reason": "a\nb"}, "$.reason"),
        ({"reason": "Я" * 1001}, "$.reason"),
        ({"media": "зал"}, "$.media"),
    ],
)
async def test_what_cannot_have_been_an_incident_is_refused(
    api: Api, wrong: dict[str, Any], path: str
) -> None:
    event, _ = await event_of(api.mine)
    body = {"from": FROM, "to": TO, "reason": "x", **wrong}
    answer = await api.mine.api.post(f"/events/{event}/incidents", json=body)
    problem(answer, 400, "malformed", [path])
    assert (await api.mine.api.get(f"/events/{event}/incidents")).json()["items"] == []


async def test_a_whole_day_may_be_an_incident(api: Api) -> None:
    event, _ = await event_of(api.mine)
    body = {"from": FROM, "to": "2026-03-02T12:10:00+03:00", "reason": "x"}
    assert (await api.mine.api.post(f"/events/{event}/incidents", json=body)).status_code == 201


async def test_an_incident_belongs_to_its_event_and_its_project(api_on_both: Api) -> None:
    mine, theirs = api_on_both.mine.api, api_on_both.theirs.api
    (event, _), (other, media) = await event_of(api_on_both.mine), await event_of(api_on_both.mine)
    foreign, foreign_media = await event_of(api_on_both.theirs)
    body = {"from": FROM, "to": TO, "reason": "Секрет"}
    path = f"/events/{event}/incidents"
    problem(await mine.post(path, json={**body, "media": media}), 409, "not_in_event")
    problem(await mine.post(path, json={**body, "media": foreign_media}), 404, "not_found")
    problem(await mine.post("/events/ZZZZZZZZ/incidents", json=body), 404, "not_found")
    incident = (await mine.post(path, json=body)).json()
    for api, of in ((mine, other), (theirs, event), (theirs, foreign)):
        answer = await api.post(f"/events/{of}/incidents/{incident['id']}/withdraw", json={"reason": "x"})
        problem(answer, 404, "not_found")
    problem(await theirs.get(path), 404, "not_found")
    for listed in ("incidents", "outages"):
        assert "Секрет" not in (await theirs.get(f"/events/{foreign}/{listed}")).text
        assert "Секрет" not in (await mine.get(f"/events/{other}/{listed}")).text
        assert "Секрет" in (await mine.get(f"/events/{event}/{listed}")).text


def add_outage(
    conn: Connection, code: str, start_ms: int, end_ms: int, silent: ProjectNo | None = None
) -> None:
    source = "down" if silent is None else "silence"
    values = {"source": source, "project_no": silent, "node": "secret-host", "created_ms": end_ms}
    conn.execute(insert(tables.outages).values(code=code, from_ms=start_ms, to_ms=end_ms, **values))


async def test_outages_of_an_event_are_those_that_overlap_its_sessions(api_on_both: Api) -> None:
    api = api_on_both.mine.api
    event, code = await event_of(api_on_both.mine)
    quiet = (await api.post("/media", json={"title": "Q", "kind": "live", "event": event})).json()["code"]
    hour_ms = 60 * MINUTE_MS

    def store(conn: Connection) -> None:
        add_outage(conn, "before", T0 - hour_ms, T0)
        add_outage(conn, "first", T0 - hour_ms, T0 + 1)
        add_outage(conn, "inside", T0 + 5, T0 + 10, api_on_both.mine.no)
        add_outage(conn, "elsewhere", T0 + 5, T0 + 10, api_on_both.theirs.no)
        add_outage(conn, "last", T0 + hour_ms - 1, T0 + 2 * hour_ms)
        add_outage(conn, "after", T0 + hour_ms, T0 + 2 * hour_ms)

    await api_on_both.deps.db.write(store)
    path = f"/events/{event}/incidents"
    inside = {"from": FROM, "to": TO, "reason": "Обрыв"}
    outside = {"from": "2026-03-01T05:00:00Z", "to": "2026-03-01T06:00:00Z", "reason": "Ночь"}
    declared = (await api.post(path, json={**inside, "media": code})).json()
    await api.post(path, json={**inside, "media": quiet})
    await api.post(path, json=outside)
    withdrawn = (await api.post(path, json=inside)).json()
    await api.post(f"{path}/{withdrawn['id']}/withdraw", json={"reason": "x"})
    shown = await api.get(f"/events/{event}/outages")
    assert shown.json()["items"] == [
        {
            "id": "first",
            "source": "down",
            "from": "2026-03-01T08:00:00.000Z",
            "to": "2026-03-01T09:00:00.001Z",
            "media": None,
            "reason": None,
        },
        {
            "id": "inside",
            "source": "silence",
            "from": "2026-03-01T09:00:00.005Z",
            "to": "2026-03-01T09:00:00.010Z",
            "media": None,
            "reason": None,
        },
        {
            "id": "last",
            "source": "down",
            "from": "2026-03-01T09:59:59.999Z",
            "to": "2026-03-01T11:00:00.000Z",
            "media": None,
            "reason": None,
        },
        {
            "id": declared["id"],
            "source": "incident",
            "from": declared["from"],
            "to": declared["to"],
            "media": code,
            "reason": "Обрыв",
        },
    ]
    assert "secret-host" not in shown.text
    page = (await api.get(f"/events/{event}/outages?limit=2")).json()
    rest = (await api.get(f"/events/{event}/outages?cursor={page['next_cursor']}")).json()
    assert page["items"] + rest["items"] == shown.json()["items"]


async def test_an_open_session_is_touched_by_what_happens_while_it_is_open(api: Api) -> None:
    media = (await api.mine.api.post("/media", json={"title": "Зал", "kind": "live"})).json()
    started = {"title": "S", "starts_at": rfc3339(T0)}
    assert (await api.mine.api.post(f"/media/{media['code']}/sessions", json=started)).status_code == 201
    await api.deps.db.write(lambda conn: add_outage(conn, "while", T0 + 1, T0 + 2))
    shown = (await api.mine.api.get(f"/events/{media['event']}/outages")).json()["items"]
    assert [outage["id"] for outage in shown] == ["while"]
