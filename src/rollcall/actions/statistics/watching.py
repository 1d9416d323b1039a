"""Counts how long everybody watched: reads the spans of a few thousand plays at a time, unites them, cuts sessions.

However many spans there are, only one portion of them is in memory. The rule is `domain/credit`; this is the same for
many users at once, as far as everything they watched came live. Whom more than that concerns (late or unverified time,
voids, a recording's content) is counted by the rule itself, in `exact`. It knows nothing of names or of how checks
ended.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rollcall.actions.statistics.coverage import Coverage, clip, cover, cover_twice, lengths
from rollcall.actions.statistics.exact import count_exactly, who_needs_it
from rollcall.actions.statistics.frame import Frame
from rollcall.actions.statistics.roster import Roster
from rollcall.actions.statistics.watched import LISTED, Watched, nothing_watched
from rollcall.domain.intervals import Intervals, union
from rollcall.store import attendance
from rollcall.store.attendance import BEHIND, HIDDEN, MUTED, PAUSED, STALLED, WEAK, Ints
from rollcall.store.database import Connection

PORTION_PLAYS = 8_000
MARK_OF = {
    "hidden_ms": HIDDEN, "muted_ms": MUTED, "paused_ms": PAUSED, "stalled_ms": STALLED, "behind_ms": BEHIND,
}  # fmt: skip
Chosen: TypeAlias = NDArray[np.bool_]
Parts: TypeAlias = list[Coverage]  # disjoint


@dataclass(frozen=True, slots=True)
class _Portion:
    """Spans of the users `first <= user < until`; `user` counts from `first`. `marks` as in `store/attendance`."""

    first: int
    until: int
    user: Ints
    media: Ints
    signed: Chosen
    marks: Ints
    start: Ints
    end: Ints

    @property
    def users(self) -> int:
        """Return how many users there are."""
        return self.until - self.first

    def marked(self, marks: int) -> Chosen:
        """Tell which spans have any of these marks."""
        chosen: Chosen = (self.marks & marks) != 0
        return chosen

    def cover(self, chosen: Chosen) -> Coverage:
        """Return what the chosen spans cover of each user's time."""
        return cover(self.user[chosen], self.start[chosen], self.end[chosen], self.users)

    def cover_twice(self, chosen: Chosen) -> tuple[Coverage, Coverage]:
        """Return what the chosen spans cover at least once, and at least twice."""
        return cover_twice(self.user[chosen], self.start[chosen], self.end[chosen], self.users)


@dataclass(frozen=True, slots=True)
class _Inside:
    """What lies inside the sessions, per media: what counts, that by signature, what played once and twice, listed."""

    counted: list[Parts]
    signed: list[Parts]
    once: list[Parts]
    twice: list[Parts]
    listed: dict[str, list[Parts]]


def count_watched(connection: Connection, frame: Frame, roster: Roster) -> Watched:
    """Return what every row of the report watched."""
    watched = nothing_watched(len(roster.user_ids), len(frame.sessions), len(frame.media), len(frame.checks))
    exactly = [who_needs_it(connection, frame, roster)]
    for portion in _portions(connection, frame, roster):
        _count(watched, frame, portion)
        weak = portion.marked(WEAK) & ~portion.marked(PAUSED | STALLED)
        exactly.append(np.unique(portion.user[weak]) + portion.first)
    count_exactly(connection, frame, roster, np.unique(np.concatenate(exactly)).tolist(), watched)
    return watched


def _portions(connection: Connection, frame: Frame, roster: Roster) -> Iterator[_Portion]:
    plays = roster.plays
    by_user = np.argsort(roster.play_user, kind="stable")
    whose = roster.play_user[by_user]
    by_content = frozenset() if frame.judged is None else frame.judged.by_content
    at_will = np.array([media.no in by_content for media in frame.media], np.bool_)
    begin = 0
    while begin < len(whose):
        last_user = int(whose[min(begin + PORTION_PLAYS, len(whose)) - 1])
        end = int(np.searchsorted(whose, last_user, "right"))
        chosen = np.sort(by_user[begin:end])
        nos = plays.no[chosen].tolist()
        spans = attendance.spans(connection, frame.project_no, nos, frame.rules.behind_ms)
        play = chosen[np.searchsorted(plays.no[chosen], spans[:, 0])]
        first, media = int(whose[begin]), roster.play_media[play]
        yield _Portion(
            first=first,
            until=last_user + 1,
            user=roster.play_user[play] - first,
            media=media,
            signed=plays.signed[play],
            marks=np.where(at_will[media], spans[:, 1] & ~BEHIND, spans[:, 1]),
            start=spans[:, 2],
            end=spans[:, 3],
        )
        begin = end


