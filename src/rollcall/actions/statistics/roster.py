"""Who is a row of a report: everybody on a list of its media, and whoever has evidence, in order of their User ID.

A participant who was withdrawn stays a row when there is a play of theirs, with the moment of the withdrawal; without
evidence the row goes with the participant.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rollcall.actions.statistics.frame import Ask, Frame
from rollcall.domain.ids import MediaNo, UserId
from rollcall.store import attendance
from rollcall.store.attendance import GrantedRow, Ints, ListedRow, PlayRow
from rollcall.store.database import Connection

# Keys of a dict are a set that remembers its order: addresses and user agents of a user.
Origins: TypeAlias = Mapping[UserId, tuple[dict[str, None], dict[str, None]]]


@dataclass(frozen=True, slots=True)
class Plays:
    """Columns of the plays, in the order of `no`; `user` and `media` are positions."""

    no: Ints
    user: Ints
    media: Ints
    signed: NDArray[np.bool_]


@dataclass(slots=True)
class Person:
    """What is known of one user before anything is counted."""

    media: set[MediaNo] = field(default_factory=set)
    name: str | None = None
    listed: bool = False
    removed_ms: int | None = None
    signed: bool | None = None  # None = no play
    first_seen_ms: int | None = None
    last_seen_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Roster:
    """Rows of a report. A user is known by the position in `user_ids`; `member[user, media]`."""

    user_ids: list[UserId]
    people: list[Person]
    member: NDArray[np.bool_]
    plays: Plays
    position: dict[UserId, int]


def read_roster(connection: Connection, frame: Frame, ask: Ask) -> Roster:
    """Return the rows of a report and their plays."""
    nos = frame.media_nos()
    people: defaultdict[UserId, Person] = defaultdict(Person)
    played = attendance.plays(connection, frame.project_no, nos, ask.user_id)
    _add_plays(people, played)
    _add_listed(people, attendance.listed(connection, frame.project_no, nos, ask.user_id))
    rows = {user_id: person for user_id, person in people.items() if person.media}
    if any(
        not person.listed and (person.removed_ms is None or person.name is None) for person in rows.values()
    ):
        _add_granted(rows, attendance.granted(connection, frame.project_no, nos, ask.user_id))
    user_ids = sorted(rows)
    position = {user_id: index for index, user_id in enumerate(user_ids)}
    ordered = [rows[user_id] for user_id in user_ids]
    member = np.array([[no in person.media for no in nos] for person in ordered], np.bool_).reshape(
        -1, len(nos)
    )
    return Roster(user_ids, ordered, member, _columns(played, position, nos), position)


def read_origins(connection: Connection, frame: Frame, ask: Ask) -> Origins:
    """Return each user's addresses and user agents if asked for, in the order of their first use."""
    found: defaultdict[UserId, tuple[dict[str, None], dict[str, None]]] = defaultdict(lambda: ({}, {}))
    if ask.ip or ask.user_agent:
        for row in attendance.origins(connection, frame.project_no, frame.media_nos(), ask.user_id):
            addresses, agents = found[row.user_id]
            addresses[row.ip] = None
            agents[row.user_agent] = None
    return found


def _add_plays(people: defaultdict[UserId, Person], played: Iterable[PlayRow]) -> None:
    for play in played:
        person = people[play.user_id]
        person.media.add(play.media_no)
        person.signed = bool(person.signed) or play.identity == "signed"
        if person.first_seen_ms is None or play.opened_ms < person.first_seen_ms:
            person.first_seen_ms = play.opened_ms
        if person.last_seen_ms is None or play.last_arrival_ms > person.last_seen_ms:
            person.last_seen_ms = play.last_arrival_ms


def _add_listed(people: defaultdict[UserId, Person], rows: list[ListedRow]) -> None:
    """Add list rows: present ones first, the one changed last before the others, so that its name is taken."""
    rows.sort(key=lambda row: (row.removed_ms is not None, -row.updated_ms))
    for row in rows:
        person = people[row.user_id]
        if person.name is None:
            person.name = row.name
        if row.removed_ms is None:
            person.listed = True
            person.media.add(row.media_no)
        elif not person.listed:
            person.removed_ms = max(person.removed_ms or 0, row.removed_ms)


def _add_granted(rows: dict[UserId, Person], granted: Iterable[GrantedRow]) -> None:
    """Fill in what the lists no longer tell of those who have evidence."""
    for grant in granted:
        person = rows.get(grant.user_id)
        if person is not None and not person.listed:
            person.name = grant.name if person.name is None else person.name
            person.removed_ms = grant.revoked_ms if person.removed_ms is None else person.removed_ms


def _columns(played: list[PlayRow], position: dict[UserId, int], nos: list[MediaNo]) -> Plays:
    media = {no: index for index, no in enumerate(nos)}
    return Plays(
        no=np.array([play.no for play in played], np.int64),
        user=np.array([position[play.user_id] for play in played], np.int64),
        media=np.array([media[play.media_no] for play in played], np.int64),
        signed=np.array([play.identity == "signed" for play in played], np.bool_),
    )
