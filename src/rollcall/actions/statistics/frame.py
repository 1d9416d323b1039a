"""What a report is about: its media, sessions and issued checks, narrowed to what was asked for.

A check belongs to the session of its media that holds its `issued_ms` in the current revision, else to none, so
sessions drawn or moved afterwards take their checks along. In a recording no session holds a moment: there a check
belongs to the session in which it was asked, wherever that lies now.
"""

from dataclasses import dataclass

from rollcall.actions.statistics.judging import NO_SESSION, JudgedEvent, read_event
from rollcall.domain.credit import wall
from rollcall.domain.errors import NotFound
from rollcall.domain.ids import MediaNo, ProjectNo, SessionId, UserId
from rollcall.domain.intervals import Interval
from rollcall.domain.rules import Rules
from rollcall.domain.sessions import ContentWindow, WallWindow
from rollcall.store import statistics as store
from rollcall.store.database import Connection
from rollcall.store.statistics import CheckRow, EventRow, MediaRow, SessionRow
from rollcall.wire.statistics import Language


@dataclass(frozen=True, slots=True)
class Ask:
    """What a caller wants of a report: filters, personal data only where asked for, the language of a protocol.

    The rows of the first `skip` participants are not made.
    """

    user_id: UserId | None = None
    session_id: SessionId | None = None
    ip: bool = False
    user_agent: bool = False
    language: Language = "ru"
    skip: int = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """Columns of a report. Media, sessions and checks are known by their position in these lists.

    `judged` is the whole event, None when it has no media; `every_session` those of the media before narrowing.
    """

    project_no: ProjectNo
    judged: JudgedEvent | None
    event: EventRow | None
    media: list[MediaRow]
    sessions: list[SessionRow]
    every_session: list[SessionRow]
    checks: list[CheckRow]
    session_of_check: list[int]
    now_ms: int
    rules: Rules

    def media_nos(self) -> list[MediaNo]:
        """Return the row numbers of the media."""
        return [media.no for media in self.media]

    def windows(self, media_no: MediaNo) -> list[tuple[int, Interval]]:
        """Return position and wall time of each session of a media."""
        return [
            (position, window)
            for position, session in enumerate(self.sessions)
            if session.media_no == media_no and (window := wall_of(session, self.now_ms)) is not None
        ]

    def attendance_windows(self, media_no: MediaNo) -> list[tuple[int, Interval]]:
        """Return position of each check of a media and the time in which playing means that one was present."""
        return [
            (position, Interval(check.issued_ms - self.rules.present_before_ms, _last_moment_ms(check)))
            for position, check in enumerate(self.checks)
            if check.media_no == media_no
        ]

    def asked_in(self, check: int) -> ContentWindow | None:
        """Return the session of content in which a plan asked each participant at their own time."""
        position, of = self.session_of_check[check], self.checks[check]
        if self.judged is None or position == NO_SESSION or of.origin != "plan":
            return None
        window = self.judged.window(self.sessions[position], self.now_ms)
        return window if isinstance(window, ContentWindow) else None


def media_frame(
    connection: Connection, project_no: ProjectNo, code: str, ask: Ask, now_ms: int, rules: Rules
) -> Frame:
    """Return the frame of one media; raises NotFound for a media or session that the project has not."""
    media = store.find_media(connection, project_no, code)
    if media is None:
        raise NotFound(f"There is no media '{code}' in this project.")
    return _frame(connection, project_no, None, [media], ask, now_ms, rules)


def event_frame(
    connection: Connection, project_no: ProjectNo, code: str, ask: Ask, now_ms: int, rules: Rules
) -> Frame:
    """Return the frame of an event over all its media; raises NotFound like `media_frame`."""
    event = store.find_event(connection, project_no, code)
    if event is None:
        raise NotFound(f"There is no event '{code}' in this project.")
    media = store.media_of_event(connection, project_no, event.no)
    return _frame(connection, project_no, event, media, ask, now_ms, rules)


def wall_of(session: SessionRow, now_ms: int) -> Interval | None:
    """Return a session's wall time, up to `now_ms` while it is open; None when it is a window of content."""
    if session.starts_ms is None:
        return None
    return wall(WallWindow(session.starts_ms, session.ends_ms), now_ms)


def _frame(
    connection: Connection,
    project_no: ProjectNo,
    event: EventRow | None,
    media: list[MediaRow],
    ask: Ask,
    now_ms: int,
    rules: Rules,
) -> Frame:
    nos = [m.no for m in media]
    judged = read_event(connection, nos[0], rules) if nos else None
    sessions = every_session = [s for s in judged.sessions if s.media_no in nos] if judged else []
    checks = store.issued_checks(connection, project_no, nos)

    def belongs_to(check: CheckRow) -> int:
        if judged is None:
            return NO_SESSION
        return judged.session_holding(sessions, check.media_no, check.issued_ms, check.session_no)

    if ask.session_id is not None:
        sessions = [session for session in sessions if session.code == ask.session_id]
        if not sessions:
            raise NotFound(f"There is no session '{ask.session_id}' here.")
        checks = [check for check in checks if belongs_to(check) != NO_SESSION]
    belongs = [belongs_to(check) for check in checks]
    return Frame(project_no, judged, event, media, sessions, every_session, checks, belongs, now_ms, rules)


def _last_moment_ms(check: CheckRow) -> int:
    issued_ms = check.last_issued_ms if check.origin == "plan" else check.issued_ms
    return issued_ms + check.lifetime_s * 1000
