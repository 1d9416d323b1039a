"""Quizzes as organisers meet them: made, filled from banks, opened, taken, read and reviewed, on both engines."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from rollcall.actions.quiz_attempts import Taker
from rollcall.actions.quiz_desk import QuizDesk, Word
from rollcall.actions.quizzes import move_due
from rollcall.domain.errors import Conflict
from rollcall.domain.ids import MediaNo, UserId
from rollcall.store.media import find_media
from rollcall.wire import viewer_in
from rollcall.wire.api.values import rfc3339
from tests.hall import SetClock
from tests.web.conftest import Api, problem

BANKS = Path(__file__).parents[2] / "wire" / "banks"
SINGLE = {
    "kind": "single",
    "text": "Порог офисного АД?",
    "choices": [{"text": "120/80"}, {"text": "140/90", "right": True}, {"text": "160/100"}],
}
MULTIPLE = {
    "kind": "multiple",
    "text": "Органы-мишени?",
    "points": 2,
    "choices": [{"text": "сердце", "right": True}, {"text": "почки", "right": True}, {"text": "желудок"}],
}
ORDER = {"kind": "order", "text": "По порядку", "items": ["осмотр", "пальпация", "перкуссия"]}
NUMBER = {"kind": "number", "text": "Калий?", "answer": "3.5", "tolerance": "0.1"}
TEXT = {"kind": "text", "text": "Опишите тактику", "points": 3}
ALL = [SINGLE, MULTIPLE, ORDER, NUMBER, TEXT]
PLAIN = {"shuffle_questions": False, "shuffle_choices": False}


class Desk:
    """An organiser's media, and participants who take its quizzes at a time that is set."""

    def __init__(self, api: Api, code: str, media_no: MediaNo) -> None:
        self.api, self.code, self.media_no = api, code, media_no
        self.clock = SetClock(api.deps.clock.now_ms())
        self.desk = QuizDesk(api.deps.db)
        object.__setattr__(api.deps, "clock", self.clock)

    async def call(
        self, method: str, path: str = "", body: Any = None, status: int = 200, **other: Any
    ) -> Any:
        answer = await self.ask(method, path, body, **other)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def ask(self, method: str, path: str = "", body: Any = None, **other: Any) -> httpx.Response:
        sent = {} if body is None else {"json": body}
        return await self.api.mine.api.request(method, f"/media/{self.code}/quizzes{path}", **sent, **other)

    async def make(self, questions: Sequence[Any] = (), **other: Any) -> str:
        made = await self.call("POST", "", {"title": "Зачёт", "questions": [*questions], **other}, 201)
        return str(made["id"])

    async def opened(self, questions: Sequence[Any] = ALL, **other: Any) -> str:
        quiz = await self.make(questions, **PLAIN, **other)
        assert (await self.call("POST", f"/{quiz}/open"))["state"] == "open"
        return quiz

    async def begin(self, quiz: str, user: str, ordinal: int = 1) -> "Attempt":
        taker, now_ms = Taker(self.media_no, UserId(user), "signed"), self.clock.at_ms
        said = viewer_in.QuizStart(quiz, ordinal)
        told: Any = await self.desk.take(Word(taker, said, now_ms))
        return Attempt(self, taker, quiz, told)

    async def due(self) -> None:
        await move_due(self.api.deps.db, self.clock.at_ms)


class Attempt:
    """One participant's attempt."""

    def __init__(self, desk: Desk, taker: Taker, quiz: str, told: Any) -> None:
        self.desk, self.taker, self.quiz, self.told, self.turn = desk, taker, quiz, told, 0

    async def answer(self, *answers: Any) -> None:
        for question, answer in zip(self.told.questions, answers, strict=False):
            if answer is not None:
                await self.one(question, answer)

    async def one(self, question: str, answer: Any) -> Any:
        self.turn += 1
        said = viewer_in.QuizAnswer(self.quiz, self.told.attempt, question, self.turn, answer)
        now_ms = self.desk.clock.at_ms
        return await self.desk.desk.take(Word(self.taker, said, now_ms))

    async def finish(self) -> Any:
        said, now_ms = viewer_in.QuizFinish(self.quiz, self.told.attempt), self.desk.clock.at_ms
        return await self.desk.desk.take(Word(self.taker, said, now_ms))


