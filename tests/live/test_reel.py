"""What somebody has played of a recording, live: as the rule says, whatever comes when, and where they are now."""

from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.checks.played import counted_ms, played
from rollcall.domain.credit.spans import Slice
from rollcall.domain.ids import MediaNo, UserId
from rollcall.domain.intervals import Interval
from rollcall.domain.sessions import ContentWindow
from rollcall.live.playing import Playing
from rollcall.live.reel import Reel

FIRST, SECOND = ContentWindow(10_000, 40_000), ContentWindow(60_000, 90_000)
WINDOWS = [FIRST, SECOND]
HALL, ANNA = MediaNo(1), UserId("anna")


def part(start_ms: int, end_ms: int, from_ms: int, to_ms: int) -> Slice:
    return Slice(Interval(start_ms, end_ms), Interval(from_ms, to_ms))


parts = st.lists(
    st.builds(
        lambda start, long, at, rate: part(start, start + long, at, at + round(long * rate)),
        st.integers(0, 60_000),
        st.integers(1, 20_000),
        st.integers(0, 95_000),
        st.sampled_from([0.0, 0.5, 1.0, 2.0]),
    ),
    max_size=8,
)


@given(parts, parts)
def test_what_was_stored_and_what_comes_count_by_the_rule_in_whatever_windows(
    stored: list[Slice], come: list[Slice]
) -> None:
    reel = Reel()
    late = 200_000  # nobody is expected to play on any more
    for one in come[:2]:
        reel.note(one, one.wall.end)
    assert reel.counted_ms([SECOND], late) == counted_ms([played(come[:2], SECOND)])
    reel.begin(stored)
    for one in come[2:]:
        reel.note(one, one.wall.end)
    by_rule = [played([*stored, *come], window) for window in WINDOWS]
    assert reel.counted_ms(WINDOWS, late) == counted_ms(by_rule)
    assert reel.at_most_ms(WINDOWS, late) >= counted_ms(by_rule)
    for now_ms in (0, 5_000, 60_000, 90_000):
        assert reel.counted_ms(WINDOWS, now_ms) <= reel.at_most_ms(WINDOWS, now_ms)


@given(st.integers(1, 30), st.sampled_from([0.5, 1.0, 1.25, 2.0]), st.integers(0, 50_000))
def test_beats_of_one_stretch_are_kept_as_one_and_windows_drawn_later_cut_it_as_exactly(
    beats: int, rate: float, at_ms: int
) -> None:
    reel, edges = Reel(), [round(n * 1_000 * rate) + at_ms for n in range(beats + 1)]
    for n in range(beats):
        reel.note(part(n * 1_000, (n + 1) * 1_000, edges[n], edges[n + 1]), (n + 1) * 1_000)
    whole = [part(0, beats * 1_000, edges[0], edges[-1])]
    expected = counted_ms([played(whole, window) for window in WINDOWS])
    assert abs(reel.counted_ms(WINDOWS, 10**6) - expected) <= 2
    assert len(reel._parts) == 1


def test_who_plays_on_is_expected_to_until_now_and_no_further_than_the_session() -> None:
    reel = Reel()
    reel.note(part(0, 10_000, 20_000, 30_000), 10_000)
    assert reel.counted_ms(WINDOWS, 14_000) == 14_000
    assert reel.covered_ms(WINDOWS, FIRST, 14_000) == 14_000
    assert reel.counted_ms(WINDOWS, 24_000) == 20_000
    assert reel.counted_ms(WINDOWS, 26_000) == 10_000  # silent for too long


def test_twice_the_speed_is_expected_to_go_on_at_twice_the_speed() -> None:
    reel = Reel()
    reel.note(part(0, 5_000, 10_000, 20_000), 5_000)
    assert reel.counted_ms(WINDOWS, 10_000) == 10_000
    assert reel.covered_ms(WINDOWS, FIRST, 10_000) == 20_000


def test_the_place_is_where_somebody_is_now_else_where_they_were_a_moment_ago() -> None:
    reel = Reel()
    assert reel.place(WINDOWS, 0) is None
    reel.note(part(0, 5_000, 35_000, 40_000), 5_000)
    assert reel.place(WINDOWS, 5_000) == FIRST
    reel.note(part(5_000, 6_000, 45_000, 46_000), 6_000)  # in the break, just before the report
    assert reel.place(WINDOWS, 6_000) == FIRST
    reel.note(part(6_000, 7_000, 70_000, 71_000), 7_000)
    assert reel.place(WINDOWS, 7_000) == SECOND
    for _ in range(500):  # nor does it help to say so again and again
        reel.note(part(7_000, 7_001, 45_000, 45_001), 7_001)
    assert reel.place(WINDOWS, 7_001) == SECOND
    for second in range(7, 30):
        reel.note(part(second * 1_000, second * 1_000 + 1_000, 45_000, 46_000), second * 1_000 + 1_000)
    assert reel.place(WINDOWS, 30_000) is None


def test_a_broadcast_has_no_place_and_counts_by_the_clock() -> None:
    playing = Playing()
    playing.set_windows(HALL, [(0, None)])
    playing.set_contents(HALL, [])
    playing.set_baseline(HALL, ANNA, [])
    programme_ms = 1_795_392_000_000
    playing.note(HALL, ANNA, 0, 5_000, 5_000, Interval(programme_ms, programme_ms + 5_000))
    assert playing.place(HALL, ANNA, 5_000) is None
    assert playing.expected_ms(HALL, ANNA, 5_000) == 5_000
