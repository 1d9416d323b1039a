"""Polls and their votes. What a vote may be and how it counts is decided in `domain/polls`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, RowMapping, Select, insert, select, update

from rollcall.domain.ids import MediaNo, PollId, PollNo, ProjectNo, UserId
from rollcall.domain.polls import Ballot, Rule, State, Tally, Vote
from rollcall.store.attendance import Whose
from rollcall.store.database import chunks
from rollcall.store.sessions import MediaRef
from rollcall.store.tables import poll_votes, polls
from rollcall.store.upsert import upsert_into


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll with its tally. `opened_ms` is its first opening, `closed_ms` set while it is closed."""

    no: PollNo
    project_no: ProjectNo
    media_no: MediaNo
    id: PollId
    ballot: Ballot
    rule: Rule
    state: State
    tally: Tally
    opened_ms: int | None
    closed_ms: int | None
    created_ms: int


@dataclass(frozen=True, slots=True)
class Cast:
    """A vote of a participant as it is to be stored; of an anonymous poll nothing but who voted is."""

    user_id: UserId
    vote: Vote
    at_ms: int


class VoteRow(NamedTuple):
    """A vote in a named poll; `ordinal` counts those of the poll in the order of first votes."""

    poll_no: PollNo
    ordinal: int
    user_id: UserId
    choices: tuple[int, ...]
    identity: str
    voted_ms: int


def add_poll(
    conn: Connection, of: MediaRef, poll_id: PollId, ballot: Ballot, rule: Rule, tally: Tally, now_ms: int
) -> None:
    """Store a poll that nobody has voted in."""
    values = {
        "project_no": of.project_no,
        "media_no": of.no,
        "code": poll_id,
        "state": "planned",
        "tally": msgspec.to_builtins(tally),
        "created_ms": now_ms,
    }
    conn.execute(insert(polls).values(values | _settings(ballot, rule)))


def change_poll(conn: Connection, poll_no: PollNo, ballot: Ballot, rule: Rule, tally: Tally) -> None:
    """Replace what the organiser decides of a poll, and the tally that goes with it."""
    _update(conn, poll_no, _settings(ballot, rule) | {"tally": msgspec.to_builtins(tally)})


def set_state(conn: Connection, poll: Poll, state: State, tally: Tally, at_ms: int) -> None:
    """Open or close a poll at a moment."""
    values: dict[str, Any] = {
        "state": state,
        "closed_ms": at_ms if state == "closed" else None,
        "tally": msgspec.to_builtins(tally),
    }
    if poll.opened_ms is None and state == "open":
        values["opened_ms"] = at_ms
    _update(conn, poll.no, values)


def remove_poll(conn: Connection, poll_no: PollNo, now_ms: int) -> None:
    """Hide a poll; its votes stay."""
    _update(conn, poll_no, {"removed_ms": now_ms})


def find_poll(conn: Connection, media_no: MediaNo, poll_id: str, *, hold: bool = False) -> Poll | None:
    """Return a poll of a media; `hold` lets nobody else hold it until the commit."""
    query = _polls(polls.c.media_no == media_no, polls.c.code == poll_id)
    row = conn.execute(query.with_for_update() if hold else query).mappings().first()
    return _poll(row) if row else None


def page_polls(
    conn: Connection, project_no: ProjectNo, media_no: MediaNo, after: int, limit: int
) -> list[Poll]:
    """Return up to `limit` polls numbered after `after`."""
    of_media = (polls.c.media_no == media_no) & (polls.c.project_no == project_no)
    query = _polls(of_media, polls.c.no > after).order_by(polls.c.no).limit(limit)
    return [_poll(row) for row in conn.execute(query).mappings()]


def list_opened(conn: Connection, media_nos: Sequence[MediaNo]) -> list[Poll]:
    """Return the polls of these media that are open or were."""
    query = _polls(polls.c.media_no.in_(media_nos), polls.c.state != "planned").order_by(polls.c.no)
    return [_poll(row) for row in conn.execute(query).mappings()]


def find_vote(conn: Connection, poll_no: PollNo, user_id: UserId) -> Vote | None:
    """Return the vote of a participant; of an anonymous poll only that there is one."""
    return votes_of(conn, poll_no, [user_id]).get(user_id)


