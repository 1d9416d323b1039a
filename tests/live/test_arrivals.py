"""What a connection proves: which prompts a player had, until when it could be asked, and who does not listen."""

from rollcall.domain.evidence.tick import Tick
from rollcall.domain.ids import CheckId
from rollcall.live.arrivals import DEAF_MS, SLOWEST_MS, TICKS_KEPT, Offer, Offers

FIRST, SECOND = Offer(CheckId("firstone"), 1_000), Offer(CheckId("secondon"), 2_000)


def test_an_answer_proves_what_was_sent_before_its_tick_and_nothing_later() -> None:
    offers = Offers()
    offers.note(FIRST)
    offers.ticked(Tick(4, 1_500))
    offers.note(SECOND)
    assert offers.answered(Tick(4, 1_500)) == 1_500
    assert offers.had() == [(FIRST, 1_500)]
    offers.ticked(Tick(5, 2_500))
    assert offers.answered(Tick(5, 2_500)) == 2_500
    assert offers.had() == [(SECOND, 2_500)]
    assert offers.had() == []


def test_a_prompt_after_the_last_tick_is_not_proven_by_it() -> None:
    offers = Offers()
    offers.ticked(Tick(4, 900))
    offers.note(FIRST)
    assert offers.answered(Tick(4, 900)) == 900
    assert offers.had() == []


def test_ticks_of_another_connection_prove_nothing_of_prompts_and_repeats_prove_nothing() -> None:
    offers = Offers()
    offers.ticked(Tick(7, 900))
    offers.note(FIRST)
    offers.ticked(Tick(8, 1_100))
    assert offers.answered(Tick(6, 800)) == 800  # as the first answer here: until then it could be asked
    assert offers.had() == []
    assert offers.answered(Tick(8, 1_100)) == 1_100
    assert offers.had() == [(FIRST, 1_100)]
    for number in (6, 7, 8, 9):
        assert offers.answered(Tick(number, 1_000)) is None


def test_a_tick_that_was_fetched_beside_the_connection_proves_nothing() -> None:
    """Who answers none of its own cannot be asked, whatever it fetches elsewhere."""
    for first_ms, answer in ((1_000, None), (1_001, 1_000)):
        offers = Offers()
        offers.ticked(Tick(4, first_ms))
        offers.note(FIRST)
        offers.ticked(Tick(5, first_ms + 9_000))
        assert offers.answered(Tick(7, 1_000)) == answer
        assert offers.answered(Tick(8, first_ms + 9_500)) is None
        assert offers.had() == []


def test_a_tick_of_another_connection_that_came_after_a_prompt_still_open_proves_nothing() -> None:
    offers = Offers()
    first = Tick(4, 5_000)
    offers.ticked(first)
    offers.greeted(first, [3_000, 2_000])
    offers.note(FIRST)
    assert [offers.answered(Tick(3, at_ms)) for at_ms in (2_500, 2_000, 1_999)] == [None, None, 1_999]
    assert offers.answered(first) is None
    offers.ticked(Tick(5, 5_001))
    assert offers.answered(Tick(5, 5_001)) == 5_001
    assert offers.had() == [(FIRST, 5_001)]


def test_a_prompt_that_comes_while_the_greeting_is_made_is_not_proven_by_the_first_tick() -> None:
    offers = Offers()
    first = Tick(4, 5_000)
    offers.ticked(first)
    offers.note(FIRST)
    offers.greeted(first, [])
    assert offers.answered(first) == 5_000
    assert offers.had() == []


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
    offers.answered(Tick(3, 14_000))
    assert offers.had() == [(SECOND, 14_000)]
    offers.note(FIRST)
    offers.spoken(10**9)
    assert offers.had() == []


def test_the_slowest_line_has_brought_what_whoever_speaks_is_said_to_have_had() -> None:
    assert DEAF_MS > SLOWEST_MS


def test_the_oldest_unanswered_tick_is_remembered_beside_the_newest() -> None:
    offers = Offers()
    offers.note(FIRST)
    for number in range(100):
        offers.ticked(Tick(number, number * 1_000))
    forgotten = 100 - TICKS_KEPT
    assert offers.answered(Tick(forgotten, forgotten * 1_000)) is None
    offers.spoken(DEAF_MS)
    assert offers.had() == [(FIRST, DEAF_MS)]
    assert offers.answered(Tick(99, 99_000)) == 99_000
