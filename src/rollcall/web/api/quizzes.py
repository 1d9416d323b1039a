"""Quizzes of a media: made, changed, opened and closed."""

from typing import Any

from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET

from rollcall.actions import quizzes as actions
from rollcall.actions.quizzes import Place, Wanted, require_quiz
from rollcall.actions.sessions import require_media
from rollcall.domain.ids import QuestionId
from rollcall.domain.quizzes.draw import Drawing
from rollcall.domain.quizzes.questions import Question
from rollcall.domain.quizzes.rule import Rule
from rollcall.store import quizzes as store
from rollcall.store.database import Connection
from rollcall.store.quizzes import Quiz
from rollcall.web.auth import Caller, Known
from rollcall.web.deps import Deps, Given
from rollcall.web.paging import DEFAULT_LIMIT, Cursor, Limit, Page, after, page
from rollcall.wire.api.quiz_questions import QuizQuestions, from_question, to_question
from rollcall.wire.api.quizzes import NewQuiz, QuizChange, QuizHead, QuizOut
from rollcall.wire.api.values import Moment, moment_ms, rfc3339, rfc3339_or_none

SCOPE = {"scope": "control"}
PATH = "/media/{code:str}/quizzes"
ONE = PATH + "/{quiz:str}"


@post(PATH, opt=SCOPE, summary="Make a quiz")
async def create_quiz(code: FromPath[str], data: JSONBody[NewQuiz], deps: Given, caller: Known) -> QuizOut:
    """Make a quiz; players hear nothing of it before it is open."""
    wanted = Wanted(
        data.title,
        Rule(
            drawing=Drawing(data.pools, data.shuffle_questions, data.shuffle_choices),
            time_limit_s=data.time_limit_s,
            attempts=data.attempts,
            pass_percent=data.pass_percent,
            show=data.show_results,
        ),
        _moment(data.opens_at, "$.opens_at"),
        data.opens_after_session,
        _moment(data.closes_at, "$.closes_at"),
        _questions(data.questions),
    )
    quiz_id = await actions.create_quiz(deps.db, place(deps, caller, code), wanted)
    return await _read(deps, caller, code, quiz_id)


