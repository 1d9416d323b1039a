"""Sessions over HTTP: the shapes of the contract, times, revisions, and every conflict."""

from typing import Any

from tests.web.conftest import Api, Tenant, problem

START, END = "2026-03-01T10:00:00+03:00", "2026-03-01T11:30:00.250+03:00"


async def media(tenant: Tenant, kind: str = "live") -> str:
    made = await tenant.api.post("/media", json={"title": "Зал", "kind": kind})
    assert made.status_code == 201, made.text
    return str(made.json()["code"])


async def test_a_session_has_the_shape_of_the_contract(api_on_both: Api) -> None:
    api, code = api_on_both.mine.api, await media(api_on_both.mine)
    made = await api.post(
        f"/media/{code}/sessions", json={"title": "Блок 1 💡", "starts_at": START, "ends_at": END}
    )
    assert made.status_code == 201
    session = made.json()
    assert session == {
        "id": session["id"],
        "title": "Блок 1 💡",
        "starts_at": "2026-03-01T07:00:00.000Z",
        "ends_at": "2026-03-01T08:30:00.250Z",
        "revision": 1,
        "warnings": [],
    }
    listed = await api.get(f"/media/{code}/sessions")
    assert listed.json() == {"items": [session], "next_cursor": None}


async def test_without_times_it_begins_now_and_stays_open_until_stopped(api_on_both: Api) -> None:
    api, code = api_on_both.mine.api, await media(api_on_both.mine)
    opened = (await api.post(f"/media/{code}/sessions", json={"title": "A", "ends_at": None})).json()
    assert opened["ends_at"] is None
    assert opened["starts_at"].endswith("Z")
    second = await api.post(f"/media/{code}/sessions", json={"title": "B"})
    assert opened["id"] in problem(second, 409, "sessions_overlap")["detail"]
    stopped = await api.post(f"/media/{code}/sessions/{opened['id']}/stop")
    assert stopped.status_code == 200
    assert stopped.json() == {**opened, "ends_at": stopped.json()["ends_at"], "revision": 2}
    assert stopped.json()["ends_at"] >= opened["starts_at"]
    assert (await api.post(f"/media/{code}/sessions/{opened['id']}/stop")).json() == stopped.json()
    assert (await api.post(f"/media/{code}/sessions", json={"title": "B"})).status_code == 201


async def test_corrections_are_revisions_and_a_deleted_session_is_still_read(api_on_both: Api) -> None:
    api, code = api_on_both.mine.api, await media(api_on_both.mine)
    session = (
        await api.post(f"/media/{code}/sessions", json={"title": "A", "starts_at": START, "ends_at": END})
    ).json()
    path = f"/media/{code}/sessions/{session['id']}"
    changed = await api.patch(path, json={"title": "B", "ends_at": None})
    told = ["The session has been running for more than 30 minutes and there is no picture."]
    assert changed.json() == {**session, "title": "B", "ends_at": None, "revision": 2, "warnings": told}
    assert (await api.patch(path, json={})).json()["revision"] == 2
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(f"/media/{code}/sessions")).json()["items"] == []
    read = (await api.get(path)).json()
    assert read["removed"] is True
    shown = [(r["revision"], r["title"], r["ends_at"], r["removed"]) for r in read["revisions"]]
    assert shown == [
        (1, "A", "2026-03-01T08:30:00.250Z", False),
        (2, "B", None, False),
        (3, "B", None, True),
    ]
    assert all(r["actor"].startswith("key:") and r["at"].endswith("Z") for r in read["revisions"])
    problem(await api.patch(path, json={"title": "C"}), 404, "not_found")
    problem(await api.delete(path), 404, "not_found")


