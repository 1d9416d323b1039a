"""Statistics of a media or an event: who watched how long in which session, and how every check ended.

A report is counted within one read transaction, so all its numbers are of one moment; its rows are made while they are
read, after the transaction has ended. Times and lists come from the store, rules from `domain/credit`; formats are in
`render`.
"""

from rollcall.actions.statistics.frame import Ask, Frame, wall_of
from rollcall.actions.statistics.heads import checks, head, outages, rules_of, sessions
from rollcall.actions.statistics.joining import flags_of
from rollcall.actions.statistics.outcomes import read_outcomes
from rollcall.actions.statistics.polls import read_polls, told_polls
from rollcall.actions.statistics.quizzes import read_quizzes, told_quizzes
from rollcall.actions.statistics.roster import Roster, read_roster, read_whereabouts
from rollcall.actions.statistics.rows import Counted, participants
from rollcall.actions.statistics.size import FRAMES, Size, Subject, size_of
from rollcall.actions.statistics.watching import count_watched
from rollcall.domain.errors import NotFound
from rollcall.domain.ids import ProjectNo
from rollcall.domain.rules import PUBLISHED, Rules
from rollcall.store import judging
from rollcall.store import statistics as store
from rollcall.store.database import Connection, Database
from rollcall.store.flags import flags_by_user
from rollcall.store.judging import OutageRow
from rollcall.store.logos import find_logo
from rollcall.store.projects import get_project
from rollcall.wire.api.values import rfc3339
from rollcall.wire.statistics import Report

__all__ = [
    "Ask",
    "Size",
    "Subject",
    "report_about",
    "report_anything_now",
    "report_event",
    "report_media",
    "size_of",
]


async def report_media(
    db: Database, project_no: ProjectNo, code: str, ask: Ask, now_ms: int, rules: Rules = PUBLISHED
) -> Report:
    """Return the statistics of a media; raises NotFound for a media or session that the project has not."""
    return await report_about("media", db, project_no, code, ask, now_ms, rules)


async def report_event(
    db: Database, project_no: ProjectNo, code: str, ask: Ask, now_ms: int, rules: Rules = PUBLISHED
) -> Report:
    """Return the statistics of an event, the union over its media; raises NotFound like `report_media`."""
    return await report_about("event", db, project_no, code, ask, now_ms, rules)


async def report_about(
    subject: Subject, db: Database, project_no: ProjectNo, code: str, ask: Ask, now_ms: int, rules: Rules
) -> Report:
    """Return the statistics of a media or an event; raises NotFound like `report_media`."""

    def count(connection: Connection) -> Report:
        store.freeze(connection)
        return _report(connection, FRAMES[subject](connection, project_no, code, ask, now_ms, rules), ask)

    return await db.read_long(project_no, count)


def report_anything_now(db: Database, code: str, ask: Ask, now_ms: int, rules: Rules = PUBLISHED) -> Report:
    """Return the statistics of the media or event `code` of whichever project, in the calling thread.

    For whoever holds the data directory; raises NotFound when there is neither.
    """

    def count(connection: Connection) -> Report:
        store.freeze(connection)
        owner = store.find_owner(connection, code)
        if owner is None:
            raise NotFound(f"There is no media or event '{code}'.")
        frame = FRAMES["media" if owner.is_media else "event"]
        return _report(connection, frame(connection, owner.project_no, code, ask, now_ms, rules), ask)

    return db.read_now(count)


def _report(connection: Connection, frame: Frame, ask: Ask) -> Report:
    roster = read_roster(connection, frame, ask)
    watched = count_watched(connection, frame, roster)
    outcomes = read_outcomes(connection, frame, roster, watched)
    whereabouts = read_whereabouts(connection, frame, roster, ask)
    flags = flags_by_user(connection, frame.project_no, frame.media_nos(), roster.whose)
    if roster.joined is not None:
        flags = flags_of(roster.joined, flags)
    quizzes = read_quizzes(connection, frame, roster, ask)
    polls = read_polls(connection, frame, roster, ask)
    return Report(
        head=head(frame),
        generated_at=rfc3339(frame.now_ms),
        sessions=sessions(frame),
        checks=checks(frame, outcomes),
        outages=outages(frame, _outages(connection, frame, roster)),
        quizzes=told_quizzes(frame, quizzes),
        polls=told_polls(frame, polls),
        rules=rules_of(frame.judged),
        organiser=get_project(connection, frame.project_no).title,
        logo=find_logo(connection, frame.project_no),
        language=ask.language,
        count=len(roster.user_ids),
        participants=participants(
            Counted(frame, ask, roster, watched, outcomes, whereabouts, flags, quizzes, polls)
        ),
    )


def _outages(connection: Connection, frame: Frame, roster: Roster) -> list[OutageRow]:
    """Return the outages from the first to the last moment that the report may speak of."""
    if frame.judged is None or not frame.sessions:
        return []
    windows = [window for row in frame.sessions if (window := wall_of(row, frame.now_ms)) is not None]
    first = [window.start for window in windows]
    last = [window.end for window in windows]
    if len(windows) < len(frame.sessions):
        first += roster.plays.opened_ms.tolist()
        last += roster.plays.last_arrival_ms.tolist()
    if not first:
        return []
    return judging.outages_between(connection, frame.project_no, frame.judged.no, min(first), max(last))
