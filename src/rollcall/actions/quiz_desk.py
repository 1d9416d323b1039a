"""Takes in what players say of quizzes, of all who speak at about the same time in one transaction.

A thousand who begin together cost one commit, not a thousand, and wait behind nobody's evidence for long. Nothing is
told before that commit; who is refused spoils nobody else's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from rollcall.actions import quiz_attempts
from rollcall.actions.quiz_attempts import BankOf, Taker
from rollcall.base.together import Together
from rollcall.domain.errors import Conflict
from rollcall.domain.ids import QuizNo
from rollcall.store.database import Connection, Database
from rollcall.store.quizzes import Bank, list_questions
from rollcall.wire import quiz_out, viewer_in

AT_ONCE = 50  # at some milliseconds each: evidence must not wait long behind them
Written = viewer_in.QuizStart | viewer_in.QuizAnswer | viewer_in.QuizFinish
Told = quiz_out.QuizAttempt | quiz_out.QuizSaved | quiz_out.QuizResult


@dataclass(frozen=True, slots=True)
class Word:
    """What a participant says, and when it arrived."""

    taker: Taker
    said: Written
    now_ms: int


class QuizDesk:
    """The one way of attempts and answers to the disk."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._words = Together(self._take_all, AT_ONCE)

    async def take(self, word: Word) -> Told:
        """Do it and return what to tell, which is on disk then. Raises Conflict."""
        told = await self._words.ask(word)
        if isinstance(told, Conflict):
            raise told
        return told

    async def _take_all(self, words: Sequence[Word]) -> list[Told | Conflict]:
        return await self._db.write(lambda conn: _take_all(conn, words))


def _take_all(conn: Connection, words: Sequence[Word]) -> list[Told | Conflict]:
    """Take words in the order of their participants, each one's as they came: no two nodes wait for each other."""

    @cache
    def bank(quiz_no: QuizNo) -> Bank:
        return list_questions(conn, quiz_no)

    order = sorted(range(len(words)), key=lambda at: words[at].taker.user_id)
    told = {at: _take(conn, words[at], bank) for at in order}
    return [told[at] for at in range(len(words))]


def _take(conn: Connection, word: Word, bank: BankOf) -> Told | Conflict:
    """Do one thing; whatever it refuses, it refuses before it writes."""
    try:
        match word.said:
            case viewer_in.QuizStart():
                return quiz_attempts.start(conn, word.taker, word.said, word.now_ms, bank)
            case viewer_in.QuizAnswer():
                return quiz_attempts.answer(conn, word.taker, word.said, word.now_ms)
            case viewer_in.QuizFinish():
                return quiz_attempts.finish(conn, word.taker, word.said, word.now_ms, bank)
    except Conflict as refusal:
        return refusal