@pytest.fixture
async def desk(api_on_both: Api) -> Desk:
    api = api_on_both
    code = (await api.mine.api.post("/media", json={"title": "Зал", "kind": "live"})).json()["code"]
    media = await api.deps.db.read(lambda conn: find_media(conn, api.mine.no, code))
    assert media is not None
    return Desk(api, code, media.no)


async def test_a_quiz_is_kept_as_it_was_made(desk: Desk) -> None:
    body = {
        "title": "Итоговый контроль",
        "questions": [{**SINGLE, "pool": "АД", "title": "Порог"}, *ALL[1:]],
        "pools": {"АД": 1},
        "time_limit_s": 600,
        "attempts": None,
        "pass_percent": 80,
        "show_results": "after_close",
    }
    made = await desk.call("POST", "", body, 201)
    assert {name: made[name] for name in body if name != "questions"} == {
        name: value for name, value in body.items() if name != "questions"
    }
    assert (made["state"], made["question_count"], made["opened_at"]) == ("planned", 5, None)
    full = [{key: value for key, value in one.items() if key != "id"} for one in made["questions"]]
    defaults = {"title": None, "pool": None, "points": 1}
    choices = [{"right": False, **choice} for choice in [{"text": "120/80"}]]
    assert full[0] == {**defaults, **SINGLE, "title": "Порог", "pool": "АД", "choices": full[0]["choices"]}
    assert full[0]["choices"][:1] == choices
    assert full[2] == {**defaults, **ORDER, "grading": "all_or_nothing"}
    assert full[3:] == [{**defaults, **NUMBER}, {**defaults, **TEXT, "accepted": []}]
    assert await desk.call("GET", f"/{made['id']}") == made
    (head,) = (await desk.call("GET"))["items"]
    assert head == {name: value for name, value in made.items() if name != "questions"}


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"questions": [{**SINGLE, "choices": [{"text": "а"}, {"text": "б"}]}]}, "$.questions[0].choices"),
        ({"questions": [TEXT, {**NUMBER, "answer": "1e3"}]}, "$.questions[1].answer"),
        ({"questions": [TEXT, {**ORDER, "items": ["а", "а"]}]}, "$.questions[1].items"),
        ({"questions": [{**TEXT, "right": True}]}, "$.questions[0].right"),
        ({"questions": [{**TEXT, "text": " "}]}, "$.questions[0].text"),
        ({"opens_at": "2150-01-01T10:00:00Z", "closes_at": "2150-01-01T10:00:00Z"}, "$.closes_at"),
        ({"closes_at": "2020-01-01T10:00:00Z"}, "$.closes_at"),
        ({"opens_after_session": "AAAAAAAA"}, "$.opens_after_session"),
        ({"pools": {"": 1}}, "$"),
        ({"pools": {"а": -1}}, "$.pools"),
    ],
)
async def test_a_quiz_that_cannot_be_is_refused_and_not_stored(desk: Desk, body: Any, path: str) -> None:
    refused = problem(await desk.ask("POST", "", {"title": "Зачёт", **body}), 400, "malformed")
    assert [fault["path"][: len(path)] for fault in refused["errors"]] == [path]
    assert (await desk.call("GET"))["items"] == []


