"""Quizzes as organisers handle them: made, changed, filled from a bank, opened and closed.

Players are told by `quiz_board`, on every node.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from rollcall.actions.sessions import require_media, require_session
from rollcall.base.secrets import new_code
from rollcall.domain.errors import Conflict, Malformed, NotFound, Problem
from rollcall.domain.ids import ProjectNo, QuestionId, QuizId, SessionNo
from rollcall.domain.quizzes.changes import refuse_meaningless
from rollcall.domain.quizzes.draw import check_draw
from rollcall.domain.quizzes.questions import MOST_QUESTIONS, Question, check_question
from rollcall.domain.quizzes.rule import Rule, State
from rollcall.domain.sessions import WallWindow
from rollcall.store import audit
from rollcall.store import quizzes as store
from rollcall.store.database import Connection, Database
from rollcall.store.quizzes import Asked, Bank, Plan, Quiz
from rollcall.store.sessions import MediaRef
from rollcall.wire import quiz_out

T = TypeVar("T")
SCHEDULE = "schedule"


@dataclass(frozen=True, slots=True)
class Place:
    """Which media of which project, and who acts there when."""

    project_no: ProjectNo
    code: str
    actor: str
    now_ms: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """A quiz as it should be. `questions` None leaves them; one without a name is new."""

    title: str
    rule: Rule
    opens_ms: int | None
    opens_after: str | None
    closes_ms: int | None
    questions: Sequence[tuple[QuestionId | None, Question]] | None


async def create_quiz(db: Database, at: Place, wanted: Wanted) -> QuizId:
    """Make a quiz. Raises NotFound, Malformed."""

    def create(conn: Connection) -> QuizId:
        of = require_media(conn, at.project_no, at.code, hold=True)
        plan = _plan(conn, of, wanted, at.now_ms)
        quiz_id = QuizId(new_code())
        store.add_quiz(conn, of, quiz_id, wanted.title, wanted.rule, plan, at.now_ms)
        quiz = require_quiz(conn, of, quiz_id)
        store.put_questions(conn, quiz, {}, _named({}, wanted.questions or ()))
        _record(conn, at, "quiz.create", quiz)
        return quiz_id

    return await db.write(create)


async def change_quiz(db: Database, at: Place, quiz_id: str, wanted: Callable[[Quiz], Wanted]) -> None:
    """Change a quiz into what `wanted` makes of it. Raises NotFound, Malformed, Conflict (`quiz_answered`)."""

    def change(conn: Connection, of: MediaRef, quiz: Quiz) -> None:
        new = wanted(quiz)
        plan = _plan(conn, of, new, at.now_ms, quiz)
        known = store.list_questions(conn, quiz.no)
        if new.questions is not None:
            _ask(conn, quiz, known, _named(known, new.questions))
        if quiz.state == "open":
            check_draw(
                [asked.question for asked in store.list_questions(conn, quiz.no).values()], new.rule.drawing
            )
        store.change_quiz(conn, quiz.no, new.title, new.rule, plan)
        _record(conn, at, "quiz.change", quiz)

    await _with_quiz(db, at, quiz_id, change)


async def remove_quiz(db: Database, at: Place, quiz_id: str) -> None:
    """Hide a quiz: nobody takes it any more, attempts stay. Raises NotFound."""

    def remove(conn: Connection, _: MediaRef, quiz: Quiz) -> None:
        store.remove_quiz(conn, quiz.no, at.now_ms)
        _record(conn, at, "quiz.remove", quiz)

    await _with_quiz(db, at, quiz_id, remove)


async def open_quiz(db: Database, at: Place, quiz_id: str) -> None:
    """Let participants begin, also anew. Raises NotFound, Conflict when it cannot be asked or its end has passed."""

    def open_(conn: Connection, _: MediaRef, quiz: Quiz) -> None:
        if quiz.plan.closes_ms is not None and quiz.plan.closes_ms <= at.now_ms:
            raise Conflict("Its 'closes_at' has passed: change that first.", code="quiz_over")
        if quiz.state != "open":
            _open(conn, at, quiz)

    await _with_quiz(db, at, quiz_id, open_)


async def close_quiz(db: Database, at: Place, quiz_id: str) -> None:
    """End every attempt, and begin no more. Raises NotFound, Conflict (`quiz_not_open`) when it never was open."""

    def close(conn: Connection, _: MediaRef, quiz: Quiz) -> None:
        if quiz.state == "planned":
            raise Conflict("The quiz has not been open.", code="quiz_not_open")
        if quiz.state != "closed":
            _set_state(conn, at, quiz, "closed", at.now_ms)

    await _with_quiz(db, at, quiz_id, close)


async def add_questions(db: Database, at: Place, quiz_id: str, questions: Sequence[Question]) -> None:
    """Add questions to a quiz, all or none. Raises NotFound, Conflict (`quiz_full`)."""

    def add(conn: Connection, _: MediaRef, quiz: Quiz) -> None:
        known = store.list_questions(conn, quiz.no)
        if len(known) + len(questions) > MOST_QUESTIONS:
            raise Conflict(f"A quiz has at most {MOST_QUESTIONS} questions.", code="quiz_full")
        kept = {name: asked.question for name, asked in known.items()}
        wanted = kept | {QuestionId(new_code()): question for question in questions}
        if quiz.state == "open":
            check_draw(list(wanted.values()), quiz.rule.drawing)
        store.put_questions(conn, quiz, known, wanted)
        _record(conn, at, "quiz.import", quiz, questions=len(questions))

    await _with_quiz(db, at, quiz_id, add)


async def move_due(db: Database, now_ms: int) -> None:
    """Open and close every quiz whose moment has come; writes only when there is one."""
    if not await db.read(partial(store.list_due, now_ms=now_ms)):
        return

    def move(conn: Connection) -> None:
        for quiz in store.list_due(conn, now_ms):
            _move(conn, quiz, now_ms)

    await db.write(move)


def require_quiz(conn: Connection, of: MediaRef, quiz_id: str, *, hold: bool = False) -> Quiz:
    """Return a quiz of the media; raises NotFound."""
    quiz = store.find_quiz(conn, of.no, quiz_id, hold=hold)
    if quiz is None:
        raise NotFound("This media has no such quiz.")
    return quiz


def message(quiz: Quiz, mine: quiz_out.QuizAttempts | None = None) -> quiz_out.Quiz:
    """Return what players are told of a quiz that is open or was."""
    return quiz_out.Quiz(
        quiz=quiz.id,
        state="open" if quiz.state == "open" else "closed",
        title=quiz.title,
        time_limit_s=quiz.rule.time_limit_s,
        attempts=quiz.rule.attempts,
        pass_percent=quiz.rule.pass_percent,
        show_results=quiz.rule.show,
        closes_at_ms=quiz.ends_ms(),
        mine=mine,
    )


async def _with_quiz(
    db: Database, at: Place, quiz_id: str, work: Callable[[Connection, MediaRef, Quiz], T]
) -> T:
    def run(conn: Connection) -> T:
        of = require_media(conn, at.project_no, at.code)
        return work(conn, of, require_quiz(conn, of, quiz_id, hold=True))

    return await db.write(run)


def _move(conn: Connection, quiz: Quiz, now_ms: int) -> None:
    """Open or close a quiz that is due; one that cannot be asked waits for a hand."""
    at = Place(quiz.project_no, store.media_code(conn, quiz), SCHEDULE, now_ms)
    if quiz.state == "open" and quiz.plan.closes_ms is not None:
        _set_state(conn, at, quiz, "closed", quiz.plan.closes_ms)
        return
    try:
        _open(conn, at, quiz)
    except Conflict as refusal:
        store.open_by_hand_only(conn, quiz.no)
        _record(conn, at, "quiz.not_opened", quiz, reason=refusal.detail)


def _open(conn: Connection, at: Place, quiz: Quiz) -> None:
    check_draw([asked.question for asked in store.list_questions(conn, quiz.no).values()], quiz.rule.drawing)
    _set_state(conn, at, quiz, "open", at.now_ms)


def _set_state(conn: Connection, at: Place, quiz: Quiz, state: State, at_ms: int) -> None:
    store.set_state(conn, quiz, state, at_ms)
    _record(conn, at, "quiz.open" if state == "open" else "quiz.close", quiz)


def _ask(conn: Connection, quiz: Quiz, known: Bank, wanted: Mapping[QuestionId, Question]) -> None:
    if quiz.opened_ms is not None:
        refuse_meaningless({name: asked.question for name, asked in known.items()}, wanted)
    store.put_questions(conn, quiz, known, wanted)


def _named(
    known: Mapping[QuestionId, Asked], questions: Sequence[tuple[QuestionId | None, Question]]
) -> dict[QuestionId, Question]:
    """Return questions by their names, new ones by new names; raises Malformed."""
    named: dict[QuestionId, Question] = {}
    for index, (name, question) in enumerate(questions):
        check_question(question, f"$.questions[{index}]")
        if known and name is not None and (name not in known or name in named):
            sentence = "The quiz has no other question of this id; leave it out for a new one."
            raise Malformed(Problem(f"$.questions[{index}].id", sentence))
        named[name if known and name is not None else QuestionId(new_code())] = question
    return named


def _plan(conn: Connection, of: MediaRef, wanted: Wanted, now_ms: int, quiz: Quiz | None = None) -> Plan:
    """Return when it opens and closes by itself; raises Malformed or Conflict for what cannot be."""
    if wanted.opens_ms is not None and wanted.opens_after is not None:
        raise Malformed(
            Problem("$.opens_after_session", "Give 'opens_at' or 'opens_after_session', not both.")
        )
    if wanted.closes_ms is not None and wanted.opens_ms is not None and wanted.closes_ms <= wanted.opens_ms:
        raise Malformed(Problem("$.closes_at", "Must be later than 'opens_at'."))
    before = quiz.plan if quiz is not None else Plan()
    if wanted.closes_ms is not None and wanted.closes_ms != before.closes_ms and wanted.closes_ms <= now_ms:
        raise Malformed(Problem("$.closes_at", "Must not lie in the past: close the quiz instead."))
    plan = Plan(wanted.opens_ms, _ending(conn, of, wanted.opens_after), wanted.closes_ms)
    moved = (plan.opens_ms, plan.opens_after_no) != (before.opens_ms, before.opens_after_no)
    if quiz is not None and quiz.opened_ms is not None and moved:
        raise Conflict("The quiz was open already: open it again by hand.", code="quiz_opened")
    return plan


def _ending(conn: Connection, of: MediaRef, session_id: str | None) -> SessionNo | None:
    """Return the session whose end opens a quiz; raises Malformed unless it ends on the server's clock."""
    if session_id is None:
        return None
    try:
        session = require_session(conn, of, session_id, removed=True)
    except NotFound as error:
        raise Malformed(Problem("$.opens_after_session", "This media has no such session.")) from error
    if not isinstance(session.window, WallWindow):
        raise Malformed(
            Problem("$.opens_after_session", "A session of a recording ends for everybody otherwise.")
        )
    return session.no


def _record(conn: Connection, at: Place, action: str, quiz: Quiz, **detail: object) -> None:
    audit.record(conn, at.project_no, at.actor, action, quiz.id, at.now_ms, media=at.code, **detail)
