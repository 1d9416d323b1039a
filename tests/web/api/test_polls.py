"""Polls as organisers meet them: made, opened, voted in by many at once, closed, and read, on both engines."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import inspect, select, text

from rollcall.actions.poll_desk import PollDesk, Word
from rollcall.actions.quiz_attempts import Taker
from rollcall.domain.errors import Conflict
from rollcall.domain.ids import MediaNo, UserId
from rollcall.store.media import find_media
from rollcall.store.tables import metadata, poll_votes, polls
from rollcall.wire import viewer_in
from rollcall.wire.api.values import rfc3339
from tests.hall import SetClock
from tests.web.conftest import Api, problem

POLL = {"question": "Как вы узнали о нас?", "choices": ["коллеги", "рассылка", "сайт"]}


class Desk:
    """An organiser's media, and participants who vote at a time that is set."""

    def __init__(self, api: Api, code: str, media_no: MediaNo) -> None:
        self.api, self.code, self.media_no = api, code, media_no
        self.clock = SetClock(api.deps.clock.now_ms())
        self.desk = PollDesk(api.deps.db)
        object.__setattr__(api.deps, "clock", self.clock)

    async def ask(self, method: str, path: str = "", body: Any = None) -> httpx.Response:
        sent = {} if body is None else {"json": body}
        return await self.api.mine.api.request(method, f"/media/{self.code}/polls{path}", **sent)

    async def call(self, method: str, path: str = "", body: Any = None, status: int = 200) -> Any:
        answer = await self.ask(method, path, body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def opened(self, **other: Any) -> str:
        poll = str((await self.call("POST", "", {**POLL, **other}, 201))["id"])
        assert (await self.call("POST", f"/{poll}/open"))["state"] == "open"
        return poll

    def word(self, poll: str, user: str, *choices: int, turn: int = 1) -> Word:
        taker = Taker(self.media_no, UserId(user), "signed")
        return Word(taker, viewer_in.PollVote(poll, turn, list(choices)), self.clock.at_ms)

    async def vote(self, poll: str, user: str, *choices: int, turn: int = 1) -> Any:
        return await self.desk.take(self.word(poll, user, *choices, turn=turn))

    async def counts(self, poll: str) -> list[int]:
        found = await self.call("GET", f"/{poll}/results")
        return [found["votes"], found["votes_counted"], *(choice["votes"] for choice in found["choices"])]


@pytest.fixture
async def desk(api_on_both: Api) -> Desk:
    api = api_on_both
    code = (await api.mine.api.post("/media", json={"title": "Зал", "kind": "live"})).json()["code"]
    media = await api.deps.db.read(lambda conn: find_media(conn, api.mine.no, code))
    assert media is not None
    return Desk(api, code, media.no)


async def test_a_poll_is_kept_as_it_was_made_and_may_be_changed_until_it_opens(desk: Desk) -> None:
    body = {**POLL, "max_choices": 2, "anonymous": True, "changeable": False, "show_results": "live"}
    made = await desk.call("POST", "", body, 201)
    now = rfc3339(desk.clock.at_ms)
    beside = {"state": "planned", "votes": 0, "opened_at": None, "closed_at": None, "created_at": now}
    assert made == {"id": made["id"], **body, **beside}
    assert await desk.call("GET", f"/{made['id']}") == made
    assert (await desk.call("GET"))["items"] == [made]
    changed = await desk.call("PATCH", f"/{made['id']}", {"anonymous": False, "choices": ["да", "нет"]})
    assert changed == {**made, "anonymous": False, "choices": ["да", "нет"]}
    await desk.call("POST", f"/{made['id']}/open")
    for change in ({"anonymous": True}, {"choices": ["да", "нет", "не знаю"]}, {"max_choices": 1}):
        problem(await desk.ask("PATCH", f"/{made['id']}", change), 409, "poll_opened")
    reworded = await desk.call("PATCH", f"/{made['id']}", {"choices": ["Да", "Нет"], "show_results": "never"})
    assert (reworded["choices"], reworded["show_results"]) == (["Да", "Нет"], "never")
    await desk.call("DELETE", f"/{made['id']}", status=204)
    problem(await desk.ask("GET", f"/{made['id']}"), 404, "not_found")
    assert (await desk.call("GET"))["items"] == []


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"choices": ["одно"]}, "$.choices"),
        ({"choices": ["одно", "одно"]}, "$.choices"),
        ({"choices": ["одно", " "]}, "$.choices[1]"),
        ({"max_choices": 4}, "$.max_choices"),
        ({"anonymous": True, "changeable": True}, "$.changeable"),
        ({"question": "\u0000"}, "$.question"),
        ({"show_results": "later"}, "$.show_results"),
    ],
)
async def test_a_poll_that_cannot_be_is_refused_and_not_stored(desk: Desk, body: Any, path: str) -> None:
    refused = problem(await desk.ask("POST", "", {**POLL, **body}), 400, "malformed")
    assert [fault["path"] for fault in refused["errors"]] == [path]
    assert (await desk.call("GET"))["items"] == []


