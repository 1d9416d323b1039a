"""Counts single participants by the reference rule: those whose time is late, unverified, voided or of content.

They are read a few hundred at a time, with all that decides about them.
"""

from collections.abc import Sequence

import numpy as np

from rollcall.actions.statistics.frame import Frame
from rollcall.actions.statistics.judging import Case, JudgedEvent, read_cases
from rollcall.actions.statistics.roster import Roster
from rollcall.actions.statistics.watched import Watched
from rollcall.domain.credit import Credit, Watching, credit, credit_in, presence
from rollcall.domain.credit.spans import slice_of
from rollcall.domain.ids import MediaNo
from rollcall.domain.intervals import Interval, intersect
from rollcall.domain.sessions import ContentWindow
from rollcall.store import judging as store
from rollcall.store.attendance import Ints
from rollcall.store.database import Connection

BATCH_USERS = 200


def who_needs_it(connection: Connection, frame: Frame, roster: Roster) -> Ints:
    """Return the positions of users who need the whole rule whatever their spans are.

    Whoever has anything that may matter is named, and the rule alone decides whether it does.
    """
    event = frame.judged
    if event is None:
        return np.zeros(0, np.int64)
    media = list(event.media)
    named = store.who_hid_prompts(connection, event.project_no, media)
    if event.policy != "record":
        named |= store.who_missed(connection, event.project_no, media)
    by_name = [roster.position[user_id] for user_id in named if user_id in roster.position]
    watched_content = np.isin(
        roster.play_media, [i for i, no in enumerate(frame.media_nos()) if no in event.by_content]
    )
    return np.union1d(np.array(by_name, np.int64), roster.play_user[watched_content])


def count_exactly(
    connection: Connection, frame: Frame, roster: Roster, users: Sequence[int], watched: Watched
) -> None:
    """Set the figures of these users."""
    event = frame.judged
    if event is None:
        return
    for first in range(0, len(users), BATCH_USERS):
        batch = {roster.user_ids[user]: user for user in users[first : first + BATCH_USERS]}
        for user_id, case in read_cases(connection, event, roster.ids(batch)).items():
            _count(frame, event, case, batch[user_id], watched)


def _count(frame: Frame, event: JudgedEvent, case: Case, user: int, watched: Watched) -> None:
    nos = frame.media_nos()
    spans = [span for span in case.spans if span.media_no in nos]
    found = _credit(frame, event, case, spans)
    watched.put(user, found)
    for position, no in enumerate(nos):
        watched.media[user, position] = found.media[no].watched_ms if no in found.media else 0
        there = presence([s for s in spans if s.media_no == no], case.standing, event.rules)
        for check, window in frame.attendance_windows(no):
            asked_in = frame.asked_in(check)
            when = [window] if asked_in is None else _playing(spans, no, asked_in)
            watched.present[user, check] = bool(intersect(there, when))


def _playing(spans: Sequence[Watching], media_no: MediaNo, window: ContentWindow) -> list[Interval]:
    """Return when spans of a recording played in one of its sessions."""
    parts = (slice_of(span, window) for span in spans if span.media_no == media_no)
    return [part.wall for part in parts if part is not None]


def _credit(frame: Frame, event: JudgedEvent, case: Case, spans: Sequence[Watching]) -> Credit:
    sessions = event.sessions_of(frame.media_nos(), frame.now_ms)
    if len(frame.sessions) == len(frame.every_session):
        return credit(spans, sessions, frame.now_ms, case.standing, event.rules)
    position = frame.every_session.index(frame.sessions[0])
    return credit_in(spans, sessions, position, frame.now_ms, case.standing, event.rules)
