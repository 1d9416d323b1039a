"""Who is a row of a report: everybody on a list of its media, and whoever has evidence, in order of their User ID.

A participant who was withdrawn stays a row when there is a play of theirs, with the moment of the withdrawal; without
evidence the row goes with the participant. Everything is kept in columns, for the reason given in `store/attendance`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rollcall.actions.statistics.frame import Ask, Frame
from rollcall.actions.statistics.joining import Joined, join, joins, whom
from rollcall.domain.ids import MediaNo, UserId
from rollcall.store import attendance
from rollcall.store.attendance import GrantedRow, Ints, Listed, Plays, Whose
from rollcall.store.database import Connection

NEVER = -1


@dataclass(frozen=True, slots=True)
class Roster:
    """Rows of a report. A user is known by the position in `user_ids`; moments are ms or NEVER.

    `member[user, media]`; `play_user` and `play_media` are positions, in the order of `plays`. `whose`
    evidence was read; `joined`: the User IDs of each row where there may be several, all of which `position` knows.
    """

    whose: Whose
    joined: Joined | None
    user_ids: list[UserId]
    position: dict[UserId, int]
    member: NDArray[np.bool_]
    names: list[str | None]
    listed: NDArray[np.bool_]
    removed: Ints
    played: NDArray[np.bool_]
    signed: NDArray[np.bool_]
    first_seen: Ints
    last_seen: Ints
    plays: Plays
    play_user: Ints
    play_media: Ints

    def ids(self, rows: Iterable[UserId]) -> dict[UserId, Sequence[UserId]]:
        """Return all User IDs of each of these rows."""
        return {row: [row] if self.joined is None else self.joined[row] for row in rows}


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Addresses and user agents by user: those of user k are `ip[first[k]:first[k + 1]]`, in order of use."""

    first: list[int]
    ip: list[str]
    user_agent: list[str]


def read_roster(connection: Connection, frame: Frame, ask: Ask) -> Roster:
    """Return the rows of a report and their plays."""
    nos = frame.media_nos()
    whose = whom(connection, frame, ask)
    plays = attendance.plays(connection, frame.project_no, nos, whose)
    listed = attendance.listed(connection, frame.project_no, nos, whose)
    present = (
        user for user, removed in zip(listed.user_id, listed.removed_ms, strict=True) if removed is None
    )
    users = {*plays.user_id, *present}
    joined = join(connection, frame, users) if joins(frame) else None
    roster = _rows(whose, sorted(users) if joined is None else joined, plays, np.array(nos, np.int64))
    _add_plays(roster)
    _add_listed(roster, listed, {no: index for index, no in enumerate(nos)})
    gone = ~roster.listed
    if gone.any() and ((roster.removed[gone] == NEVER).any() or None in roster.names):
        _add_granted(roster, attendance.granted(connection, frame.project_no, nos, whose))
    return roster


def read_whereabouts(connection: Connection, frame: Frame, roster: Roster, ask: Ask) -> Whereabouts:
    """Return where everybody's plays came from; nothing unless asked for."""
    if not (ask.ip or ask.user_agent):
        return Whereabouts([0] * (len(roster.user_ids) + 1), [], [])
    found = attendance.origins(connection, frame.project_no, frame.media_nos(), roster.whose)
    user = np.array([roster.position[user_id] for user_id in found.user_id], np.int64)
    order = np.argsort(user, kind="stable")
    first = np.searchsorted(user[order], np.arange(len(roster.user_ids) + 1))
    by_user = order.tolist()
    return Whereabouts(
        first.tolist(), [found.ip[play] for play in by_user], [found.user_agent[play] for play in by_user]
    )


def _rows(whose: Whose, rows: list[UserId] | Joined, plays: Plays, media: Ints) -> Roster:
    """Return a roster of which only the users and their plays are known."""
    joined = None if isinstance(rows, list) else rows
    user_ids = sorted(rows)
    users = len(user_ids)
    position = {user_id: index for index, user_id in enumerate(user_ids)}
    if joined is not None:
        position = {user_id: position[row] for row, ids in joined.items() for user_id in ids}
    by_no = np.argsort(media)
    return Roster(
        whose=whose,
        joined=joined,
        user_ids=user_ids,
        position=position,
        member=np.zeros((users, len(media)), np.bool_),
        names=[None] * users,
        listed=np.zeros(users, np.bool_),
        removed=np.full(users, NEVER, np.int64),
        played=np.zeros(users, np.bool_),
        signed=np.zeros(users, np.bool_),
        first_seen=np.full(users, NEVER, np.int64),
        last_seen=np.full(users, NEVER, np.int64),
        plays=plays,
        play_user=np.array([position[user_id] for user_id in plays.user_id], np.int64),
        play_media=by_no[np.searchsorted(media[by_no], plays.media_no)] if len(media) else plays.media_no,
    )


def _add_plays(roster: Roster) -> None:
    user, plays = roster.play_user, roster.plays
    roster.member[user, roster.play_media] = True
    roster.played[user] = True
    roster.signed[user[plays.signed]] = True
    roster.first_seen[user] = np.iinfo(np.int64).max
    np.minimum.at(roster.first_seen, user, plays.opened_ms)
    np.maximum.at(roster.last_seen, user, plays.last_arrival_ms)


def _add_listed(roster: Roster, listed: Listed, media: dict[MediaNo, int]) -> None:
    """Add what the lists tell, in their order: the first name counts, and removals only of who is on no list."""
    rows = zip(listed.media_no, listed.user_id, listed.name, listed.removed_ms, strict=True)
    for media_no, user_id, name, removed_ms in rows:
        user = roster.position.get(user_id)
        if user is None:
            continue
        if roster.names[user] is None:
            roster.names[user] = name
        if removed_ms is None:
            roster.listed[user] = True
            roster.member[user, media[media_no]] = True
        elif not roster.listed[user]:
            roster.removed[user] = max(roster.removed[user], removed_ms)


def _add_granted(roster: Roster, granted: Iterable[GrantedRow]) -> None:
    """Fill in what the lists no longer tell of those who have evidence."""
    for user_id, name, revoked_ms in granted:
        user = roster.position.get(user_id)
        if user is None or roster.listed[user]:
            continue
        if roster.names[user] is None:
            roster.names[user] = name
        if roster.removed[user] == NEVER and revoked_ms is not None:
            roster.removed[user] = revoked_ms
