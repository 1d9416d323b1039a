"""Question banks of Moodle: real-looking Russian ones, everything of ours there and back, and hostile ones."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.errors import Malformed, TooLarge
from rollcall.domain.quizzes.questions import (
    Choice,
    FreeText,
    Multiple,
    Number,
    Order,
    Question,
    Single,
    check_question,
)
from rollcall.wire.banks.bank import MOST_BYTES, Remark
from rollcall.wire.banks.gift_in import read_gift
from rollcall.wire.banks.gift_out import write_gift
from rollcall.wire.banks.html_text import text_of
from rollcall.wire.banks.moodle_in import read_moodle
from rollcall.wire.banks.moodle_out import write_moodle
from tests.domain.quizzes.questions import questions

HERE = Path(__file__).parent


def right(*texts: str) -> tuple[Choice, ...]:
    """Return choices; right ones are marked with a plus."""
    return tuple(Choice(text.removeprefix("+"), text.startswith("+")) for text in texts)


def test_a_gift_bank_of_moodle_is_read_whole() -> None:
    bank = read_gift((HERE / "cardiology.gift").read_bytes())
    diagnosis, therapy = "Кардиология/Диагностика", "Кардиология/Лечение"
    assert bank.rejected == []
    assert bank.questions == [
        Single(
            text="При каком офисном АД ставят диагноз «артериальная гипертензия»?",
            title="Порог АД",
            pool=diagnosis,
            choices=right(
                "120/80 мм рт. ст. и выше",
                "+140/90 мм рт. ст. и выше",
                "130/85 мм рт. ст. и выше",
                "160/100 мм рт. ст. и выше",
            ),
        ),
        Single(
            text="Суточное мониторирование показано при подозрении на «гипертонию белого халата».",
            title="СМАД",
            pool=diagnosis,
            choices=right("+Верно", "Неверно"),
        ),
        Multiple(
            text="Какие органы поражает гипертензия в первую очередь (отметьте все)?",
            title="Органы-мишени",
            pool=diagnosis,
            choices=right("+сердце", "+почки", "+головной мозг", "щитовидная железа", "желудок"),
        ),
        Number(
            text="Нижняя граница нормы калия в крови, ммоль/л?",
            title="Калий",
            pool=diagnosis,
            answer="3.5",
            tolerance="0.1",
        ),
        Number(
            text="Нормальная ЧСС взрослого в покое, ударов в минуту?",
            title="ЧСС",
            pool=diagnosis,
            answer="75",
            tolerance="15",
        ),
        FreeText(
            text="Ингибитор АПФ, первый из вошедших в практику:",
            title="Препарат",
            pool=therapy,
            accepted=("каптоприл", "Captopril", "капотен"),
        ),
        Order(
            text="Расставьте ступени терапии по возрастанию.",
            title="Порядок",
            pool=therapy,
            grading="right_places",
            items=(
                "Изменение образа жизни",
                "Один препарат",
                "Комбинация двух препаратов",
                "Комбинация трёх препаратов",
            ),
        ),
        FreeText(text="Опишите тактику при кризе с отёком лёгких.", title="Разбор", pool=therapy),
        Single(
            text="Гипертензию II степени лечат _____ с первого дня.",
            pool=therapy,
            choices=right("+комбинацией", "одним препаратом", "наблюдением"),
        ),
        Single(
            text="Если {ИМТ} = вес/рост², то ИМТ при 80 кг и 2 м:",
            title="Формула",
            pool=therapy,
            choices=right("+20", "40", "0\\,2"),
        ),
    ]
    assert [(note.question, note.line) for note in bank.notes] == [(1, 7), (2, 15), (3, 17), (3, 17)]


def test_an_xml_bank_of_moodle_is_read_but_for_what_does_not_map() -> None:
    bank = read_moodle((HERE / "therapy.xml").read_bytes())
    assert bank.questions == [
        Single(
            text="Препарат первой линии при нетяжёлой внебольничной пневмонии у взрослого без сопутствующих "
            "заболеваний:",
            title="Первая линия при пневмонии",
            pool="Терапия",
            points=2,
            choices=right("+амоксициллин", "цефтриаксон", "гентамицин"),
        ),
        Multiple(
            text="Что входит в шкалу CURB-65? Лейкоциты > 12×10⁹/л не входят.",
            title="CURB-65",
            pool="Терапия",
            choices=right("+спутанность сознания", "+частота дыхания ≥ 30", "лейкоцитоз", "лихорадка"),
        ),
        Single(
            text="Бактериоскопия мокроты обязательна амбулаторно.",
            title="Мокрота",
            pool="Терапия",
            choices=right("Верно", "+Неверно"),
        ),
        FreeText(
            text="Самый частый возбудитель внебольничной пневмонии",
            title="Возбудитель",
            pool="Терапия",
            accepted=("пневмококк", "Streptococcus pneumoniae"),
        ),
        Number(
            text="Порог SpO₂ для госпитализации, %",
            title="Сатурация",
            pool="Терапия",
            answer="92",
            tolerance="0.5",
        ),
        Order(
            text="Порядок физикального осмотра",
            title="Осмотр",
            pool="Терапия",
            grading="right_places",
            items=("осмотр", "пальпация", "перкуссия", "аускультация"),
        ),
        FreeText(
            text="Больной, 67 лет.\nОбоснуйте назначения.",
            title="Клинический случай",
            pool="Терапия",
            points=5,
        ),
    ]
    assert bank.rejected == [
        Remark(8, 86, "'matching' is no kind of question here."),
        Remark(9, 92, "It contains files; questions are plain text here."),
    ]
    assert bank.notes == [Remark(1, 10, "Feedback is not kept.")]


def _plain(question: Question) -> bool:
    """Tell whether spaces at the ends of texts, which banks do not keep, are none."""
    texts = [
        question.text,
        question.title or "-",
        *getattr(question, "items", ()),
        *getattr(question, "accepted", ()),
    ]
    texts += [choice.text for choice in getattr(question, "choices", ())]
    return all(text == text.strip() and "\\*" not in text for text in texts)


@given(st.lists(questions.filter(_plain), min_size=1, max_size=6))
def test_xml_brings_every_question_back(bank: list[Question]) -> None:
    for question in bank:
        check_question(question)
    read = read_moodle(write_moodle(bank))
    assert (read.questions, read.rejected, read.notes) == (bank, [], [])


@given(st.lists(questions.filter(_plain), min_size=1, max_size=6))
def test_gift_brings_every_question_back_that_it_can_say(bank: list[Question]) -> None:
    def sayable(question: Question) -> bool:
        if isinstance(question, Order):
            return not any(item.startswith("//") for item in question.items)
        return not (isinstance(question, Multiple) and question.grading == "all_or_nothing")

    kept = [question for question in bank if sayable(question)]
    if len(kept) < len(bank):
        with pytest.raises(Malformed):
            write_gift(bank)
    if kept:
        read = read_gift(write_gift(kept))
        assert (read.questions, read.rejected, read.notes) == (kept, [], [])


@pytest.mark.parametrize("name", ["cardiology.gift", "therapy.xml"])
def test_a_bank_goes_through_both_formats(name: str) -> None:
    read: Any = read_gift if name.endswith("gift") else read_moodle
    bank = read((HERE / name).read_bytes()).questions
    assert read_gift(write_gift(read_moodle(write_moodle(bank)).questions)).questions == bank


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("Какое животное что ест? {=кошка -> мышь =собака -> кость}", "Matching"),
        ("Просто текст без вопроса", "description"),
        ("Вопрос {~да ~нет}", "equal weights"),
        ("Вопрос {=да =конечно ~нет}", "Several choices are marked"),
        ("Вопрос {=да ~%50%возможно ~нет}", "no other partly"),
        ("Вопрос {~%70%да ~%30%может быть ~нет}", "equal weights"),
        ("Вопрос {~%x%да ~нет}", "equal weights"),
        ("Вопрос {~%500%да ~нет}", "weight"),
        ("Вопрос {=капто*}", "stands for many"),
        ("Вопрос {=%50%каптоприл}", "partly right"),
        ("Вопрос {#=3:0 =%50%4:1}", "one right answer"),
        ("Вопрос {#много}", "no decimal number"),
        ("Вопрос {#1e3}", "no decimal number"),
        ("Вопрос {#5:-1}", "tolerance"),
        ("Вопрос {=да ~да}", "the same"),
        ("Вопрос {=да ~}", "blank"),
        ("Вопрос {>2 VERTICAL\nраз\nдва\nтри}", "Only some"),
        ("Вопрос {> !!!\nраз\nдва}", "head of its items"),
        ("Вопрос {=да ~нет", "no closing brace"),
        ("::Вопрос {=да ~нет}", "no end"),
        ("Вопрос {да нет}", "must begin"),
        ("[html]<img src=x onerror=alert(1)> Вопрос {=да ~нет}", "a picture"),
        ("[html]<table><tr><td>1</td></tr></table> {=да ~нет}", "a table"),
        ("[html]<script>alert(1)</script> {=да ~нет}", "a script"),
        ("{=да ~нет}", "text"),
        ("// [points:0]\nВопрос {=да ~нет}", "points"),
    ],
)
def test_what_gift_says_and_we_cannot_is_refused_with_its_line_and_spoils_no_other(
    said: str, why: str
) -> None:
    bank = read_gift(f"Первый {{=да ~нет}}\n\n{said}\n\nПоследний {{=да ~нет}}\n".encode())
    assert [question.text for question in bank.questions] == ["Первый", "Последний"]
    ((number, line, sentence),) = [(one.question, one.line, one.message) for one in bank.rejected]
    assert (number, line) == (2, 3 + said.startswith("//"))
    assert why in sentence


@pytest.mark.parametrize(
    ("inside", "why"),
    [
        ('type="cloze"', "'cloze' is no kind"),
        ("", "'' is no kind"),
        ('type="multichoice"><answer fraction="100"><text>а</text></answer', "text"),
        ('type="essay"><defaultgrade>0.5</defaultgrade', "whole number"),
        ('type="essay"><defaultgrade>NaN</defaultgrade', "whole number"),
        ('type="truefalse"><answer fraction="100"><text>да</text></answer', "'true' and 'false'"),
        ('type="shortanswer"><answer fraction="50"><text>а</text></answer', "right or wrong"),
        ('type="shortanswer"', "right or wrong"),
        ('type="numerical"', "one right answer"),
        ('type="numerical"><answer fraction="100"><text>*</text></answer', "decimal number"),
        ('type="ordering"><selecttype>RANDOM</selecttype', "Only some"),
    ],
)
def test_what_xml_says_and_we_cannot_is_refused_and_spoils_no_other(inside: str, why: str) -> None:
    essay = (
        '<question type="essay"><questiontext format="html"><text>Опишите</text></questiontext></question>'
    )
    bank = read_moodle(f"<quiz>{essay}\n<question {inside}></question>\n{essay}</quiz>".encode())
    assert [question.text for question in bank.questions] == ["Опишите"] * 2
    assert [(one.question, one.line) for one in bank.rejected] == [(2, 2)]
    assert why in bank.rejected[0].message


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a "ха"><!ENTITY b "'
    + "&a;" * 1000
    + '"><!ENTITY c "'
    + "&b;" * 1000
    + '">]><quiz><question type="essay"><questiontext><text>&c;</text></questiontext></question></quiz>'
)
OUTSIDE = (
    '<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz><question type="essay"><questiontext>'
    "<text>&x;</text></questiontext></question></quiz>"
)


@pytest.mark.parametrize(
    "body",
    [
        BOMB.encode(),
        OUTSIDE.encode(),
        OUTSIDE.encode("utf-16"),
        OUTSIDE.replace("<!DOCTYPE", "<!doctype").encode(),
        b'<!DOCTYPE quiz SYSTEM "http://127.0.0.1/quiz.dtd"><quiz/>',
        b"<quiz><question type='essay'><questiontext><text>&x;</text></questiontext></question></quiz>",
        b"<a>" * 100_000,
        b"<quiz>" + b"<question>" * 10_000,
        b"<quiz></quiz>",
        b"<html><question type='essay'/></html>",
        b"",
        b"\x00",
        b"<quiz>\x01</quiz>",
        '<?xml version="1.0" encoding="windows-1251"?><quiz>Вопрос</quiz>'.encode("cp1251"),
        b'{"questions": []}',
    ],
)
def test_a_document_that_is_no_bank_is_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises(Malformed):
        read_moodle(body)


def test_what_is_included_from_elsewhere_stays_away() -> None:
    include = (
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    )
    text = f"<quiz><question type='essay'><questiontext><text>Так {include}</text></questiontext></question></quiz>"
    bank = read_moodle(text.encode())
    assert [question.text for question in bank.questions] == ["Так"]


@pytest.mark.parametrize("read", [read_gift, read_moodle])
def test_a_bank_that_is_too_large_is_refused(read: Any) -> None:
    with pytest.raises(TooLarge):
        read(b" " * (MOST_BYTES + 1))
    one = "Вопрос {}\n\n" if read is read_gift else "<question type='essay'/>"
    many = one * 2001
    with pytest.raises(TooLarge):
        read((many if read is read_gift else f"<quiz>{many}</quiz>").encode())


def test_a_question_that_is_much_too_long_costs_nothing_but_itself() -> None:
    long = "Вопрос {" + "=" * 100_000 + "}"
    bank = read_gift(f"Первый {{}}\n\n{long}\n\n[html]{'<a ' * 14_000}{{}}".encode())
    assert [one.message.split(";")[0] for one in bank.rejected] == [
        "It is longer than 100000 characters", "Its HTML is longer than 40000 characters.",
    ]  # fmt: skip
    for nested in ("<a/>" * 500, "<a>" * 250 + "</a>" * 250):
        text = f"<quiz><question type='essay'>{nested}<questiontext><text>?</text></questiontext></question></quiz>"
        bank = read_moodle(text.encode())
        assert len(bank.rejected) == (nested.count("<a") > 498)


@given(st.text(st.characters(codec="utf-8"), max_size=200) | st.text("ab{}=~#%:>\\\n/[]$ 1.-", max_size=200))
def test_no_text_makes_gift_fail_otherwise_than_by_a_refusal(text: str) -> None:
    try:
        bank = read_gift(text.encode())
    except Malformed:
        return
    assert bank.count == len(bank.questions) + len(bank.rejected) > 0
    assert write_moodle(bank.questions)


@given(st.text("<>&;/='\"ab !?[]-pisu1", max_size=200))
def test_no_text_makes_html_fail_otherwise_than_by_a_refusal(text: str) -> None:
    try:
        assert "<p" not in text_of(f"<p>{text}").lower() or "<p" in text.lower()
    except Malformed:
        return


def test_signs_that_only_look_like_markup_stay() -> None:
    bank = read_gift("Если a<b и c>d, а x &lt 3 {=да ~нет}".encode())
    assert bank.questions[0].text == "Если a<b и c>d, а x &lt 3"
    assert text_of("10<sup>-9</sup> H<sub>2</sub>O x<sup>2y</sup>") == "10⁻⁹ H₂O x^(2y)"
    note = read_gift("Сколько? {~%50%а ~%50%б ~в}".encode()).notes
    assert "takes away" in note[0].message
