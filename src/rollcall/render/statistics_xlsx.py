"""Statistics as a workbook for people: summary, sessions, checks, participants × sessions, and the log of every check.

Where there are quizzes, they and what everybody did at them are two more sheets; where there are polls, what they came
to, a row for each choice, and the votes of the named ones.

Moments are real dates in the media's zone, durations real durations, so a spreadsheet can sort and add them. Rows go to
disk as they are made; what does not fit one sheet goes on in the next. Texts are written as texts, never as formulas.
The file says that it was made when it was counted, so that one report is always the same bytes.
"""

import datetime as dt
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import xlsxwriter
from msgspec import Struct
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from rollcall.render.cells import (
    Cell,
    cells,
    chosen_text,
    list_names,
    list_texts,
    present,
    quizzes_of,
    scalars,
    verdict_of,
    votes_of,
)
from rollcall.render.titles import (
    CHECK_LOG,
    CHECKS,
    PARTICIPANTS,
    POLLS,
    QUIZ_RESULTS,
    QUIZZES,
    RUNNING,
    SESSIONS,
    SUMMARY,
    VOTES,
    title,
    word,
)
from rollcall.wire.statistics import (
    Check,
    Participant,
    ParticipantCheck,
    ParticipantQuiz,
    ParticipantSession,
    Poll,
    Quiz,
    Report,
    Rules,
    Session,
)

PIECE_BYTES = 1 << 16
ROWS_PER_SHEET = 1_048_576
CELL_CHARACTERS = 32_767
DAY_MS = 86_400_000
WIDTHS = {"user_id": 24, "name": 30, "title": 34}
ON_DISK = {"constant_memory": True, "strings_to_urls": False, "default_date_format": "dd.mm.yyyy hh:mm:ss"}
IN_SESSION = [name for name in scalars(ParticipantSession) if name != "session_id"]


def xlsx_chunks(report: Report) -> Iterator[bytes]:
    """Yield the report as the pieces of one XLSX file, once all of its rows have been written."""
    with tempfile.TemporaryDirectory(prefix="rollcall-xlsx-") as folder:
        file = Path(folder) / "statistics.xlsx"
        _Workbook(file, folder, ZoneInfo(report.head.timezone)).write(report)
        with file.open("rb") as written:
            while piece := written.read(PIECE_BYTES):
                yield piece


