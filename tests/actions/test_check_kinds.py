"""Checks that ask for more than a click, on both engines: a code to be typed, a question to be answered."""

from rollcall.domain.ids import UserId
from rollcall.store.check_counts import count_answers
from rollcall.store.checks import Question
from rollcall.store.database import Database
from tests.asking import LIFETIME, ask, tick
from tests.hall import open_hall

DOSE = Question("Доза на килограмм?", ("5 мг", "10 мг", "15 мг"), 1)


async def test_everybody_types_a_code_of_their_own(database: Database) -> None:
    hall = await open_hall(database)
    screens = [hall.join(f"doctor-{number}") for number in range(30)]
    check = await ask(hall, kind="code")
    codes = {screen.user_id: screen.got[0]["code"] for screen in screens}
    assert all(len(code) == 4 and code.isdigit() for code in codes.values())
    assert len(set(codes.values())) > 20
    again = hall.join("doctor-0")
    hall.wait(1_000)
    mine, other = codes[UserId("doctor-0")], codes[UserId("doctor-1")]
    wrong = other if other != mine else "none"
    await hall.mark("doctor-0", check.id, "shown")
    assert await hall.mark("doctor-0", check.id, "answered", answer=wrong) == []
    assert await hall.states(check.id) | {"doctor-0": "issued"} == await hall.states(check.id)
    await hall.mark("doctor-0", check.id, "answered", answer=mine)
    assert (await hall.states(check.id))["doctor-0"] == "confirmed"
    assert again.types() == ["prompt_closed"]


async def test_the_sixth_wrong_code_leaves_nothing_to_correct(database: Database) -> None:
    hall = await open_hall(database, "anna")
    screen = hall.join("anna")
    check = await ask(hall, kind="code")
    code = screen.got[0]["code"]
    await hall.mark("anna", check.id, "shown")
    for _ in range(6):
        hall.wait(1_000)
        await hall.mark("anna", check.id, "answered", answer="wrong")
    hall.wait(1_000)
    assert await hall.mark("anna", check.id, "answered", answer=code) == []
    hall.wait(LIFETIME)
    await hall.hear("anna")
    await tick(hall)
    assert await hall.states(check.id) == {"anna": "missed"}


async def test_any_choice_confirms_and_the_answer_is_kept_with_whether_it_was_right(
    database: Database,
) -> None:
    hall = await open_hall(database, "anna", "boris", "vera")
    screens = [hall.join(user_id) for user_id in ("anna", "boris", "vera")]
    check = await ask(hall, kind="question", question=DOSE)
    question = {"text": DOSE.text, "choices": list(DOSE.choices)}
    assert [screen.got[0]["question"] for screen in screens] == [question] * 3
    for user_id, answer in (("anna", "1"), ("boris", "0"), ("vera", "3")):
        await hall.mark(user_id, check.id, "shown", "answered", answer=answer)
    rows = {user_id: await hall.prompt(user_id, check.id) for user_id in ("anna", "boris", "vera")}
    assert {user_id: (row.state, row.answer, row.correct) for user_id, row in rows.items()} == {
        "anna": ("confirmed", "1", True),
        "boris": ("confirmed", "0", False),
        "vera": ("issued", None, None),
    }
    counted = await database.read(lambda conn: count_answers(conn, hall.project_no, [check.no]))
    assert counted == {check.no: {"0": 1, "1": 1}}


async def test_the_first_answer_stands(database: Database) -> None:
    hall = await open_hall(database, "anna")
    hall.join("anna")
    check = await ask(hall, kind="question", question=DOSE)
    await hall.mark("anna", check.id, "shown", "answered", answer="2")
    hall.wait(1_000)
    assert await hall.mark("anna", check.id, "answered", answer="1") == []
    row = await hall.prompt("anna", check.id)
    assert (row.answer, row.correct) == ("2", False)
