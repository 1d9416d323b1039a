"""Opens and closes quizzes whose moment has come, a time or the end of a session, and tells rooms how theirs stand."""

from rollcall.actions.quiz_board import QuizBoard
from rollcall.actions.quizzes import move_due
from rollcall.base.clock import Clock
from rollcall.store.database import Database


async def run_once(db: Database, board: QuizBoard, clock: Clock) -> None:
    """Move every quiz that is due, then tell what has changed, by whatever node."""
    await move_due(db, clock.now_ms())
    await board.refresh()