async def test_it_opens_and_closes_by_hand_at_a_time_and_after_a_session(desk: Desk) -> None:
    start_ms = desk.clock.at_ms
    session = await desk.api.mine.api.post(f"/media/{desk.code}/sessions", json={"title": "Блок"})
    by_hand = await desk.make([TEXT])
    timed = await desk.make([TEXT], opens_at=rfc3339(start_ms + 10_000), closes_at=rfc3339(start_ms + 60_000))
    after = await desk.make([TEXT], opens_after_session=session.json()["id"])

    async def states() -> list[str]:
        await desk.due()
        return [(await desk.call("GET", f"/{quiz}"))["state"] for quiz in (by_hand, timed, after)]

    assert await states() == ["planned"] * 3
    desk.clock.at_ms += 9_999
    assert await states() == ["planned"] * 3
    desk.clock.at_ms += 1
    assert await states() == ["planned", "open", "planned"]
    await desk.api.mine.api.post(f"/media/{desk.code}/sessions/{session.json()['id']}/stop")
    assert await states() == ["planned", "open", "open"]
    await desk.call("POST", f"/{by_hand}/open")
    desk.clock.at_ms += 70_000
    assert await states() == ["open", "closed", "open"]
    shown = await desk.call("GET", f"/{timed}")
    assert (shown["opened_at"], shown["closed_at"]) == (
        rfc3339(start_ms + 10_000),
        rfc3339(start_ms + 60_000),
    )
    problem(await desk.ask("POST", f"/{timed}/open"), 409, "quiz_over")
    await desk.call("PATCH", f"/{timed}", {"closes_at": None})
    assert (await desk.call("POST", f"/{timed}/open"))["closed_at"] is None
    await desk.call("POST", f"/{by_hand}/close")
    assert await states() == ["closed", "open", "open"]
    problem(await desk.ask("PATCH", f"/{by_hand}", {"opens_at": "2150-01-01T10:00:00Z"}), 409, "quiz_opened")


async def test_what_cannot_be_asked_does_not_open(desk: Desk) -> None:
    empty, small = await desk.make(), await desk.make([{**TEXT, "pool": "а"}], pools={"а": 2})
    problem(await desk.ask("POST", f"/{empty}/open"), 409, "quiz_empty")
    problem(await desk.ask("POST", f"/{small}/open"), 409, "pool_too_small")
    problem(await desk.ask("POST", f"/{small}/close"), 409, "quiz_not_open")
    due = await desk.make(opens_at=rfc3339(desk.clock.at_ms))
    await desk.due()
    shown = await desk.call("GET", f"/{due}")
    assert (shown["state"], shown["opens_at"]) == ("planned", None)
    opened = await desk.opened([{**TEXT, "pool": "а"}], pools={"а": 1})
    problem(await desk.ask("PATCH", f"/{opened}", {"pools": {"а": 2}}), 409, "pool_too_small")


async def test_an_opened_quiz_keeps_what_answers_mean(desk: Desk) -> None:
    quiz = await desk.make([SINGLE, TEXT])
    known = (await desk.call("GET", f"/{quiz}"))["questions"]
    swapped = [{**TEXT, "text": "Другой"}, known[0]]
    changed = (await desk.call("PATCH", f"/{quiz}", {"questions": swapped}))["questions"]
    assert [one["text"] for one in changed] == ["Другой", SINGLE["text"]]
    assert changed[1] == known[0]
    await desk.call("POST", f"/{quiz}/open")
    turned = {**changed[1], "choices": changed[1]["choices"][::-1]}
    for questions in (
        [changed[0]],
        [changed[0], turned],
        [changed[0], {**TEXT, "id": changed[1]["id"]}],
        ALL,
    ):
        refused = problem(await desk.ask("PATCH", f"/{quiz}", {"questions": questions}), 409, "quiz_answered")
        assert refused["detail"].startswith("Question ")
    await desk.call("POST", f"/{quiz}/close")
    problem(await desk.ask("PATCH", f"/{quiz}", {"questions": []}), 409, "quiz_answered")
    reworded = {**changed[1], "text": "Порог АД в кабинете?", "points": 2}
    kept = await desk.call("PATCH", f"/{quiz}", {"questions": [changed[0], reworded, NUMBER]})
    assert kept["questions"][1] == reworded
    assert kept["question_count"] == 3
    unknown = {"questions": [{**TEXT, "id": "AAAAAAAA"}]}
    problem(await desk.ask("PATCH", f"/{quiz}", unknown), 400, "malformed", ["$.questions[0].id"])


