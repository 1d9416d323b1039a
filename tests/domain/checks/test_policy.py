"""What presence checks do to watch time, rule by rule."""

from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.checks.policy import Miss, Policy, Stop, disbelieved, stops
from rollcall.domain.intervals import Interval, Intervals, union
from rollcall.domain.sessions import FOREVER_MS

moments = st.integers(0, 100)


def voided(policy: Policy, misses: list[Miss], confirmed: list[int], resumed: list[int]) -> Intervals:
    return union(stop.moments for stop in stops(policy, misses, confirmed, resumed))


def test_record_voids_nothing() -> None:
    assert voided("record", [Miss(10, 0)], [], []) == ()


def test_a_miss_stops_until_the_next_confirmation_or_return() -> None:
    misses = [Miss(10), Miss(50), Miss(90)]
    assert voided("stop_until_confirmed", misses, [5, 30], [60, 70]) == (
        Interval(10, 30),
        Interval(50, 60),
        Interval(90, FOREVER_MS),
    )


def test_a_stop_in_the_moment_of_a_confirmation_is_over_at_once() -> None:
    assert voided("stop_until_confirmed", [Miss(10)], [10], []) == ()


def test_void_since_the_last_confirmation_or_the_first_playing_of_the_session() -> None:
    def voids(miss: Miss, confirmed_ms: list[int]) -> tuple[Interval, ...]:
        return voided("void_since_last_confirmed", [miss], confirmed_ms, [])

    assert voids(Miss(50, 20), [10, 60]) == (Interval(20, 60),)
    assert voids(Miss(50, 20), [30, 60]) == (Interval(30, 60),)
    assert voids(Miss(50, None), [30, 60]) == (Interval(50, 60),)


def test_what_is_taken_back_needs_nobody_to_be_told() -> None:
    found = stops("void_since_last_confirmed", [Miss(50, 20, told_ms=59)], [30], [])
    assert found == (Stop(59, Interval(50, FOREVER_MS)), Stop(0, Interval(30, 50)))


@given(
    st.lists(st.builds(Miss, moments, st.none() | moments), max_size=4),
    st.lists(moments, max_size=4),
    st.lists(moments, max_size=4),
)
def test_each_policy_voids_what_the_milder_one_does(
    misses: list[Miss], confirmed: list[int], resumed: list[int]
) -> None:
    stop = voided("stop_until_confirmed", misses, confirmed, resumed)
    since = voided("void_since_last_confirmed", misses, confirmed, resumed)

    def held(voids: tuple[Interval, ...], at_ms: int) -> bool:
        return any(start <= at_ms < end for start, end in voids)

    for at_ms in range(102):
        stopped = any(
            miss.expired_ms <= at_ms
            and not any(miss.expired_ms <= back <= at_ms for back in confirmed + resumed)
            for miss in misses
        )
        assert held(stop, at_ms) is stopped
        assert held(since, at_ms) or not stopped


def test_the_second_prompt_that_was_never_displayed_is_one_too_many() -> None:
    assert disbelieved([10], [], 2) == ()
    assert disbelieved([30, 10], [20, 50], 2) == (Interval(30, 50),)
    assert disbelieved([10, 30, 60], [50], 2) == (Interval(30, 50), Interval(60, FOREVER_MS))
