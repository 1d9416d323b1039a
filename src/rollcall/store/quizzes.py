"""Quizzes and their questions. What of them may change, and when, is decided in `domain/quizzes`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)

from rollcall.domain.ids import (
    EventNo,
    MediaCode,
    MediaNo,
    ProjectNo,
    QuestionId,
    QuizId,
    QuizNo,
    SessionId,
    SessionNo,
)
from rollcall.domain.quizzes.draw import Drawing
from rollcall.domain.quizzes.questions import KINDS, Question, kind_of
from rollcall.domain.quizzes.rule import Rule, State
from rollcall.store.sessions import MediaRef
from rollcall.store.tables import media, quiz_questions, quizzes, sessions


@dataclass(frozen=True, slots=True)
class Plan:
    """When a quiz opens and closes by itself: at a moment, or when a session has ended; None = by hand."""

    opens_ms: int | None = None
    opens_after_no: SessionNo | None = None
    closes_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Quiz:
    """A quiz without its questions. `opened_ms` is its first opening, `closed_ms` set while it is closed."""

    no: QuizNo
    project_no: ProjectNo
    event_no: EventNo
    media_no: MediaNo
    id: QuizId
    title: str
    rule: Rule
    plan: Plan
    opens_after: SessionId | None
    state: State
    opened_ms: int | None
    closed_ms: int | None
    created_ms: int

    def ends_ms(self) -> int | None:
        """Return when it closes or has closed, None when nobody knows."""
        return self.closed_ms if self.state == "closed" else self.plan.closes_ms


@dataclass(frozen=True, slots=True)
class Asked:
    """A stored question."""

    no: int
    id: QuestionId
    question: Question


Bank = Mapping[QuestionId, Asked]  # in the order of the quiz


def add_quiz(
    conn: Connection, of: MediaRef, quiz_id: QuizId, title: str, rule: Rule, plan: Plan, now_ms: int
) -> QuizNo:
    """Store a quiz that has no questions yet."""
    values = {
        "project_no": of.project_no,
        "event_no": of.event_no,
        "media_no": of.no,
        "code": quiz_id,
        "title": title,
        "state": "planned",
        "created_ms": now_ms,
    }
    made = insert(quizzes).values(values | _settings(rule, plan)).returning(quizzes.c.no)
    return QuizNo(conn.execute(made).scalar_one())


def change_quiz(conn: Connection, quiz_no: QuizNo, title: str, rule: Rule, plan: Plan) -> None:
    """Replace what the organiser decides of a quiz."""
    conn.execute(
        update(quizzes).where(quizzes.c.no == quiz_no).values({"title": title} | _settings(rule, plan))
    )


def set_state(conn: Connection, quiz: Quiz, state: State, at_ms: int) -> None:
    """Open or close a quiz at a moment."""
    values: dict[str, Any] = {"state": state, "closed_ms": at_ms if state == "closed" else None}
    if quiz.opened_ms is None and state == "open":
        values["opened_ms"] = at_ms
    conn.execute(update(quizzes).where(quizzes.c.no == quiz.no).values(values))


def open_by_hand_only(conn: Connection, quiz_no: QuizNo) -> None:
    """Let a quiz not open by itself any more."""
    conn.execute(update(quizzes).where(quizzes.c.no == quiz_no).values(opens_ms=None, opens_after_no=None))


def remove_quiz(conn: Connection, quiz_no: QuizNo, now_ms: int) -> None:
    """Hide a quiz; its attempts stay."""
    conn.execute(update(quizzes).where(quizzes.c.no == quiz_no).values(removed_ms=now_ms))


def find_quiz(conn: Connection, media_no: MediaNo, quiz_id: str, *, hold: bool = False) -> Quiz | None:
    """Return a quiz of a media; `hold` lets nobody else hold it until the commit."""
    query = _quizzes(quizzes.c.media_no == media_no, quizzes.c.code == quiz_id)
    row = conn.execute(query.with_for_update(of=quizzes) if hold else query).mappings().first()
    return _quiz(row) if row else None


def page_quizzes(
    conn: Connection, project_no: ProjectNo, media_no: MediaNo, after: int, limit: int
) -> list[Quiz]:
    """Return up to `limit` quizzes numbered after `after`."""
    of_media = (quizzes.c.media_no == media_no) & (quizzes.c.project_no == project_no)
    query = _quizzes(of_media, quizzes.c.no > after).order_by(quizzes.c.no).limit(limit)
    return [_quiz(row) for row in conn.execute(query).mappings()]


def list_opened(conn: Connection, media_nos: Sequence[MediaNo]) -> list[Quiz]:
    """Return the quizzes of these media that are open or were."""
    query = _quizzes(quizzes.c.media_no.in_(media_nos), quizzes.c.state != "planned").order_by(quizzes.c.no)
    return [_quiz(row) for row in conn.execute(query).mappings()]


def list_due(conn: Connection, now_ms: int) -> list[Quiz]:
    """Return the quizzes that have to open or close by now, by themselves."""
    c = quizzes.c
    over = (sessions.c.ends_ms <= now_ms) & sessions.c.removed_ms.is_(None)
    opens = (c.state == "planned") & ((c.opens_ms <= now_ms) | over)
    closes = (c.state == "open") & (c.closes_ms <= now_ms)
    live = c.state != literal_column("'closed'")  # as the index says it: a parameter would not find it
    query = _quizzes(live, opens | closes).order_by(c.no)
    return [_quiz(row) for row in conn.execute(query).mappings()]


def media_code(conn: Connection, quiz: Quiz) -> MediaCode:
    """Return the code of the media that a quiz belongs to."""
    return MediaCode(conn.execute(select(media.c.code).where(media.c.no == quiz.media_no)).scalar_one())


def list_questions(conn: Connection, quiz_no: QuizNo) -> Bank:
    """Return the questions of a quiz in their order."""
    c = quiz_questions.c
    query = select(c.no, c.code, c.kind, c.body).where(c.quiz_no == quiz_no).order_by(c.position, c.no)
    return {row.code: Asked(row.no, row.code, _question(row.kind, row.body)) for row in conn.execute(query)}


def find_question(conn: Connection, quiz_no: QuizNo, question: str) -> Asked | None:
    """Return one question of a quiz."""
    c = quiz_questions.c
    query = select(c.no, c.code, c.kind, c.body).where(c.quiz_no == quiz_no, c.code == question)
    row = conn.execute(query).first()
    return Asked(row.no, row.code, _question(row.kind, row.body)) if row else None


def count_questions(conn: Connection, quiz_nos: Sequence[QuizNo]) -> dict[QuizNo, int]:
    """Return how many questions each of these quizzes has; those without are missing."""
    c = quiz_questions.c
    query = select(c.quiz_no, func.count()).where(c.quiz_no.in_(quiz_nos)).group_by(c.quiz_no)
    return {QuizNo(quiz_no): count for quiz_no, count in conn.execute(query)}


def put_questions(conn: Connection, quiz: Quiz, known: Bank, wanted: Mapping[QuestionId, Question]) -> None:
    """Let the quiz ask exactly these, in this order; `known` are those that it asks now."""
    c = quiz_questions.c
    for name in known.keys() - wanted.keys():
        conn.execute(delete(quiz_questions).where(c.no == known[name].no))
    fresh = []
    for position, (name, question) in enumerate(wanted.items()):
        said = {"position": position, "kind": kind_of(question), "body": msgspec.to_builtins(question)}
        if name in known:
            conn.execute(update(quiz_questions).where(c.no == known[name].no).values(said))
        else:
            fresh.append({"project_no": quiz.project_no, "quiz_no": quiz.no, "code": name} | said)
    if fresh:
        conn.execute(insert(quiz_questions), fresh)


def _settings(rule: Rule, plan: Plan) -> dict[str, Any]:
    return {
        "pools": dict(rule.drawing.pools),
        "shuffle_questions": rule.drawing.shuffle_questions,
        "shuffle_choices": rule.drawing.shuffle_choices,
        "time_limit_s": rule.time_limit_s,
        "attempts": rule.attempts,
        "pass_percent": rule.pass_percent,
        "show_results": rule.show,
        "opens_ms": plan.opens_ms,
        "opens_after_no": plan.opens_after_no,
        "closes_ms": plan.closes_ms,
    }


def _quizzes(*which: ColumnElement[bool]) -> Select[tuple[Any, ...]]:
    joined = quizzes.outerjoin(sessions, sessions.c.no == quizzes.c.opens_after_no)
    query = select(quizzes, sessions.c.code.label("opens_after")).select_from(joined)
    return query.where(quizzes.c.removed_ms.is_(None), *which)


def _quiz(row: RowMapping) -> Quiz:
    return Quiz(
        row["no"],
        row["project_no"],
        row["event_no"],
        row["media_no"],
        row["code"],
        row["title"],
        Rule(
            drawing=Drawing(row["pools"], row["shuffle_questions"], row["shuffle_choices"]),
            time_limit_s=row["time_limit_s"],
            attempts=row["attempts"],
            pass_percent=row["pass_percent"],
            show=row["show_results"],
        ),
        Plan(row["opens_ms"], row["opens_after_no"], row["closes_ms"]),
        row["opens_after"],
        row["state"],
        row["opened_ms"],
        row["closed_ms"],
        row["created_ms"],
    )


def _question(kind: Any, body: Any) -> Question:
    question: Question = msgspec.convert(body, KINDS[kind])
    return question
