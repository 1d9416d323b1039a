"""What a player says of quizzes, and what is told of it. Nothing is acknowledged before it is on disk.

What is saved goes to every player of the participant, so that another tab shows what this one has answered.
"""

from rollcall.actions import quiz_attempts
from rollcall.actions.quiz_attempts import Taker
from rollcall.actions.quiz_desk import QuizDesk, Word
from rollcall.domain.errors import Conflict
from rollcall.web.deps import Deps
from rollcall.wire import quiz_out, viewer_in, viewer_out


async def hear(
    deps: Deps, desk: QuizDesk, taker: Taker, said: viewer_in.Quizzing
) -> quiz_out.QuizQuestion | quiz_out.QuizRefused | None:
    """Do what a player says and tell the participant's players; return what is for this one alone."""
    now_ms = (
        deps.clock.now_ms()
    )  # of the arrival: waiting for the writer takes nothing from the participant's time
    try:
        if isinstance(said, viewer_in.AskQuizQuestion):
            return await deps.db.read(lambda conn: quiz_attempts.show(conn, taker, said, now_ms))
        told = await desk.take(Word(taker, said, now_ms))
    except Conflict as refusal:
        return _refused(said, refusal.code)
    deps.hub.send_users(taker.media_no, [taker.user_id], viewer_out.encode(told))
    return None


def _refused(said: viewer_in.Quizzing, code: str) -> quiz_out.QuizRefused:
    attempt, question, turn = (getattr(said, name, None) for name in ("attempt", "question", "turn"))
    return quiz_out.QuizRefused(said.quiz, code, attempt, question, turn)
