"""Statistics as CSV (RFC 4180, UTF-8 with a mark so that spreadsheets know it): a row per participant and session.

Texts stand in quotes and are no formulas, also to readers that part cells by semicolons or tabs. Columns have the
names of the JSON, those of a session with `session_` before them, and behind these the ones of each quiz with
`quiz_<id>_` and of each named poll with `poll_<id>_` before them, equal in all rows of a participant. Whoever has no
session is one row all the same. How single checks went, and how polls were counted, is in the other formats.
"""

import csv
import io
from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from rollcall.render.cells import (
    Cell,
    cells,
    chosen_text,
    guarded,
    list_names,
    list_texts,
    present,
    quizzes_of,
    scalars,
    votes_of,
)
from rollcall.wire.statistics import (
    Participant,
    ParticipantQuiz,
    ParticipantSession,
    Poll,
    Quiz,
    Report,
    Session,
)

BATCH_ROWS = 250
BOM = "\ufeff"
OF_SESSION = "session_"
OF_POLL = ("question", "chosen", "voted_at")
OF_QUIZ = [name for name in scalars(ParticipantQuiz) if name != "quiz_id"]


def csv_chunks(report: Report) -> Iterator[bytes]:
    """Yield the report as the pieces of one CSV file."""
    text = io.StringIO(BOM)
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    known = {session.id: session for session in report.sessions}
    rows = iter(report.participants)
    first = next(rows, None)
    named = [poll for poll in report.polls if not poll.anonymous]
    columns = _Columns(first, report.sessions, report.quizzes, named)
    writer.writerow(columns.header)
    if first is not None:
        writer.writerows(columns.rows(first, known))
    yield _take(text)
    while batch := list(islice(rows, BATCH_ROWS)):
        for row in batch:
            writer.writerows(columns.rows(row, known))
        yield _take(text)


class _Columns:
    """The columns of one report: fields that it does not have are left out, as its first values tell."""

    def __init__(
        self, first: Participant | None, sessions: list[Session], quizzes: list[Quiz], polls: list[Poll]
    ) -> None:
        self._person = list(scalars(Participant)) if first is None else present(first, scalars(Participant))
        self._lists = [] if first is None else list_names(first)
        # `id` is the `session_id` of what was watched in it.
        head = [name for name in scalars(Session) if name != "id"]
        self._head = present(sessions[0], head) if sessions else head
        self._watched = [name for name in scalars(ParticipantSession) if name != "session_id"]
        self._quizzes, self._polls = quizzes, polls
        of_session = [*self._head, *self._watched]
        of_quizzes = [f"quiz_{quiz.id}_{name}" for quiz in quizzes for name in ("title", *OF_QUIZ)]
        of_polls = [f"poll_{poll.id}_{name}" for poll in polls for name in OF_POLL]
        self.header = [
            *self._person, *self._lists, "session_id", *(OF_SESSION + name for name in of_session), *of_quizzes,
            *of_polls,
        ]  # fmt: skip

    def rows(self, row: Participant, known: dict[str, Session]) -> Iterator[list[str | float]]:
        """Yield the lines of one participant."""
        person = [*cells(row, self._person), *list_texts(row, self._lists)]
        beside = [*self._of_quizzes(row), *self._of_polls(row)]
        for watched in row.sessions or (None,):
            yield [_text(cell) for cell in [*person, *self._session(watched, known), *beside]]

    def _session(self, watched: ParticipantSession | None, known: dict[str, Session]) -> list[Cell]:
        if watched is None:
            return [None] * (1 + len(self._head) + len(self._watched))
        head: Struct = known[watched.session_id]
        return [watched.session_id, *cells(head, self._head), *cells(watched, self._watched)]

    def _of_quizzes(self, row: Participant) -> list[Cell]:
        taken = quizzes_of(row)
        nothing: list[Cell] = [None] * len(OF_QUIZ)
        return [
            cell
            for quiz in self._quizzes
            for cell in (quiz.title, *(cells(taken[quiz.id], OF_QUIZ) if quiz.id in taken else nothing))
        ]

    def _of_polls(self, row: Participant) -> list[Cell]:
        votes = votes_of(row)
        cast = [(poll, votes.get(poll.id)) for poll in self._polls]
        return [
            cell
            for poll, vote in cast
            for cell in (
                poll.question,
                None if vote is None else chosen_text(vote),
                None if vote is None else vote.voted_at,
            )
        ]


def _text(cell: Cell) -> str | float:
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case int() | float():
            return cell
        case _:
            return guarded(cell)


def _take(text: io.StringIO) -> bytes:
    piece = text.getvalue().encode("utf-8", "replace")
    text.seek(0)
    text.truncate()
    return piece