def votes_of(conn: Connection, poll_no: PollNo, users: Sequence[UserId]) -> dict[UserId, Vote]:
    """Return the votes of those of these participants who have voted."""
    c = poll_votes.c
    return {
        UserId(user_id): Vote(None if choices is None else tuple(choices), turn or 0, identity != "plain")
        for some in chunks(users)
        for user_id, choices, turn, identity in conn.execute(
            select(c.user_id, c.choices, c.turn, c.identity).where(c.poll_no == poll_no, c.user_id.in_(some))
        )
    }


def voters(conn: Connection, poll_no: PollNo) -> list[UserId]:
    """Return everybody who has voted."""
    query = select(poll_votes.c.user_id).where(poll_votes.c.poll_no == poll_no)
    return [UserId(user_id) for user_id in conn.execute(query).scalars()]


def save_vote(conn: Connection, poll: Poll, cast: Cast, tally: Tally) -> None:
    """Store a vote instead of an earlier one, and the tally with it."""
    said: dict[str, Any] = {
        "choices": list(cast.vote.choices or ()),
        "turn": cast.vote.turn,
        "identity": "signed" if cast.vote.signed else "plain",
        "voted_ms": cast.at_ms,
    }
    first: dict[str, Any] = {"ordinal": tally.now.votes}
    if poll.rule.anonymous:
        said, first = dict.fromkeys(said), dict.fromkeys(first)
    key = {"poll_no": poll.no, "user_id": cast.user_id, "project_no": poll.project_no}
    put = upsert_into(conn, poll_votes).values(key | first | said)
    conn.execute(put.on_conflict_do_update(index_elements=["poll_no", "user_id"], set_=said))
    _update(conn, poll.no, {"tally": msgspec.to_builtins(tally)})


def page_votes(conn: Connection, poll: Poll, after: int, limit: int) -> list[VoteRow]:
    """Return up to `limit` votes of a named poll whose ordinal comes after `after`."""
    c = poll_votes.c
    query = _votes().where(c.poll_no == poll.no, c.project_no == poll.project_no, c.ordinal > after)
    return list(map(_vote, conn.execute(query.order_by(c.ordinal).limit(limit))))


def all_votes(
    conn: Connection, project_no: ProjectNo, poll_nos: Sequence[PollNo], whose: Whose
) -> Iterator[VoteRow]:
    """Yield the votes in these named polls, the earlier ones first."""
    c = poll_votes.c
    query = _votes().where(c.project_no == project_no, c.poll_no.in_(poll_nos))
    if whose is not None:
        query = query.where(c.user_id.in_([whose] if isinstance(whose, str) else whose))
    return map(_vote, conn.execute(query.order_by(c.voted_ms, c.user_id)))


def _votes() -> Select[Any]:
    c = poll_votes.c
    columns = c.poll_no, c.ordinal, c.user_id, c.choices, c.identity, c.voted_ms
    return select(*columns).where(c.ordinal.is_not(None))


def _vote(row: Any) -> VoteRow:
    return VoteRow(row.poll_no, row.ordinal, row.user_id, tuple(row.choices), row.identity, row.voted_ms)


def _settings(ballot: Ballot, rule: Rule) -> dict[str, Any]:
    return {
        "question": ballot.question,
        "choices": list(ballot.choices),
        "most": ballot.most,
        "anonymous": rule.anonymous,
        "changeable": rule.changeable,
        "show_results": rule.show,
    }


def _update(conn: Connection, poll_no: PollNo, values: dict[str, Any]) -> None:
    conn.execute(update(polls).where(polls.c.no == poll_no).values(values))


def _polls(*which: ColumnElement[bool]) -> Select[Any]:
    return select(polls).where(polls.c.removed_ms.is_(None), *which)


def _poll(row: RowMapping) -> Poll:
    return Poll(
        row["no"],
        row["project_no"],
        row["media_no"],
        row["code"],
        Ballot(row["question"], tuple(row["choices"]), row["most"]),
        Rule(anonymous=row["anonymous"], changeable=row["changeable"], show=row["show_results"]),
        row["state"],
        msgspec.convert(row["tally"], Tally),
        row["opened_ms"],
        row["closed_ms"],
        row["created_ms"],
    )
