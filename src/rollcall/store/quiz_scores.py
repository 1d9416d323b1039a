"""Queries for what quizzes earned: every attempt and every answer of thousands of participants, one query each.

Rows come straight from the driver's cursor, for the reason given in `store/attendance`. What an answer is worth is
decided elsewhere.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, Text, cast, select

from rollcall.domain.ids import ProjectNo, QuestionId, QuizNo, UserId
from rollcall.domain.quizzes.answers import Answer
from rollcall.domain.quizzes.rule import Course
from rollcall.store.attendance import Whose
from rollcall.store.tables import quiz_answers, quiz_attempts

_draw = msgspec.json.Decoder(list[tuple[QuestionId, msgspec.Raw]])
_answer: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(str | tuple[int, ...])


class AttemptRow(NamedTuple):
    """An attempt of whoever is asked for; `draw` is JSON."""

    no: int
    quiz_no: QuizNo
    user_id: UserId
    draw: str
    started_ms: int
    deadline_ms: int | None
    finished_ms: int | None

    def questions(self) -> list[QuestionId]:
        """Return what it asks."""
        return [question for question, _ in _draw.decode(self.draw)]

    def course(self, closes_ms: int | None) -> Course:
        """Return its moments, of a quiz that closes or has closed at a moment."""
        return Course(self.started_ms, self.deadline_ms, self.finished_ms, closes_ms)


class AnswerRow(NamedTuple):
    """An answer as it is stored: `text` is JSON, `hundredths` what a reviewer gave it."""

    attempt_no: int
    question_no: int
    text: str
    hundredths: int | None


def attempts(
    conn: Connection, project_no: ProjectNo, quiz_nos: Sequence[QuizNo], whose: Whose
) -> Iterator[AttemptRow]:
    """Yield the attempts at these quizzes in the order of their beginning."""
    c = quiz_attempts.c
    query = (
        select(c.no, c.quiz_no, c.user_id, cast(c.draw, Text), c.started_ms, c.deadline_ms, c.finished_ms)
        .where(c.project_no == project_no, c.quiz_no.in_(quiz_nos), *_of(whose))
        .order_by(c.started_ms, c.no)
    )
    cursor: Any = conn.execute(query).cursor
    return map(AttemptRow._make, cursor)


def answers(
    conn: Connection, project_no: ProjectNo, quiz_nos: Sequence[QuizNo], whose: Whose
) -> Iterator[AnswerRow]:
    """Yield the answers of these attempts."""
    c = quiz_answers.c
    query = select(c.attempt_no, c.question_no, c.answer, c.hundredths).where(
        c.project_no == project_no, c.quiz_no.in_(quiz_nos)
    )
    if whose is not None:
        query = query.join(quiz_attempts, quiz_attempts.c.no == c.attempt_no).where(*_of(whose))
    cursor: Any = conn.execute(query).cursor
    return map(AnswerRow._make, cursor)


def decoded(text: str) -> Answer:
    """Return an answer as it was given."""
    return _answer.decode(text)


def _of(whose: Whose) -> list[ColumnElement[bool]]:
    if whose is None:
        return []
    return [quiz_attempts.c.user_id.in_([whose] if isinstance(whose, str) else whose)]
