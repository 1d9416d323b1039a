"""Attempts at quizzes and their answers. Who may begin one and what an answer is worth is decided elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Select, func, select, update

from rollcall.domain.ids import AttemptId, ProjectNo, QuestionId, QuizNo, UserId
from rollcall.domain.quizzes.answers import Answer
from rollcall.domain.quizzes.draw import Drawn
from rollcall.domain.quizzes.rule import Course
from rollcall.domain.quizzes.score import Given
from rollcall.store.database import chunks
from rollcall.store.quizzes import Quiz
from rollcall.store.tables import quiz_answers, quiz_attempts, quiz_questions
from rollcall.store.upsert import upsert_into

_UNREVIEWED: Final = dict.fromkeys(("hundredths", "reason", "reviewer", "reviewed_ms"))


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a participant; `ordinal` counts theirs from 1."""

    no: int
    quiz_no: QuizNo
    id: AttemptId
    user_id: UserId
    identity: str
    ordinal: int
    draw: tuple[Drawn, ...]
    started_ms: int
    deadline_ms: int | None
    finished_ms: int | None

    def course(self, quiz: Quiz) -> Course:
        """Return its moments."""
        return Course(self.started_ms, self.deadline_ms, self.finished_ms, quiz.ends_ms())

    def drawn(self, question: str) -> Drawn | None:
        """Return what it displays of a question; None when it does not ask it."""
        return next((drawn for drawn in self.draw if drawn.question == question), None)


@dataclass(frozen=True, slots=True)
class NewAttempt:
    """An attempt to be stored."""

    id: AttemptId
    user_id: UserId
    identity: str
    ordinal: int
    seed: bytes
    draw: tuple[Drawn, ...]
    started_ms: int
    deadline_ms: int | None


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The answer to one question of an attempt; `turn` is higher for a later answer."""

    no: int
    attempt_no: int
    question: QuestionId
    turn: int
    given: Given
    at_ms: int
    reason: str | None
    reviewed_ms: int | None


def add_attempt(conn: Connection, quiz: Quiz, new: NewAttempt) -> bool:
    """Store an attempt; returns False when the participant has one of this ordinal already."""
    values = {
        "project_no": quiz.project_no,
        "event_no": quiz.event_no,
        "media_no": quiz.media_no,
        "quiz_no": quiz.no,
        "code": new.id,
        "user_id": new.user_id,
        "identity": new.identity,
        "ordinal": new.ordinal,
        "seed": new.seed,
        "draw": [[drawn.question, list(drawn.order)] for drawn in new.draw],
        "started_ms": new.started_ms,
        "deadline_ms": new.deadline_ms,
    }
    once = upsert_into(conn, quiz_attempts).on_conflict_do_nothing(
        index_elements=["quiz_no", "user_id", "ordinal"]
    )
    return conn.execute(once.values(values).returning(quiz_attempts.c.no)).first() is not None


def latest_attempt(conn: Connection, quiz_no: QuizNo, user_id: UserId) -> Attempt | None:
    """Return the last attempt of a participant."""
    query = _attempts(quiz_no).where(quiz_attempts.c.user_id == user_id)
    return _attempt(conn.execute(query.order_by(quiz_attempts.c.ordinal.desc()).limit(1)).first())


def latest_attempts(conn: Connection, quiz_no: QuizNo, users: Iterable[UserId]) -> dict[UserId, Attempt]:
    """Return the last attempt of each of these participants who has one."""
    found: dict[UserId, Attempt] = {}
    for attempt in attempts_of(conn, quiz_no, list(users)):
        found[attempt.user_id] = attempt
    return found


def attempts_of(conn: Connection, quiz_no: QuizNo, users: Sequence[UserId]) -> list[Attempt]:
    """Return all attempts of these participants, each one's in order."""
    c = quiz_attempts.c
    return [
        attempt
        for some in chunks(users)
        for row in conn.execute(_attempts(quiz_no).where(c.user_id.in_(some)).order_by(c.user_id, c.ordinal))
        if (attempt := _attempt(row)) is not None
    ]


def all_attempts(conn: Connection, quiz_no: QuizNo) -> list[Attempt]:
    """Return every attempt at a quiz."""
    rows = conn.execute(_attempts(quiz_no).order_by(quiz_attempts.c.no))
    return [attempt for row in rows if (attempt := _attempt(row)) is not None]


def find_attempt(
    conn: Connection, quiz_no: QuizNo, user_id: UserId, attempt: str, *, hold: bool = False
) -> Attempt | None:
    """Return an attempt of a participant; `hold` lets nobody else hold it until the commit."""
    c = quiz_attempts.c
    query = _attempts(quiz_no).where(c.user_id == user_id, c.code == attempt)
    return _attempt(conn.execute(query.with_for_update() if hold else query).first())


def find_attempt_no(conn: Connection, quiz_no: QuizNo, attempt_no: int) -> Attempt | None:
    """Return an attempt by its number."""
    return _attempt(conn.execute(_attempts(quiz_no).where(quiz_attempts.c.no == attempt_no)).first())


def finish(conn: Connection, attempt_no: int, now_ms: int) -> None:
    """Note that the participant has finished an attempt."""
    conn.execute(update(quiz_attempts).where(quiz_attempts.c.no == attempt_no).values(finished_ms=now_ms))


