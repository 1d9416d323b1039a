"""Polls as organisers handle them: made, changed, opened, closed, removed. Players are told by `poll_board`.

Every change takes hold of the poll, so that no vote is counted beside it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from rollcall.actions.quizzes import Place
from rollcall.actions.sessions import require_media
from rollcall.base.secrets import new_code
from rollcall.domain import polls as domain
from rollcall.domain.errors import Conflict, NotFound
from rollcall.domain.ids import PollId
from rollcall.domain.polls import Ballot, Rule, State, check_poll
from rollcall.store import audit
from rollcall.store import polls as store
from rollcall.store.database import Connection, Database
from rollcall.store.polls import Poll
from rollcall.store.sessions import MediaRef
from rollcall.wire import poll_out

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A poll as it should be."""

    ballot: Ballot
    rule: Rule


async def create_poll(db: Database, at: Place, wanted: Wanted) -> PollId:
    """Make a poll. Raises NotFound, Malformed."""
    check_poll(wanted.ballot, wanted.rule)

    def create(conn: Connection) -> PollId:
        of = require_media(conn, at.project_no, at.code)
        poll_id = PollId(new_code())
        tally = domain.empty(len(wanted.ballot.choices))
        store.add_poll(conn, of, poll_id, wanted.ballot, wanted.rule, tally, at.now_ms)
        _record(conn, at, "poll.create", poll_id)
        return poll_id

    return await db.write(create)


async def change_poll(db: Database, at: Place, poll_id: str, wanted: Callable[[Poll], Wanted]) -> None:
    """Change a poll into what `wanted` makes of it. Raises NotFound, Malformed, Conflict (`poll_opened`)."""

    def change(conn: Connection, poll: Poll) -> None:
        new = wanted(poll)
        check_poll(new.ballot, new.rule)
        tally = poll.tally
        if poll.opened_ms is not None:
            _refuse_another(poll, new)
        else:
            tally = domain.empty(len(new.ballot.choices))
        store.change_poll(conn, poll.no, new.ballot, new.rule, tally)
        _record(conn, at, "poll.change", poll.id)

    await _with_poll(db, at, poll_id, change)


async def open_poll(db: Database, at: Place, poll_id: str) -> None:
    """Let participants vote, also anew. Raises NotFound."""
    await _with_poll(db, at, poll_id, lambda conn, poll: _set_state(conn, at, poll, "open"))


async def close_poll(db: Database, at: Place, poll_id: str) -> None:
    """Take no more votes. Raises NotFound, Conflict (`poll_not_open`) when it never was open."""

    def close(conn: Connection, poll: Poll) -> None:
        if poll.state == "planned":
            raise Conflict("The poll has not been open.", code="poll_not_open")
        _set_state(conn, at, poll, "closed")

    await _with_poll(db, at, poll_id, close)


async def remove_poll(db: Database, at: Place, poll_id: str) -> None:
    """Hide a poll; votes stay in the record. Raises NotFound."""

    def remove(conn: Connection, poll: Poll) -> None:
        store.remove_poll(conn, poll.no, at.now_ms)
        _record(conn, at, "poll.remove", poll.id)

    await _with_poll(db, at, poll_id, remove)


def require_poll(conn: Connection, of: MediaRef, poll_id: str, *, hold: bool = False) -> Poll:
    """Return a poll of the media; raises NotFound."""
    poll = store.find_poll(conn, of.no, poll_id, hold=hold)
    if poll is None:
        raise NotFound("This media has no such poll.")
    return poll


def require_named(poll: Poll) -> None:
    """Raise Conflict (`poll_anonymous`) where nobody knows who chose what."""
    if poll.rule.anonymous:
        raise Conflict("The poll is anonymous: who chose what is not stored.", code="poll_anonymous")


def count_of(poll: Poll) -> poll_out.PollCount:
    """Return what may be told of the votes, to whoever may see it."""
    told = poll.tally.told
    return poll_out.PollCount(poll.tally.now.votes, told.votes, told.chosen)


def message(
    poll: Poll, mine: poll_out.PollMine | None = None, results: poll_out.PollCount | None = None
) -> poll_out.PollState:
    """Return what players are told of a poll that is open or was."""
    return poll_out.PollState(
        poll=poll.id,
        state="open" if poll.state == "open" else "closed",
        question=poll.ballot.question,
        choices=poll.ballot.choices,
        max_choices=poll.ballot.most,
        anonymous=poll.rule.anonymous,
        changeable=poll.rule.changeable,
        show_results=poll.rule.show,
        mine=mine,
        results=results,
    )


async def _with_poll(db: Database, at: Place, poll_id: str, work: Callable[[Connection, Poll], T]) -> T:
    def run(conn: Connection) -> T:
        of = require_media(conn, at.project_no, at.code)
        return work(conn, require_poll(conn, of, poll_id, hold=True))

    return await db.write(run)


def _set_state(conn: Connection, at: Place, poll: Poll, state: State) -> None:
    if poll.state == state:
        return
    tally = domain.told(poll.tally, poll.rule, closed=state == "closed")
    store.set_state(conn, poll, state, tally, at.now_ms)
    _record(conn, at, "poll.open" if state == "open" else "poll.close", poll.id)


def _refuse_another(poll: Poll, new: Wanted) -> None:
    """Raise Conflict where votes that were cast would mean something else."""
    kept = (
        len(poll.ballot.choices) == len(new.ballot.choices)
        and poll.ballot.most == new.ballot.most
        and poll.rule.anonymous == new.rule.anonymous
    )
    if not kept:
        sentence = "The poll was open already: it keeps its number of choices, 'max_choices' and 'anonymous'."
        raise Conflict(sentence, code="poll_opened")


def _record(conn: Connection, at: Place, action: str, poll_id: PollId) -> None:
    audit.record(conn, at.project_no, at.actor, action, poll_id, at.now_ms, media=at.code)