class _Workbook:
    """One workbook while it is written."""

    def __init__(self, file: Path, folder: str, zone: ZoneInfo) -> None:
        self._book = xlsxwriter.Workbook(str(file), {**ON_DISK, "tmpdir": folder})
        self._zone = zone
        self.head = self._book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.moment = self._book.add_format({"num_format": "dd.mm.yyyy hh:mm:ss"})
        self.duration = self._book.add_format({"num_format": "[h]:mm:ss"})

    def write(self, report: Report) -> None:
        """Write every sheet and close the file."""
        try:
            self._write(report)
        finally:
            for (
                sheet
            ) in self._book.worksheets():  # those of a report that nobody wants any more are open still
                sheet._opt_close()

    def sheet(self, name: str, columns: Sequence[tuple[str, str]]) -> "_Sheet":
        """Begin a sheet; a column is a field and its title."""
        return _Sheet(self, name, columns)

    def add(self, name: str) -> Worksheet:
        """Add an empty worksheet."""
        return self._book.add_worksheet(name)

    def put(self, sheet: Worksheet, row: int, column: int, field: str, cell: Cell) -> None:
        """Write one cell as what its field says it is."""
        match cell:
            case None:
                return
            case bool():
                sheet.write_string(row, column, "да" if cell else "нет")
            case int() if field.endswith("_ms"):
                sheet.write_number(row, column, cell / DAY_MS, self.duration)
            case int() | float():
                sheet.write_number(row, column, cell)
            case str() if field.endswith("_at"):
                sheet.write_datetime(row, column, self._local(cell), self.moment)
            case _:
                sheet.write_string(row, column, word(field, cell)[:CELL_CHARACTERS])

    def _write(self, report: Report) -> None:
        self._book.set_properties({"created": dt.datetime.fromisoformat(report.generated_at)})
        summary = self.sheet(SUMMARY, [("", ""), ("", "")])
        self._small(SESSIONS, Session, report.sessions)
        self._small(CHECKS, Check, report.checks)
        if report.quizzes:
            self._small(QUIZZES, Quiz, report.quizzes)
        if report.polls:
            self._polls(report.polls)
        rows = iter(report.participants)
        first = next(rows, None)
        people = _People(self, first, report.sessions)
        log = _CheckLog(self)
        results = _QuizResults(self, report.quizzes) if report.quizzes else None
        named = [poll for poll in report.polls if not poll.anonymous]
        votes = _Votes(self, named) if named else None
        count = 0
        while first is not None:
            people.add(first)
            log.add(first)
            if results is not None:
                results.add(first)
            if votes is not None:
                votes.add(first)
            count, first = count + 1, next(rows, None)
        self._summary(summary, report, count)
        for table in (people, log, results, votes):
            if table is not None:
                table.sheet.finish()
        self._book.close()

    def _local(self, moment: str) -> dt.datetime:
        return dt.datetime.fromisoformat(moment).astimezone(self._zone).replace(tzinfo=None)

    def _small(self, name: str, kind: type[Struct], values: Sequence[Struct]) -> None:
        names = present(values[0], scalars(kind)) if values else list(scalars(kind))
        sheet = self.sheet(name, [(field, title(field)) for field in names])
        for value in values:
            sheet.row(cells(value, names))
        sheet.finish()

    def _polls(self, polls: Sequence[Poll]) -> None:
        names = present(polls[0], scalars(Poll))
        fields = [*names, "choice", "choice_votes"]
        sheet = self.sheet(POLLS, [(field, title(field)) for field in fields])
        for poll in polls:
            for choice in poll.choices:
                sheet.row([*cells(poll, names), choice.text, choice.votes])
        sheet.finish()

    def _summary(self, sheet: "_Sheet", report: Report, participants: int) -> None:
        head = report.head
        for field in present(head, scalars(type(head))):
            sheet.pair(field, getattr(head, field))
        sheet.pair("generated_at", report.generated_at)
        counts = {
            "participants": participants,
            "sessions": len(report.sessions),
            "checks": len(report.checks),
        }
        if report.quizzes:
            counts["quizzes"] = len(report.quizzes)
        if report.polls:
            counts["polls"] = len(report.polls)
        for field, count in counts.items():
            sheet.pair(field, count)
        sheet.pair("duration_ms", sum(session.duration_ms for session in report.sessions))
        if report.rules is not None:
            for field in scalars(Rules):
                sheet.pair(field, getattr(report.rules, field))


class _Sheet:
    """A table of one or more worksheets: header, frozen; rows; a filter over all of it at the end."""

    def __init__(self, book: _Workbook, name: str, columns: Sequence[tuple[str, str]]) -> None:
        self._book = book
        self._name = name
        self._columns = columns
        self._parts = 0
        self._begin()

    def row(self, values: Sequence[Cell]) -> None:
        """Add one row."""
        if self._next == ROWS_PER_SHEET:
            self.finish()
            self._begin()
        for column, ((field, _), value) in enumerate(zip(self._columns, values, strict=True)):
            self._book.put(self._sheet, self._next, column, field, value)
        self._next += 1

    def pair(self, field: str, value: Cell) -> None:
        """Add a row that says what its value is."""
        self._sheet.write_string(self._next, 0, title(field), self._book.head)
        self._book.put(self._sheet, self._next, 1, field, value)
        self._next += 1

    def finish(self) -> None:
        """Let every column be filtered."""
        if self._columns:
            self._sheet.autofilter(0, 0, max(1, self._next - 1), len(self._columns) - 1)

    def _begin(self) -> None:
        self._parts += 1
        self._sheet = self._book.add(self._name if self._parts == 1 else f"{self._name} {self._parts}")
        for column, (field, _) in enumerate(self._columns):
            self._sheet.set_column(column, column, WIDTHS.get(field, 20))
        self._next = 0
        if not self._columns[0][0]:
            self._sheet.set_column(0, 1, 40)
            return
        for column, (_, name) in enumerate(self._columns):
            self._sheet.write_string(0, column, name[:CELL_CHARACTERS], _format(self._book))
        self._sheet.freeze_panes(1, 1)
        self._next = 1


