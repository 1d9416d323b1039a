"""Counts how long everybody watched: reads the spans of a few thousand plays at a time, unites them, cuts sessions.

However many spans there are, only one portion of them is in memory. The rule is `domain/credit`; this is the same for
many users at once. It knows nothing of names or of how checks ended.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from rollcall.actions.statistics.coverage import Coverage, clip, cover, lengths
from rollcall.actions.statistics.frame import Frame
from rollcall.actions.statistics.roster import Roster
from rollcall.domain.intervals import Interval, union
from rollcall.store import attendance
from rollcall.store.attendance import Ints
from rollcall.store.database import Connection

PORTION_PLAYS = 8_000


@dataclass(frozen=True, slots=True)
class Watched:
    """Milliseconds per user: in all, proven by plain plays only, and by session and media; presence by check."""

    total: Ints
    plain: Ints
    sessions: Ints
    media: Ints
    present: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Portion:
    """Spans of the users `first <= user < until`; `user` counts from `first`."""

    first: int
    until: int
    user: Ints
    media: Ints
    signed: NDArray[np.bool_]
    start: Ints
    end: Ints


def count_watched(connection: Connection, frame: Frame, roster: Roster) -> Watched:
    """Return what every row of the report watched."""
    users = len(roster.user_ids)
    watched = Watched(
        total=np.zeros(users, np.int64),
        plain=np.zeros(users, np.int64),
        sessions=np.zeros((users, len(frame.sessions)), np.int64),
        media=np.zeros((users, len(frame.media)), np.int64),
        present=np.zeros((users, len(frame.checks)), np.bool_),
    )
    for portion in _portions(connection, frame, roster):
        _count(watched, frame, portion)
    return watched


def _portions(connection: Connection, frame: Frame, roster: Roster) -> Iterator[_Portion]:
    plays = roster.plays
    by_user = np.argsort(roster.play_user, kind="stable")
    whose = roster.play_user[by_user]
    begin = 0
    while begin < len(whose):
        last_user = int(whose[min(begin + PORTION_PLAYS, len(whose)) - 1])
        end = int(np.searchsorted(whose, last_user, "right"))
        chosen = np.sort(by_user[begin:end])
        spans = attendance.playing(connection, frame.project_no, plays.no[chosen].tolist())
        play = chosen[np.searchsorted(plays.no[chosen], spans[:, 0])]
        first = int(whose[begin])
        yield _Portion(
            first,
            last_user + 1,
            roster.play_user[play] - first,
            roster.play_media[play],
            plays.signed[play],
            spans[:, 1],
            spans[:, 2],
        )
        begin = end


def _count(watched: Watched, frame: Frame, portion: _Portion) -> None:
    rows = slice(portion.first, portion.until)
    users = portion.until - portion.first
    proven: list[list[Coverage]] = []
    signed: list[list[Coverage]] = []
    for index, media in enumerate(frame.media):
        here = portion.media == index
        whole = _covered(portion, here, users)
        windows = frame.windows(media.no)
        for position, window in windows:
            watched.sessions[rows, position] = lengths(clip(whole, window, users))
        for position, window in frame.attendance_windows(media.no):
            watched.present[rows, position] = lengths(clip(whole, window, users)) > 0
        inside = _inside(whole, windows, users)
        watched.media[rows, index] = _united([inside], users)
        proven.append(inside)
        if not portion.signed.all():
            signed.append(_inside(_covered(portion, here & portion.signed, users), windows, users))
    watched.total[rows] = _united(proven, users)
    if signed:
        watched.plain[rows] = watched.total[rows] - _united(signed, users)


def _covered(portion: _Portion, here: NDArray[np.bool_], users: int) -> Coverage:
    return cover(portion.user[here], portion.start[here], portion.end[here], users)


def _inside(whole: Coverage, windows: list[tuple[int, Interval]], users: int) -> list[Coverage]:
    """Return the disjoint parts of one media's evidence that lie in its sessions."""
    return [clip(whole, window, users) for window in union(window for _, window in windows)]


def _united(by_media: list[list[Coverage]], users: int) -> Ints:
    """Return the length of the union; only parts of different media can overlap."""
    parts = list(chain.from_iterable(by_media))
    if len(by_media) == 1 or not parts:
        return np.sum([lengths(part) for part in parts], axis=0, dtype=np.int64) + np.zeros(users, np.int64)
    together = cover(
        np.concatenate([part.owner for part in parts]),
        np.concatenate([part.start for part in parts]),
        np.concatenate([part.end for part in parts]),
        users,
    )
    return lengths(together)