async def test_results_are_exact_and_follow_a_corrected_key_and_a_review(desk: Desk) -> None:
    quiz = await desk.opened(time_limit_s=60, attempts=2, pass_percent=50)
    started_ms = desk.clock.at_ms
    ann, bob, _ = [await desk.begin(quiz, user) for user in ("ann", "bob", "eve")]
    # The order of items is always shuffled: answer in the places that are displayed.
    order = (await desk.api.deps.db.read(lambda conn: _order(conn, ann))).index
    desk.clock.at_ms += 30_000
    await ann.answer([1], [0], [order(0), order(1), order(2)], "3,6", "Купировать криз")
    await ann.finish()
    await bob.answer([2], [0, 1, 2], None, "3.61")
    rows = (await desk.call("GET", f"/{quiz}/results"))["items"]
    assert [(row["user_id"], row["points"], row["max_points"], row["percent"]) for row in rows] == [
        ("ann", 4.0, 8, 50.0), ("bob", 1.0, 8, 12.5), ("eve", 0.0, 8, 0.0),
    ]  # fmt: skip
    assert [row["passed"] for row in rows] == [True, False, False]
    first = rows[0]["all"][0]
    assert [one["verdict"] for one in first["answers"]] == ["right", "partly", "right", "right", "pending"]
    assert first["answers"][2]["answer"] == [0, 1, 2]
    assert (first["pending_points"], first["ended_by"]) == (3, "finished")
    assert [rows[1]["finished_at"], rows[2]["all"][0]["ended_by"]] == [None, None]

    desk.clock.at_ms = started_ms + 60_000
    rows = (await desk.call("GET", f"/{quiz}/results"))["items"]
    assert rows[1]["finished_at"] == rfc3339(started_ms + 60_000)
    assert rows[1]["all"][0]["ended_by"] == "time"

    text = first["answers"][4]["answer_id"]
    review = {"points": 2.55, "reason": "Не указан контроль АД"}
    reviewed = await desk.call("POST", f"/{quiz}/answers/{text}/review", review)
    assert (reviewed["points"], reviewed["percent"], reviewed["pending_points"]) == (6.55, 81.87, 0)
    assert (reviewed["answers"][4]["verdict"], reviewed["answers"][4]["reason"]) == (
        "partly",
        review["reason"],
    )
    for points in (3.01, 0.001):
        refused = await desk.ask("POST", f"/{quiz}/answers/{text}/review", {**review, "points": points})
        problem(refused, 400, "malformed", ["$.points"])
    problem(await desk.ask("POST", f"/{quiz}/answers/999999/review", review), 404, "not_found")

    questions = (await desk.call("GET", f"/{quiz}"))["questions"]
    questions[0]["choices"][1]["right"], questions[0]["choices"][2]["right"] = False, True
    await desk.call("PATCH", f"/{quiz}", {"questions": questions})
    rows = (await desk.call("GET", f"/{quiz}/results"))["items"]
    assert [row["points"] for row in rows] == [5.55, 2.0, 0.0]


def _order(conn: Any, attempt: Attempt) -> tuple[int, ...]:
    from rollcall.store import quiz_attempts as store
    from rollcall.store.quizzes import find_quiz

    quiz = find_quiz(conn, attempt.desk.media_no, attempt.quiz)
    assert quiz is not None
    found = store.find_attempt(conn, quiz.no, attempt.taker.user_id, attempt.told.attempt)
    assert found is not None
    return found.draw[2].order


