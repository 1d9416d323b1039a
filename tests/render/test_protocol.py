"""The protocol for paper: read back from the file by another library than those that made it."""

import dataclasses
import random
import re
import subprocess
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import Any, get_args

import msgspec
import psutil
import pypdfium2
import pytest
from msgspec import UNSET
from pypdf import PdfReader

from rollcall.domain.logo import read_logo
from rollcall.render import protocol
from rollcall.render.protocol import NotSet, pdf_chunks
from rollcall.render.protocol.page import MINUTE_MS
from rollcall.render.protocol.words import words_of
from rollcall.render.statistics_json import json_chunks
from rollcall.wire.statistics import (
    Check,
    Event,
    Identity,
    Language,
    Media,
    Outage,
    Outcome,
    Participant,
    ParticipantCheck,
    ParticipantPoll,
    ParticipantQuiz,
    ParticipantSession,
    Poll,
    PollChoice,
    Quiz,
    Report,
    Rules,
    Session,
)
from tests.pictures import JPEG, png

ZONE = "Asia/Vladivostok"  # UTC+10
COUNTED = datetime.fromisoformat("2026-03-02T14:59:58Z")
MEDIA = [Media(f"media00{n}", "eventttt", f"Зал {n}", "live", ZONE) for n in (1, 2, 3)]
RULES = Rules("void_since_last_confirmed", False, False, 900_000, 25, 2_000, 10, 60_000, 2, 30_000)
SIGNED: list[Identity] = ["signed", "plain"]
OUTCOMES: list[Outcome] = ["confirmed", "missed", "pending", "cancelled", "undelivered"]
NAMES = [
    None,
    "Анна Иванова",
    "Ёж Ъ. О’Нил",
    "#pagebreak() *x* $1$ <a> @b \\ `c`",
    "я" * 300,
    "Ким-" + "Ли " * 40,
]


def sessions(count: int) -> list[Session]:
    return [
        Session(
            f"sess{n:04}", f"Блок {n}", f"2026-03-{n + 1:02}T20:00:00.000Z", f"2026-03-{n + 1:02}T21:{n:02}:59.999Z",
            3_659_999 + n * MINUTE_MS, media=MEDIA[n % 3].code,
        )
        for n in range(count)
    ]  # fmt: skip


def people(count: int, held: list[Session], checks: list[Check]) -> list[Participant]:
    drawn = random.Random(count)
    return [
        Participant(
            f"user-{n:05}", drawn.choice(NAMES), drawn.choice(SIGNED), drawn.randrange(10**8), 0, None, None,
            drawn.choice([None, "2026-03-01T09:00:00.001Z"]),
            [
                ParticipantSession(s.id, drawn.choice([0, MINUTE_MS - 1, MINUTE_MS, drawn.randrange(10**8)]), 0, 0)
                for s in held if drawn.random() < 0.8
            ],
            [
                ParticipantCheck(c.id, None, drawn.choice(OUTCOMES),
                    False, None, None, None)
                for c in checks if drawn.random() < 0.8
            ],
        )
        for n in range(count)
    ]  # fmt: skip


def report(rows: Iterable[Participant], held: list[Session], checks: list[Check], **more: Any) -> Report:
    head = Event("eventttt", "Конгресс", ZONE, MEDIA)
    return Report(
        head, "2026-03-02T14:59:58.000Z", held, checks, rows, **{"rules": RULES, "organiser": "АНО", **more}
    )


CHECKS = [
    Check(
        f"check{n:03}",
        None,
        "plan",
        n,
        f"2026-03-01T20:{n:02}:01.500Z",
        "",
        60 + n,
        True,
        11 * n,
        7 * n,
        0,
        0,
    )
    for n in range(1, 4)
]


def quizzes(count: int) -> list[Quiz]:
    return [
        Quiz(
            f"quiz{n:04}", f"Тест {n}", "2026-03-01T20:00:00.000Z", None, None, 50 + n, [10, None][n % 2],
            3 * n, n, 2 * n, media=MEDIA[n % 3].code,
        )
        for n in range(count)
    ]  # fmt: skip


def took(row: Participant, held: list[Quiz]) -> Participant:
    """Return the participant with a result of about every second quiz."""
    drawn = random.Random(row.user_id)
    return msgspec.structs.replace(
        row,
        quizzes=[
            ParticipantQuiz(
                quiz.id, drawn.randrange(1, 40), drawn.choice([0, 8, 8.5, 20_000.01]), drawn.randrange(1, 20_001),
                drawn.choice([0, 66.66, 100]), drawn.choice([True, False, None]),
                drawn.choice(["2026-03-01T20:30:00.000Z", None]),
            )
            for quiz in held if drawn.random() < 0.5
        ],
    )  # fmt: skip


