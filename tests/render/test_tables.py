"""CSV and XLSX tell every number of the JSON, read back by other readers, and run no formula."""

import csv
import dataclasses
import datetime as dt
import gc
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET
from python_calamine import CalamineWorkbook

from rollcall.render import statistics_xlsx, titles
from rollcall.render.cells import scalars
from rollcall.render.statistics_csv import OF_POLL, OF_QUIZ, csv_chunks
from rollcall.render.statistics_json import json_chunks
from rollcall.render.statistics_xlsx import xlsx_chunks
from rollcall.wire.statistics import (
    Check,
    Event,
    Media,
    Participant,
    ParticipantCheck,
    ParticipantPoll,
    ParticipantQuiz,
    ParticipantSession,
    Poll,
    PollChoice,
    Quiz,
    Report,
    Session,
)

EXCEL_ZERO = dt.datetime.fromisoformat("1899-12-30T00:00:00")
ZONE = "Asia/Vladivostok"
TITLES = {title: name for name, title in titles.TITLES.items()}
MEDIA = Media("mediaaaa", "eventttt", "=cmd|' /C calc'!A0", "live", ZONE)
ISSUED = "2026-03-01T09:30:00.000Z"
SESSIONS = [
    Session("sess0001", "Блок 1", "2026-03-01T09:00:00.000Z", "2026-03-01T10:00:00.123Z", 3_600_123),
    Session("sess0002", "+Блок 2", "2026-03-01T10:30:00.000Z", None, 1_234_567),
]
CHECKS = [
    Check("check001", "sess0001", "plan", 1, ISSUED, ISSUED, 60, True, 1, 2, 3, 4),
]
QUIZZES = [
    Quiz("quiz0001", "=1+1", ISSUED, None, None, 70, 10, 3, 1, 1),
    Quiz("quiz0002", "Итог", ISSUED, ISSUED, 2, 50, None, 0, 0, 0),
]
POLLS = [
    Poll("poll0001", "=Да?", False, 2, ISSUED, None, 5, 5, [PollChoice("=1+1", 3), PollChoice("нет", 2)]),
    Poll("poll0002", "Тайно?", True, 1, ISSUED, ISSUED, 7, 5, [PollChoice("да", 1), PollChoice("нет", 4)]),
]

names = st.none() | st.sampled_from(
    [
        "Анна Иванова",
        "=1+1",
        "-2",
        "@SUM(A1)",
        "\tx",
        "a\nb",
        'q"q;,',
        "💡 نص",
        " =1+1",
        "\u3000＝1+1",
        "＋1",
        "﹫a",
        "Иван;=1+1;",
        "a\t-1\tb",
        "a\n=1",
        'a;"=1+1;b',
        '";""+1',
        "a;\u00a0\ufeff＠x;",
        "=1;=2;=3",
        "\n\n=1",
    ]
)
amounts = st.integers(0, 10**9)
moments = st.none() | st.sampled_from(["2026-03-01T09:00:00.001Z", "2026-12-31T23:59:59.999Z"])
in_sessions = st.lists(
    st.builds(
        ParticipantSession, st.sampled_from(["sess0001", "sess0002"]), amounts, amounts, amounts
    ),
    max_size=2,
    unique_by=lambda session: session.session_id,
)  # fmt: skip
in_checks = st.lists(
    st.builds(
        ParticipantCheck, st.just("check001"), st.sampled_from([None, "sess0001"]),
        st.sampled_from(["confirmed", "missed", "not_present"]), st.booleans(), moments, moments, moments,
        st.just(UNSET) | st.integers(0, 5), st.just(UNSET) | st.booleans(),
    ),
    max_size=1,
)  # fmt: skip
exact = st.integers(0, 2_000_000).map(lambda hundredths: hundredths / 100)
in_quizzes = st.lists(
    st.builds(
        ParticipantQuiz, st.sampled_from(["quiz0001", "quiz0002"]), st.integers(1, 99), exact, amounts, exact,
        st.none() | st.booleans(), moments,
    ),
    max_size=2,
    unique_by=lambda quiz: quiz.quiz_id,
)  # fmt: skip
in_polls = st.lists(
    st.builds(
        ParticipantPoll, st.just("poll0001"), st.sampled_from([["=1+1"], ["нет"], ["=1+1", "нет"]]), st.just(ISSUED)
    ),
    max_size=1,
)  # fmt: skip
people = st.lists(
    st.builds(
        Participant, st.text("=+-@abcЯ", min_size=1, max_size=8), names, st.sampled_from(["signed", "plain"]),
        amounts, amounts, moments, moments, moments, in_sessions, in_checks, quizzes=in_quizzes,
        polls=in_polls,
    ),
    max_size=4,
)  # fmt: skip


