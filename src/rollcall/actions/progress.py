"""What a participant sees of their own record: the statistics of this moment, of one user, by the reference rule."""

from collections import Counter

from rollcall.actions.statistics.judging import read_cases, read_event
from rollcall.actions.statistics.quizzes import Taken, count_quizzes
from rollcall.domain.credit import Count, Share
from rollcall.domain.ids import MediaNo, ProjectNo, UserId
from rollcall.domain.quizzes.rule import hundredths, is_shown
from rollcall.domain.rules import PUBLISHED, Rules
from rollcall.store import check_plans, statistics
from rollcall.store.check_plans import StoredPlan
from rollcall.store.database import Connection, Database
from rollcall.store.quizzes import Quiz, list_opened
from rollcall.store.statistics import SessionRow
from rollcall.wire.viewer_out import ChecksExpected, Progress, QuizFigures, QuizProgress, SessionProgress


async def read_progress(
    db: Database, media_no: MediaNo, user_id: UserId, now_ms: int, rules: Rules = PUBLISHED
) -> Progress:
    """Return proven time and checks of one participant at one media, equal to the statistics read at `now_ms`."""
    return await db.read(lambda connection: _progress(connection, media_no, user_id, now_ms, rules))


def _progress(
    connection: Connection, media_no: MediaNo, user_id: UserId, now_ms: int, rules: Rules
) -> Progress:
    statistics.freeze(connection)
    event = read_event(connection, media_no, rules)
    case = read_cases(connection, event, {user_id: [user_id]})[user_id]
    rows = [row for row in event.sessions if row.media_no == media_no]
    spans = [span for span in case.spans if span.media_no == media_no]
    count = Count(event.sessions_of([media_no], now_ms), now_ms, case.standing, rules)
    total = count.total(spans)
    in_sessions = count.in_sessions(spans, count.proofs(spans))
    ended = Counter(
        (event.session_holding(rows, media_no, prompt.check_issued_ms, prompt.session_no), prompt.state)
        for prompt in case.prompts
        if prompt.media_no == media_no
    )
    confirmed = sum(number for (_, state), number in ended.items() if state == "confirmed")
    missed = sum(number for (_, state), number in ended.items() if state == "missed")
    return Progress(
        watched_ms=total.watched_ms,
        recovered_ms=total.recovered_ms,
        unverified_ms=total.unverified_ms,
        voided_ms=total.voided_ms,
        checks_confirmed=confirmed,
        checks_asked=confirmed + missed,
        expected=_expected(check_plans.find_plan(connection, event.project_no, media_no)),
        sessions=[
            _session(row, share, ended[position, "confirmed"], ended[position, "missed"])
            for position, (row, share) in enumerate(zip(rows, in_sessions, strict=True))
        ],
        quizzes=_quizzes(connection, event.project_no, media_no, user_id, now_ms),
    )


def _session(row: SessionRow, share: Share, confirmed: int, missed: int) -> SessionProgress:
    return SessionProgress(
        id=row.code,
        title=row.title,
        starts_at_ms=row.starts_ms,
        ends_at_ms=row.ends_ms,
        watched_ms=share.watched_ms,
        checks_confirmed=confirmed,
        checks_missed=missed,
    )


def _quizzes(
    connection: Connection, project_no: ProjectNo, media_no: MediaNo, user_id: UserId, now_ms: int
) -> list[QuizProgress]:
    """Return the quizzes that the participant may take or took."""
    opened = list_opened(connection, [media_no])
    found = count_quizzes(connection, project_no, opened, user_id, {user_id: 0}, now_ms)
    told = ((quiz, found.taken[quiz.no].get(0)) for quiz in opened)
    return [_quiz(quiz, taken) for quiz, taken in told if taken is not None or quiz.state == "open"]


def _quiz(quiz: Quiz, taken: Taken | None) -> QuizProgress:
    return QuizProgress(
        quiz=quiz.id,
        title=quiz.title,
        state="open" if quiz.state == "open" else "closed",
        show_results=quiz.rule.show,
        attempts_allowed=quiz.rule.attempts,
        attempts_used=0 if taken is None else taken.attempts,
        running=taken is not None and taken.running,
        score=None if taken is None else _figures(quiz, taken),
    )


def _figures(quiz: Quiz, taken: Taken) -> QuizFigures | None:
    """Return what the participant may see; nothing while they answer, lest the figures tell what is right."""
    score = taken.score
    if taken.running or not is_shown(quiz.rule.show, quiz.state, ended=True):
        return None
    return QuizFigures(
        hundredths=hundredths(score.points),
        max_points=score.of,
        percent_hundredths=hundredths(score.points * 100 / score.of),
        passed=score.passed(quiz.rule.pass_percent),
    )


def _expected(stored: StoredPlan | None) -> ChecksExpected | None:
    """Return what the plan announces; a paused plan announces nothing."""
    if stored is None or stored.paused:
        return None
    if stored.plan.per_session is not None:
        return ChecksExpected(stored.plan.per_session, None)
    return ChecksExpected(None, stored.plan.gap_s)
