"""Results of a quiz, its counts of this moment, and the review of texts."""

from fractions import Fraction
from typing import Annotated

from litestar import get, post
from litestar.params import FromPath, JSONBody, PathParameter

from rollcall.actions import quiz_results as actions
from rollcall.actions.quiz_results import Marked, Summary, Taken, Tally, Tried
from rollcall.actions.quizzes import require_quiz
from rollcall.actions.sessions import require_media
from rollcall.domain.quizzes.questions import kind_of
from rollcall.domain.quizzes.rule import hundredths
from rollcall.store.database import Connection
from rollcall.web.api.quizzes import ONE, SCOPE, place
from rollcall.web.auth import Known
from rollcall.web.deps import Given
from rollcall.web.paging import DEFAULT_LIMIT, Cursor, Limit, Page, after, page
from rollcall.wire.api.quizzes import (
    AnswerResult,
    AttemptResult,
    QuestionSummary,
    QuizSummary,
    Review,
    TakerResult,
)
from rollcall.wire.api.values import rfc3339, rfc3339_or_none

STATISTICS = {"scope": "statistics"}
AnswerNo = Annotated[int, PathParameter(ge=1, le=2**53)]


@get(ONE + "/results", opt=STATISTICS, summary="Results of each participant")
async def read_results(
    code: FromPath[str],
    quiz: FromPath[str],
    deps: Given,
    caller: Known,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[TakerResult]:
    """Return whoever began, in the order of their first attempts, with every attempt and answer."""
    start, now_ms = after(cursor), deps.clock.now_ms()

    def read(conn: Connection) -> Page[TakerResult]:
        found = require_quiz(conn, require_media(conn, caller.project_no, code), quiz)
        rows = actions.page_results(conn, found, start, limit + 1, now_ms)
        return page(rows, limit, lambda row: row.no, lambda row: _taker(row, found.rule.pass_percent))

    return await deps.db.read_long(caller.project_no, read)


@get(ONE + "/summary", opt=STATISTICS, summary="Counts of this moment")
async def read_summary(code: FromPath[str], quiz: FromPath[str], deps: Given, caller: Known) -> QuizSummary:
    """Return how often each question was asked and each choice chosen, in all attempts so far."""
    now_ms = deps.clock.now_ms()
    return _summary(
        await deps.db.read_long(
            caller.project_no, lambda conn: actions.summarise(conn, caller.project_no, code, quiz, now_ms)
        )
    )


@post(ONE + "/answers/{answer:int}/review", opt=SCOPE, summary="Give an answer points", status_code=200)
async def review_answer(
    code: FromPath[str],
    quiz: FromPath[str],
    answer: AnswerNo,
    data: JSONBody[Review],
    deps: Given,
    caller: Known,
) -> AttemptResult:
    """Say what an answer is worth, whatever was counted for it; the last word holds. Returns its attempt."""
    at = place(deps, caller, code)
    tried, mark = await actions.review(deps.db, at, quiz, answer, data.points, data.reason)
    return _attempt(tried, mark)


def _taker(taken: Taken, pass_percent: int) -> TakerResult:
    best = taken.best()
    shown = _attempt(best, pass_percent)
    return TakerResult(
        user_id=taken.user_id,
        attempts=len(taken.tried),
        points=shown.points,
        max_points=shown.max_points,
        percent=shown.percent,
        passed=shown.passed,
        started_at=shown.started_at,
        finished_at=shown.finished_at,
        all=[_attempt(tried, pass_percent) for tried in taken.tried],
    )


def _attempt(tried: Tried, pass_percent: int) -> AttemptResult:
    attempt, score = tried.attempt, tried.score
    ended_ms, ended_by = tried.ended or (None, None)
    return AttemptResult(
        id=attempt.id,
        ordinal=attempt.ordinal,
        identity="signed" if attempt.identity == "signed" else "plain",
        started_at=rfc3339(attempt.started_ms),
        finished_at=rfc3339_or_none(ended_ms),
        ended_by=ended_by,
        points=_rounded(score.points),
        max_points=score.of,
        percent=_rounded(score.points * 100 / score.of),
        pending_points=score.pending,
        passed=score.passed(pass_percent),
        answers=[_answer(mark) for mark in tried.marks],
    )


def _answer(mark: Marked) -> AnswerResult:
    answer = mark.answer
    said = None if answer is None else answer.given.answer
    return AnswerResult(
        question=mark.question,
        answer_id=None if answer is None else answer.no,
        answer=list(said) if isinstance(said, tuple) else said,
        answered_at=None if answer is None else rfc3339(answer.at_ms),
        verdict=mark.verdict,
        points=None if mark.points is None else _rounded(mark.points),
        max_points=mark.of,
        reviewed_at=None if answer is None else rfc3339_or_none(answer.reviewed_ms),
        reason=None if answer is None else answer.reason,
    )


def _summary(summary: Summary) -> QuizSummary:
    return QuizSummary(
        state=summary.quiz.state,
        participants=summary.participants,
        attempts=summary.attempts,
        running=summary.running,
        questions=[_question(tally) for tally in summary.tallies],
    )


def _question(tally: Tally) -> QuestionSummary:
    verdicts = tally.verdicts
    return QuestionSummary(
        question=tally.id,
        kind=kind_of(tally.question),
        text=tally.question.text,
        asked=tally.asked,
        answered=verdicts.total() - verdicts["unanswered"],
        right=verdicts["right"],
        partly=verdicts["partly"],
        wrong=verdicts["wrong"],
        pending=verdicts["pending"],
        choices=list(tally.choices),
    )


def _rounded(value: Fraction) -> float:
    return hundredths(value) / 100


handlers = [read_results, read_summary, review_answer]