def _format(book: _Workbook) -> Format:
    return book.head


class _People:
    """Participants × sessions: a row each, with the totals first and then what each session shows."""

    def __init__(self, book: _Workbook, first: Participant | None, sessions: Sequence[Session]) -> None:
        self._names = list(scalars(Participant)) if first is None else present(first, scalars(Participant))
        self._lists = [] if first is None else list_names(first)
        self._sessions = [session.id for session in sessions]
        of_sessions = [
            (field, f"{session.title}: {title(field)}") for session in sessions for field in IN_SESSION
        ]
        columns = [(field, title(field)) for field in [*self._names, *self._lists]]
        self.sheet = book.sheet(PARTICIPANTS, columns + of_sessions)

    def add(self, row: Participant) -> None:
        """Add one participant."""
        own = {session.session_id: cells(session, IN_SESSION) for session in row.sessions}
        nothing: list[Cell] = [None] * len(IN_SESSION)
        watched = [cell for session in self._sessions for cell in own.get(session, nothing)]
        self.sheet.row([*cells(row, self._names), *list_texts(row, self._lists), *watched])


class _CheckLog:
    """How every check went for every participant: a row each."""

    def __init__(self, book: _Workbook) -> None:
        self._names = scalars(ParticipantCheck)
        columns = [(field, title(field)) for field in ("user_id", "name", *self._names)]
        self.sheet = book.sheet(CHECK_LOG, columns)

    def add(self, row: Participant) -> None:
        """Add the checks of one participant."""
        for check in row.checks:
            self.sheet.row([row.user_id, row.name, *cells(check, self._names)])


class _QuizResults:
    """What every participant did at every quiz that they began: a row each."""

    def __init__(self, book: _Workbook, quizzes: Sequence[Quiz]) -> None:
        self._titles = {quiz.id: quiz.title for quiz in quizzes}
        self._names = scalars(ParticipantQuiz)
        fields = ("user_id", "name", "title", *self._names)
        self.sheet = book.sheet(QUIZ_RESULTS, [(field, title(field)) for field in fields])

    def add(self, row: Participant) -> None:
        """Add the quizzes of one participant."""
        for quiz, taken in quizzes_of(row).items():
            runs = verdict_of(taken) == "running"
            told = {name: RUNNING if runs and name == "passed" else cell for name, cell in self._cells(taken)}
            self.sheet.row([row.user_id, row.name, self._titles[quiz], *told.values()])

    def _cells(self, taken: ParticipantQuiz) -> Iterator[tuple[str, Cell]]:
        return zip(self._names, cells(taken, self._names), strict=True)


class _Votes:
    """What every participant chose in every named poll in which they voted: a row each."""

    def __init__(self, book: _Workbook, polls: Sequence[Poll]) -> None:
        self._questions = {poll.id: poll.question for poll in polls}
        fields = ("user_id", "name", "question", "poll_id", "chosen", "voted_at")
        self.sheet = book.sheet(VOTES, [(field, title(field)) for field in fields])

    def add(self, row: Participant) -> None:
        """Add the votes of one participant."""
        for poll, vote in votes_of(row).items():
            self.sheet.row(
                [row.user_id, row.name, self._questions[poll], poll, chosen_text(vote), vote.voted_at]
            )
