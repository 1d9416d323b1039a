"""What a player says of quizzes, and what is told of it. Nothing is acknowledged before it is on disk.

What is saved goes to every player of the participant, so that another tab shows what this one has answered.
"""

from rollcall.actions import quiz_attempts
from rollcall.actions.quiz_attempts import Taker
from rollcall.actions.quiz_desk import QuizDesk, Word
from rollcall.domain.errors import Conflict
from rollcall.live.limits import Limit
from rollcall.web.deps import Deps
from rollcall.wire import quiz_out, viewer_in, viewer_out


def pace() -> Limit:
    """Return how often a participant may speak of quizzes, over all players: a page in order never comes near."""
    return Limit(burst=40, per_minute=300)


async def hear(
    deps: Deps, desk: QuizDesk, limit: Limit, taker: Taker, said: viewer_in.Quizzing
) -> quiz_out.QuizQuestion | quiz_out.QuizRefused | None:
    """Do what a player says and tell the participant's players; return what is for this one alone."""
    now_ms = (
        deps.clock.now_ms()
    )  # of the arrival: waiting for the writer takes nothing from the participant's time
    wait_s = limit.take((str(taker.media_no), taker.user_id), now_ms)
    if wait_s:
        return _refused(said, "too_many_requests", wait_s)
    try:
        if isinstance(said, viewer_in.AskQuizQuestion):
            return await deps.db.read(lambda conn: quiz_attempts.show(conn, taker, said, now_ms))
        told = await desk.take(Word(taker, said, now_ms))
    except Conflict as refusal:
        return _refused(said, refusal.code)
    deps.hub.send_users(taker.media_no, [taker.user_id], viewer_out.encode(told))
    return None


def _refused(said: viewer_in.Quizzing, code: str, retry_s: int = 0) -> quiz_out.QuizRefused:
    attempt, question, turn = (getattr(said, name, None) for name in ("attempt", "question", "turn"))
    return quiz_out.QuizRefused(said.quiz, code, attempt, question, turn, retry_s)