async def test_it_is_open_from_the_first_opening_to_the_close_and_may_open_again(desk: Desk) -> None:
    poll = str((await desk.call("POST", "", POLL, 201))["id"])
    with pytest.raises(Conflict, match="not open"):
        await desk.vote(poll, "ann", 0)
    problem(await desk.ask("POST", f"/{poll}/close"), 409, "poll_not_open")
    opened_at = rfc3339(desk.clock.at_ms)
    await desk.call("POST", f"/{poll}/open")
    await desk.vote(poll, "ann", 0)
    desk.clock.at_ms += 1_000
    assert (await desk.call("POST", f"/{poll}/close"))["closed_at"] == rfc3339(desk.clock.at_ms)
    with pytest.raises(Conflict, match="not open"):
        await desk.vote(poll, "bob", 1)
    # Whoever has voted and asks again after the close, because the answer was lost, is told of the vote.
    assert (await desk.vote(poll, "ann", 0)).choices == (0,)
    again = await desk.call("POST", f"/{poll}/open")
    assert (again["state"], again["opened_at"], again["closed_at"]) == ("open", opened_at, None)
    await desk.vote(poll, "bob", 1)
    assert await desk.counts(poll) == [2, 2, 1, 1, 0]


async def test_a_vote_counts_once_and_changes_where_the_organiser_allows(desk: Desk) -> None:
    fixed, changeable = await desk.opened(), await desk.opened(changeable=True, max_choices=2)
    assert (await desk.vote(fixed, "ann", 2)).choices == (2,)
    told = await desk.vote(fixed, "ann", 1, turn=9)
    assert (told.turn, told.choices, told.results) == (1, (2,), None)
    assert await desk.counts(fixed) == [1, 1, 0, 0, 1]
    await desk.vote(changeable, "ann", 1, 0, turn=5)
    assert (await desk.vote(changeable, "ann", 2, turn=4)).choices == (0, 1)  # it came late
    assert (await desk.vote(changeable, "ann", 2, turn=6)).choices == (2,)
    assert await desk.counts(changeable) == [1, 1, 0, 0, 1]
    for choices in ([], [3], [1, 1], [0, 1, 2]):
        with pytest.raises(Conflict, match="no such vote"):
            await desk.vote(changeable, "eve", *choices)
    (row,) = (await desk.call("GET", f"/{changeable}/votes"))["items"]
    assert row == {
        "user_id": "ann", "identity": "signed", "choices": [2], "voted_at": rfc3339(desk.clock.at_ms),
    }  # fmt: skip