async def test_a_running_attempt_is_not_reviewed(desk: Desk) -> None:
    quiz = await desk.opened([TEXT])
    ann = await desk.begin(quiz, "ann")
    await ann.answer("Так")
    answer = (await desk.call("GET", f"/{quiz}/results"))["items"][0]["all"][0]["answers"][0]["answer_id"]
    review = {"points": 3, "reason": "Верно"}
    problem(await desk.ask("POST", f"/{quiz}/answers/{answer}/review", review), 409, "attempt_runs")
    await desk.call("POST", f"/{quiz}/close")
    problem(await desk.ask("POST", f"/{quiz}/answers/{answer}/review", review), 409, "attempt_runs")
    desk.clock.at_ms += 3_001
    assert (await desk.call("POST", f"/{quiz}/answers/{answer}/review", review))["passed"] is True


async def test_the_best_attempt_counts_and_results_come_in_pages(desk: Desk) -> None:
    quiz = await desk.opened([SINGLE], attempts=3)
    for user in ("a", "b", "c", "d", "e"):
        for ordinal, choice in enumerate(([0], [1], [1]), 1):
            attempt = await desk.begin(quiz, user, ordinal)
            desk.clock.at_ms += 1_000
            await attempt.answer(choice)
            await attempt.finish()
    seen, cursor = [], ""
    while True:
        answer = await desk.call("GET", f"/{quiz}/results?limit=2{cursor}")
        seen += answer["items"]
        if answer["next_cursor"] is None:
            break
        cursor = f"&cursor={answer['next_cursor']}"
    assert [row["user_id"] for row in seen] == ["a", "b", "c", "d", "e"]
    for row in seen:
        assert (row["attempts"], row["points"], row["passed"]) == (3, 1.0, True)
        assert row["started_at"] == row["all"][1]["started_at"]


async def test_the_summary_counts_choices_live(desk: Desk) -> None:
    quiz = await desk.opened([SINGLE, MULTIPLE, TEXT])
    for user, answers in (("a", ([1], [0, 1], "да")), ("b", ([1], [2])), ("c", ([0], []))):
        await (await desk.begin(quiz, user)).answer(*answers)
    found = await desk.call("GET", f"/{quiz}/summary")
    assert {name: found[name] for name in ("state", "participants", "attempts", "running")} == {
        "state": "open", "participants": 3, "attempts": 3, "running": 3,
    }  # fmt: skip
    single, multiple, text = found["questions"]
    assert (single["asked"], single["answered"], single["right"], single["wrong"]) == (3, 3, 2, 1)
    assert single["choices"] == [1, 2, 0]
    assert (multiple["answered"], multiple["right"], multiple["wrong"]) == (2, 1, 1)
    assert multiple["choices"] == [1, 1, 1]
    assert (text["asked"], text["answered"], text["pending"], text["choices"]) == (3, 1, 1, [])


async def send_bank(desk: Desk, quiz: str, body: bytes, kind: str) -> httpx.Response:
    return await desk.api.mine.api.post(
        f"/media/{desk.code}/quizzes/{quiz}/import", content=body, headers={"Content-Type": kind}
    )


async def test_banks_come_in_and_go_out_in_every_format(desk: Desk) -> None:
    quiz = await desk.make()
    gift = await send_bank(desk, quiz, (BANKS / "cardiology.gift").read_bytes(), "text/plain; charset=utf-8")
    assert (gift.json()["imported"], gift.json()["rejected"], len(gift.json()["notes"])) == (10, [], 4)
    xml = await send_bank(desk, quiz, (BANKS / "therapy.xml").read_bytes(), "application/xml")
    assert (xml.json()["imported"], [row["question"] for row in xml.json()["rejected"]]) == (7, [8, 9])
    assert xml.json()["rejected"][0] == {
        "question": 8, "line": 86, "error": "'matching' is no kind of question here.",
    }  # fmt: skip
    asked = [{**one, "id": None} for one in (await desk.call("GET", f"/{quiz}"))["questions"]]
    for name, kind in (
        ("json", "application/json"),
        ("gift", "text/plain; charset=utf-8"),
        ("xml", "application/xml"),
    ):
        answer = await desk.ask("GET", f"/{quiz}/export?format={name}")
        assert answer.headers["content-type"] == kind
        assert answer.headers["content-disposition"].startswith("attachment")
        other = await desk.make()
        again = await send_bank(desk, other, answer.content, kind)
        assert again.json() == {"imported": 17, "rejected": [], "notes": []}
        copied = (await desk.call("GET", f"/{other}"))["questions"]
        assert [{**one, "id": None} for one in copied] == asked
        assert len({one["id"] for one in copied}) == 17
    assert (await desk.ask("GET", f"/{quiz}/export?format=docx")).status_code == 400