async def test_a_recording_is_cut_by_content(api_on_both: Api) -> None:
    api, code = api_on_both.mine.api, await media(api_on_both.mine, "recording")
    made = await api.post(f"/media/{code}/sessions", json={"title": "A", "from_ms": 0, "to_ms": 60_000})
    session = made.json()
    assert session == {
        "id": session["id"], "title": "A", "from_ms": 0, "to_ms": 60_000, "revision": 1, "warnings": [],
    }  # fmt: skip
    path = f"/media/{code}/sessions/{session['id']}"
    assert (await api.patch(path, json={"to_ms": 90_000})).json()["to_ms"] == 90_000
    assert [r["to_ms"] for r in (await api.get(path)).json()["revisions"]] == [60_000, 90_000]
    problem(await api.post(f"{path}/stop"), 409, "conflict")
    problem(await api.patch(path, json={"ends_at": END}), 400, "malformed", ["$.starts_at"])


async def test_what_does_not_go_together_is_refused_with_its_path(api: Api) -> None:
    live, recording = await media(api.mine), await media(api.mine, "recording")
    cases: list[tuple[str, dict[str, Any], str]] = [
        (live, {"starts_at": END, "ends_at": START}, "$.ends_at"),
        (live, {"starts_at": START, "ends_at": START}, "$.ends_at"),
        (live, {"ends_at": START}, "$.ends_at"),
        (live, {"starts_at": "2026-03-01T10:00:00"}, "$.starts_at"),
        (live, {"starts_at": "1969-12-31T23:59:59Z"}, "$.starts_at"),
        (live, {"from_ms": 0, "to_ms": 1}, "$.from_ms"),
        (live, {"starts_at": START, "from_ms": 0, "to_ms": 1}, "$.from_ms"),
        (recording, {}, "$.starts_at"),
        (recording, {"starts_at": START, "ends_at": END}, "$.starts_at"),
        (recording, {"from_ms": 0}, "$.to_ms"),
        (recording, {"to_ms": 5}, "$.from_ms"),
        (recording, {"from_ms": 5, "to_ms": 5}, "$.to_ms"),
        (recording, {"from_ms": -1, "to_ms": 5}, "$.from_ms"),
    ]
    for code, body, path in cases:
        answer = await api.mine.api.post(f"/media/{code}/sessions", json={"title": "A", **body})
        problem(answer, 400, "malformed", [path])
    for code in (live, recording):
        assert (await api.mine.api.get(f"/media/{code}/sessions")).json()["items"] == []


async def test_unknown_and_foreign_media_and_missing_scope(api: Api) -> None:
    mine, theirs = await media(api.mine), await media(api.theirs)
    foreign = (await api.theirs.api.post(f"/media/{theirs}/sessions", json={"title": "A"})).json()["id"]
    for code in (theirs, "AAAAAAAA", "нет"):
        problem(await api.mine.api.post(f"/media/{code}/sessions", json={"title": "A"}), 404, "not_found")
        problem(await api.mine.api.get(f"/media/{code}/sessions"), 404, "not_found")
        problem(await api.mine.api.get(f"/media/{code}/sessions/{foreign}"), 404, "not_found")
    problem(await api.mine.api.post(f"/media/{mine}/sessions/{foreign}/stop"), 404, "not_found")
    weak = api.mine.with_scopes("statistics")
    problem(await weak.post(f"/media/{mine}/sessions", json={"title": "A"}), 403, "missing_scope")


async def test_sessions_come_in_pages(api: Api) -> None:
    code = await media(api.mine)
    for hour in range(10, 15):
        body = {
            "title": str(hour),
            "starts_at": f"2026-03-01T{hour}:00:00Z",
            "ends_at": f"2026-03-01T{hour}:30:00Z",
        }
        assert (await api.mine.api.post(f"/media/{code}/sessions", json=body)).status_code == 201
    titles: list[list[str]] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await api.mine.api.get(f"/media/{code}/sessions", params={"limit": "2", **cursor})).json()
        titles.append([session["title"] for session in page["items"]])
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert titles == [["10", "11"], ["12", "13"], ["14"]]


async def test_ending_the_media_closes_its_open_session(api: Api) -> None:
    code = await media(api.mine)
    opened = (await api.mine.api.post(f"/media/{code}/sessions", json={"title": "A"})).json()
    assert (await api.mine.api.post(f"/media/{code}/end")).status_code // 100 == 2
    read = (await api.mine.api.get(f"/media/{code}/sessions/{opened['id']}")).json()
    assert read["ends_at"] is not None