def page_takers(
    conn: Connection, project_no: ProjectNo, quiz_no: QuizNo, after: int, limit: int
) -> list[tuple[UserId, int]]:
    """Return up to `limit` participants whose first attempt is numbered after `after`, with that number."""
    c = quiz_attempts.c
    first = func.min(c.no)
    query = (
        select(c.user_id, first).where(c.project_no == project_no, c.quiz_no == quiz_no).group_by(c.user_id)
    )
    rows = conn.execute(query.having(first > after).order_by(first).limit(limit))
    return [(user_id, no) for user_id, no in rows]


def answers_of(conn: Connection, attempt_nos: Sequence[int]) -> dict[int, dict[QuestionId, StoredAnswer]]:
    """Return the answers of attempts, by attempt and question."""
    found: dict[int, dict[QuestionId, StoredAnswer]] = {no: {} for no in attempt_nos}
    for some in chunks(attempt_nos):
        for row in conn.execute(_answers().where(quiz_answers.c.attempt_no.in_(some))):
            answer = _answer(row)
            found[answer.attempt_no][answer.question] = answer
    return found


def answer_to(conn: Connection, attempt_no: int, question_no: int) -> StoredAnswer | None:
    """Return the answer to one question of an attempt."""
    c = quiz_answers.c
    row = conn.execute(_answers().where(c.attempt_no == attempt_no, c.question_no == question_no)).first()
    return _answer(row) if row else None


def find_answer(
    conn: Connection, project_no: ProjectNo, quiz_no: QuizNo, answer_no: int
) -> StoredAnswer | None:
    """Return an answer to a question of a quiz."""
    c = quiz_answers.c
    query = _answers().where(c.no == answer_no, c.quiz_no == quiz_no, c.project_no == project_no)
    row = conn.execute(query).first()
    return _answer(row) if row else None


def save_answer(
    conn: Connection, quiz: Quiz, attempt_no: int, question_no: int, turn: int, answer: Answer, now_ms: int
) -> None:
    """Store an answer instead of an earlier one, whose review holds no more."""
    said = {"turn": turn, "answer": msgspec.json.encode(answer).decode(), "at_ms": now_ms}
    key = {
        "project_no": quiz.project_no,
        "quiz_no": quiz.no,
        "attempt_no": attempt_no,
        "question_no": question_no,
    }
    put = upsert_into(conn, quiz_answers).values(key | said)
    conn.execute(
        put.on_conflict_do_update(index_elements=["attempt_no", "question_no"], set_=said | _UNREVIEWED)
    )


def review(
    conn: Connection, answer_no: int, hundredths: int, reason: str, reviewer: str, now_ms: int
) -> None:
    """Store what a reviewer gives an answer; the last word holds."""
    values = {"hundredths": hundredths, "reason": reason, "reviewer": reviewer, "reviewed_ms": now_ms}
    conn.execute(update(quiz_answers).where(quiz_answers.c.no == answer_no).values(values))


def count_answers(conn: Connection, quiz_no: QuizNo) -> list[tuple[QuestionId, Given, int]]:
    """Return how often each answer was given to each question, apart where reviewers valued them otherwise."""
    c = quiz_answers.c
    query = (
        select(quiz_questions.c.code, c.answer, c.hundredths, func.count())
        .join_from(quiz_answers, quiz_questions, quiz_questions.c.no == c.question_no)
        .where(c.quiz_no == quiz_no)
        .group_by(quiz_questions.c.code, c.answer, c.hundredths)
    )
    return [(row[0], Given(_decoded(row[1]), row[2]), row[3]) for row in conn.execute(query)]


def _attempts(quiz_no: QuizNo) -> Select[tuple[Any, ...]]:
    c = quiz_attempts.c
    columns = c.no, c.quiz_no, c.code, c.user_id, c.identity, c.ordinal, c.draw, c.started_ms, c.deadline_ms
    return select(*columns, c.finished_ms).where(c.quiz_no == quiz_no)


def _attempt(row: Any) -> Attempt | None:
    if row is None:
        return None
    draw = tuple(Drawn(question, tuple(order)) for question, order in row.draw)
    head = row.no, row.quiz_no, row.code, row.user_id, row.identity, row.ordinal
    return Attempt(*head, draw, row.started_ms, row.deadline_ms, row.finished_ms)


def _answers() -> Select[tuple[Any, ...]]:
    c = quiz_answers.c
    columns = c.no, c.attempt_no, quiz_questions.c.code, c.turn, c.answer, c.hundredths, c.at_ms, c.reason
    joined = quiz_answers.join(quiz_questions, quiz_questions.c.no == c.question_no)
    return select(*columns, c.reviewed_ms).select_from(joined)


def _answer(row: Any) -> StoredAnswer:
    given = Given(_decoded(row.answer), row.hundredths)
    return StoredAnswer(
        row.no, row.attempt_no, row.code, row.turn, given, row.at_ms, row.reason, row.reviewed_ms
    )


def _decoded(text: str) -> Answer:
    answer: str | list[int] = msgspec.json.decode(text)
    return answer if isinstance(answer, str) else tuple(answer)
