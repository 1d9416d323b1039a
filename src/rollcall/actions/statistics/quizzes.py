"""How everybody did at the quizzes: each row's attempts and the best of them, over all of its User IDs.

Points are counted as `domain/quizzes/score` says, from the answers and the questions of this moment. Each different
answer to a question is valued once, however many gave it.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from msgspec import UNSET

from rollcall.actions.statistics.frame import Ask, Frame
from rollcall.actions.statistics.roster import Roster
from rollcall.domain.ids import MediaNo, ProjectNo, QuestionId, QuizNo, UserId
from rollcall.domain.quizzes.draw import worth
from rollcall.domain.quizzes.questions import Question
from rollcall.domain.quizzes.rule import Score, hundredths
from rollcall.domain.quizzes.score import Given, earned
from rollcall.store import quiz_scores as store
from rollcall.store.attendance import Whose
from rollcall.store.database import Connection
from rollcall.store.quiz_scores import AttemptRow
from rollcall.store.quizzes import Bank, Quiz, list_opened, list_questions
from rollcall.wire.api.values import rfc3339_or_none
from rollcall.wire.statistics import ParticipantQuiz
from rollcall.wire.statistics import Quiz as QuizTold

VALUED_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Taken:
    """What one row did at one quiz; `score` and `ended_ms` are those of the best attempt, `running`: any runs."""

    attempts: int
    score: Score
    ended_ms: int | None
    running: bool


@dataclass(frozen=True, slots=True)
class Quizzes:
    """The quizzes of a report in the order of its media, and what each row did: `taken[quiz][row]`."""

    quizzes: Sequence[Quiz]
    banks: Mapping[QuizNo, Bank]
    taken: Mapping[QuizNo, Mapping[int, Taken]]

    def of_row(self, row: int) -> list[tuple[Quiz, Taken]]:
        """Return the quizzes that a row began."""
        return [(quiz, self.taken[quiz.no][row]) for quiz in self.quizzes if row in self.taken[quiz.no]]


def read_quizzes(conn: Connection, frame: Frame, roster: Roster, ask: Ask) -> Quizzes:
    """Return the quizzes that are open or were; those of the session's media where one session is asked for."""
    nos = told_media(frame, ask)
    quizzes = sorted(list_opened(conn, nos), key=lambda quiz: (nos.index(quiz.media_no), quiz.no))
    return count_quizzes(conn, frame.project_no, quizzes, roster.whose, roster.position, frame.now_ms)


def told_media(frame: Frame, ask: Ask) -> list[MediaNo]:
    """Return the media whose quizzes and polls are told: all, or that of the session that is asked for."""
    nos = frame.media_nos()
    if ask.session_id is None:
        return nos
    return [no for no in nos if any(session.media_no == no for session in frame.sessions)]


def count_quizzes(
    conn: Connection,
    project_no: ProjectNo,
    quizzes: Sequence[Quiz],
    whose: Whose,
    rows: Mapping[UserId, int],
    now_ms: int,
) -> Quizzes:
    """Return what was done at these quizzes; `rows` tells whose attempts are whose."""
    banks = {quiz.no: list_questions(conn, quiz.no) for quiz in quizzes}
    if not quizzes:
        return Quizzes(quizzes, banks, {})
    questions = {asked.no: asked.question for bank in banks.values() for asked in bank.values()}
    points, pending = _earned(conn, project_no, list(banks), whose, questions)
    of = {asked.id: asked.question.points for bank in banks.values() for asked in bank.values()}
    closes = {quiz.no: quiz.ends_ms() for quiz in quizzes}
    taken: dict[QuizNo, dict[int, Taken]] = {quiz.no: {} for quiz in quizzes}
    for attempt in store.attempts(conn, project_no, list(banks), whose):
        row = rows.get(attempt.user_id)
        if row is None:
            continue
        score = Score(Fraction(points[attempt.no]), _asked_points(attempt, of), pending[attempt.no])
        ended = attempt.course(closes[attempt.quiz_no]).ended(now_ms)
        one = Taken(1, score, None if ended is None else ended[0], ended is None)
        before = taken[attempt.quiz_no].get(row)
        taken[attempt.quiz_no][row] = one if before is None else _with(before, one)
    return Quizzes(quizzes, banks, taken)


