"""What a connection proves: which prompts a player had, until when it could be asked, and who does not listen."""

from rollcall.domain.evidence.tick import Tick
from rollcall.domain.ids import CheckId
from rollcall.live.arrivals import DEAF_MS, TICKS_KEPT, Offer, Offers

FIRST, SECOND = Offer(CheckId("firstone"), 1_000), Offer(CheckId("secondon"), 2_000)


def test_an_answer_proves_what_was_sent_before_its_tick_and_nothing_later() -> None:
    offers = Offers()
    offers.note(FIRST)
    offers.ticked(Tick(4, 1_500))
    offers.note(SECOND)
    assert offers.answered(4) == 1_500
    assert offers.had() == [(FIRST, 1_500)]
    offers.ticked(Tick(5, 2_500))
    assert offers.answered(5) == 2_500
    assert offers.had() == [(SECOND, 2_500)]
    assert offers.had() == []


def test_a_prompt_after_the_last_tick_is_not_proven_by_it() -> None:
    offers = Offers()
    offers.ticked(Tick(4, 900))
    offers.note(FIRST)
    assert offers.answered(4) == 900
    assert offers.had() == []


def test_ticks_of_another_connection_and_repeated_answers_prove_nothing() -> None:
    offers = Offers()
    offers.ticked(Tick(7, 900))
    offers.note(FIRST)
    offers.ticked(Tick(8, 1_100))
    assert offers.answered(6) is None
    assert offers.answered(9) is None
    assert offers.had() == []
    assert offers.answered(8) == 1_100
    assert offers.answered(8) is None
    assert offers.answered(7) is None


def test_who_speaks_and_leaves_a_tick_unanswered_had_what_came_before_it() -> None:
    offers = Offers()
    offers.ticked(Tick(1, 0))
    offers.note(FIRST)
    offers.ticked(Tick(2, 5_000))
    offers.note(SECOND)
    offers.ticked(Tick(3, 14_000))
    offers.spoken(5_000 + DEAF_MS - 1)
    assert offers.had() == []
    offers.spoken(5_000 + DEAF_MS)
    assert offers.had() == [(FIRST, 5_000 + DEAF_MS)]
    offers.answered(3)
    assert offers.had() == [(SECOND, 14_000)]
    offers.note(FIRST)
    offers.spoken(10**9)
    assert offers.had() == []


def test_the_oldest_unanswered_tick_is_remembered_beside_the_newest() -> None:
    offers = Offers()
    offers.note(FIRST)
    for number in range(100):
        offers.ticked(Tick(number, number * 1_000))
    assert offers.answered(100 - TICKS_KEPT) is None
    offers.spoken(DEAF_MS)
    assert offers.had() == [(FIRST, DEAF_MS)]
    assert offers.answered(99) == 99_000
