"""Turns what was counted into rows, one participant at a time while they are read, so that a report streams.

It decides nothing: every number here was counted in `watching` or `outcomes`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec import UNSET, UnsetType
from numpy.typing import NDArray

from rollcall.actions.statistics.frame import Ask, Frame
from rollcall.actions.statistics.heads import session_code
from rollcall.actions.statistics.outcomes import NEVER, NOT_ASKED, NUMBER, OUTCOMES, Outcomes
from rollcall.actions.statistics.roster import Origins, Person, Roster
from rollcall.actions.statistics.watching import Watched
from rollcall.domain.ids import UserId
from rollcall.store.attendance import Ints
from rollcall.wire.api.values import rfc3339, rfc3339_or_none
from rollcall.wire.statistics import (
    Identity,
    Outcome,
    Participant,
    ParticipantCheck,
    ParticipantMedia,
    ParticipantSession,
)

BATCH_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Counted:
    """Everything that the rows tell, counted within one transaction."""

    frame: Frame
    ask: Ask
    roster: Roster
    watched: Watched
    outcomes: Outcomes
    origins: Origins


def participants(counted: Counted) -> Iterator[Participant]:
    """Make the rows of a report, in the order of the roster."""
    confirmed = _per_session(counted, "confirmed")
    missed = _per_session(counted, "missed")
    for first in range(0, len(counted.roster.user_ids), BATCH_ROWS):
        rows = slice(first, first + BATCH_ROWS)
        parts = zip(
            counted.roster.user_ids[rows],
            counted.roster.people[rows],
            counted.watched.total[rows].tolist(),
            counted.watched.plain[rows].tolist(),
            _sessions(counted, rows, confirmed, missed),
            _checks(counted, rows),
            _media(counted, rows),
            strict=True,
        )
        for part in parts:
            yield _participant(counted, *part)


def _participant(
    counted: Counted,
    user_id: UserId,
    person: Person,
    watched_ms: int,
    plain_ms: int,
    sessions: list[ParticipantSession],
    checks: list[ParticipantCheck],
    per_media: list[ParticipantMedia] | UnsetType,
) -> Participant:
    addresses, agents = counted.origins.get(user_id, ({}, {}))
    return Participant(
        user_id=user_id,
        name=person.name,
        identity=_identity(person, counted.frame),
        watched_ms=watched_ms,
        watched_plain_ms=plain_ms,
        first_seen_at=rfc3339_or_none(person.first_seen_ms),
        last_seen_at=rfc3339_or_none(person.last_seen_ms),
        removed_at=None if person.listed else rfc3339_or_none(person.removed_ms),
        sessions=sessions,
        checks=checks,
        per_media=per_media,
        ip=list(addresses) if counted.ask.ip else UNSET,
        user_agent=list(agents) if counted.ask.user_agent else UNSET,
    )


def _identity(person: Person, frame: Frame) -> Identity:
    """Signed with any signed play, plain with plain plays only; without a play as the media asks for."""
    if person.signed is not None:
        return "signed" if person.signed else "plain"
    return "plain" if all(media.identity == "plain" for media in frame.media) else "signed"


def _per_session(counted: Counted, outcome: Outcome) -> Ints:
    """Return how many checks of each session ended so, by user and session."""
    ended = counted.outcomes.outcome == NUMBER[outcome]
    belongs = np.array(counted.frame.session_of_check, np.int64)
    sessions = range(len(counted.frame.sessions))
    columns = [ended[:, belongs == session].sum(axis=1) for session in sessions]
    return np.array(columns, np.int64).T.reshape(len(ended), len(columns))


def _sessions(
    counted: Counted, rows: slice, confirmed: Ints, missed: Ints
) -> Iterator[list[ParticipantSession]]:
    frame = counted.frame
    ids = [session.code for session in frame.sessions]
    position = {no: index for index, no in enumerate(frame.media_nos())}
    theirs = counted.roster.member[rows][:, [position[session.media_no] for session in frame.sessions]]
    for numbers in zip(
        *_lists(counted.watched.sessions[rows], confirmed[rows], missed[rows], theirs), strict=True
    ):
        yield [
            ParticipantSession(session_id, watched_ms, confirmed_count, missed_count)
            for session_id, watched_ms, confirmed_count, missed_count, own in zip(ids, *numbers, strict=True)
            if own
        ]


def _checks(counted: Counted, rows: slice) -> Iterator[list[ParticipantCheck]]:
    frame, o = counted.frame, counted.outcomes
    ids = [(check.code, session_code(frame, index)) for index, check in enumerate(frame.checks)]
    columns = _lists(o.outcome[rows], o.late[rows], o.issued[rows], o.shown[rows], o.confirmed[rows])
    for numbers in zip(*columns, strict=True):
        yield [
            ParticipantCheck(
                check_id,
                session_id,
                OUTCOMES[outcome],
                late,
                _moment(issued),
                _moment(shown),
                _moment(confirmed),
            )
            for (check_id, session_id), outcome, late, issued, shown, confirmed in zip(
                ids, *numbers, strict=True
            )
            if outcome != NOT_ASKED
        ]


def _media(counted: Counted, rows: slice) -> Iterator[list[ParticipantMedia] | UnsetType]:
    codes = [media.code for media in counted.frame.media]
    for watched, theirs in zip(
        *_lists(counted.watched.media[rows], counted.roster.member[rows]), strict=True
    ):
        yield (
            [ParticipantMedia(code, ms) for code, ms, own in zip(codes, watched, theirs, strict=True) if own]
            if counted.frame.event
            else UNSET
        )


def _lists(*arrays: NDArray[Any]) -> list[list[list[Any]]]:
    return [array.tolist() for array in arrays]


def _moment(at_ms: int) -> str | None:
    return None if at_ms == NEVER else rfc3339(at_ms)