def told_quizzes(frame: Frame, found: Quizzes) -> list[QuizTold]:
    """Return the quizzes as the report tells them, with how many rows began and passed."""
    codes = {media.no: media.code for media in frame.media}
    return [
        QuizTold(
            id=quiz.id,
            title=quiz.title,
            opened_at=rfc3339_or_none(quiz.opened_ms),
            closed_at=rfc3339_or_none(quiz.closed_ms),
            attempts_allowed=quiz.rule.attempts,
            pass_percent=quiz.rule.pass_percent,
            max_points=worth([asked.question for asked in found.banks[quiz.no].values()], quiz.rule.drawing),
            participants=len(found.taken[quiz.no]),
            participants_passed=_count(found, quiz, passed=True),
            participants_pending=_count(found, quiz, passed=None),
            media=codes[quiz.media_no] if frame.event else UNSET,
        )
        for quiz in found.quizzes
    ]


def of_participant(found: Quizzes, row: int) -> list[ParticipantQuiz]:
    """Return what a row did at each quiz that it began."""
    return [
        ParticipantQuiz(
            quiz_id=quiz.id,
            attempts=taken.attempts,
            points=hundredths(taken.score.points) / 100,
            max_points=taken.score.of,
            percent=hundredths(taken.score.points * 100 / taken.score.of) / 100,
            passed=taken.score.passed(quiz.rule.pass_percent),
            ended_at=rfc3339_or_none(taken.ended_ms),
        )
        for quiz, taken in found.of_row(row)
    ]


def _earned(
    conn: Connection,
    project_no: ProjectNo,
    quiz_nos: Sequence[QuizNo],
    whose: Whose,
    questions: Mapping[int, Question],
) -> tuple[Mapping[int, Fraction | int], Mapping[int, int]]:
    """Return the points that each attempt has earned, and those that wait for a reviewer."""
    points: dict[int, Fraction | int] = defaultdict(int)
    pending: dict[int, int] = defaultdict(int)
    value_of = _valued(questions)
    for attempt_no, question_no, text, reviewed in store.answers(conn, project_no, quiz_nos, whose):
        value = value_of(question_no, text, reviewed)
        if value is None:
            pending[attempt_no] += questions[question_no].points
        else:
            points[attempt_no] += value
    return points, pending


def _valued(questions: Mapping[int, Question]) -> Callable[[int, str, int | None], Fraction | int | None]:
    """Return what tells the worth of an answer; whole points as the numbers that add up fastest."""

    @lru_cache(VALUED_AT_ONCE)
    def value_of(question_no: int, text: str, reviewed: int | None) -> Fraction | int | None:
        value = earned(questions[question_no], Given(store.decoded(text), reviewed))
        return value if value is None or value.denominator != 1 else value.numerator

    return value_of


def _asked_points(attempt: AttemptRow, of: Mapping[QuestionId, int]) -> int:
    return sum(of[question] for question in attempt.questions())


def _with(before: Taken, later: Taken) -> Taken:
    """Return two attempts as one row's: the better counts, the earlier of equals."""
    better = later.score.points * before.score.of > before.score.points * later.score.of
    best = later if better else before
    attempts, running = before.attempts + later.attempts, before.running or later.running
    return Taken(attempts, best.score, best.ended_ms, running)


def _count(found: Quizzes, quiz: Quiz, *, passed: bool | None) -> int:
    mark = quiz.rule.pass_percent
    return sum(taken.score.passed(mark) is passed for taken in found.taken[quiz.no].values())