def report(rows: list[Participant], head: Media | Event = MEDIA) -> Report:
    return Report(
        head, "2026-03-01T12:00:00.000Z", SESSIONS, CHECKS, iter(rows), quizzes=QUIZZES, polls=POLLS
    )


def as_json(rows: list[Participant]) -> Any:
    return msgspec.json.decode(b"".join(json_chunks(report(rows))))


def said(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def unguarded(text: str) -> str:
    """Return a cell without what guards it: no text here has such a sign of its own."""
    return text.replace("'", "")


def cells_of(text: str, separator: str) -> Iterator[str]:
    """Yield the cells as a reader finds them that parts them so, without what it may drop before them."""
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
        yield from (cell.lstrip().lstrip('"\ufeff \u00a0\u3000\n\t') for cell in row)


@given(rows=people)
def test_csv_has_every_number_of_the_json_and_no_formula(rows: list[Participant]) -> None:
    written = b"".join(csv_chunks(report(rows))).decode("utf-8")
    assert written.startswith("\ufeff")
    lines = list(csv.DictReader(io.StringIO(written[1:], newline=""), strict=True))
    assert not [cell for line in lines for cell in line.values() if cell.startswith(("\t", "\r"))]
    for separator in ",;\t":
        assert not [cell for cell in cells_of(written, separator) if cell.startswith(tuple("=+-@＝＋－＠﹫"))]
    heads = {session.id: session for session in SESSIONS}
    expected = []
    for row in as_json(rows)["participants"]:
        for watched in row["sessions"] or [None]:
            line = {name: row[name] for name in scalars(Participant) if name in row}
            if watched:
                line |= {
                    "session_id": watched["session_id"],
                    "session_title": heads[watched["session_id"]].title,
                }
                line |= {f"session_{name}": watched[name] for name in watched if name != "session_id"}
                line["session_duration_ms"] = heads[watched["session_id"]].duration_ms
            taken = {one["quiz_id"]: one for one in row["quizzes"]}
            for quiz in QUIZZES:
                line[f"quiz_{quiz.id}_title"] = quiz.title
                one = taken.get(quiz.id, {})
                line |= {f"quiz_{quiz.id}_{name}": one.get(name) for name in OF_QUIZ}
            (vote,) = row["polls"] or [{}]
            cast = {**vote, "question": "=Да?", "chosen": "\n".join(vote.get("chosen", ()))}
            line |= {f"poll_poll0001_{name}": cast.get(name) for name in OF_POLL}
            expected.append({name: said(value) for name, value in line.items()})
    assert not [name for line in lines for name in line if "poll0002" in name]
    assert [
        {name: unguarded(line[name]) for name in known} for line, known in zip(lines, expected, strict=True)
    ] == expected


def workbook(rows: list[Participant], head: Media | Event = MEDIA) -> dict[str, list[list[Any]]]:
    file = io.BytesIO(b"".join(xlsx_chunks(report(rows, head))))
    book = CalamineWorkbook.from_filelike(file)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def ms_of(cell: Any) -> int:
    """Return the milliseconds of a duration as a reader gives it."""
    if isinstance(cell, dt.timedelta):
        return round(cell.total_seconds() * 1000)
    if isinstance(cell, dt.time):
        return round((cell.hour * 3600 + cell.minute * 60 + cell.second) * 1000 + cell.microsecond / 1000)
    if isinstance(cell, dt.datetime):
        return round((cell - EXCEL_ZERO).total_seconds() * 1000)
    return round(float(cell) * 86_400_000)


def read_back(name: str, cell: Any) -> Any:
    """Return what the JSON says where a cell of the column `name` is."""
    if cell == "":
        return None
    if name.endswith("_ms"):
        return ms_of(cell)
    if name.endswith("_at"):
        moment = cell.replace(tzinfo=ZoneInfo(ZONE)).astimezone(dt.UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if name in titles.WORDS:
        return {said: value for value, said in titles.WORDS[name].items()}[cell]
    if name in ("correct", "late", "sound", "passed", "anonymous"):
        return {"да": True, "нет": False, titles.RUNNING: titles.RUNNING}[cell]
    whole = isinstance(cell, float) and name not in ("points", "percent")
    return int(cell) if whole else cell


@settings(max_examples=40, deadline=None)
@given(rows=people)
def test_the_workbook_has_every_number_of_the_json(rows: list[Participant]) -> None:
    sheets, told = workbook(rows), as_json(rows)
    assert list(sheets) == [
        titles.SUMMARY,
        titles.SESSIONS,
        titles.CHECKS,
        titles.QUIZZES,
        titles.POLLS,
        titles.PARTICIPANTS,
        titles.CHECK_LOG,
        titles.QUIZ_RESULTS,
        titles.VOTES,
    ]
    assert dict(sheets[titles.SUMMARY])[titles.title("quizzes")] == len(QUIZZES)
    for name, part in (
        (titles.SESSIONS, "sessions"),
        (titles.CHECKS, "checks"),
        (titles.QUIZZES, "quizzes"),
    ):
        header, *lines = sheets[name]
        fields = [TITLES_OF[part].get(title, title) for title in header]
        assert [{f: read_back(f, c) for f, c in zip(fields, line, strict=True)} for line in lines] == told[
            part
        ]
    header, *lines = sheets[titles.PARTICIPANTS]
    fields = [name for name in scalars(Participant) if name in told["participants"][0]] if rows else []
    for row, line in zip(told["participants"], lines, strict=True):
        assert {f: read_back(f, c) for f, c in zip(fields, line, strict=False)} == {f: row[f] for f in fields}
        own = {s["session_id"]: s for s in row["sessions"]}
        of_session = statistics_xlsx.IN_SESSION
        cells = iter(line[len(header) - len(SESSIONS) * len(of_session) :])
        for session in SESSIONS:
            found = {f: read_back(f, next(cells)) for f in of_session}
            assert found == {f: own[session.id][f] if session.id in own else None for f in of_session}
    _, *lines = sheets[titles.CHECK_LOG]
    fields = ["user_id", "name", *scalars(ParticipantCheck)]
    log = [
        dict.fromkeys(fields) | {"user_id": row["user_id"], "name": row["name"], **check}
        for row in told["participants"]
        for check in row["checks"]
    ]
    assert [{f: read_back(f, c) for f, c in zip(fields, line, strict=True)} for line in lines] == log
    _, *lines = sheets[titles.QUIZ_RESULTS]
    fields = ["user_id", "name", "title", *scalars(ParticipantQuiz)]
    called = {quiz.id: quiz.title for quiz in QUIZZES}
    results = [
        {"user_id": row["user_id"], "name": row["name"], "title": called[taken["quiz_id"]], **taken}
        | ({"passed": titles.RUNNING} if taken["ended_at"] is None else {})
        for row in told["participants"]
        for taken in row["quizzes"]
    ]
    assert [{f: read_back(f, c) for f, c in zip(fields, line, strict=True)} for line in lines] == results


def test_a_report_without_quizzes_and_polls_has_no_columns_and_sheets_of_them() -> None:
    told = Report(
        MEDIA, ISSUED, SESSIONS, CHECKS, [Participant("a", None, "signed", 0, 0, None, None, None, [], [])]
    )
    assert "poll" not in b"".join(csv_chunks(told)).decode()
    assert "quiz" not in b"".join(csv_chunks(told)).decode()
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(xlsx_chunks(told))))
    assert not {titles.QUIZZES, titles.QUIZ_RESULTS, titles.POLLS, titles.VOTES} & set(book.sheet_names)
    lines = book.get_sheet_by_name(titles.SUMMARY).to_python()
    assert titles.title("polls") not in [line[0] for line in lines]
    assert titles.title("quizzes") not in [line[0] for line in lines]


