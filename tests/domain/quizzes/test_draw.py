"""What attempts are asked: the same from the same seed, fair, and never in the order that gives the answer away."""

from collections import Counter
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.errors import Conflict
from rollcall.domain.ids import QuestionId
from rollcall.domain.quizzes.draw import Drawing, as_asked, as_displayed, check_draw, draw
from rollcall.domain.quizzes.questions import Choice, FreeText, Order, Single, shown_choices
from tests.domain.quizzes.questions import questions

BANKS = st.lists(questions, min_size=1, max_size=12).map(
    lambda found: {QuestionId(f"q{n}"): q for n, q in enumerate(found)}
)
ALL = Drawing({}, shuffle_questions=True, shuffle_choices=True)
PLAIN = Drawing({}, shuffle_questions=False, shuffle_choices=False)
TWO = (Choice("а", right=True), Choice("б"))


@given(st.binary(min_size=16, max_size=16), BANKS, st.booleans(), st.booleans(), st.data())
def test_a_draw_asks_what_the_rule_says_each_once(
    seed: bytes, bank: Any, mix: bool, turn: bool, data: Any
) -> None:
    sizes = Counter(question.pool for question in bank.values() if question.pool is not None)
    pools = {
        pool: data.draw(st.integers(0, size)) for pool, size in sizes.items() if data.draw(st.booleans())
    }
    how = Drawing(pools, mix, turn)
    drawn = draw(seed, bank, how)
    assert drawn == draw(seed, dict(bank), how)
    names = [one.question for one in drawn]
    assert len(set(names)) == len(names)
    asked = Counter(bank[name].pool for name in names)
    assert all(asked[pool] == pools.get(pool, size) for pool, size in sizes.items())
    assert asked[None] == sum(question.pool is None for question in bank.values())
    assert mix or names == [name for name in bank if name in names]
    for one in drawn:
        places = list(range(len(shown_choices(bank[one.question]))))
        assert sorted(one.order) == places
        assert turn or isinstance(bank[one.question], Order) or list(one.order) == places


@given(st.binary(min_size=16, max_size=16), BANKS, st.data())
def test_answers_go_from_the_display_to_the_question_and_back(seed: bytes, bank: Any, data: Any) -> None:
    for one in draw(seed, bank, ALL):
        places = tuple(data.draw(st.permutations(range(len(one.order)))))
        asked = as_asked(one, places)
        assert asked is not None
        assert as_displayed(one, asked) == places
        assert as_asked(one, (len(one.order),)) is None
        assert as_asked(one, "текст") == as_displayed(one, "текст") == "текст"


def test_every_order_is_as_likely_as_any_other() -> None:
    bank = {QuestionId("q"): Order(text="?", items=("а", "б", "в"))}
    seen = Counter(draw(n.to_bytes(8, "big"), bank, PLAIN)[0].order for n in range(6_000))
    assert set(seen) == set(permutations(range(3)))
    assert all(850 < times < 1150 for times in seen.values())


def test_every_question_of_a_pool_is_drawn_as_often_as_any_other() -> None:
    bank = {QuestionId(f"q{n}"): FreeText(text="?", pool="п") for n in range(10)}
    how = Drawing({"п": 3}, shuffle_questions=False, shuffle_choices=True)
    seen = Counter(one.question for n in range(5_000) for one in draw(n.to_bytes(8, "big"), bank, how))
    assert len(seen) == 10
    assert all(1350 < times < 1650 for times in seen.values())


def test_a_draw_never_changes_with_the_version_of_anything() -> None:
    """Whoever recounts an attempt from its seed years later must get what was shown then."""
    bank = {QuestionId(f"q{n}"): Single(text="?", choices=TWO) for n in range(5)}
    drawn = draw(bytes(range(16)), bank, ALL)
    assert " ".join(f"{one.question}:{one.order}" for one in drawn) == (
        "q3:(0, 1) q1:(0, 1) q2:(1, 0) q4:(0, 1) q0:(1, 0)"
    )


@pytest.mark.parametrize(
    ("asked", "pools", "code"),
    [([], {}, "quiz_empty"), ([None] * 201, {}, "quiz_too_long"), (["п"], {"п": 2}, "pool_too_small"),
     ([None], {"п": 1}, "pool_too_small"), (["п"] * 9, {"п": 0}, "quiz_empty")],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(asked: list[str | None], pools: dict[str, int], code: str) -> None:
    with pytest.raises(Conflict) as refused:
        check_draw([FreeText(text="?", pool=pool) for pool in asked], Drawing(pools, True, True))
    assert refused.value.code == code
    check_draw([FreeText(text="?", pool="п")] * 500, Drawing({"п": 200}, True, True))
