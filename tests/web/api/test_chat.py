"""The chat's API on both engines: what an organiser says, moderates, follows, sets and takes home."""

import csv
import io
from dataclasses import dataclass
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import insert

from rollcall.actions.chat_desk import Author, ChatDesk, Word
from rollcall.domain.chat import Place
from rollcall.domain.ids import PlayNo, UserId
from rollcall.store import tables
from rollcall.store.database import Connection
from rollcall.web.api.chat import find_place
from rollcall.wire import viewer_in
from tests.web.conftest import Api, problem

FORMULA = '=HYPERLINK("http://evil.example")'


@dataclass
class Hall:
    """A media with a chat; participants say things a minute apart."""

    api: Api
    code: str
    place: Place
    now_ms: int

    async def call(self, method: str, path: str = "", body: Any = None, status: int = 200) -> Any:
        answer = await self.api.mine.api.request(method, f"/media/{self.code}/chat{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def refused(self, method: str, path: str, body: Any, status: int, code: str) -> Any:
        answer = await self.api.mine.api.request(method, f"/media/{self.code}/chat{path}", json=body)
        return problem(answer, status, code)

    async def say(self, user: str, text: str, play: int = 0, name: str = "", **other: Any) -> int:
        self.now_ms += 60_000
        deps = self.api.deps
        said = viewer_in.Say(ref=str(self.now_ms), text=text, **other)
        author = Author(UserId(user), name, PlayNo(play))
        await ChatDesk(deps.db, deps.hub, deps.feed).take(Word(self.place, author, said, self.now_ms))
        return int((await self.call("GET", "/changes?limit=1000"))["items"][-1]["id"])

    async def texts(self, query: str = "") -> list[str]:
        return [item["text"] for item in (await self.call("GET", query))["items"]]


@pytest.fixture
async def hall(api_on_both: Api) -> Hall:
    api = api_on_both
    code = (await api.mine.api.post("/media", json={"title": "Зал", "kind": "live"})).json()["code"]
    place = await api.deps.db.read(lambda conn: find_place(conn, api.mine.no, code))
    return Hall(api, code, place, api.deps.clock.now_ms())


async def test_a_message_is_told_with_everything_about_it(hall: Hall) -> None:
    asked = await hall.say("d-1", "Почему?", name="Анна", kind="question")
    made = await hall.call(
        "POST", "", {"text": "Потому", "name": "Лектор", "reply_to": asked, "answers": True}, 201
    )
    assert {key: value for key, value in made.items() if key != "at"} == {
        "id": made["id"], "version": 3, "user_id": None, "name": "Лектор", "text": "Потому", "kind": "message",
        "state": "shown", "changed": 3, "author_number": 0, "reply_to": asked, "votes": 0, "answered_at": None,
    }  # fmt: skip
    question = (await hall.call("GET", "?kind=question"))["items"][0]
    assert (question["user_id"], question["name"], question["author_number"]) == ("d-1", "Анна", 1)
    assert question["answered_at"] is not None


async def test_who_has_no_name_is_told_to_the_organiser_by_the_user_id(hall: Hall) -> None:
    await hall.say("d-1", "?")
    assert (await hall.call("GET"))["items"][0]["name"] == "d-1"


async def test_history_comes_in_pages_newest_first(hall: Hall) -> None:
    for number in range(5):
        await hall.call("POST", "", {"text": str(number)}, 201)
    pages, cursor = [], ""
    while True:
        page = await hall.call("GET", f"?limit=2{cursor}")
        pages.append([item["text"] for item in page["items"]])
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert pages == [["4", "3"], ["2", "1"], ["0"]]


async def test_what_waits_is_listed_approved_and_rejected(hall: Hall) -> None:
    assert (await hall.call("PATCH", "/settings", {"premoderated": True}))["premoderated"]
    first, second = await hall.say("d-1", "раз"), await hall.say("d-2", "два")
    assert await hall.texts() == []
    assert await hall.texts("?state=waiting") == ["два", "раз"]
    assert (await hall.call("POST", f"/{second}/approve"))["state"] == "shown"
    assert (await hall.call("POST", f"/{first}/reject"))["state"] == "rejected"
    assert (await hall.texts(), await hall.texts("?state=waiting")) == (["два"], [])
    assert await hall.texts("?state=rejected") == ["раз"]
    await hall.refused("POST", f"/{second}/reject", None, 409, "already_shown")
    await hall.call("POST", f"/{first}/approve")
    assert await hall.texts() == ["раз", "два"]
    await hall.call("DELETE", f"/{first}", status=204)
    for verb in ("approve", "reject"):
        await hall.refused("POST", f"/{first}/{verb}", None, 404, "not_found")
    assert await hall.texts("?state=removed") == ["раз"]


async def test_the_same_approval_twice_is_one(hall: Hall) -> None:
    await hall.call("PATCH", "/settings", {"premoderated": True})
    message = await hall.say("d-1", "раз")
    path = f"/media/{hall.code}/chat/{message}/approve"
    answers = [await hall.api.mine.api.post(path, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.headers.get("idempotent-replay") for answer in answers] == [None, "true"]
    assert answers[0].json() == answers[1].json()


async def test_a_chat_can_be_followed_live(hall: Hall) -> None:
    first = await hall.say("d-1", "раз")
    await hall.call("POST", "", {"text": "два"}, 201)
    told = await hall.call("GET", "/changes?since=0&limit=1")
    assert ([item["text"] for item in told["items"]], told["version"], told["more"]) == (["раз"], 1, True)
    told = await hall.call("GET", f"/changes?since={told['version']}")
    assert ([item["text"] for item in told["items"]], told["more"]) == (["два"], False)
    await hall.call("DELETE", f"/{first}", status=204)
    told = await hall.call("GET", f"/changes?since={told['version']}")
    assert [(item["text"], item["state"]) for item in told["items"]] == [("раз", "removed")]
    assert (await hall.call("GET", f"/changes?since={told['version']}"))["items"] == []


async def test_questions_are_marked_as_answered(hall: Hall) -> None:
    asked, said = await hall.say("d-1", "Почему?", kind="question"), await hall.say("d-2", "Так")
    assert (await hall.call("PATCH", f"/{asked}", {"answered": True}))["answered_at"] is not None
    assert (await hall.call("PATCH", f"/{asked}", {"answered": False}))["answered_at"] is None
    await hall.refused("PATCH", f"/{said}", {"answered": True}, 409, "no_question")
    await hall.refused("POST", "", {"text": "Да", "answers": True}, 400, "malformed")
    refused = await hall.refused("POST", "", {"text": "Да", "reply_to": 999}, 400, "malformed")
    assert [fault["path"] for fault in refused["errors"]] == ["$.reply_to"]


async def test_bans_are_listed_and_lifted(hall: Hall) -> None:
    for user in ("d-1", "%D0%92%D1%80%D0%B0%D1%87%2F7"):
        await hall.call("PUT", f"/bans/{user}", status=204)
        await hall.call("PUT", f"/bans/{user}", status=204)
    first = await hall.call("GET", "/bans?limit=1")
    second = await hall.call("GET", f"/bans?limit=1&cursor={first['next_cursor']}")
    assert [page["items"][0]["user_id"] for page in (first, second)] == ["d-1", "Врач/7"]
    assert second["next_cursor"] is None
    await hall.call("DELETE", "/bans/d-1", status=204)
    assert [ban["user_id"] for ban in (await hall.call("GET", "/bans"))["items"]] == ["Врач/7"]


async def test_settings_are_told_and_changed_one_by_one(hall: Hall) -> None:
    known = {"mode": "open", "slow_s": 0, "premoderated": False, "authors": "names"}
    assert await hall.call("GET", "/settings") == known
    for change in ({"mode": "closed"}, {"slow_s": 30}, {"premoderated": True}, {"authors": "pseudonyms"}, {}):
        known |= change
        assert await hall.call("PATCH", "/settings", change) == known
    assert await hall.call("GET", "/settings") == known


async def test_who_silences_somebody_is_in_the_audit_log(hall: Hall) -> None:
    message = await hall.say("d-1", "раз")
    await hall.call("DELETE", f"/{message}", status=204)
    await hall.call("PUT", "/bans/d-1", status=204)
    await hall.call("PATCH", "/settings", {"mode": "closed"})

    def read(conn: Connection) -> list[tuple[str, Any]]:
        rows = conn.execute(tables.audit.select().where(tables.audit.c.object == hall.code))
        return [(row.action, row.detail) for row in rows if row.action.startswith("chat.")]

    assert await hall.api.deps.db.read(read) == [
        ("chat.remove", {"message": message}),
        ("chat.ban", {"user_id": "d-1"}),
        ("chat.settings", {"mode": "closed"}),
    ]


async def fill(hall: Hall) -> None:
    """Say one thing of each kind, from a player with an address."""

    def add(conn: Connection) -> int:
        grant = {
            "project_no": hall.place.project_no, "media_no": hall.place.media_no, "hash": b"", "user_id": "d-1",
            "identity": "signed", "created_ms": 0,
        }  # fmt: skip
        granted = insert(tables.grants).values(**grant).returning(tables.grants.c.no)
        row = {
            "grant_no": conn.execute(granted).scalar_one(),
            "code": f"{hall.code}play", "project_no": hall.place.project_no, "event_no": hall.place.event_no,
            "media_no": hall.place.media_no, "user_id": "d-1", "identity": "signed", "upload_key_hash": b"",
            "ip": "203.0.113.7", "user_agent": "Firefox", "opened_ms": 0, "last_arrival_ms": 0, "state": b"",
        }  # fmt: skip
        stored = insert(tables.plays).values(**row).returning(tables.plays.c.no)
        return int(conn.execute(stored).scalar_one())

    play = await hall.api.deps.db.write(add)
    asked = await hall.say("d-1", "Почему?", play, "Анна", kind="question")
    await hall.call("POST", "", {"text": "Потому", "reply_to": asked, "answers": True}, 201)
    removed = await hall.say("d-2", FORMULA, name="=1+1")
    await hall.call("DELETE", f"/{removed}", status=204)
    await hall.call("PATCH", "/settings", {"premoderated": True})
    await hall.say("d-1", "Ещё\nраз", play, "Анна")


async def test_the_whole_chat_is_exported_with_what_nobody_sees(hall: Hall) -> None:
    await fill(hall)
    told = await hall.call("GET", "/export")
    assert (told["media"]["code"], told["media"]["title"]) == (hall.code, "Зал")
    lines = told["messages"]
    assert [(line["kind"], line["state"], line["user_id"], line["text"]) for line in lines] == [
        ("question", "shown", "d-1", "Почему?"),
        ("message", "shown", None, "Потому"),
        ("message", "removed", "d-2", FORMULA),
        ("message", "waiting", "d-1", "Ещё\nраз"),
    ]
    assert (lines[1]["reply_to"], lines[0]["answered_at"] is not None) == (lines[0]["id"], True)
    assert {"ip", "user_agent"} & set(lines[0]) == set()


async def test_addresses_are_exported_on_request_to_whoever_may_see_them(hall: Hall) -> None:
    await fill(hall)
    lines = (await hall.call("GET", "/export?include=ip,user_agent"))["messages"]
    assert [(line["ip"], line["user_agent"]) for line in lines] == [
        ("203.0.113.7", "Firefox"), (None, None), (None, None), ("203.0.113.7", "Firefox"),
    ]  # fmt: skip
    lower = hall.api.mine.with_scopes("statistics")
    path = f"/media/{hall.code}/chat/export"
    assert (await lower.get(path)).status_code == 200
    problem(await lower.get(f"{path}?include=ip"), 403, "missing_scope")


async def test_csv_tells_the_same_and_runs_no_formula(hall: Hall) -> None:
    await fill(hall)
    lines = (await hall.call("GET", "/export?include=ip"))["messages"]
    answer = await hall.api.mine.api.get(f"/media/{hall.code}/chat/export?format=csv&include=ip")
    assert answer.headers["content-disposition"] == f'attachment; filename="chat-{hall.code}.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    wanted = [{name: "" if cell is None else str(cell) for name, cell in line.items()} for line in lines]
    wanted[2] |= {"text": f"'{FORMULA}", "name": "'=1+1"}
    assert rows == wanted


async def test_a_workbook_has_messages_and_questions_apart(hall: Hall) -> None:
    await fill(hall)
    answer = await hall.api.mine.api.get(f"/media/{hall.code}/chat/export?format=xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert book.sheet_names == ["Сообщения", "Вопросы"]
    messages, questions = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    column = messages[0].index("Текст")
    assert [row[column] for row in messages[1:]] == ["Потому", FORMULA, "Ещё\nраз"]
    assert [(row[column], row[messages[0].index("Имя")]) for row in questions[1:]] == [("Почему?", "Анна")]


async def test_an_empty_chat_is_exported_too(hall: Hall) -> None:
    assert (await hall.call("GET", "/export"))["messages"] == []
    for name in ("csv", "xlsx"):
        answer = await hall.api.mine.api.get(f"/media/{hall.code}/chat/export?format={name}")
        assert (answer.status_code, len(answer.content) > 50) == (200, True)
    await hall.refused("GET", "/export?format=pdf", None, 400, "malformed")