@settings(max_examples=20, deadline=None)
@given(rows=people)
def test_the_workbook_has_every_count_and_every_named_vote(rows: list[Participant]) -> None:
    sheets, told = workbook(rows), as_json(rows)
    assert dict(sheets[titles.SUMMARY])[titles.title("polls")] == len(POLLS)
    fields = [*(name for name in scalars(Poll) if name != "media"), "choice", "choice_votes"]
    header, *lines = sheets[titles.POLLS]
    assert header == [titles.title(name) for name in fields]
    assert [{f: read_back(f, c) for f, c in zip(fields, line, strict=True)} for line in lines] == [
        {name: poll[name] for name in fields[:-2]}
        | {"choice": choice["text"], "choice_votes": choice["votes"]}
        for poll in told["polls"]
        for choice in poll["choices"]
    ]
    fields = ["user_id", "name", "question", "poll_id", "chosen", "voted_at"]
    _, *lines = sheets[titles.VOTES]
    assert [{f: read_back(f, c) for f, c in zip(fields, line, strict=True)} for line in lines] == [
        {
            "user_id": row["user_id"],
            "name": row["name"],
            "question": "=Да?",
            **vote,
            "chosen": "\n".join(vote["chosen"]),
        }
        for row in told["participants"]
        for vote in row["polls"]
    ]


