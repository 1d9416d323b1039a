"""Turns what was counted into rows, one participant at a time while they are read, so that a report streams.

It decides nothing: every number here was counted in `watching` or `outcomes`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec import UNSET, UnsetType
from numpy.typing import NDArray

from rollcall.actions.statistics import polls as of_polls
from rollcall.actions.statistics.frame import Ask, Frame
from rollcall.actions.statistics.heads import session_code
from rollcall.actions.statistics.outcomes import NO_ANSWER, NOT_ASKED, NUMBER, OUTCOMES, Outcomes
from rollcall.actions.statistics.polls import Polls
from rollcall.actions.statistics.quizzes import Quizzes, of_participant
from rollcall.actions.statistics.roster import NEVER, Roster, Whereabouts
from rollcall.actions.statistics.watched import LISTED, Watched
from rollcall.domain.ids import UserId
from rollcall.store.attendance import Ints
from rollcall.store.flags import FlagCount
from rollcall.wire.api.values import rfc3339
from rollcall.wire.statistics import (
    Identity,
    Outcome,
    Participant,
    ParticipantCheck,
    ParticipantFlag,
    ParticipantMedia,
    ParticipantSession,
)

BATCH_ROWS = 250
BESIDE = ("recovered_ms", "unverified_ms", "voided_ms", *LISTED)


@dataclass(frozen=True, slots=True)
class Counted:
    """Everything that the rows tell, counted within one transaction."""

    frame: Frame
    ask: Ask
    roster: Roster
    watched: Watched
    outcomes: Outcomes
    whereabouts: Whereabouts
    flags: Mapping[UserId, Sequence[FlagCount]]
    quizzes: Quizzes
    polls: Polls


def participants(counted: Counted) -> Iterator[Participant]:
    """Make the rows of a report, in the order of the roster."""
    confirmed = _per_session(counted, "confirmed")
    missed = _per_session(counted, "missed")
    users = len(counted.roster.user_ids)
    for first in range(counted.ask.skip, users, BATCH_ROWS):
        batch = range(first, min(first + BATCH_ROWS, users))
        rows = slice(batch.start, batch.stop)
        parts = zip(
            _people(counted, rows),
            _sessions(counted, rows, confirmed[rows], missed[rows]),
            _checks(counted, rows),
            _media(counted, rows),
            batch,
            strict=True,
        )
        for person, sessions, checks, per_media, user in parts:
            user_id, name, identity, watched_ms, plain_ms, first_seen, last_seen, removed, figures = person
            yield Participant(
                user_id=user_id,
                name=name,
                identity=identity,
                watched_ms=watched_ms,
                watched_plain_ms=plain_ms,
                first_seen_at=first_seen,
                last_seen_at=last_seen,
                removed_at=removed,
                sessions=sessions,
                checks=checks,
                flags=_flags(counted, user_id),
                **figures,
                per_media=per_media,
                user_ids=UNSET if counted.roster.joined is None else list(counted.roster.joined[user_id]),
                ip=_distinct(counted.whereabouts.ip, counted, user) if counted.ask.ip else UNSET,
                user_agent=_distinct(counted.whereabouts.user_agent, counted, user)
                if counted.ask.user_agent
                else UNSET,
                quizzes=of_participant(counted.quizzes, user) if counted.quizzes.quizzes else UNSET,
                polls=of_polls.of_participant(counted.polls, user) if counted.polls.has_named() else UNSET,
            )


def _flags(counted: Counted, user_id: UserId) -> list[ParticipantFlag]:
    return [
        ParticipantFlag(flag.kind, flag.count, rfc3339(flag.first_ms), rfc3339(flag.last_ms))
        for flag in counted.flags.get(user_id, ())
    ]


def _people(counted: Counted, rows: slice) -> Iterator[tuple[Any, ...]]:
    """Yield the scalars of each row in the order of `Participant`, then the figures beside by name."""
    roster, watched = counted.roster, counted.watched
    removed = np.where(roster.listed[rows], NEVER, roster.removed[rows])
    total = watched.total
    figures = np.column_stack(
        (total.recovered[rows], total.unverified[rows], total.voided[rows], watched.listed[rows])
    )
    return zip(
        roster.user_ids[rows],
        roster.names[rows],
        _identities(counted, rows),
        total.watched[rows].tolist(),
        watched.plain[rows].tolist(),
        map(_moment, roster.first_seen[rows].tolist()),
        map(_moment, roster.last_seen[rows].tolist()),
        map(_moment, removed.tolist()),
        (dict(zip(BESIDE, values, strict=True)) for values in figures.tolist()),
        strict=True,
    )


def _identities(counted: Counted, rows: slice) -> Iterator[Identity]:
    """Signed with any signed play, plain with plain plays only; without a play as the media asks for."""
    asked_for: Identity = "signed"
    if all(media.identity == "plain" for media in counted.frame.media):
        asked_for = "plain"
    with_plays: tuple[Identity, Identity] = ("plain", "signed")
    roster = counted.roster
    for played, signed in zip(roster.played[rows].tolist(), roster.signed[rows].tolist(), strict=True):
        yield with_plays[signed] if played else asked_for


def _distinct(texts: list[str], counted: Counted, user: int) -> list[str]:
    first = counted.whereabouts.first
    return list(dict.fromkeys(texts[first[user] : first[user + 1]]))


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
    """Yield the sessions of each row; `confirmed` and `missed` are those of `rows` already."""
    frame = counted.frame
    ids = [session.code for session in frame.sessions]
    position = {no: index for index, no in enumerate(frame.media_nos())}
    theirs = counted.roster.member[rows][:, [position[session.media_no] for session in frame.sessions]]
    shares = counted.watched.sessions
    columns = [array[rows] for array in (shares.watched, shares.recovered, shares.unverified, shares.voided)]
    figures = np.stack([columns[0], confirmed, missed, *columns[1:]], axis=-1)
    for numbers, own in zip(*_lists(figures, theirs), strict=True):
        yield [
            ParticipantSession(session_id, *of_session)
            for session_id, of_session, is_own in zip(ids, numbers, own, strict=True)
            if is_own
        ]


def _checks(counted: Counted, rows: slice) -> Iterator[list[ParticipantCheck]]:
    frame, o = counted.frame, counted.outcomes
    ids = [(check.code, session_code(frame, index)) for index, check in enumerate(frame.checks)]
    columns = _lists(
        o.outcome[rows], o.late[rows], o.issued[rows], o.shown[rows], o.confirmed[rows], o.answer[rows],
        o.correct[rows], o.unshown[rows],
    )  # fmt: skip
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
                UNSET if answer == NO_ANSWER else answer,
                UNSET if correct == NO_ANSWER else bool(correct),
                unshown or UNSET,
            )
            for (
                (check_id, session_id),
                outcome,
                late,
                issued,
                shown,
                confirmed,
                answer,
                correct,
                unshown,
            ) in zip(ids, *numbers, strict=True)
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
