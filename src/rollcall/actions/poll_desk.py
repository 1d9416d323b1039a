"""Takes in votes, of all who vote at about the same time in one transaction. Nothing is told before its commit.

A vote that comes again, from another tab or after a lost answer, finds the one that is stored and is answered by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rollcall.actions.polls import count_of, message
from rollcall.actions.quiz_attempts import Taker
from rollcall.base.together import Together
from rollcall.domain.errors import Conflict
from rollcall.domain.ids import MediaNo, UserId
from rollcall.domain.polls import Vote, counted, fits, replaces, sees
from rollcall.store import polls as store
from rollcall.store.database import Connection, Database
from rollcall.store.polls import Cast, Poll
from rollcall.wire import poll_out, viewer_in, viewer_out

AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Word:
    """How a participant votes, and when that arrived."""

    taker: Taker
    said: viewer_in.PollVote
    now_ms: int


class PollDesk:
    """The one way of votes to the disk."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._words = Together(self._take_all, AT_ONCE)

    async def take(self, word: Word) -> poll_out.PollVoted:
        """Count a vote and return what to tell, which is on disk then. Raises Conflict."""
        told = await self._words.ask(word)
        if isinstance(told, Conflict):
            raise told
        return told

    async def _take_all(self, words: Sequence[Word]) -> list[poll_out.PollVoted | Conflict]:
        return await self._db.write(lambda conn: take_all(conn, words))


def take_all(conn: Connection, words: Sequence[Word]) -> list[poll_out.PollVoted | Conflict]:
    """Count votes, poll by poll: no two nodes wait for each other. Each participant's come in their order."""
    order = sorted(range(len(words)), key=lambda at: (words[at].said.poll, words[at].taker.user_id))
    told = {at: _take(conn, words[at]) for at in order}
    return [told[at] for at in range(len(words))]


def greet(conn: Connection, media_no: MediaNo, users: Sequence[UserId]) -> dict[UserId, list[bytes]]:
    """Return for each of these participants the polls to tell them of, encoded.

    These are the open ones, those that they voted in, and those whose counts they may see.
    """
    told: dict[UserId, list[bytes]] = {user_id: [] for user_id in users}
    for poll in store.list_opened(conn, [media_no]):
        votes = store.votes_of(conn, poll.no, users)
        common = viewer_out.encode(_greeting(poll, None))
        for user_id in users:
            if user_id in votes:
                told[user_id].append(viewer_out.encode(_greeting(poll, votes[user_id])))
            elif poll.state == "open" or sees(poll.rule.show, poll.state, voted=False):
                told[user_id].append(common)
    return told


def _greeting(poll: Poll, vote: Vote | None) -> poll_out.PollState:
    voted = vote is not None
    mine = poll_out.PollMine(voted, None if vote is None else vote.choices, 0 if vote is None else vote.turn)
    return message(poll, mine, count_of(poll) if sees(poll.rule.show, poll.state, voted=voted) else None)


def _take(conn: Connection, word: Word) -> poll_out.PollVoted | Conflict:
    """Count one vote; whatever it refuses, it refuses before it writes."""
    taker, said = word.taker, _vote(word)
    poll = store.find_poll(conn, taker.media_no, word.said.poll, hold=True)
    if poll is None or poll.state == "planned":
        return _not_open()
    saved = store.find_vote(conn, poll.no, taker.user_id)
    if replaces(poll.rule, saved, said):
        if poll.state != "open":
            return _not_open()
        if not fits(poll.ballot, word.said.choices):
            return Conflict("The poll asks for no such vote.", code="wrong_choice")
        tally = counted(poll.tally, poll.rule, saved, said)
        store.save_vote(conn, poll, Cast(taker.user_id, said, word.now_ms), tally)
        saved, poll = said, _with_tally(conn, taker.media_no, poll)
    assert saved is not None
    results = count_of(poll) if sees(poll.rule.show, poll.state, voted=True) else None
    if poll.rule.anonymous:
        return poll_out.PollVoted(poll.id, said.turn, None, results)
    return poll_out.PollVoted(poll.id, saved.turn, saved.choices, results)


def _vote(word: Word) -> Vote:
    choices = tuple(sorted(word.said.choices))
    return Vote(choices, word.said.turn, word.taker.identity == "signed")


def _with_tally(conn: Connection, media_no: MediaNo, poll: Poll) -> Poll:
    fresh = store.find_poll(conn, media_no, poll.id)
    assert fresh is not None
    return fresh


def _not_open() -> Conflict:
    return Conflict("This poll is not open.", code="poll_not_open")
