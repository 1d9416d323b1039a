"""Results of quizzes in reports: those of the results API, over all User IDs of a row, of whoever is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rollcall.actions import quiz_attempts, quiz_results
from rollcall.actions.progress import read_progress
from rollcall.actions.quiz_attempts import Taker
from rollcall.actions.quiz_results import Tried
from rollcall.actions.quizzes import (
    Place,
    Wanted,
    close_quiz,
    create_quiz,
    open_quiz,
    remove_quiz,
    require_quiz,
)
from rollcall.actions.sessions import require_media
from rollcall.actions.statistics import Ask
from rollcall.domain.ids import MediaNo, ProjectNo, SessionId, UserId
from rollcall.domain.quizzes.draw import Drawing
from rollcall.domain.quizzes.questions import Choice, FreeText, Multiple, Question, Single
from rollcall.domain.quizzes.rule import Rule, Show, hundredths, is_shown
from rollcall.store import quiz_attempts as attempts
from rollcall.store.database import Connection, Database
from rollcall.store.quizzes import Quiz, list_questions
from rollcall.wire import quiz_out, viewer_in
from tests.actions.statistics.reading import T0, fill, row
from tests.history import Records
from tests.reports import read_report

RIGHT, WRONG = Choice("да", right=True), Choice("нет")
QUESTIONS: list[Question] = [
    Single(text="Один", choices=(RIGHT, WRONG, Choice("может быть"))),
    Multiple(
        text="Несколько",
        choices=(RIGHT, Choice("да!", right=True), Choice("да?", right=True), WRONG),
        points=2,
    ),
    FreeText(text="Опишите", points=3),
    FreeText(text="Назовите", accepted=("каптоприл",)),
]
PEOPLE = ["7", "8", "9"]
LIMIT_S = 60


@dataclass(frozen=True)
class Said:
    """One attempt: of whom, in which hall, when, what it answers to each question, and how it ends."""

    person: str
    hall: int
    at_s: int
    answers: tuple[int, ...]
    finished: bool
    review: int | None


says = st.builds(
    Said, st.sampled_from(PEOPLE), st.integers(0, 1), st.integers(0, 40), st.tuples(*[st.integers(0, 5)] * 4),
    st.booleans(), st.none() | st.integers(0, 300),
)  # fmt: skip


def rule(show: Show = "after_attempt", **other: Any) -> Rule:
    given: dict[str, Any] = {
        "time_limit_s": LIMIT_S,
        "attempts": None,
        "pass_percent": 45,
        "show": show,
        **other,
    }
    return Rule(drawing=Drawing({}, shuffle_questions=True, shuffle_choices=True), **given)


class Congress:
    """Two halls with a quiz each, where the site appends the hall's code to a doctor's ID."""

    def __init__(self, database: Database) -> None:
        self.db, self.code_in_ids = database, True
        self.records, self.halls = fill(database, self._rows)
        self.codes = [self.records.codes[hall] for hall in self.halls]
        self.quizzes: list[str] = []
        self.sessions: list[str]

    def _rows(self, r: Records) -> list[int]:
        halls = [r.media(title=f"Зал {n}") for n in (1, 2)]
        self.sessions = [r.session(hall, T0, T0 + 600_000) for hall in halls]
        for hall in halls:
            members = r.list_of(hall)
            for person in PEOPLE:
                r.participant(members, f"{person}|{r.codes[hall]}")
        r.judged(join_users_by="id_without_code")
        return halls

    def at(self, hall: int, now_ms: int = T0) -> Place:
        return Place(ProjectNo(self.records.project_no), self.codes[hall], "test", now_ms)

    def user(self, person: str, hall: int) -> UserId:
        return UserId(f"{person}|{self.codes[hall]}" if self.code_in_ids else person)

    async def ask(self, hall: int, how: Rule, questions: Sequence[Question] = QUESTIONS) -> str:
        """Make a quiz and open it."""
        wanted = Wanted(
            f"Тест {len(self.quizzes)}", how, None, None, None, [(None, one) for one in questions]
        )
        quiz = await create_quiz(self.db, self.at(hall), wanted)
        await open_quiz(self.db, self.at(hall), quiz)
        self.quizzes.append(quiz)
        return quiz

    async def take(self, said: Said, quiz: str | None = None) -> None:
        """Make an attempt, unless one of theirs runs."""
        named = quiz or self.quizzes[said.hall]
        await self.db.write(lambda conn: self._take(conn, said, named))

    def _take(self, conn: Connection, said: Said, quiz_id: str) -> None:
        taker = Taker(MediaNo(self.halls[said.hall]), self.user(said.person, said.hall), "signed")
        quiz, now_ms = self._quiz(conn, said.hall, quiz_id), T0 + said.at_s * 1000
        bank = list_questions(conn, quiz.no)
        last = attempts.latest_attempt(conn, quiz.no, taker.user_id)
        if last is not None and last.course(quiz).ended(now_ms) is None:
            return
        start = viewer_in.QuizStart(quiz_id, 1 if last is None else last.ordinal + 1)
        told = quiz_attempts.start(conn, taker, start, now_ms, lambda _: bank)
        assert isinstance(told, quiz_out.QuizAttempt)
        for question in told.questions:
            answer = self._answer(bank[question].question, said)  # type: ignore[index]
            message = viewer_in.QuizAnswer(quiz_id, told.attempt, question, 1, answer)
            quiz_attempts.answer(conn, taker, message, now_ms)
        if said.finished:
            quiz_attempts.finish(
                conn, taker, viewer_in.QuizFinish(quiz_id, told.attempt), now_ms, lambda _: bank
            )
        if said.review is not None:
            attempt = attempts.find_attempt(conn, quiz.no, taker.user_id, told.attempt)
            assert attempt is not None
            for name, given_ in attempts.answers_of(conn, [attempt.no])[attempt.no].items():
                if bank[name].question.points == 3:
                    attempts.review(conn, given_.no, said.review, "Проверено", "test", now_ms)

    def _answer(self, question: Question, said: Said) -> list[int] | str:
        choice, several, essay, word = said.answers
        match question:
            case Single():
                return [choice] if choice < 3 else []
            case Multiple():
                return list(range(min(several, 4)))
            case FreeText(accepted=()):
                return "Тактика" if essay else ""
            case _:
                return "Каптоприл." if word > 2 else "?"

    def _quiz(self, conn: Connection, hall: int, quiz_id: str) -> Quiz:
        return require_quiz(
            conn, require_media(conn, ProjectNo(self.records.project_no), self.codes[hall]), quiz_id
        )

    async def results(self, hall: int, quiz_id: str, now_ms: int) -> dict[str, list[Tried]]:
        """Return every attempt as the results API has them."""

        def read(conn: Connection) -> dict[str, list[Tried]]:
            taken = quiz_results.page_results(conn, self._quiz(conn, hall, quiz_id), 0, 1000, now_ms)
            return {one.user_id: list(one.tried) for one in taken}

        return await self.db.read(read)


def best(tried: Sequence[Tried]) -> Tried:
    """Return the attempt with the most points, the earliest of equals."""
    return min(
        tried, key=lambda one: (-one.score.points / one.score.of, one.attempt.started_ms, one.attempt.no)
    )


def told(quiz: str, tried: Sequence[Tried]) -> dict[str, Any]:
    found = best(tried)
    points = found.score.points
    return {
        "quiz_id": quiz,
        "attempts": len(tried),
        "points": hundredths(points) / 100,
        "max_points": found.score.of,
        "percent": hundredths(points * 100 / found.score.of) / 100,
        "passed": found.score.passed(45),
        "ended_ms": None if found.ended is None else found.ended[0],
    }


def without_moment(taken: dict[str, Any]) -> dict[str, Any]:
    """Return what a report tells of a quiz, its moment in ms after the beginning."""
    ended_at = taken["ended_at"]
    ms = None if ended_at is None else T0 + (int(ended_at[14:16]) * 60 + int(ended_at[17:19])) * 1000
    return {name: value for name, value in taken.items() if name != "ended_at"} | {"ended_ms": ms}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.lists(says, max_size=8),
    now_s=st.integers(41, 130),
    show=st.sampled_from(["never", "after_attempt"]),
)
async def test_reports_and_progress_say_what_the_results_say(
    database: Database, said: list[Said], now_s: int, show: Show
) -> None:
    congress, now_ms = Congress(database), T0 + now_s * 1000
    quizzes = [await congress.ask(hall, rule(show)) for hall in (0, 1)]
    for one in sorted(said, key=lambda one: one.at_s):
        await congress.take(one)
    results = [await congress.results(hall, quiz, now_ms) for hall, quiz in enumerate(quizzes)]
    for hall, quiz in enumerate(quizzes):
        report = read_report(database, congress.codes[hall], now_ms)
        assert [one["id"] for one in report["quizzes"]] == [quiz]
        for person in PEOPLE:
            user = congress.user(person, hall)
            tried = results[hall].get(user)
            expected = [told(quiz, tried)] if tried else []
            assert [without_moment(one) for one in row(report, user)["quizzes"]] == expected
            progress = await read_progress(database, MediaNo(congress.halls[hall]), user, now_ms)
            runs = any(one.ended is None for one in tried or ())
            shown = tried and not runs and is_shown(show, "open", ended=True)
            assert [(one.attempts_used, one.running) for one in progress.quizzes] == [
                (len(tried or ()), runs)
            ]
            assert [in_progress(one) for one in progress.quizzes] == (
                [{name: expected[0][name] for name in SCORED}] if shown else [None]
            )
        assert report["quizzes"][0]["participants"] == len(results[hall])
        passed = [told(quiz, tried)["passed"] for tried in results[hall].values()]
        counts = [report["quizzes"][0][f"participants_{which}"] for which in ("passed", "pending")]
        assert counts == [passed.count(True), passed.count(None)]

    whole = read_report(database, congress.records.event, now_ms)
    assert [(one["id"], one["media"]) for one in whole["quizzes"]] == list(
        zip(quizzes, congress.codes, strict=True)
    )
    for person in PEOPLE:
        expected = [
            told(quiz, tried)
            for hall, quiz in enumerate(quizzes)
            if (tried := results[hall].get(congress.user(person, hall)))
        ]
        joined = row(whole, person)
        assert [without_moment(one) for one in joined["quizzes"]] == expected
        alone = read_report(database, congress.records.event, now_ms, Ask(user_id=congress.user(person, 1)))
        assert alone["participants"] == [joined]


SCORED = ("points", "max_points", "percent", "passed")


def in_progress(quiz: Any) -> dict[str, Any] | None:
    score = quiz.score
    if score is None:
        return None
    figures = score.hundredths / 100, score.max_points, score.percent_hundredths / 100, score.passed
    return dict(zip(SCORED, figures, strict=True))


ALL_RIGHT, NOTHING = Said("7", 0, 5, (5, 5, 1, 5), True, 300), Said("7", 0, 1, (5, 0, 0, 0), True, 0)


async def test_several_ids_of_a_participant_are_one_and_their_best_attempt_counts(database: Database) -> None:
    congress = Congress(database)
    quiz = await congress.ask(0, rule())
    first = congress.user("7", 0)
    await congress.take(NOTHING)
    congress.code_in_ids = False
    await congress.take(ALL_RIGHT)

    def played(conn: Connection) -> None:
        records = congress.records
        records.connection = conn
        records.play(congress.halls[0], "7", opened_ms=T0)

    await database.write(played)
    results = await congress.results(0, quiz, T0 + 50_000)
    assert set(results) == {first, "7"}
    whole = read_report(database, congress.records.event, T0 + 50_000)
    tried = [one for user in (first, "7") for one in results[user]]
    assert [without_moment(one) for one in row(whole, "7")["quizzes"]] == [told(quiz, tried)]
    assert row(whole, "7")["quizzes"][0]["attempts"] == 2
    assert whole["quizzes"][0]["participants"] == 1
    single = read_report(database, congress.codes[0], T0 + 50_000)
    assert [row(single, user)["quizzes"][0]["attempts"] for user in (first, "7")] == [1, 1]


async def test_a_session_narrows_to_the_quizzes_of_its_media(database: Database) -> None:
    congress = Congress(database)
    quizzes = [await congress.ask(hall, rule()) for hall in (0, 1)]
    for hall in (0, 1):
        await congress.take(Said("7", hall, 1, (0, 1, 1, 1), True, None))
    for session, quiz in zip(congress.sessions, quizzes, strict=True):
        report = read_report(database, congress.records.event, T0, Ask(session_id=SessionId(session)))
        assert [one["id"] for one in report["quizzes"]] == [quiz]
        assert [one["quiz_id"] for one in row(report, "7")["quizzes"]] == [quiz]


async def test_only_quizzes_that_opened_are_told_and_none_that_was_removed(database: Database) -> None:
    congress = Congress(database)
    report = read_report(database, congress.codes[0], T0)
    assert report["quizzes"] == []
    assert "quizzes" not in report["participants"][0]
    wanted = Wanted("Потом", rule(), None, None, None, [(None, QUESTIONS[0])])
    await create_quiz(database, congress.at(0), wanted)
    closed, removed = [await congress.ask(0, rule(attempts=2)) for _ in range(2)]
    await congress.take(NOTHING, removed)
    await close_quiz(database, congress.at(0, T0 + 9_000), closed)
    await remove_quiz(database, congress.at(0), removed)
    assert read_report(database, congress.codes[0], T0)["quizzes"] == [
        {
            "id": closed,
            "title": "Тест 0",
            "opened_at": "2026-03-01T09:00:00.000Z",
            "closed_at": "2026-03-01T09:00:09.000Z",
            "attempts_allowed": 2,
            "pass_percent": 45,
            "max_points": 7,
            "participants": 0,
            "participants_passed": 0,
            "participants_pending": 0,
        }
    ]


@pytest.mark.parametrize("show", ["never", "after_attempt", "after_close"])
async def test_progress_tells_no_more_than_the_quiz_shows(database: Database, show: Show) -> None:
    congress = Congress(database)
    quiz = await congress.ask(0, rule(show))

    async def scored(now_ms: int) -> list[bool]:
        progress = await read_progress(database, MediaNo(congress.halls[0]), congress.user("7", 0), now_ms)
        return [one.score is not None for one in progress.quizzes]

    assert await scored(T0) == [False]
    await congress.take(Said("7", 0, 1, (0, 3, 1, 5), False, None))
    assert await scored(T0 + 2_000) == [False]  # it runs
    assert await scored(T0 + 1_000 + LIMIT_S * 1000) == [show == "after_attempt"]
    await close_quiz(database, congress.at(0, T0 + 70_000), quiz)
    assert await scored(T0 + 71_000) == [show != "never"]
    other = Congress(database)
    await close_quiz(database, other.at(0), await other.ask(0, rule(show)))
    unseen = await read_progress(database, MediaNo(other.halls[0]), other.user("7", 0), T0)
    assert unseen.quizzes == []