async def test_rows_of_our_own_format_are_refused_one_by_one(desk: Desk) -> None:
    quiz = await desk.make()
    rows = [TEXT, {**SINGLE, "choices": []}, {"kind": "cloze"}, 7, {**NUMBER, "answer": 3.5}, NUMBER]
    answer = await desk.call("POST", f"/{quiz}/import", {"questions": rows})
    assert answer["imported"] == 2
    assert [row["question"] for row in answer["rejected"]] == [2, 3, 4, 5]
    assert all(row["error"] for row in answer["rejected"])


async def test_a_bank_that_is_none_leaves_nothing_behind(desk: Desk) -> None:
    quiz = await desk.make()
    bomb = b'<!DOCTYPE quiz [<!ENTITY a "x">]><quiz>&a;</quiz>'
    for body, kind, status in (
        (bomb, "application/xml", 400),
        (b"<quiz>", "application/xml", 400),
        (b"\xff\xfe", "text/plain", 400),
        (b"// nothing", "text/plain", 400),
        (b"[]", "application/json", 400),
        (b" " * (2 * 1024 * 1024 + 1), "text/plain", 413),
        (b'{"questions": []}'.ljust(2 * 1024 * 1024 + 1), "application/json", 413),
        (b"{}", "text/csv", 415),
    ):
        refused = await send_bank(desk, quiz, body, kind)
        assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json")
    many = b"?\n{}\n\n" * 1500
    assert (await send_bank(desk, quiz, many, "text/plain")).json()["imported"] == 1500
    problem(await send_bank(desk, quiz, many, "text/plain"), 409, "quiz_full")
    assert (await desk.call("GET"))["items"][0]["question_count"] == 1500


async def test_what_a_format_cannot_say_is_not_exported(desk: Desk) -> None:
    quiz = await desk.make([TEXT, {**MULTIPLE, "grading": "all_or_nothing"}])
    refused = problem(await desk.ask("GET", f"/{quiz}/export?format=gift"), 409, "not_exportable")
    assert refused["detail"].startswith("Question 2 ")
    assert (await desk.ask("GET", f"/{quiz}/export?format=xml")).status_code == 200


async def test_tabs_that_begin_and_answer_at_one_moment_share_one_attempt(desk: Desk) -> None:
    quiz = await desk.opened([SINGLE], attempts=5)
    tabs = await asyncio.gather(*(desk.begin(quiz, "ann") for _ in range(8)))
    assert len({tab.told.attempt for tab in tabs}) == 1
    for turn, tab in enumerate(tabs):
        tab.turn = turn
    (question,) = tabs[0].told.questions
    await asyncio.gather(*(tab.one(question, [turn % 3]) for turn, tab in enumerate(tabs)))
    ended = await asyncio.gather(*(tab.finish() for tab in tabs))
    assert len({(one.attempt, one.ended_at_ms, one.ended_by) for one in ended}) == 1
    (row,) = (await desk.call("GET", f"/{quiz}/results"))["items"]
    assert (row["attempts"], row["all"][0]["answers"][0]["answer"]) == (1, [7 % 3])


