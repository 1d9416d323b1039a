"""Taking a quiz: an attempt begun once, questions shown one by one, answers on disk before they are acknowledged.

What a player is told is made here, in the places that its attempt displays: the right answers never leave the server.
Every time is the server's, of the message's arrival.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from secrets import token_bytes

from rollcall.actions.quizzes import message
from rollcall.base.secrets import new_code
from rollcall.domain.errors import Conflict
from rollcall.domain.ids import AttemptId, MediaNo, QuestionId, QuizNo, UserId
from rollcall.domain.quizzes.answers import Answer, fits
from rollcall.domain.quizzes.draw import Drawn, as_asked, as_displayed, draw
from rollcall.domain.quizzes.questions import kind_of, shown_choices
from rollcall.domain.quizzes.rule import hundredths, is_shown
from rollcall.domain.quizzes.score import Given, earned, score, verdict
from rollcall.store import quiz_attempts as store
from rollcall.store import quizzes
from rollcall.store.database import Connection
from rollcall.store.quiz_attempts import Attempt, NewAttempt, StoredAnswer
from rollcall.store.quizzes import Asked, Bank, Quiz
from rollcall.wire import quiz_out, viewer_in, viewer_out

SEED_BYTES = 16
BankOf = Callable[[QuizNo], Bank]  # the questions of a quiz, as of one transaction


@dataclass(frozen=True, slots=True)
class Taker:
    """A participant at a player."""

    media_no: MediaNo
    user_id: UserId
    identity: str


def start(
    conn: Connection, taker: Taker, said: viewer_in.QuizStart, now_ms: int, bank: BankOf
) -> quiz_out.QuizAttempt | quiz_out.QuizResult:
    """Begin an attempt or go on with it. Raises Conflict (`quiz_not_open`, `no_attempts_left`)."""
    quiz = _opened(conn, taker, said.quiz)
    last = store.latest_attempt(conn, quiz.no, taker.user_id)
    begun = 0 if last is None else last.ordinal
    if last is None or said.ordinal > begun:
        _refuse_to_begin(quiz, last, said.ordinal, now_ms)
        last = _begin(conn, quiz, taker, said.ordinal, now_ms, bank(quiz.no))
    if last.course(quiz).ended(now_ms) is not None:
        return result(conn, quiz, last, now_ms, bank)
    return _told(quiz, last, store.answers_of(conn, [last.no])[last.no], now_ms)


def show(
    conn: Connection, taker: Taker, said: viewer_in.AskQuizQuestion, now_ms: int
) -> quiz_out.QuizQuestion:
    """Return a question of a running attempt. Raises Conflict (`attempt_over`, `no_such_question`)."""
    quiz, attempt = _attempt(conn, taker, said.quiz, said.attempt)
    if attempt.course(quiz).ended(now_ms) is not None:
        raise _over()
    drawn, asked = _question(conn, quiz, attempt, said.question)
    texts = shown_choices(asked.question)
    return quiz_out.QuizQuestion(
        quiz=quiz.id,
        attempt=attempt.id,
        question=asked.id,
        kind=kind_of(asked.question),
        text=asked.question.text,
        points=asked.question.points,
        choices=tuple(texts[place] for place in drawn.order),
    )


def answer(conn: Connection, taker: Taker, said: viewer_in.QuizAnswer, now_ms: int) -> quiz_out.QuizSaved:
    """Save an answer. Raises Conflict (`attempt_over`, `no_such_question`, `wrong_answer`)."""
    quiz, attempt = _attempt(conn, taker, said.quiz, said.attempt, hold=True)
    if not attempt.course(quiz).takes_answers(now_ms):
        raise _over()
    drawn, asked = _question(conn, quiz, attempt, said.question)
    given = as_asked(drawn, said.answer if isinstance(said.answer, str) else tuple(said.answer))
    if given is None or not fits(asked.question, given):
        raise Conflict("The question does not ask for such an answer.", code="wrong_answer")
    saved = store.answer_to(conn, attempt.no, asked.no)
    turn = said.turn
    if saved is not None and saved.turn >= turn:
        turn, given = saved.turn, saved.given.answer
    else:
        store.save_answer(conn, quiz, attempt.no, asked.no, turn, given, now_ms)
    return quiz_out.QuizSaved(quiz.id, attempt.id, _given(drawn, turn, given))


def finish(
    conn: Connection, taker: Taker, said: viewer_in.QuizFinish, now_ms: int, bank: BankOf
) -> quiz_out.QuizResult:
    """End an attempt that runs, and return its result. Raises Conflict (`attempt_over`) where there is no such."""
    quiz, attempt = _attempt(conn, taker, said.quiz, said.attempt, hold=True)
    if attempt.course(quiz).ended(now_ms) is None:
        store.finish(conn, attempt.no, now_ms)
        quiz, attempt = _attempt(conn, taker, said.quiz, said.attempt)
    return result(conn, quiz, attempt, now_ms, bank)


def result(conn: Connection, quiz: Quiz, attempt: Attempt, now_ms: int, bank: BankOf) -> quiz_out.QuizResult:
    """Return how an attempt that has ended went, as far as the quiz shows it."""
    ended = attempt.course(quiz).ended(now_ms)
    if ended is None:
        raise ValueError("This attempt runs.")
    at_ms, by = ended
    shown = is_shown(quiz.rule.show, quiz.state, ended=True)
    told = _score(conn, quiz, attempt, bank(quiz.no)) if shown else None
    return quiz_out.QuizResult(quiz.id, attempt.id, attempt.ordinal, at_ms, by, told)


def greet(
    conn: Connection, media_no: MediaNo, users: Sequence[UserId], now_ms: int
) -> dict[UserId, list[bytes]]:
    """Return for each of these participants the quizzes to tell them of, encoded: open ones, and those they took."""
    told: dict[UserId, list[bytes]] = {user_id: [] for user_id in users}
    for quiz in quizzes.list_opened(conn, [media_no]):
        last = store.latest_attempts(conn, quiz.no, users)
        common = viewer_out.encode(message(quiz, quiz_out.QuizAttempts(0, running=False)))
        for user_id in users:
            if user_id in last:
                runs = last[user_id].course(quiz).ended(now_ms) is None
                mine = quiz_out.QuizAttempts(last[user_id].ordinal, runs)
                told[user_id].append(viewer_out.encode(message(quiz, mine)))
            elif quiz.state == "open":
                told[user_id].append(common)
    return told


def given_of(answers: Mapping[QuestionId, StoredAnswer], question: QuestionId) -> Given | None:
    """Return the answer to a question, None when there is none."""
    return answers[question].given if question in answers else None


def _opened(conn: Connection, taker: Taker, quiz_id: str) -> Quiz:
    """Return a quiz that is open or was; one that is only planned looks like none."""
    quiz = quizzes.find_quiz(conn, taker.media_no, quiz_id)
    if quiz is None or quiz.state == "planned":
        raise Conflict("This quiz is not open.", code="quiz_not_open")
    return quiz


def _attempt(
    conn: Connection, taker: Taker, quiz_id: str, attempt_id: str, *, hold: bool = False
) -> tuple[Quiz, Attempt]:
    quiz = _opened(conn, taker, quiz_id)
    attempt = store.find_attempt(conn, quiz.no, taker.user_id, attempt_id, hold=hold)
    if attempt is None:
        raise _over()
    return quiz, attempt


def _over() -> Conflict:
    return Conflict("This attempt does not run.", code="attempt_over")


def _question(conn: Connection, quiz: Quiz, attempt: Attempt, question: str) -> tuple[Drawn, Asked]:
    drawn = attempt.drawn(question)
    asked = quizzes.find_question(conn, quiz.no, question) if drawn is not None else None
    if drawn is None or asked is None:
        raise Conflict("This attempt asks no such question.", code="no_such_question")
    return drawn, asked


def _refuse_to_begin(quiz: Quiz, last: Attempt | None, ordinal: int, now_ms: int) -> None:
    ends_ms = quiz.ends_ms()
    if quiz.state != "open" or (ends_ms is not None and ends_ms <= now_ms):
        raise Conflict("This quiz is not open.", code="quiz_not_open")
    begun = 0 if last is None else last.ordinal
    runs = last is not None and last.course(quiz).ended(now_ms) is None
    allowed = quiz.rule.attempts
    if runs or ordinal != begun + 1 or (allowed is not None and ordinal > allowed):
        raise Conflict("No further attempt may begin now.", code="no_attempts_left")


def _begin(conn: Connection, quiz: Quiz, taker: Taker, ordinal: int, now_ms: int, bank: Bank) -> Attempt:
    seed = token_bytes(SEED_BYTES)
    drawn = draw(seed, {name: asked.question for name, asked in bank.items()}, quiz.rule.drawing)
    limit_s = quiz.rule.time_limit_s
    deadline_ms = None if limit_s is None else now_ms + limit_s * 1000
    attempt_id = AttemptId(new_code())
    new = NewAttempt(attempt_id, taker.user_id, taker.identity, ordinal, seed, drawn, now_ms, deadline_ms)
    store.add_attempt(conn, quiz, new)  # or another tab has begun it at the same moment
    begun = store.latest_attempt(conn, quiz.no, taker.user_id)
    assert begun is not None
    return begun


def _told(
    quiz: Quiz, attempt: Attempt, answers: Mapping[QuestionId, StoredAnswer], now_ms: int
) -> quiz_out.QuizAttempt:
    ends_ms = attempt.course(quiz).ends_ms()
    saved = [
        _given(drawn, answers[drawn.question].turn, answers[drawn.question].given.answer)
        for drawn in attempt.draw
        if drawn.question in answers
    ]
    return quiz_out.QuizAttempt(
        quiz=quiz.id,
        attempt=attempt.id,
        ordinal=attempt.ordinal,
        started_at_ms=attempt.started_ms,
        ends_at_ms=ends_ms,
        left_ms=None if ends_ms is None else ends_ms - now_ms,
        questions=[drawn.question for drawn in attempt.draw],
        answers=saved,
    )


def _given(drawn: Drawn, turn: int, given: Answer) -> quiz_out.QuizGiven:
    return quiz_out.QuizGiven(drawn.question, turn, as_displayed(drawn, given))


def _score(conn: Connection, quiz: Quiz, attempt: Attempt, bank: Bank) -> quiz_out.QuizScore:
    answers = store.answers_of(conn, [attempt.no])[attempt.no]
    total = score(
        (bank[drawn.question].question, given_of(answers, drawn.question)) for drawn in attempt.draw
    )
    return quiz_out.QuizScore(
        hundredths=hundredths(total.points),
        max_points=total.of,
        percent_hundredths=hundredths(total.points * 100 / total.of),
        passed=total.passed(quiz.rule.pass_percent),
        pending_points=total.pending,
        marks=[_mark(bank, drawn.question, given_of(answers, drawn.question)) for drawn in attempt.draw],
    )


def _mark(bank: Bank, name: QuestionId, given: Given | None) -> quiz_out.QuizMark:
    question = bank[name].question
    points = earned(question, given)
    told = None if points is None else hundredths(points)
    return quiz_out.QuizMark(name, verdict(question, given), told, question.points)