async def test_tabs_nodes_and_retries_count_each_participant_once(desk: Desk) -> None:
    named, anonymous = await desk.opened(changeable=True), await desk.opened(anonymous=True)
    nodes = [desk.desk, PollDesk(desk.api.deps.db)]
    users = [f"doctor-{number}" for number in range(20)]
    words = [
        desk.word(poll, user, (number + turn) % 3 if poll == named else number % 3, turn=turn)
        for turn in (1, 2)
        for number, user in enumerate(users)
        for poll in (named, anonymous)
    ]
    await asyncio.gather(
        *(nodes[0].take(word) for word in words), *(nodes[1].take(word) for word in reversed(words))
    )
    expected = [sum((number + 2) % 3 == place for number in range(20)) for place in range(3)]
    assert await desk.counts(named) == [20, 20, *expected]
    rows = []
    cursor = ""
    while True:
        page = await desk.call("GET", f"/{named}/votes?limit=7{cursor}")
        rows += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert {row["user_id"]: row["choices"] for row in rows} == {
        user: [(number + 2) % 3] for number, user in enumerate(users)
    }
    assert len(rows) == 20
    await desk.call("POST", f"/{anonymous}/close")
    first = [sum(number % 3 == place for number in range(20)) for place in range(3)]
    assert await desk.counts(anonymous) == [20, 20, *first]


async def test_nothing_stored_says_who_chose_what_in_an_anonymous_poll(desk: Desk) -> None:
    poll = await desk.opened(anonymous=True, show_results="live")
    db = desk.api.deps.db
    for number, user in enumerate(("zoe", "ann", "kim", "bob")):
        desk.clock.at_ms += 1_000
        told = await desk.vote(poll, user, number % 2, turn=700 + number)
        assert (told.choices, told.results.counted, told.results.chosen) == (None, 0, (0, 0, 0))
    rows = await db.read(lambda conn: conn.execute(select(poll_votes)).mappings().all())
    kept = [
        {name: value for name, value in row.items() if name not in ("poll_no", "project_no")} for row in rows
    ]
    nothing = dict.fromkeys(("ordinal", "choices", "turn", "identity", "voted_ms"))
    assert sorted(kept, key=lambda row: row["user_id"]) == [
        {"user_id": user, **nothing} for user in ("ann", "bob", "kim", "zoe")
    ]
    if db.is_sqlite:  # nor in which order they came
        with pytest.raises(Exception, match="rowid"):
            await db.read(lambda conn: conn.execute(text("select rowid from poll_votes")))
    elsewhere = [
        table for name, table in metadata.tables.items() if name not in ("poll_votes", "participants")
    ]
    for table in elsewhere:
        found = await db.read(lambda conn, table=table: conn.execute(select(table)).all())  # type: ignore[misc]
        assert not [row for row in found if "zoe" in str(row)], table.name
    problem(await desk.ask("GET", f"/{poll}/votes"), 409, "poll_anonymous")
    assert await desk.counts(poll) == [4, 0, 0, 0, 0]
    for user in ("u1", "u2", "u3", "u4", "u5"):
        await desk.vote(poll, user, 2)
    assert await desk.counts(poll) == [9, 0, 0, 0, 0]
    await desk.vote(poll, "u6", 2)
    assert await desk.counts(poll) == [10, 5, 2, 2, 1]
    await desk.call("POST", f"/{poll}/close")
    assert await desk.counts(poll) == [10, 10, 2, 2, 6]
    shown = await db.read(lambda conn: conn.execute(select(polls.c.tally)).scalar_one())
    assert shown["now"] == {"votes": 10, "chosen": [2, 2, 6]}
    assert "rowid" not in str(await db.read(lambda conn: inspect(conn).get_columns("poll_votes")))


async def test_a_poll_of_another_media_of_the_same_project_is_not_there(desk: Desk) -> None:
    poll = await desk.opened()
    mine = desk.api.mine.api
    other = (await mine.post("/media", json={"title": "Другой", "kind": "live"})).json()["code"]
    problem(await mine.get(f"/media/{other}/polls/{poll}"), 404, "not_found")
    problem(await mine.post(f"/media/{other}/polls/{poll}/close"), 404, "not_found")
    media = await desk.api.deps.db.read(lambda conn: find_media(conn, desk.api.mine.no, other))
    assert media is not None
    taker = Taker(media.no, UserId("ann"), "signed")
    with pytest.raises(Conflict, match="not open"):
        await desk.desk.take(Word(taker, viewer_in.PollVote(poll, 1, [0]), desk.clock.at_ms))
    assert await desk.counts(poll) == [0, 0, 0, 0, 0]
