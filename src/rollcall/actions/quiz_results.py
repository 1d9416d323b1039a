"""What organisers read of a quiz: results of each participant, counts of this moment; and the review of texts.

Points are counted here from the answers and the questions of this moment; nothing is added up in advance.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from rollcall.actions.quiz_attempts import given_of
from rollcall.actions.quizzes import Place, require_quiz
from rollcall.actions.sessions import require_media
from rollcall.domain.errors import Conflict, Malformed, NotFound, Problem
from rollcall.domain.ids import ProjectNo, QuestionId, UserId
from rollcall.domain.quizzes.questions import Question, shown_choices
from rollcall.domain.quizzes.rule import EndedBy, Score
from rollcall.domain.quizzes.score import Given, Verdict, earned, score, verdict
from rollcall.store import audit, quizzes
from rollcall.store import quiz_attempts as store
from rollcall.store.database import Connection, Database
from rollcall.store.quiz_attempts import Attempt, StoredAnswer
from rollcall.store.quizzes import Bank, Quiz


@dataclass(frozen=True, slots=True)
class Marked:
    """One question of an attempt, its answer, and what that earns; `points` None: a person has to say."""

    question: QuestionId
    answer: StoredAnswer | None
    verdict: Verdict
    points: Fraction | None
    of: int


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt and how it stands."""

    attempt: Attempt
    ended: tuple[int, EndedBy] | None
    score: Score
    marks: tuple[Marked, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """A participant's attempts in order; `no` orders participants by when they first began."""

    no: int
    user_id: UserId
    tried: tuple[Tried, ...]

    def best(self) -> Tried:
        """Return the attempt with the most points, the earliest of equals."""
        return max(
            self.tried, key=lambda tried: (tried.score.points / tried.score.of, -tried.attempt.ordinal)
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """How one question was answered in all attempts; `choices` counts each in the order of the question."""

    id: QuestionId
    question: Question
    asked: int
    verdicts: Counter[Verdict]
    choices: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """How a quiz goes."""

    quiz: Quiz
    participants: int
    attempts: int
    running: int
    tallies: tuple[Tally, ...]


def page_results(conn: Connection, quiz: Quiz, after: int, limit: int, now_ms: int) -> list[Taken]:
    """Return up to `limit` participants who first began after the attempt numbered `after`."""
    takers = store.page_takers(conn, quiz.project_no, quiz.no, after, limit)
    bank = quizzes.list_questions(conn, quiz.no)
    attempts = store.attempts_of(conn, quiz.no, [user_id for user_id, _ in takers])
    answers = store.answers_of(conn, [attempt.no for attempt in attempts])
    tried: dict[UserId, list[Tried]] = {user_id: [] for user_id, _ in takers}
    for attempt in attempts:
        tried[attempt.user_id].append(_tried(quiz, bank, attempt, answers[attempt.no], now_ms))
    return [Taken(no, user_id, tuple(tried[user_id])) for user_id, no in takers]


def summarise(conn: Connection, project_no: ProjectNo, code: str, quiz_id: str, now_ms: int) -> Summary:
    """Return the counts of this moment. Raises NotFound."""
    quiz = require_quiz(conn, require_media(conn, project_no, code), quiz_id)
    attempts = store.all_attempts(conn, quiz.no)
    asked = Counter(drawn.question for attempt in attempts for drawn in attempt.draw)
    given: dict[QuestionId, list[tuple[Given, int]]] = {}
    for question, answer, times in store.count_answers(conn, quiz.no):
        given.setdefault(question, []).append((answer, times))
    tallies = [
        _tally(name, one.question, asked[name], given.get(name, []))
        for name, one in quizzes.list_questions(conn, quiz.no).items()
    ]
    return Summary(
        quiz,
        participants=len({attempt.user_id for attempt in attempts}),
        attempts=len(attempts),
        running=sum(attempt.course(quiz).ended(now_ms) is None for attempt in attempts),
        tallies=tuple(tallies),
    )


async def review(
    db: Database, at: Place, quiz_id: str, answer_no: int, points: float, reason: str
) -> tuple[Tried, int]:
    """Give an answer points; the last word holds. Returns its attempt and the pass mark.

    Raises NotFound, Malformed, Conflict (`attempt_runs`).
    """

    def write(conn: Connection) -> tuple[Tried, int]:
        quiz = require_quiz(conn, require_media(conn, at.project_no, at.code), quiz_id)
        answer = store.find_answer(conn, at.project_no, quiz.no, answer_no)
        attempt = store.find_attempt_no(conn, quiz.no, answer.attempt_no) if answer is not None else None
        if answer is None or attempt is None:
            raise NotFound("This quiz has no such answer.")
        if attempt.course(quiz).takes_answers(at.now_ms):
            raise Conflict(
                "The attempt still takes answers: review it when it has ended.", code="attempt_runs"
            )
        bank = quizzes.list_questions(conn, quiz.no)
        hundredths = _hundredths(points, bank[answer.question].question.points)
        store.review(conn, answer.no, hundredths, reason, at.actor, at.now_ms)
        detail = {"answer": answer.no, "user": attempt.user_id, "hundredths": hundredths, "reason": reason}
        audit.record(
            conn, at.project_no, at.actor, "quiz.review", quiz.id, at.now_ms, media=at.code, **detail
        )
        answers = store.answers_of(conn, [attempt.no])[attempt.no]
        return _tried(quiz, bank, attempt, answers, at.now_ms), quiz.rule.pass_percent

    return await db.write(write)


def _tried(
    quiz: Quiz, bank: Bank, attempt: Attempt, answers: dict[QuestionId, StoredAnswer], now_ms: int
) -> Tried:
    asked = [(bank[drawn.question].question, given_of(answers, drawn.question)) for drawn in attempt.draw]
    marks = [
        Marked(
            drawn.question,
            answers.get(drawn.question),
            verdict(question, given),
            earned(question, given),
            question.points,
        )
        for drawn, (question, given) in zip(attempt.draw, asked, strict=True)
    ]
    return Tried(attempt, attempt.course(quiz).ended(now_ms), score(asked), tuple(marks))


def _tally(name: QuestionId, question: Question, asked: int, given: Sequence[tuple[Given, int]]) -> Tally:
    verdicts: Counter[Verdict] = Counter()
    chosen: Counter[int] = Counter()
    for answer, times in given:
        verdicts[verdict(question, answer)] += times
        if not isinstance(answer.answer, str):
            for place in answer.answer:
                chosen[place] += times
    choices = tuple(chosen[place] for place in range(len(shown_choices(question))))
    return Tally(name, question, asked, verdicts, choices)


def _hundredths(points: float, most: int) -> int:
    """Return points as hundredths; raises Malformed when the question is worth less, or for smaller steps."""
    hundredths = round(points * 100)
    if points > most:
        raise Malformed(Problem("$.points", f"The question is worth {most} points."))
    if abs(points * 100 - hundredths) > 1e-6:
        raise Malformed(Problem("$.points", "Give points in steps of 0.01."))
    return hundredths
