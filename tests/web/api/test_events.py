"""How the evidence of an event is judged, over HTTP: defaults, changes, and the trail that they leave."""

from typing import Any

from sqlalchemy import select

from rollcall.store import tables
from rollcall.store.database import Connection
from tests.web.conftest import Api

JUDGING = ("presence_policy", "hidden_miss", "hidden_counts", "behind_counts", "join_users_by")
AS_MADE = ("record", "missed", True, False, "none")
STRICT = {
    "presence_policy": "void_since_last_confirmed",
    "hidden_miss": "undelivered",
    "hidden_counts": False,
    "behind_counts": True,
    "join_users_by": "id_without_code",
}


def judged(event: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(event[name] for name in JUDGING)


async def changes(api: Api, action: str) -> list[dict[str, Any]]:
    def read(conn: Connection) -> list[dict[str, Any]]:
        query = select(tables.audit.c.detail).where(tables.audit.c.action == action)
        return list(conn.execute(query.order_by(tables.audit.c.no)).scalars())

    return await api.deps.db.read(read)


async def test_the_silent_event_of_a_media_is_judged_by_the_defaults_until_somebody_chooses(
    api_on_both: Api,
) -> None:
    api = api_on_both.mine.api
    media = (await api.post("/media", json={"title": "Зал", "kind": "live"})).json()
    path = f"/events/{media['event']}"
    before = (await api.get(path)).json()
    assert judged(before) == AS_MADE
    changed = await api.patch(path, json={"presence_policy": "stop_until_confirmed", "hidden_counts": False})
    assert changed.status_code == 200
    wanted = {**before, "presence_policy": "stop_until_confirmed", "hidden_counts": False}
    assert changed.json() == wanted == (await api.get(path)).json()
    assert (await api.get("/events")).json()["items"] == [wanted]


async def test_an_event_is_made_with_its_choices(api_on_both: Api) -> None:
    api = api_on_both.mine.api
    made = await api.post("/events", json={"title": "E", **STRICT})
    assert made.status_code == 201
    assert judged(made.json()) == tuple(STRICT.values())
    assert judged((await api.get(f"/events/{made.json()['code']}")).json()) == tuple(STRICT.values())
    (detail,) = await changes(api_on_both, "event.create")
    assert detail == {"media": [], **STRICT}


async def test_every_change_is_on_record_with_what_it_was_before(api_on_both: Api) -> None:
    api = api_on_both.mine.api
    event = (await api.post("/events", json={"title": "E"})).json()
    path = f"/events/{event['code']}"
    await api.patch(path, json={"behind_counts": True, "hidden_counts": True, "title": "F"})
    await api.patch(path, json={"behind_counts": False})
    assert await changes(api_on_both, "event.change") == [
        {
            "before": {"title": "E", "behind_counts": False},
            "after": {"title": "F", "behind_counts": True},
            "media": None,
        },
        {"before": {"behind_counts": True}, "after": {"behind_counts": False}, "media": None},
    ]


async def test_concurrency_belongs_to_a_media(api_on_both: Api) -> None:
    api = api_on_both.mine.api
    made = (await api.post("/media", json={"title": "Зал", "kind": "live", "concurrency": "ask"})).json()
    assert made["concurrency"] == "ask"
    changed = (await api.patch(f"/media/{made['code']}", json={"concurrency": "newest"})).json()
    assert changed == {**made, "concurrency": "newest"} == (await api.get(f"/media/{made['code']}")).json()


async def test_the_description_says_what_sparing_hidden_pages_costs(api_on_both: Api) -> None:
    document = (await api_on_both.mine.api.get("/openapi.json")).json()
    schemas = document["components"]["schemas"]
    for name in ("NewEvent", "EventChange", "EventOut"):
        assert "whoever alters their player" in str(schemas[name]["properties"]["hidden_miss"])