def pages(made: bytes) -> list[str]:
    with pypdfium2.PdfDocument(made) as file:
        return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in file]


def printed(told: Report, rows_per_part: int = 1_000) -> list[str]:
    return pages(b"".join(pdf_chunks(told, rows_per_part)))


def pictures(made: bytes) -> list[list[tuple[int, int]]]:
    """Return the sizes of the pictures on each page, in pixels."""
    with pypdfium2.PdfDocument(made) as file:
        of_pages = [page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]) for page in file]
        return [[picture.get_px_size() for picture in found] for found in of_pages]


def spaced(text: str) -> str:
    """Return a pattern of the text, with any space where it has one."""
    return r"\s".join(map(re.escape, text.split(" ")))


@pytest.mark.parametrize(
    ("count", "held", "rows_per_part"), [(1, 1, 1_000), (60, 3, 1_000), (45, 12, 20), (25, 20, 10)]
)
def test_every_number_is_that_of_the_json(count: int, held: int, rows_per_part: int) -> None:
    of_report = sessions(held)
    rows = people(count, of_report, CHECKS)
    told = msgspec.json.decode(b"".join(json_chunks(report(iter(rows), of_report, CHECKS))))
    text = "\n".join(printed(report(iter(rows), of_report, CHECKS), rows_per_part))
    for number, row in enumerate(told["participants"], 1):
        own = {s["session_id"]: str(s["watched_ms"] // MINUTE_MS) for s in row["sessions"]}
        cells = [own.get(session["id"], "–") for session in told["sessions"]]
        if held > 12:
            cells = [f"{n}: {cell}" for n, cell in enumerate(cells, 1) if cell not in ("0", "–")]
        outcomes = [check["outcome"] for check in row["checks"]]
        asked = sum(outcomes.count(outcome) for outcome in ("confirmed", "missed", "pending"))
        line = [*cells, str(row["watched_ms"] // MINUTE_MS), f"{outcomes.count('confirmed')} из {asked}"]
        gap = r"[\s·]+" if held > 12 else r"\s+"
        assert re.search(gap.join([row["user_id"], *map(spaced, line)]), text), (number, line)
    for number, session in enumerate(told["sessions"], 1):
        assert re.search(rf"\n{number} {session['title']} .* {session['duration_ms'] // MINUTE_MS}\n", text)
    for number, check in enumerate(told["checks"], 1):
        at = f"02.03.2026 06:{number:02}:01"
        assert f"{number} {at} {check['lifetime_s']} {check['confirmed']} {check['missed']}\n" in text
    assert f"Участников в протоколе {count}\n" in text
    assert "02.03.2026 06:00 02.03.2026 07:00 60" in text  # the first session, ten hours ahead of UTC


@pytest.mark.parametrize(("held", "sessions_held"), [(1, 1), (3, 12), (2, 20)])
def test_every_number_of_quizzes_is_that_of_the_json(held: int, sessions_held: int) -> None:
    of_report, asked = sessions(sessions_held), quizzes(held)
    rows = [took(row, asked) for row in people(30, of_report, [])]

    def whole() -> Report:
        return report(iter(rows), of_report, [], quizzes=asked)

    told = msgspec.json.decode(b"".join(json_chunks(whole())))
    text = " ".join("\n".join(printed(whole(), 20)).split())
    verdicts = {True: "сдан", False: "не сдан", None: "ждёт проверки"}

    def verdict(taken: dict[str, Any]) -> str:
        return "ещё проходит" if taken["ended_at"] is None else verdicts[taken["passed"]]

    parts = [
        found for name in (row["user_id"] for row in told["participants"]) if (found := text.find(name)) >= 0
    ]
    assert parts == sorted(parts)
    assert len(parts) == len(rows)
    for row, start, end in zip(told["participants"], parts, [*parts[1:], len(text)], strict=True):
        lines = [
            f"{[quiz.id for quiz in asked].index(taken['quiz_id']) + 1}: {verdict(taken)}, "
            f"{comma(taken['points'])} из {taken['max_points']} ({comma(taken['percent'])} %), "
            f"попыток: {taken['attempts']}"
            for taken in row["quizzes"]
        ]
        assert " ".join(lines) in text[start:end], row["user_id"]
        assert text[start:end].count("попыток:") == len(lines)
    for number, quiz in enumerate(told["quizzes"], 1):
        hall = {media.code: media.title for media in MEDIA}[quiz["media"]]
        counts = [quiz[f"participants{which}"] for which in ("", "_passed", "_pending")]
        most = [] if quiz["max_points"] is None else [quiz["max_points"]]
        cells = [number, quiz["title"], hall, f"{quiz['pass_percent']} %", *most, *counts]
        assert " ".join(map(str, cells)) in text


POLLS = [
    Poll("poll0001", "Слышно ли вас?", False, 2, None, None, 5, 5, [PollChoice("да", 3), PollChoice("нет", 2)],
        media=MEDIA[0].code),
    Poll("poll0002", "Довольны ли вы?", True, 1, None, None, 7, 5, [PollChoice("вполне", 1), PollChoice("нет", 4)],
        media=MEDIA[1].code),
]  # fmt: skip


@pytest.mark.parametrize("asked", [[], quizzes(2)])
def test_polls_are_told_with_their_counts_and_named_votes(asked: list[Quiz]) -> None:
    vote = ParticipantPoll("poll0001", ["да", "нет"], "2026-03-01T20:00:00.000Z")
    ann, bob = people(2, sessions(2), [])
    rows = [msgspec.structs.replace(ann, polls=[vote]), msgspec.structs.replace(bob, polls=[])]
    told = report(iter(rows), sessions(2), [], quizzes=asked, polls=POLLS)
    text = " ".join("\n".join(printed(told)).split())
    assert f"1 Слышно ли вас? {MEDIA[0].title} 5 1. да: 3 2. нет: 2" in text
    assert (
        f"2 Довольны ли вы? (анонимный) {MEDIA[1].title} 7 1. вполне: 1 2. нет: 4 ещё не распределены: 2"
        in text
    )
    start, end = text.index(ann.user_id), text.index(bob.user_id)
    assert "опрос 1: 1, 2" in text[start:end]
    assert "опрос 1:" not in text[end:]
    assert ("Тесты и опросы" in text) is bool(asked)


def comma(value: float) -> str:
    return str(value).removesuffix(".0").replace(".", ",")


def test_pages_are_numbered_through_however_many_parts_there_are() -> None:
    rows = people(50, sessions(2), [])
    whole = printed(report(iter(rows), sessions(2), []), rows_per_part=7)
    assert len(whole) >= 8
    for number, text in enumerate(whole, 1):
        assert text.rstrip().endswith(f"стр. {number} из {len(whole)}")
        assert "Составлен 03.03.2026 00:59:58, правила подсчёта: Rollcall" in text
    assert [f"user-{n:05}" in "".join(whole) for n in range(50)] == [True] * 50
    assert [n for n, text in enumerate(whole) if "Ответственный за мероприятие" in text] == [len(whole) - 1]
    assert [n for n, text in enumerate(whole) if "Протокол учёта присутствия" in text] == [0]


def test_what_people_are_called_is_text_and_no_markup() -> None:
    rows = [Participant("a|b#c", name, "signed", 0, 0, None, None, None, [], []) for name in NAMES if name]
    told = report(
        iter(rows),
        [],
        [],
        organiser="*АНО* #sys",
        outages=[Outage("2026-03-01T20:00:00.000Z", "2026-03-01T20:04:00.000Z", "incident", "$x$ _обрыв_")],
    )
    text = "\n".join(printed(told))
    for name in ("#pagebreak() *x* $1$ <a> @b \\ `c`", "*АНО* #sys", "$x$ _обрыв_", "Ёж Ъ. О’Нил"):
        assert name in text
    assert text.replace("\n", "").count("я" * 300) == 1
    assert text.count("a|b#c") == len(rows)


def test_an_empty_event_is_a_protocol_too() -> None:
    [text] = printed(report(iter([]), [], [], rules=None))
    for sentence in (
        "Сессий нет",
        "Контролей присутствия не было",
        "Участников нет",
        "Участников в протоколе 0",
        "стр. 1 из 1",
    ):
        assert sentence in text


def test_the_rules_are_said_in_words() -> None:
    joined = Event("eventttt", "Конгресс", ZONE, MEDIA, "email")
    row = Participant("a", None, "plain", 0, 0, None, None, None, [], [], user_ids=["a", "b|1"])
    told = Report(joined, "2026-03-02T14:59:58.000Z", [], [], iter([row]), [], RULES)
    text = " ".join(printed(told)[0].split())
    for sentence in (
        "снимает время с прошлого подтверждения", "скрытой вкладке не засчитано", "более 60 с не засчитано",
        "не более 15 мин за один перерыв и 25 %", "2 с и 10 %", "последние 30 с", "После 2 контролей",
        "с одним адресом электронной почты", "User ID участника: a, b|1", "без подписи",
    ):  # fmt: skip
        assert sentence in text, sentence


def test_in_english() -> None:
    told = report(iter(people(2, sessions(1), CHECKS)), sessions(1), CHECKS, language="en")
    text = printed(told)[0]
    for sentence in ("Record of attendance", "Presence checks", "page 1 of 1", "Made 03.03.2026 00:59:58"):
        assert sentence in text
    assert "Quiz" not in text
    row = took(people(1, [], [])[0], quizzes(9))
    text = " ".join(printed(report(iter([row]), [], [], language="en", quizzes=quizzes(9)))[0].split())
    for sentence in ("Quizzes", "Pass mark", "the participant's best attempt", "attempts: "):
        assert sentence in text
    assert not re.search(
        "[а-яё]", re.sub("Тест|Конгресс|Зал|Блок|Анна Иванова|Ёж Ъ. О’Нил|Ким-|Ли|я+|АНО", "", text)
    )


def test_every_language_has_the_same_words_and_figures() -> None:
    known = {language: words_of(language) for language in get_args(Language)}
    figures = {
        language: {name: sorted(re.findall(r"{\w+}", text)) for name, text in words.items()}
        for language, words in known.items()
    }
    assert figures["ru"] == figures["en"]
    assert all(text for words in known.values() for text in words.values())


def test_fonts_come_with_the_typesetter(tmp_path: Any) -> None:
    file = tmp_path / "protocol.pdf"
    file.write_bytes(b"".join(pdf_chunks(report(iter(people(3, sessions(2), CHECKS)), sessions(2), CHECKS))))
    with PdfReader(file) as reader:
        fonts = {
            str(font.get_object()["/BaseFont"])
            for page in reader.pages
            for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
        }
        assert reader.metadata is not None
        assert reader.metadata.title == "Протокол учёта присутствия. Конгресс"
        assert reader.metadata.creation_date == COUNTED
    assert fonts
    assert all("Libertinus" in font for font in fonts)


def test_what_nobody_wants_any_more_is_not_set_on() -> None:
    class Unwanted(Exception):
        pass

    def give_up() -> None:
        assert presses(), "it asks while it sets"
        raise Unwanted

    def presses() -> list[str]:
        lines = [" ".join(child.cmdline()) for child in psutil.Process().children()]
        return [line for line in lines if "render.protocol.press" in line]

    told = report(iter(people(3, sessions(2), CHECKS)), sessions(2), CHECKS)
    with pytest.raises(Unwanted):
        next(pdf_chunks(dataclasses.replace(told, go_on=give_up)))
    assert presses() == []


def test_a_long_protocol_tells_how_much_of_it_is_set() -> None:
    heard: list[float] = []
    told = report(iter(people(3, sessions(2), CHECKS)), sessions(2), CHECKS)
    for _ in pdf_chunks(dataclasses.replace(told, tell_share=heard.append), 2):
        assert heard == [1 / 5, 2 / 5, 3 / 5, 4 / 5]  # two parts, set twice, and put together


def test_a_typesetter_ends_with_whoever_started_it(tmp_path: Any) -> None:
    (tmp_path / protocol.TEMPLATE).write_text("#for at in range(1000000) [Слово #at \\ ]")  # hours of work
    line = [
        sys.executable,
        "-m",
        "rollcall.render.protocol.press",
        str(tmp_path),
        "part",
        "0.pdf",
        "made_s=0",
    ]
    with subprocess.Popen(line, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait() == 1


def test_a_typesetter_that_fails_is_no_empty_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "TEMPLATE", "words.en.json")  # no template at all
    with pytest.raises(NotSet, match="canonicalize path"):
        next(pdf_chunks(report(iter([]), [], [])))


def test_a_participant_of_a_report_on_one_media_has_no_joined_ids() -> None:
    row = Participant("a", "Анна", "signed", MINUTE_MS, 0, None, None, None, [], [], user_ids=UNSET)
    told = Report(MEDIA[0], "2026-03-02T14:59:58.000Z", [], [], iter([row]), [], RULES, organiser="АНО")
    [text] = printed(told)
    assert "на трансляции «Зал 1»" in text
    assert "User ID участника" not in text


@pytest.mark.parametrize(
    ("picture", "size"), [(png(300, 40), (300, 40)), (png(20, 90), (20, 90)), (JPEG, (1, 1))]
)
def test_the_logo_stands_once_beside_the_organiser(picture: bytes, size: tuple[int, int]) -> None:
    held = sessions(2)
    rows = people(30, held, CHECKS)
    told = report(iter(rows), held, CHECKS, logo=read_logo(picture))
    made = b"".join(pdf_chunks(told, 10))
    first, *others = pictures(made)
    assert first == [size]
    assert others
    assert not any(others)
    assert pages(made)[0].startswith("АНО\n")
