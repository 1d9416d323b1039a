"""The live count of playing time: each moment once, in whatever order and however often it is proven."""

from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.ids import MediaNo, UserId
from rollcall.domain.intervals import Interval
from rollcall.live.playing import Playing

HALL, ANNA = MediaNo(1), UserId("anna")
moments = st.integers(0, 60)
stretches = st.lists(st.tuples(moments, moments), max_size=12)


def counted(stretches: list[tuple[int, int]], windows: list[tuple[int, int]]) -> int:
    """Count by hand: one moment after the other."""
    return sum(
        any(start <= moment < end for start, end in stretches)
        and any(start <= moment < end for start, end in windows)
        for moment in range(61)
    )


@given(stretches, stretches, stretches, st.sets(moments, max_size=6))
def test_every_proven_moment_counts_once(
    stored: list[tuple[int, int]],
    meanwhile: list[tuple[int, int]],
    after: list[tuple[int, int]],
    cuts: set[int],
) -> None:
    ordered = sorted(cuts)
    windows = list(zip(ordered[::2], ordered[1::2], strict=False))
    playing = Playing()
    for start, end in meanwhile:  # committed while the baseline was being read
        playing.note(HALL, ANNA, start, end, end)
    assert not playing.knows(HALL, ANNA)
    playing.set_baseline(HALL, ANNA, [Interval(start, end) for start, end in stored])
    for start, end in after:
        playing.note(HALL, ANNA, start, end, end)
    playing.set_windows(HALL, windows)  # sessions may be drawn after the fact
    assert playing.knows(HALL, ANNA)
    assert playing.played_ms(HALL, ANNA) == counted([*stored, *meanwhile, *after], windows)


def test_who_has_no_baseline_yet_is_not_present() -> None:
    playing = Playing()
    playing.note(HALL, ANNA, 5_000, 20_000, 20_000)
    assert playing.present(HALL, 20_000) == []
    playing.set_baseline(HALL, ANNA, [])
    assert playing.present(HALL, 20_000) == [ANNA]


def test_who_plays_is_expected_to_play_on_until_now() -> None:
    playing = Playing()
    playing.set_windows(HALL, [(0, None)])
    playing.set_baseline(HALL, ANNA, [])
    playing.note(HALL, ANNA, 5_000, 20_000, 20_000)
    assert playing.present(HALL, 35_000) == [ANNA]
    assert playing.expected_ms(HALL, ANNA, 35_000) == 30_000
    assert playing.present(HALL, 35_001) == []
    assert playing.expected_ms(HALL, ANNA, 35_001) == playing.played_ms(HALL, ANNA) == 15_000


def test_who_proves_late_or_ends_with_a_pause_is_present_all_the_same() -> None:
    playing = Playing()
    playing.set_windows(HALL, [(0, None)])
    playing.set_baseline(HALL, ANNA, [])
    playing.note(HALL, ANNA, 5_000, 10_000, 40_000)
    assert playing.present(HALL, 55_000) == [ANNA]
    assert playing.expected_ms(HALL, ANNA, 50_000) == 45_000
    assert playing.present(HALL, 55_001) == []
