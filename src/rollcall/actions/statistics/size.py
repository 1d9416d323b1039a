"""How much a report will tell, known without counting it: whose turn it takes, and whether anybody can wait for it."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from rollcall.actions.statistics.frame import Ask, Frame, event_frame, media_frame
from rollcall.actions.statistics.quizzes import told_media
from rollcall.domain.ids import ProjectNo
from rollcall.domain.rules import Rules
from rollcall.store import attendance, polls, quizzes
from rollcall.store.database import Connection, Database

Subject: TypeAlias = Literal["media", "event"]
FRAMES: Final = {"media": media_frame, "event": event_frame}
LARGE_PEOPLE: Final = 1_000  # a protocol of as many takes two seconds
LARGE_CELLS: Final = 20_000  # a workbook of as many takes more than a second
MOST_COUNTED: Final = 100_000


@dataclass(frozen=True, slots=True)
class Size:
    """`people`, counted to one more than 100,000, and `columns`: themselves, sessions, checks, quizzes and polls."""

    people: int
    columns: int

    @property
    def cells(self) -> int:
        """What the time to write it goes by."""
        return self.people * self.columns

    @property
    def is_large(self) -> bool:
        """Whether small ones must not wait for it."""
        return self.people > LARGE_PEOPLE or self.cells > LARGE_CELLS


async def size_of(
    subject: Subject, db: Database, project_no: ProjectNo, code: str, ask: Ask, now_ms: int, rules: Rules
) -> Size:
    """Return how much a report will tell; raises NotFound where `report_about` would."""

    def look(connection: Connection) -> Size:
        frame = FRAMES[subject](connection, project_no, code, ask, now_ms, rules)
        columns = _columns(connection, frame, ask)
        if ask.user_id is not None:
            return Size(1, columns)
        people = attendance.count_users(connection, project_no, frame.media_nos(), MOST_COUNTED)
        return Size(people, columns)

    return await db.read(look)


def _columns(connection: Connection, frame: Frame, ask: Ask) -> int:
    asked = told_media(frame, ask)
    held = len(quizzes.list_opened(connection, asked)) + len(polls.list_opened(connection, asked))
    return 1 + len(frame.sessions) + len(frame.checks) + held
