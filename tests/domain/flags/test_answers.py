"""Signs in answers, at their thresholds; the corpus of human timing is with the fault tests."""

from collections.abc import Sequence

from rollcall.domain.flags.answers import Answer, judge_answers, judge_together

MINUTE_MS = 60_000


def answers(*reactions: int, pointer: bool = True, begin_ms: int = 0) -> list[Answer]:
    return [
        Answer(f"check-{n}", begin_ms + n * MINUTE_MS + reaction, reaction, pointer)
        for n, reaction in enumerate(reactions)
    ]


def kinds(given: Sequence[Answer]) -> list[str]:
    return [sign.kind for sign in judge_answers(given)]


def test_people_are_no_programs() -> None:
    assert kinds(answers(900, 1_400, 2_600, 5_100, 1_150)) == []
    assert kinds([]) == []


def test_two_answers_before_anybody_can() -> None:
    assert kinds(answers(149, 1_400, 2_600)) == []
    (sign,) = judge_answers(answers(149, 1_400, -30, 150))
    assert (sign.kind, sign.count, sign.detail) == ("instant_answers", 2, {"answers": 4, "fastest_ms": -30})
    assert (sign.first_ms, sign.last_ms) == (149, 2 * MINUTE_MS - 30)


def test_always_the_same_time() -> None:
    assert kinds(answers(1_000, 1_010, 1_020)) == []
    assert kinds(answers(1_000, 1_010, 1_020, 1_120)) == []
    (sign,) = judge_answers(answers(1_000, 1_010, 1_020, 1_119))
    assert (sign.kind, sign.count) == ("constant_reactions", 4)
    assert sign.detail == {"answers": 4, "reaction_ms": 1_020, "spread_ms": 119}
    assert kinds(answers(1_000, 4_000, 1_010, 1_020, 1_030)) == ["constant_reactions"]
    assert kinds(answers(1_000, 4_000, 1_010, 2_000, 1_020, 1_030)) == []


def test_nothing_moved() -> None:
    assert kinds(answers(900, 1_400, pointer=False)) == []
    assert kinds(answers(900, 1_400, 2_600, pointer=False)) == ["no_pointer"]
    mixed = answers(900, 1_400, 2_600, pointer=False) + answers(3_000, begin_ms=10 * MINUTE_MS)
    assert kinds(mixed) == []


def test_the_order_of_the_answers_does_not_matter() -> None:
    given = answers(10, 20, 30, 40, pointer=False)
    assert judge_answers(given) == judge_answers(given[::-1])


def test_two_accounts_that_answer_as_one() -> None:
    one, other = answers(900, 1_400, 2_600, 5_100), answers(950, 1_350, 2_700, 5_100)
    stranger = answers(1_200, 4_000, 1_000, 2_000)
    found = judge_together({"a": one, "b": other, "c": stranger})
    assert {who: (sign.count, sign.detail) for who, sign in found.items()} == {
        "a": (4, {"accounts": 2}),
        "b": (4, {"accounts": 2}),
    }
    assert judge_together({"a": one, "b": answers(950, 1_350, 2_701, 5_100)}) == {}
    assert judge_together({"a": one[:3], "b": other[:3]}) == {}


def test_many_accounts_of_one_program() -> None:
    given = {f"u{n}": answers(1_000 + n, 1_400, 2_600, 5_100, 900) for n in range(50)}
    found = judge_together(given)
    assert {sign.detail["accounts"] for sign in found.values()} == {50}
    assert len(found) == 50
