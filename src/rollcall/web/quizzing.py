"""What a player says of quizzes, and what is told of it. Nothing is acknowledged before it is on disk.

What is saved goes to every player of the participant, so that another tab shows what this one has answered.
"""

from rollcall.actions import quiz_attempts as actions
from rollcall.actions.quiz_attempts import Taker
from rollcall.domain.errors import Conflict
from rollcall.store.database import Connection
from rollcall.web.deps import Deps
from rollcall.wire import quiz_out, viewer_in, viewer_out

Told = quiz_out.QuizAttempt | quiz_out.QuizQuestion | quiz_out.QuizSaved | quiz_out.QuizResult


async def hear(
    deps: Deps, taker: Taker, said: viewer_in.Quizzing
) -> quiz_out.QuizQuestion | quiz_out.QuizRefused | None:
    """Do what a player says and tell the participant's players; return what is for this one alone."""
    now_ms = (
        deps.clock.now_ms()
    )  # of the arrival: waiting for the writer takes nothing from the participant's time

    def do(conn: Connection) -> Told:
        match said:
            case viewer_in.QuizStart():
                return actions.start(conn, taker, said, now_ms)
            case viewer_in.AskQuizQuestion():
                return actions.show(conn, taker, said, now_ms)
            case viewer_in.QuizAnswer():
                return actions.answer(conn, taker, said, now_ms)
            case viewer_in.QuizFinish():
                return actions.finish(conn, taker, said, now_ms)

    run = deps.db.read if isinstance(said, viewer_in.AskQuizQuestion) else deps.db.write
    try:
        told = await run(do)
    except Conflict as refusal:
        return _refused(said, refusal.code)
    if isinstance(told, quiz_out.QuizQuestion):
        return told
    deps.hub.send_users(taker.media_no, [taker.user_id], viewer_out.encode(told))
    return None


def _refused(said: viewer_in.Quizzing, code: str) -> quiz_out.QuizRefused:
    attempt, question, turn = (getattr(said, name, None) for name in ("attempt", "question", "turn"))
    return quiz_out.QuizRefused(said.quiz, code, attempt, question, turn)
