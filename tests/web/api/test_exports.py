"""Exports over HTTP: the same bytes as the direct answer, who may have them, and how they are refused and removed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from rollcall.actions import export_room
from rollcall.render.formats import FORMATS
from rollcall.store import exports as store
from rollcall.store import tables
from rollcall.store.database import Database
from rollcall.store.exports import INTERRUPTED, KEPT_MS, SILENT_MS, NewExport
from tests.hall import SetClock
from tests.web.api.test_statistics import T0, Hall, bearer, fill
from tests.web.conftest import Api, problem, serving

TYPES = {
    "json": "application/json",
    "xml": "application/xml; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
PIECE = 100  # bytes; a file of any length has many


@dataclass
class Place:
    """A served hall whose clock stands still."""

    api: Api
    clock: SetClock
    hall: Hall

    async def call(self, method: str, path: str, body: Any = None, key: str | None = None) -> httpx.Response:
        headers = bearer(key or self.hall.key)
        return await self.api.anonymous.request(method, path, json=body, headers=headers)

    async def begin(self, key: str | None = None, **body: Any) -> httpx.Response:
        return await self.call("POST", f"/media/{self.hall.media}/exports", body, key)

    async def made(self, **body: Any) -> str:
        answer = await self.begin(**body)
        assert answer.status_code == 202, answer.text
        await self.api.deps.exports.idle()
        return str(answer.json()["id"])

    async def told(self, export: str) -> Any:
        return (await self.call("GET", f"/exports/{export}")).json()

    async def left(self, code: str, silent_ms: int = 0) -> None:
        """Store an export that some node began and was heard of so long ago."""
        now_ms, media = self.clock.at_ms - silent_ms, self.hall.media

        def add(conn: Any) -> None:
            m = tables.media.c
            project_no = conn.execute(select(m.project_no).where(m.code == media)).scalar_one()
            store.add_export(conn, project_no, NewExport(code, media, "xlsx", False, "other"), now_ms)

        await self.api.deps.db.write(add)


@asynccontextmanager
async def place_on(database: Database) -> AsyncIterator[Place]:
    hall, clock = await database.write(fill), SetClock(T0 + 600_000)
    async with serving(database, clock=clock) as api:
        yield Place(api, clock, hall)


@pytest.fixture
async def place(database: Database) -> AsyncIterator[Place]:
    async with place_on(database) as served:
        yield served


@pytest.mark.parametrize("name", list(FORMATS))
async def test_an_export_is_the_direct_answer_of_that_moment(
    place: Place, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "PIECE_BYTES", PIECE)
    for of, code in (("media", place.hall.media), ("events", place.hall.event)):
        begun = await place.call("POST", f"/{of}/{code}/exports", {"format": name, "lang": "en"})
        assert begun.status_code == 202, begun.text
        assert begun.json() == {
            "id": begun.json()["id"], "of": code, "format": name, "state": "running", "participants_done": 0,
            "participants": None, "bytes": 0, "created_at": "2026-03-01T09:10:00.000Z",
            "expires_at": "2026-03-02T09:10:00.000Z", "error": None,
        }  # fmt: skip
        await place.api.deps.exports.idle()
        direct = await place.call("GET", f"/{of}/{code}/statistics?format={name}&lang=en")
        path = f"/exports/{begun.json()['id']}"
        written = await place.call("GET", f"{path}/file")
        assert written.status_code == 200
        assert written.content == direct.content
        assert direct.headers["content-type"] == TYPES[name]
        for header in ("content-type", "content-disposition", "cache-control"):
            assert written.headers.get(header) == direct.headers.get(header)
        length = len(direct.content)
        assert length > PIECE
        assert written.headers["content-length"] == str(length)
        done = {"state": "ready", "participants_done": 3, "participants": 3, "bytes": length}
        assert (await place.call("GET", path)).json() == begun.json() | done


async def test_filters_are_those_of_the_statistics(place: Place) -> None:
    body = {"format": "json", "user_id": "doc/7 &", "session_id": place.hall.session}
    export = await place.made(**body)
    written = (await place.call("GET", f"/exports/{export}/file")).json()
    assert [row["user_id"] for row in written["participants"]] == ["doc/7 &"]
    assert (await place.told(export))["participants"] == 1
    problem(await place.begin(format="json", session_id="nosuchid"), 404, "not_found")
    problem(await place.call("POST", "/media/nosuchid/exports", {"format": "json"}), 404, "not_found")
    problem(
        await place.call("POST", f"/events/{place.hall.media}/exports", {"format": "json"}), 404, "not_found"
    )
    problem(await place.begin(format="doc"), 400, "malformed", ["$.format"])
    problem(await place.begin(format="json", include=["email"]), 400, "malformed", ["$.include[0]"])
    problem(await place.begin(), 400, "malformed", ["$.format"])


async def test_personal_data_need_their_scope_to_be_asked_for_and_to_be_fetched(place: Place) -> None:
    without = place.hall.anonymous_key
    refused = problem(await place.begin(without, format="json", include=["ip"]), 403, "missing_scope")
    assert "personal" in refused["detail"]
    export = await place.made(format="json", include=["ip", "user_agent"])
    assert (await place.call("GET", f"/exports/{export}", key=without)).json()["state"] == "ready"
    refused = problem(await place.call("GET", f"/exports/{export}/file", key=without), 403, "missing_scope")
    assert "personal" in refused["detail"]
    anna = (await place.call("GET", f"/exports/{export}/file")).json()["participants"][0]
    assert (anna["ip"], anna["user_agent"]) == (["2001:db8::1"], ["A, B"])
    plain = await place.made(format="json")
    told = (await place.call("GET", f"/exports/{plain}/file", key=without)).json()["participants"][0]
    assert "ip" not in told


async def test_another_projects_exports_are_not_there(place: Place) -> None:
    export, theirs = await place.made(format="csv"), place.hall.foreign_key
    for method, path in (("GET", ""), ("GET", "/file"), ("DELETE", "")):
        problem(await place.call(method, f"/exports/{export}{path}", key=theirs), 404, "not_found")
        problem(await place.call(method, f"/exports/nosuchid{path}"), 404, "not_found")
        lower = await place.call(method, f"/exports/{export}{path}", key=place.hall.access_key)
        assert "statistics" in problem(lower, 403, "missing_scope")["detail"]
    problem(await place.begin(theirs, format="json"), 404, "not_found")
    assert (await place.told(export))["state"] == "ready"


async def test_a_file_that_is_not_there_yet_or_never_is_refused_with_a_sentence(place: Place) -> None:
    await place.left("exportaa")
    refused = problem(await place.call("GET", "/exports/exportaa/file"), 409, "export_running")
    assert refused["detail"] == "This export is still being made: 0 participants, not counted yet."
    values = {"participants": 3, "participants_done": 2}
    await place.api.deps.db.write(lambda conn: conn.execute(update(tables.exports).values(values)))
    refused = problem(await place.call("GET", "/exports/exportaa/file"), 409, "export_running")
    assert refused["detail"] == "This export is still being made: 2 participants of 3."
    place.clock.at_ms += SILENT_MS + 1
    told = await place.told("exportaa")
    assert (told["state"], told["error"]) == ("failed", INTERRUPTED)
    refused = problem(await place.call("GET", "/exports/exportaa/file"), 409, "export_failed")
    assert refused["detail"] == "This export has failed: interrupted; ask again"


async def test_four_of_a_project_wait_or_run_at_a_time(place: Place) -> None:
    for code, silent_ms in (("a", 0), ("b", 0), ("c", 0), ("d", SILENT_MS), ("left", SILENT_MS + 1)):
        await place.left(code, silent_ms)
    refused = await place.begin(format="json")
    assert problem(refused, 429, "too_many_requests")["detail"].startswith("4 exports of this project")
    assert refused.headers["retry-after"] == "10"
    assert (await place.call("DELETE", "/exports/a")).status_code == 204
    assert (await place.begin(format="json")).status_code == 202


async def test_the_exports_of_a_project_are_listed_in_pages(place: Place) -> None:
    exports = [await place.made(format=name) for name in ("json", "csv", "xml")]
    await place.left("left")
    place.clock.at_ms += SILENT_MS + 1
    await place.call("DELETE", f"/exports/{exports[1]}")
    first = (await place.call("GET", "/exports?limit=2")).json()
    assert first["items"] == [await place.told(exports[0]), await place.told(exports[2])]
    last = (await place.call("GET", f"/exports?limit=2&cursor={first['next_cursor']}")).json()
    assert [(item["id"], item["state"]) for item in last["items"]] == [("left", "failed")]
    assert last["next_cursor"] is None
    theirs = await place.call("GET", "/exports", key=place.hall.foreign_key)
    assert theirs.json() == {"items": [], "next_cursor": None}
    assert (
        "statistics"
        in problem(await place.call("GET", "/exports", key=place.hall.access_key), 403, "missing_scope")[
            "detail"
        ]
    )


async def test_a_project_that_keeps_much_deletes_before_it_makes_more(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_room, "MOST_KEPT", 3)
    exports = [await place.made(format="json") for _ in range(2)]
    await place.left("failed", SILENT_MS + 1)  # keeps nothing
    exports.append(await place.made(format="json"))
    refused = problem(await place.begin(format="json"), 409, "exports_full")
    assert refused["detail"] == (
        f"3 exports of this project are kept; delete one, the oldest is '{exports[0]}', and ask again."
    )
    assert [(await place.told(export))["state"] for export in exports] == ["ready"] * 3
    await place.call("DELETE", f"/exports/{exports[0]}")
    exports[0] = await place.made(format="json")
    place.clock.at_ms += KEPT_MS
    await place.made(format="json")


async def test_what_would_take_too_many_bytes_fails_and_loses_nobodys_file(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "PIECE_BYTES", PIECE)
    first = await place.made(format="json")
    length = (await place.told(first))["bytes"]
    monkeypatch.setattr(export_room, "MOST_BYTES", 2 * length - 1)
    second = await place.made(format="json")
    told = await place.told(second)
    assert (told["state"], told["error"]) == (
        "failed",
        f"The exports of this project would take more than 0 MB; delete one, the oldest is '{first}', and ask again.",
    )
    assert length - PIECE < told["bytes"] < length
    assert len((await place.call("GET", f"/exports/{first}/file")).content) == length
    await place.call("DELETE", f"/exports/{first}")
    third = await place.made(format="json")
    assert (await place.told(third))["state"] == "ready"
    monkeypatch.setattr(export_room, "MOST_BYTES", length)
    assert (
        f"the oldest is '{third}'" in problem(await place.begin(format="csv"), 409, "exports_full")["detail"]
    )


async def test_one_that_is_deleted_is_gone(place: Place) -> None:
    export = await place.made(format="json")
    assert (await place.call("DELETE", f"/exports/{export}")).status_code == 204
    for method, path in (("GET", ""), ("GET", "/file"), ("DELETE", "")):
        problem(await place.call(method, f"/exports/{export}{path}"), 404, "not_found")


async def test_one_that_has_expired_is_gone(place: Place) -> None:
    export = await place.made(format="json")
    place.clock.at_ms += KEPT_MS - 1
    assert (await place.call("GET", f"/exports/{export}/file")).status_code == 200
    place.clock.at_ms += 1
    problem(await place.call("GET", f"/exports/{export}"), 404, "not_found")


async def test_any_node_tells_and_hands_out_what_another_one_makes(postgres_database: Database) -> None:
    async with place_on(postgres_database) as place, serving(postgres_database, clock=place.clock) as other:
        exports = [await place.made(format="xml") for _ in range(2)]
        headers = bearer(place.hall.key)
        told = await other.anonymous.get(f"/exports/{exports[0]}", headers=headers)
        assert told.json() == await place.told(exports[0])
        files = [
            await node.anonymous.get(f"/exports/{exports[0]}/file", headers=headers)
            for node in (other, place.api)
        ]
        assert files[0].content == files[1].content
        assert files[0].status_code == 200
        assert (await other.anonymous.delete(f"/exports/{exports[1]}", headers=headers)).status_code == 204
        problem(await place.call("GET", f"/exports/{exports[1]}"), 404, "not_found")


async def test_the_same_request_twice_is_one_export(place: Place) -> None:
    headers = bearer(place.hall.key) | {"Idempotency-Key": "once"}
    path = f"/media/{place.hall.media}/exports"
    answers = [
        await place.api.anonymous.post(path, json={"format": "csv"}, headers=headers) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