@get(PATH, opt=SCOPE, summary="Quizzes of a media")
async def list_quizzes(
    code: FromPath[str], deps: Given, caller: Known, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[QuizHead]:
    """Return quizzes in the order of their making, without their questions."""
    start = after(cursor)

    def read(conn: Connection) -> list[tuple[Quiz, int]]:
        of = require_media(conn, caller.project_no, code)
        rows = store.page_quizzes(conn, of.project_no, of.no, start, limit + 1)
        counts = store.count_questions(conn, [quiz.no for quiz in rows])
        return [(quiz, counts.get(quiz.no, 0)) for quiz in rows]

    return page(await deps.db.read(read), limit, lambda row: row[0].no, lambda row: QuizHead(**_head(*row)))


@get(ONE, opt=SCOPE, summary="A quiz with its questions")
async def get_quiz(code: FromPath[str], quiz: FromPath[str], deps: Given, caller: Known) -> QuizOut:
    """Return a quiz; the right answers are in it."""
    return await _read(deps, caller, code, quiz)


@patch(ONE, opt=SCOPE, summary="Change a quiz")
async def change_quiz(
    code: FromPath[str], quiz: FromPath[str], data: JSONBody[QuizChange], deps: Given, caller: Known
) -> QuizOut:
    """Change what is given. Results follow: a corrected key counts for whoever has answered already."""
    at = place(deps, caller, code)
    await actions.change_quiz(deps.db, at, quiz, lambda known: _changed(known, data))
    return await _read(deps, caller, code, quiz)


@delete(ONE, opt=SCOPE, summary="Delete a quiz")
async def remove_quiz(code: FromPath[str], quiz: FromPath[str], deps: Given, caller: Known) -> None:
    """Close a quiz and hide it; what was answered stays in the record."""
    await actions.remove_quiz(deps.db, place(deps, caller, code), quiz)


@post(ONE + "/open", opt=SCOPE, summary="Open a quiz", status_code=200)
async def open_quiz(code: FromPath[str], quiz: FromPath[str], deps: Given, caller: Known) -> QuizOut:
    """Let participants begin. A closed quiz opens again, and attempts whose time is not over go on."""
    await actions.open_quiz(deps.db, place(deps, caller, code), quiz)
    return await _read(deps, caller, code, quiz)


@post(ONE + "/close", opt=SCOPE, summary="Close a quiz", status_code=200)
async def close_quiz(code: FromPath[str], quiz: FromPath[str], deps: Given, caller: Known) -> QuizOut:
    """End every attempt; answers that are on their way are taken for 3 s more."""
    await actions.close_quiz(deps.db, place(deps, caller, code), quiz)
    return await _read(deps, caller, code, quiz)


def place(deps: Deps, caller: Caller, code: str) -> Place:
    """Return who acts where, now."""
    return Place(caller.project_no, code, caller.actor, deps.clock.now_ms())


def _changed(quiz: Quiz, data: QuizChange) -> Wanted:
    rule, plan = quiz.rule, quiz.plan
    return Wanted(
        _or(data.title, quiz.title),
        Rule(
            drawing=Drawing(
                _or(data.pools, rule.drawing.pools),
                _or(data.shuffle_questions, rule.drawing.shuffle_questions),
                _or(data.shuffle_choices, rule.drawing.shuffle_choices),
            ),
            time_limit_s=_or(data.time_limit_s, rule.time_limit_s),
            attempts=_or(data.attempts, rule.attempts),
            pass_percent=_or(data.pass_percent, rule.pass_percent),
            show=_or(data.show_results, rule.show),
        ),
        plan.opens_ms if data.opens_at is UNSET else _moment(data.opens_at, "$.opens_at"),
        _or(data.opens_after_session, quiz.opens_after),
        plan.closes_ms if data.closes_at is UNSET else _moment(data.closes_at, "$.closes_at"),
        None if data.questions is UNSET else _questions(data.questions),
    )


def _or(said: Any, known: Any) -> Any:
    return known if said is UNSET else said


def _moment(said: Moment | None, path: str) -> int | None:
    return None if said is None else moment_ms(said, path)


def _questions(said: QuizQuestions) -> list[tuple[QuestionId | None, Question]]:
    return [(None if one.id is None else QuestionId(one.id), to_question(one)) for one in said]


async def _read(deps: Deps, caller: Caller, code: str, quiz_id: str) -> QuizOut:
    def read(conn: Connection) -> QuizOut:
        quiz = require_quiz(conn, require_media(conn, caller.project_no, code), quiz_id)
        bank = store.list_questions(conn, quiz.no)
        questions = [from_question(asked.question, name) for name, asked in bank.items()]
        return QuizOut(**_head(quiz, len(bank)), questions=questions)

    return await deps.db.read(read)


def _head(quiz: Quiz, question_count: int) -> dict[str, Any]:
    rule, plan = quiz.rule, quiz.plan
    return {
        "id": quiz.id,
        "title": quiz.title,
        "state": quiz.state,
        "question_count": question_count,
        "pools": dict(rule.drawing.pools),
        "shuffle_questions": rule.drawing.shuffle_questions,
        "shuffle_choices": rule.drawing.shuffle_choices,
        "time_limit_s": rule.time_limit_s,
        "attempts": rule.attempts,
        "pass_percent": rule.pass_percent,
        "show_results": rule.show,
        "opens_at": rfc3339_or_none(plan.opens_ms),
        "opens_after_session": quiz.opens_after,
        "closes_at": rfc3339_or_none(plan.closes_ms),
        "opened_at": rfc3339_or_none(quiz.opened_ms),
        "closed_at": rfc3339_or_none(quiz.closed_ms),
        "created_at": rfc3339(quiz.created_ms),
    }


handlers = [create_quiz, list_quizzes, get_quiz, change_quiz, remove_quiz, open_quiz, close_quiz]
