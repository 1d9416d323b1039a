"""A quiz at real players: over sockets, turns, restarts and several tabs; what is right never leaves the server."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from rollcall.base.clock import Clock
from rollcall.base.settings import Settings
from rollcall.cli.api_client import Api
from rollcall.main import Running, serve
from rollcall.wire.api.values import rfc3339
from tests.running import RunningServer
from tests.server.conftest import Event, make_event
from tests.server.quiz_taker import QuizTaker, make_quiz, results, taker

CHOICES = [{"text": "сто двадцать"}, {"text": "сто сорок", "right": True}, {"text": "сто шестьдесят"}]
SINGLE = {"kind": "single", "text": "Порог давления", "title": "Тема-А", "choices": CHOICES}
MULTIPLE = {
    "kind": "multiple",
    "text": "Органы",
    "choices": [{"text": "сердце", "right": True}, {"text": "почки", "right": True}, {"text": "желудок"}],
}
ORDER = {
    "kind": "order",
    "text": "Порядок осмотра",
    "items": ["осмотр", "пальпация", "перкуссия", "аускультация"],
}
NUMBER = {"kind": "number", "text": "Норма калия", "answer": "3.14159", "tolerance": "0.00271"}
ACCEPTED = {"kind": "text", "text": "Ингибитор", "accepted": ["каптоприл", "Captopril"]}
ESSAY = {"kind": "text", "text": "Опишите тактику", "points": 5}
ALL = (SINGLE, MULTIPLE, ORDER, NUMBER, ACCEPTED, ESSAY)
# Nothing of this is ever to reach a player.
SECRET = (
    "3.14159",
    "0.00271",
    "каптоприл",
    "Captopril",
    "Тема-А",
    "Пул-Б",
    "right",
    "accepted",
    "correct",
    "seed",
)
SHOWN = (
    "Порог давления",
    "сто сорок",
    "Органы",
    "желудок",
    "Порядок осмотра",
    "Норма калия",
    "Опишите тактику",
)


def right_answer(question: dict[str, Any]) -> Any:
    """Return what a doctor who knows everything answers, in the places that are displayed."""
    shown = question["choices"]
    match question["text"]:
        case "Порог давления":
            return [shown.index("сто сорок")]
        case "Органы":
            return sorted(shown.index(text) for text in ("сердце", "почки"))
        case "Порядок осмотра":
            return [shown.index(text) for text in ORDER["items"]]
        case "Норма калия":
            return "3,14"
        case "Ингибитор":
            return "КАПТОПРИЛ."
        case _:
            return "Госпитализация"


async def test_a_whole_quiz_from_its_opening_to_its_results(event: Event) -> None:
    early = await taker(event, "d-1")
    quiz = await make_quiz(event, *ALL, opened=False, attempts=1, time_limit_s=600, pass_percent=50)
    early.quiz = quiz
    assert await early.refused({"type": "quiz_start", "quiz": quiz, "ordinal": 1}) == "quiz_not_open"
    opened = await event.api.call("POST", f"/media/{event.media}/quizzes/{quiz}/open")
    told = await early.hear("quiz")
    assert (told["quiz"], told["state"], told["title"], told["mine"]) == (quiz, "open", opened["title"], None)

    attempt = await early.start()
    assert (attempt["ordinal"], attempt["answers"], len(attempt["questions"])) == (1, [], 6)
    assert 0 < attempt["left_ms"] <= 600_000
    assert attempt["ends_at_ms"] - attempt["started_at_ms"] == 600_000
    for question in attempt["questions"]:
        shown = await early.ask(question)
        answer = right_answer(shown)
        assert await early.save(question, answer) == {
            "question": question,
            "turn": early.turn,
            "answer": answer,
        }
    result = await early.finish()
    score = result["score"]
    assert (result["ended_by"], score["hundredths"], score["max_points"]) == ("finished", 500, 10)
    assert (score["percent_hundredths"], score["passed"], score["pending_points"]) == (5000, True, 5)
    assert [mark["verdict"] for mark in score["marks"]].count("right") == 5
    assert await early.refused(early.answering(attempt["questions"][0], [0])) == "attempt_over"
    assert await early.refused({"type": "quiz_start", "quiz": quiz, "ordinal": 2}) == "no_attempts_left"

    row = (await results(event, quiz))["d-1"]
    assert (row["points"], row["max_points"], row["passed"]) == (5.0, 10, True)
    (essay,) = [one for one in row["all"][0]["answers"] if one["verdict"] == "pending"]
    review = {"points": 4.5, "reason": "Полный ответ"}
    await event.api.call(
        "POST", f"/media/{event.media}/quizzes/{quiz}/answers/{essay['answer_id']}/review", review
    )
    again = await early.finish()
    assert (again["score"]["hundredths"], again["score"]["pending_points"]) == (950, 0)


async def test_nothing_secret_is_in_any_byte_that_players_are_sent(event: Event) -> None:
    pooled = [{**question, "pool": "Пул-Б"} for question in ALL]
    player, polled = await taker(event, "d-1"), await taker(event, "d-2", connect=False)
    quiz = await make_quiz(event, *pooled, opened=False, show_results="never")
    player.quiz = polled.quiz = quiz
    _, first = await polled.poll(hello=True)
    await player.say({"type": "ask_progress"})
    assert (await player.hear("progress"))["quizzes"] == []
    planned = bytes(player.bytes_in) + json.dumps(first, ensure_ascii=False).encode()
    assert not [word for word in (*SECRET, *SHOWN, quiz, '"quiz"', "Итоговый") if word.encode() in planned]

    await event.api.call("POST", f"/media/{event.media}/quizzes/{quiz}/open")
    attempt = await player.start()
    unasked = bytes(player.bytes_in)
    assert not [word for word in (*SECRET, *SHOWN) if word.encode() in unasked]
    _, begun = await polled.poll({"type": "quiz_start", "quiz": quiz, "ordinal": 1})
    polled.attempt = next(m for m in begun["messages"] if m["type"] == "quiz_attempt")
    asks = [polled.about("ask_quiz_question", question=name) for name in polled.attempt["questions"]]
    _, turned = await polled.poll(*asks)
    for question in attempt["questions"]:
        shown = await player.ask(question)
        await player.save(question, right_answer(shown))
    asked = bytes(player.bytes_in) + json.dumps([begun, turned], ensure_ascii=False).encode()
    assert not [word for word in SECRET if word.encode() in asked]
    assert all(word.encode() in asked for word in SHOWN)
    assert (await player.finish())["score"] is None
    await event.api.call("POST", f"/media/{event.media}/quizzes/{quiz}/close")
    while (await player.hear("quiz"))["state"] == "open":
        pass
    assert (await player.finish())["score"] is None
    assert not [word for word in SECRET if word.encode() in player.bytes_in]


async def test_a_quiz_goes_on_over_a_killed_server_and_what_was_acknowledged_is_there(event: Event) -> None:
    player = await taker(event)
    player.quiz = quiz = await make_quiz(event, *ALL)
    before = await player.start()
    questions = [await player.ask(name) for name in before["questions"]]
    for question in questions[:3]:
        await player.save(question["question"], right_answer(question))
    lost = player.answering(questions[3]["question"], right_answer(questions[3]))
    event.server.kill()
    event.server.start()
    heard = [*player.heard]
    await player.connect()
    told = [m["mine"] for m in player.heard[len(heard) :] if m["type"] == "quiz"]
    assert {"used": 1, "running": True} in told
    after = await player.start()
    assert {name: after[name] for name in ("attempt", "questions", "started_at_ms")} == {
        name: before[name] for name in ("attempt", "questions", "started_at_ms")
    }
    assert [(one["question"], one["answer"]) for one in after["answers"]] == [
        (question["question"], right_answer(question)) for question in questions[:3]
    ]
    assert [await player.ask(name) for name in after["questions"]] == questions
    for _ in range(2):  # the page does not know whether it arrived
        await player.say(lost)
        given = (await player.hear("quiz_saved"))["given"]
        assert (given["turn"], given["answer"]) == (lost["turn"], lost["answer"])
    await player.finish()
    row = (await results(event, quiz))["d-1"]
    assert (row["attempts"], len([one for one in row["all"][0]["answers"] if one["answer_id"]])) == (1, 4)


async def test_two_tabs_share_one_attempt_and_no_late_answer_replaces_a_later_one(event: Event) -> None:
    first, second = await taker(event), await taker(event)
    first.quiz = second.quiz = quiz = await make_quiz(event, SINGLE, ESSAY)
    await asyncio.gather(first.start(), second.start())
    assert first.attempt["attempt"] == second.attempt["attempt"]
    one, other = sorted(
        [await first.ask(name) for name in first.attempt["questions"]], key=lambda q: str(q["kind"])
    )
    await first.save(one["question"], [0], turn=1)
    assert (await second.hear("quiz_saved"))["given"]["answer"] == [0]
    await second.save(one["question"], [1], turn=2)
    assert (await first.hear("quiz_saved"))["given"]["answer"] == [1]
    late = await first.save(one["question"], [0], turn=1)
    assert (late["turn"], late["answer"]) == (2, [1])
    assert (await second.hear("quiz_saved"))["given"]["turn"] == 2
    await first.save(other["question"], "Первый вариант", turn=3)
    await second.hear("quiz_saved")
    await second.save(other["question"], "", turn=4)
    await second.finish()
    assert (await first.hear("quiz_result"))["ended_by"] == "finished"
    assert await first.refused(first.answering(one["question"], [2])) == "attempt_over"
    await first.say({"type": "quiz_start", "quiz": quiz, "ordinal": 1})
    assert (await first.hear("quiz_result"))["attempt"] == second.attempt["attempt"]
    answers = {
        one["verdict"]: one["answer"] for one in (await results(event, quiz))["d-1"]["all"][0]["answers"]
    }
    assert answers["unanswered"] == ""


async def test_a_polled_player_takes_a_quiz(event: Event) -> None:
    player = await taker(event, connect=False)
    player.quiz = quiz = await make_quiz(event, SINGLE)
    _, opened = await player.poll(hello=True)
    assert {"used": 0, "running": False} in [m["mine"] for m in opened["messages"] if m["type"] == "quiz"]
    start = {"type": "quiz_start", "quiz": quiz, "ordinal": 1}
    _, begun = await player.poll(start, player.envelope())
    (player.attempt,) = [m for m in begun["messages"] if m["type"] == "quiz_attempt"]
    (name,) = player.attempt["questions"]
    _, asked = await player.poll(player.about("ask_quiz_question", question=name))
    (question,) = [m for m in asked["messages"] if m["type"] == "quiz_question"]
    answer = player.answering(name, right_answer(question))
    for _ in range(2):
        _, saved = await player.poll(answer)
        assert [m["given"]["answer"] for m in saved["messages"] if m["type"] == "quiz_saved"] == [
            answer["answer"]
        ]
    _, ended = await player.poll(player.about("quiz_finish"), player.envelope())
    assert [m["score"]["passed"] for m in ended["messages"] if m["type"] == "quiz_result"] == [True]
    assert (await results(event, quiz))["d-1"]["attempts"] == 1


async def test_a_plain_player_may_answer_and_is_told_apart(
    running: RunningServer, http: aiohttp.ClientSession
) -> None:
    event = await make_event(running, http, identity="plain")
    _, answer = await event.redeem({"user_id": "d-1"})
    player = QuizTaker(http, running.url, event.media, answer["grant"])
    await player.connect()
    player.quiz = quiz = await make_quiz(event, SINGLE)
    attempt = await player.start()
    question = await player.ask(attempt["questions"][0])
    await player.save(question["question"], right_answer(question))
    row = (await results(event, quiz))["d-1"]
    assert (row["points"], row["all"][0]["identity"], row["finished_at"]) == (1.0, "plain", None)
    await player.leave()


async def test_nobody_takes_what_is_another_s(
    running: RunningServer, http: aiohttp.ClientSession, event: Event
) -> None:
    theirs = await make_event(running, http)
    mine, other = await taker(event, "d-1"), await taker(event, "d-2")
    stranger = await taker(theirs, "d-1")
    quiz = await make_quiz(event, SINGLE)
    for player in (mine, other, stranger):
        player.quiz = quiz
    attempt = await mine.start()
    question = attempt["questions"][0]
    for player, code in ((other, "attempt_over"), (stranger, "quiz_not_open")):
        player.attempt = attempt
        for message in (
            player.about("ask_quiz_question", question=question),
            player.answering(question, [0]),
            player.about("quiz_finish"),
        ):
            assert await player.refused(message) == code
    start = {"type": "quiz_start", "quiz": quiz, "ordinal": 1}
    assert await stranger.refused(start) == "quiz_not_open"
    assert "quiz" not in {message["type"] for message in stranger.heard}
    assert (await mine.start())["answers"] == []
    await stranger.leave()


@pytest.mark.parametrize("answer", [[3], [0, 1], "0", [0, 0]])
async def test_an_answer_that_the_question_does_not_ask_for_is_refused(event: Event, answer: Any) -> None:
    player = await taker(event)
    player.quiz = await make_quiz(event, SINGLE)
    (question,) = (await player.start())["questions"]
    assert await player.refused(player.answering(question, answer)) == "wrong_answer"
    assert await player.refused(player.answering("AAAAAAAA", [0])) == "no_such_question"


@pytest.mark.parametrize(
    "other",
    [
        {"turn": 0},
        {"answer": "я" * 10_001},
        {"answer": [-1]},
        {"answer": None},
        {"points": 1},
        {"question": ""},
    ],
)
async def test_what_no_page_of_ours_says_ends_the_connection(event: Event, other: dict[str, Any]) -> None:
    player = await taker(event)
    player.quiz = quiz = await make_quiz(event, SINGLE)
    (question,) = (await player.start())["questions"]
    await player.say(player.answering(question, [0]) | other)
    assert await player.closed() == 4500
    assert (await results(event, quiz))["d-1"]["all"][0]["answers"][0]["answer"] is None


class Moved(Clock):
    """A clock that goes on by itself and can be put forward."""

    def __init__(self) -> None:
        super().__init__("main")
        self.ahead_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.ahead_ms


@dataclass(frozen=True, slots=True)
class Timed:
    """An event whose server shows a time that the test puts forward."""

    event: Event
    clock: Moved


@pytest.fixture
async def timed(
    tmp_path: Path, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Timed]:
    clock = Moved()
    monkeypatch.setattr("rollcall.main.Clock", lambda _node: clock)
    server = RunningServer(tmp_path / "data")
    started: asyncio.Future[Running] = asyncio.get_running_loop().create_future()
    settings = Settings(data=str(server.data), port=0, rtmp_port=0)
    served = asyncio.create_task(serve(settings, started.set_result))
    either: list[asyncio.Future[Any]] = [served, started]
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    assert not served.done(), served
    running = await started
    server.url = running.base_url
    api = Api(http, server.url, server.key)
    made = await api.call("POST", "/media", {"title": "Кардиология", "kind": "live"})
    people = await api.call("POST", "/lists", {"title": "Слушатели", "media": [made["code"]]})
    await api.call("PUT", f"/lists/{people['code']}/participants/d-1", {})
    yield Timed(Event(server, server.key, api, made["code"], people["code"]), clock)
    running.stop()
    with suppress(asyncio.CancelledError):
        await served


async def test_when_the_time_is_over_no_answer_is_taken_but_one_that_was_on_its_way(timed: Timed) -> None:
    event, clock = timed.event, timed.clock
    player = await taker(event)
    player.quiz = quiz = await make_quiz(event, SINGLE, ESSAY, time_limit_s=60, attempts=2)
    attempt = await player.start()
    single, essay = sorted(
        [await player.ask(name) for name in attempt["questions"]], key=lambda q: str(q["kind"])
    )
    clock.ahead_ms += 50_000
    await player.save(essay["question"], "Начал")
    assert 0 < (await player.start())["left_ms"] <= 10_000
    clock.ahead_ms += attempt["ends_at_ms"] - clock.now_ms()
    await player.save(single["question"], right_answer(single))
    refusal = player.about("ask_quiz_question", question=essay["question"])
    assert await player.refused(refusal) == "attempt_over"
    clock.ahead_ms += 3_001
    assert await player.refused(player.answering(essay["question"], "Опоздал")) == "attempt_over"
    result = await player.finish()
    assert (result["ended_by"], result["ended_at_ms"]) == ("time", attempt["ends_at_ms"])
    assert (result["score"]["hundredths"], result["score"]["pending_points"]) == (100, 5)
    assert (await player.start(2))["ordinal"] == 2
    row = (await results(event, quiz))["d-1"]
    assert [one["ended_by"] for one in row["all"]] == ["time", None]
    assert [one["answer"] for one in row["all"][0]["answers"] if one["verdict"] == "pending"] == ["Начал"]


async def test_it_opens_and_closes_by_the_server_s_clock_and_ends_what_runs(timed: Timed) -> None:
    event, clock = timed.event, timed.clock
    player = await taker(event)
    moments = {
        name: rfc3339(clock.now_ms() + ms) for name, ms in (("opens_at", 600_000), ("closes_at", 1_200_000))
    }
    quiz = player.quiz = await make_quiz(event, SINGLE, opened=False, show_results="after_close", **moments)
    clock.ahead_ms += 600_000
    assert (await player.hear("quiz"))["state"] == "open"
    attempt = await player.start()
    assert attempt["ends_at_ms"] is not None
    question = await player.ask(attempt["questions"][0])
    await player.save(question["question"], right_answer(question))
    clock.ahead_ms += 600_000
    assert (await player.hear("quiz"))["state"] == "closed"
    result = await player.finish()
    assert (result["ended_by"], result["score"]["passed"]) == ("closed", True)
    assert await player.refused({"type": "quiz_start", "quiz": quiz, "ordinal": 2}) == "quiz_not_open"
    shown = await event.api.call("GET", f"/media/{event.media}/quizzes/{quiz}")
    assert shown["closed_at"] == moments["closes_at"]


async def test_who_says_more_than_a_page_can_is_asked_to_wait_and_spoils_nothing(timed: Timed) -> None:
    event, clock = timed.event, timed.clock
    await event.api.call("PUT", f"/lists/{event.people}/participants/d-2", {})
    flood, other = await taker(event, "d-1"), await taker(event, "d-2")
    flood.quiz = other.quiz = await make_quiz(event, SINGLE)
    (question,) = (await flood.start())["questions"]
    await other.start()
    for turn in range(1, 121):
        await flood.say(flood.answering(question, [turn % 3], turn))
    told = [message async for message in answers(flood, 120)]
    refused = [message for message in told if message["type"] == "quiz_refused"]
    assert len(told) - len(refused) >= 39
    assert {(each["code"], each["retry_s"], each["question"]) for each in refused} == {
        ("too_many_requests", 1, question)
    }
    assert await other.ask(other.attempt["questions"][0])
    clock.ahead_ms += 1_000
    late = refused[0]["turn"] + 1000
    assert (await flood.save(question, [2], late))["turn"] == late


async def answers(player: QuizTaker, count: int) -> AsyncIterator[dict[str, Any]]:
    """Yield so many messages about a quiz, as they come."""
    assert player.socket is not None
    while count:
        message = await player.socket.receive_json(timeout=15)
        if message["type"] in {"quiz_saved", "quiz_refused"}:
            count -= 1
            yield message
