"""What of a broadcast a player can have shown: held against looking at every millisecond."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.credit.reach import DRIFT_MS, LAG_MS, back_ms, reached
from rollcall.domain.credit.spans import Slice
from rollcall.domain.intervals import Interval

T0 = 1_795_392_000_000
BACK_MS = back_ms(60)
MINUTE = 60_000


def part(start: int, end: int, since: int, until: int) -> Slice:
    return Slice(Interval(T0 + start, T0 + end), Interval(T0 + since, T0 + until))


@pytest.mark.parametrize("old_ms", [-DRIFT_MS, 0, 3_000, 60_000, 60_000 + LAG_MS + DRIFT_MS])
def test_what_an_honest_player_shows_is_within_reach(old_ms: int) -> None:
    honest = part(0, MINUTE, -old_ms, MINUTE - old_ms)
    assert reached(honest, BACK_MS) == honest


@pytest.mark.parametrize("old_ms", [-DRIFT_MS - 1, -45_000, BACK_MS + 1, 7_200_000])
def test_what_is_to_come_or_too_old_is_not(old_ms: int) -> None:
    assert reached(part(0, MINUTE, -old_ms, MINUTE - old_ms), BACK_MS) is None


def test_of_a_stretch_that_leaves_the_reach_the_rest_counts() -> None:
    # twice as fast from live on: after 15 s it is 15 s ahead
    assert reached(part(0, MINUTE, 0, 2 * MINUTE), BACK_MS) == part(0, 15_000, 0, 30_000)
    # the same from so far behind that only its end can be reached
    ago = BACK_MS + 20_000
    assert reached(part(0, MINUTE, -ago, 2 * MINUTE - ago), BACK_MS) == part(
        20_000, MINUTE, 40_000 - ago, 2 * MINUTE - ago
    )


@given(
    st.integers(1, 60),
    st.sampled_from([-DRIFT_MS, 0, 100]),
    st.integers(-400, 400),
    st.integers(-100, 400),
)
def test_it_is_every_millisecond_at_which_what_played_can_be_reached(
    length: int, edge: int, beyond: int, advance: int
) -> None:
    back, begin = 100, -edge - beyond
    whole = part(0, length, begin, begin + advance)
    found = reached(whole, back)

    def possible(at: int) -> bool:  # in units of 1 / length ms, so that nothing is rounded
        return -DRIFT_MS * length <= at * length - (begin * length + at * advance) <= back * length

    moments = [at for at in range(length + 1) if possible(at)]
    if len(moments) < 2:
        assert found is None or found.wall.start == found.wall.end
    else:
        assert found is not None
        assert (found.wall.start - T0, found.wall.end - T0) == (moments[0], moments[-1])