TITLES_OF = {
    "sessions": {titles.title(name): name for name in scalars(Session)},
    "checks": {titles.title(name): name for name in scalars(Check)},
    "quizzes": {titles.title(name): name for name in scalars(Quiz)},
}


@pytest.mark.parametrize(
    "kind",
    [Participant, ParticipantSession, ParticipantCheck, ParticipantQuiz, Session, Check, Quiz, Poll, Media],
)
def test_every_column_has_a_title_for_people(kind: type[msgspec.Struct]) -> None:
    assert [name for name in scalars(kind) if name not in titles.TITLES] == []


def test_the_summary_of_an_event_says_by_what_users_are_joined_where_they_are() -> None:
    plain = Event("eventttt", "Конгресс", ZONE, [MEDIA])
    joining = Event("eventttt", "Конгресс", ZONE, [MEDIA], "email")
    summaries = [dict(workbook([], head)[titles.SUMMARY]) for head in (plain, joining)]
    assert [summary[titles.title("title")] for summary in summaries] == ["Конгресс"] * 2
    assert [titles.title("join_users_by") in summary for summary in summaries] == [False, True]


def test_the_workbook_is_dated_as_it_was_counted() -> None:
    with zipfile.ZipFile(io.BytesIO(b"".join(xlsx_chunks(report([]))))) as book:
        about = book.read("docProps/core.xml").decode()
    assert re.findall(">(20[^<]+)<", about) == ["2026-03-01T12:00:00Z"] * 2


def test_a_workbook_that_is_broken_off_leaves_no_file_open() -> None:
    """An open one would be a warning, and so a failure here."""

    def breaks() -> Iterator[Participant]:
        yield Participant("u1", None, "signed", 0, 0, None, None, None, [], [])
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        next(xlsx_chunks(dataclasses.replace(report([]), participants=breaks())))
    gc.collect()


def test_a_log_longer_than_a_sheet_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics_xlsx, "ROWS_PER_SHEET", 3)
    check = ParticipantCheck("check001", None, "confirmed", False, None, None, None)
    rows = [Participant(f"u{n}", None, "signed", 0, 0, None, None, None, [], [check]) for n in range(5)]
    sheets = workbook(rows)
    parts = [titles.CHECK_LOG, f"{titles.CHECK_LOG} 2", f"{titles.CHECK_LOG} 3"]
    assert [[line[0] for line in sheets[part][1:]] for part in parts] == [["u0", "u1"], ["u2", "u3"], ["u4"]]