def _count(watched: Watched, frame: Frame, portion: _Portion) -> None:
    rows = slice(portion.first, portion.until)
    inside = _Inside([], [], [], [], {name: [] for name in MARK_OF})
    for index in range(len(frame.media)):
        _count_media(watched, frame, portion, index, inside)
    watched.total.watched[rows] = _united(inside.counted, portion.users)
    if inside.signed:
        watched.plain[rows] = watched.total.watched[rows] - _united(inside.signed, portion.users)
    for name, parts in inside.listed.items():
        watched.listed[rows, LISTED.index(name)] = _united(parts, portion.users)
    if len(inside.once) > 1:
        inside.twice.append([cover_twice(*_joined(inside.once), portion.users)[1]])
    watched.listed[rows, LISTED.index("overlap_ms")] = _united(inside.twice, portion.users)


def _count_media(watched: Watched, frame: Frame, portion: _Portion, index: int, inside: _Inside) -> None:
    rows = slice(portion.first, portion.until)
    media_no = frame.media[index].no
    windows = frame.windows(media_no)
    slots = union(window for _, window in windows)
    here = portion.media == index
    playing = here & ~portion.marked(PAUSED | STALLED)
    live = playing & ~portion.marked(WEAK)
    counting = live & ~portion.marked(_barred(frame))
    once, twice = portion.cover_twice(playing)
    there = _covered(portion, live, playing, once)
    whole = _covered(portion, counting, live, there)
    for position, window in windows:
        watched.sessions.watched[rows, position] = lengths(clip(whole, window, portion.users))
    for position, window in frame.attendance_windows(media_no):
        watched.present[rows, position] = lengths(clip(there, window, portion.users)) > 0
    inside.counted.append(_clipped(whole, slots, portion.users))
    inside.once.append(_clipped(once, slots, portion.users))
    inside.twice.append(_clipped(twice, slots, portion.users))
    watched.media[rows, index] = _united(inside.counted[-1:], portion.users)
    if not portion.signed.all():
        signed = portion.cover(counting & portion.signed)
        inside.signed.append(_clipped(signed, slots, portion.users))
    for name, mark in MARK_OF.items():
        chosen = portion.marked(mark) & (here if mark in (PAUSED, STALLED) else playing)
        if chosen.any():
            inside.listed[name].append(_clipped(portion.cover(chosen), slots, portion.users))


def _barred(frame: Frame) -> int:
    """Return the marks of time that does not count in this event."""
    event = frame.judged
    if event is None:
        return 0
    return (0 if event.hidden_counts else HIDDEN) | (0 if event.behind_counts else BEHIND)


def _covered(portion: _Portion, chosen: Chosen, among: Chosen, known: Coverage) -> Coverage:
    """Return what the chosen spans cover; `known` is what those `among` which they are cover."""
    return known if np.array_equal(chosen, among) else portion.cover(chosen)


def _clipped(whole: Coverage, slots: Intervals, users: int) -> Parts:
    return [clip(whole, slot, users) for slot in slots]


def _united(by_media: Sequence[Parts], users: int) -> Ints:
    """Return the length of the union; only parts of different media can overlap."""
    parts = list(chain.from_iterable(by_media))
    if len(by_media) == 1 or not parts:
        return np.sum([lengths(part) for part in parts], axis=0, dtype=np.int64) + np.zeros(users, np.int64)
    return lengths(cover(*_joined(by_media), users))


def _joined(by_media: Sequence[Parts]) -> tuple[Ints, Ints, Ints]:
    parts = list(chain.from_iterable(by_media))
    if not parts:
        return (np.zeros(0, np.int64),) * 3
    owner, start, end = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("owner", "start", "end")
    )
    return owner, start, end