async def test_two_nodes_take_the_words_of_one_participant_without_waiting_for_each_other(desk: Desk) -> None:
    quiz = await desk.opened([SINGLE, TEXT])
    nodes = [desk.desk, QuizDesk(desk.api.deps.db)]
    users = [f"doctor-{number}" for number in range(20)]
    starts = [
        Word(Taker(desk.media_no, UserId(user), "signed"), viewer_in.QuizStart(quiz, 1), desk.clock.at_ms)
        for user in users
    ]
    either = await asyncio.gather(
        *(nodes[0].take(word) for word in starts), *(nodes[1].take(word) for word in reversed(starts))
    )
    begun: dict[str, Any] = dict(zip(users, either[:20], strict=True))
    assert either[:20] == either[:19:-1]
    said: list[tuple[int, Any]] = [(0, [0]), (0, "да"), (1, [1]), (1, "нет")]
    words = [
        Word(
            word.taker,
            viewer_in.QuizAnswer(quiz, begun[word.taker.user_id].attempt, question, turn, answer),
            word.now_ms,
        )
        for turn, (place, answer) in enumerate(said, 1)
        for word in starts
        for question in [begun[word.taker.user_id].questions[place]]
    ]
    done = await asyncio.gather(
        *(nodes[0].take(word) for word in words),
        *(nodes[1].take(word) for word in reversed(words)),
        return_exceptions=True,
    )
    refused = [one for one in done if isinstance(one, BaseException)]
    assert len(refused) == len(words)  # half of the answers are of another form, each at both nodes
    assert {getattr(one, "code", None) for one in refused} == {"wrong_answer"}
    rows = (await desk.call("GET", f"/{quiz}/results"))["items"]
    assert [len([one for one in row["all"][0]["answers"] if one["answer"]]) for row in rows] == [2] * 20


async def test_a_question_that_is_added_changes_no_attempt_that_has_begun(desk: Desk) -> None:
    quiz = await desk.opened([SINGLE, TEXT], attempts=2)
    ann = await desk.begin(quiz, "ann")
    await desk.call("POST", f"/{quiz}/import", {"questions": [NUMBER]})
    assert (await desk.begin(quiz, "ann")).told == ann.told
    assert len((await desk.begin(quiz, "bob")).told.questions) == 3
    assert [row["max_points"] for row in (await desk.call("GET", f"/{quiz}/results"))["items"]] == [4, 5]


async def test_a_quiz_that_opens_again_goes_on(desk: Desk) -> None:
    quiz = await desk.opened([SINGLE], time_limit_s=60)
    ann = await desk.begin(quiz, "ann")
    await desk.call("POST", f"/{quiz}/close")
    desk.clock.at_ms += 10_000
    with pytest.raises(Conflict, match="does not run"):
        await ann.answer([1])
    (row,) = (await desk.call("GET", f"/{quiz}/results"))["items"]
    assert row["all"][0]["ended_by"] == "closed"
    await desk.call("POST", f"/{quiz}/open")
    await ann.answer([1])
    assert (await ann.finish()).score.passed is True


async def test_a_deleted_quiz_is_gone_and_its_attempts_are_in_no_answer(desk: Desk) -> None:
    quiz = await desk.opened([TEXT])
    await (await desk.begin(quiz, "ann")).answer("Так")
    await desk.call("DELETE", f"/{quiz}", status=204)
    for path in ("", "/results", "/summary", "/export"):
        problem(await desk.ask("GET", f"/{quiz}{path}"), 404, "not_found")
    assert (await desk.call("GET"))["items"] == []


async def test_a_quiz_of_another_media_of_the_same_project_is_not_there(desk: Desk) -> None:
    quiz = await desk.opened([TEXT])
    ann = await desk.begin(quiz, "ann")
    await ann.answer("Так")
    mine = desk.api.mine.api
    other = (await mine.post("/media", json={"title": "Другой", "kind": "live"})).json()["code"]
    problem(await mine.get(f"/media/{other}/quizzes/{quiz}"), 404, "not_found")
    problem(await mine.post(f"/media/{other}/quizzes/{quiz}/open"), 404, "not_found")
    second = await desk.opened([TEXT])
    review = {"points": 3, "reason": "Верно"}
    for answer in range(1, 5):
        refused = await desk.ask("POST", f"/{second}/answers/{answer}/review", review)
        problem(refused, 404, "not_found")
