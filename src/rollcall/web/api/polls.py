"""Polls of a media: made, changed, opened and closed, and what they came to."""

from typing import Any

from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET

from rollcall.actions import polls as actions
from rollcall.actions.polls import Wanted, require_poll
from rollcall.actions.sessions import require_media
from rollcall.domain.polls import Ballot, Rule
from rollcall.store import polls as store
from rollcall.store.database import Connection
from rollcall.store.polls import Poll, VoteRow
from rollcall.web.api.quizzes import place
from rollcall.web.auth import Caller, Known
from rollcall.web.deps import Deps, Given
from rollcall.web.paging import DEFAULT_LIMIT, Cursor, Limit, Page, after, page
from rollcall.wire.api.polls import ChoiceCount, NewPoll, PollChange, PollOut, PollResult, VoteOut
from rollcall.wire.api.values import rfc3339, rfc3339_or_none

SCOPE = {"scope": "control"}
STATISTICS = {"scope": "statistics"}
PATH = "/media/{code:str}/polls"
ONE = PATH + "/{poll:str}"


@post(PATH, opt=SCOPE, summary="Make a poll")
async def create_poll(code: FromPath[str], data: JSONBody[NewPoll], deps: Given, caller: Known) -> PollOut:
    """Make a poll; players hear nothing of it before it is open."""
    ballot = Ballot(data.question, tuple(data.choices), data.max_choices)
    rule = Rule(anonymous=data.anonymous, changeable=data.changeable, show=data.show_results)
    poll_id = await actions.create_poll(deps.db, place(deps, caller, code), Wanted(ballot, rule))
    return _shown(await _read(deps, caller, code, poll_id))


@get(PATH, opt=SCOPE, summary="Polls of a media")
async def list_polls(
    code: FromPath[str], deps: Given, caller: Known, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[PollOut]:
    """Return polls in the order of their making."""
    start = after(cursor)

    def read(conn: Connection) -> list[Poll]:
        of = require_media(conn, caller.project_no, code)
        return store.page_polls(conn, of.project_no, of.no, start, limit + 1)

    return page(await deps.db.read(read), limit, lambda row: row.no, _shown)


@get(ONE, opt=SCOPE, summary="A poll")
async def get_poll(code: FromPath[str], poll: FromPath[str], deps: Given, caller: Known) -> PollOut:
    """Return a poll."""
    return _shown(await _read(deps, caller, code, poll))


@patch(ONE, opt=SCOPE, summary="Change a poll")
async def change_poll(
    code: FromPath[str], poll: FromPath[str], data: JSONBody[PollChange], deps: Given, caller: Known
) -> PollOut:
    """Change what is given; players are told."""
    await actions.change_poll(deps.db, place(deps, caller, code), poll, lambda known: _changed(known, data))
    return _shown(await _read(deps, caller, code, poll))


@delete(ONE, opt=SCOPE, summary="Delete a poll")
async def remove_poll(code: FromPath[str], poll: FromPath[str], deps: Given, caller: Known) -> None:
    """Take a poll away from players and statistics; votes stay in the record."""
    await actions.remove_poll(deps.db, place(deps, caller, code), poll)


@post(ONE + "/open", opt=SCOPE, summary="Open a poll", status_code=200)
async def open_poll(code: FromPath[str], poll: FromPath[str], deps: Given, caller: Known) -> PollOut:
    """Let participants vote. A closed poll opens again, with the votes that it has."""
    await actions.open_poll(deps.db, place(deps, caller, code), poll)
    return _shown(await _read(deps, caller, code, poll))


@post(ONE + "/close", opt=SCOPE, summary="Close a poll", status_code=200)
async def close_poll(code: FromPath[str], poll: FromPath[str], deps: Given, caller: Known) -> PollOut:
    """Take no more votes."""
    await actions.close_poll(deps.db, place(deps, caller, code), poll)
    return _shown(await _read(deps, caller, code, poll))


@get(ONE + "/results", opt=STATISTICS, summary="Counts of this moment")
async def read_poll_results(
    code: FromPath[str], poll: FromPath[str], deps: Given, caller: Known
) -> PollResult:
    """Return how many voted and how many chose what."""
    found = await _read(deps, caller, code, poll)
    count = actions.count_of(found)
    return PollResult(
        state=found.state,
        votes=count.votes,
        votes_counted=count.counted,
        choices=list(map(ChoiceCount, found.ballot.choices, count.chosen)),
    )


@get(ONE + "/votes", opt=STATISTICS, summary="Votes of a named poll")
async def read_votes(
    code: FromPath[str],
    poll: FromPath[str],
    deps: Given,
    caller: Known,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[VoteOut]:
    """Return who chose what, in the order of first votes; 409 `poll_anonymous` where nobody knows."""
    start = after(cursor)

    def read(conn: Connection) -> list[VoteRow]:
        found = require_poll(conn, require_media(conn, caller.project_no, code), poll)
        actions.require_named(found)
        return store.page_votes(conn, found, start, limit + 1)

    return page(await deps.db.read(read), limit, lambda row: row.ordinal, _vote)


def _changed(poll: Poll, data: PollChange) -> Wanted:
    ballot, rule = poll.ballot, poll.rule
    choices = ballot.choices if data.choices is UNSET else tuple(data.choices)
    return Wanted(
        Ballot(_or(data.question, ballot.question), choices, _or(data.max_choices, ballot.most)),
        Rule(
            anonymous=_or(data.anonymous, rule.anonymous),
            changeable=_or(data.changeable, rule.changeable),
            show=_or(data.show_results, rule.show),
        ),
    )


def _or(said: Any, known: Any) -> Any:
    return known if said is UNSET else said


async def _read(deps: Deps, caller: Caller, code: str, poll_id: str) -> Poll:
    return await deps.db.read(
        lambda conn: require_poll(conn, require_media(conn, caller.project_no, code), poll_id)
    )


def _shown(poll: Poll) -> PollOut:
    return PollOut(
        id=poll.id,
        question=poll.ballot.question,
        choices=list(poll.ballot.choices),
        max_choices=poll.ballot.most,
        anonymous=poll.rule.anonymous,
        changeable=poll.rule.changeable,
        show_results=poll.rule.show,
        state=poll.state,
        votes=poll.tally.now.votes,
        opened_at=rfc3339_or_none(poll.opened_ms),
        closed_at=rfc3339_or_none(poll.closed_ms),
        created_at=rfc3339(poll.created_ms),
    )


def _vote(row: VoteRow) -> VoteOut:
    return VoteOut(
        user_id=row.user_id,
        identity="signed" if row.identity == "signed" else "plain",
        choices=list(row.choices),
        voted_at=rfc3339(row.voted_ms),
    )


handlers = [
    create_poll,
    list_polls,
    get_poll,
    change_poll,
    remove_poll,
    open_poll,
    close_poll,
    read_poll_results,
    read_votes,
]
