"""How much of a recording has been played for a plan: never less than it earns, whatever is done with the player."""

from dataclasses import dataclass

from hypothesis import example, given
from hypothesis import strategies as st

from rollcall.domain.checks.played import Played, played
from rollcall.domain.credit import Watching, credit
from rollcall.domain.credit.spans import Slice
from rollcall.domain.growing import Growing
from rollcall.domain.ids import MediaNo
from rollcall.domain.intervals import Interval, length
from rollcall.domain.sessions import ContentWindow

HALL = MediaNo(1)
FIRST, SECOND = ContentWindow(1_000, 5_000), ContentWindow(6_000, 9_000)
WINDOWS = [FIRST, SECOND]


@dataclass(frozen=True)
class Stretch:
    """A stretch that one of two tabs played: from when, for how long, from where, how fast."""

    tab: int
    start_ms: int
    length_ms: int
    from_ms: int
    rate: float

    @property
    def part(self) -> Slice:
        content = Interval(self.from_ms, self.from_ms + round(self.length_ms * self.rate))
        return Slice(Interval(self.start_ms, self.start_ms + self.length_ms), content)


def possible(some: list[Stretch]) -> list[Stretch]:
    """Leave out what the same tab cannot have played, as it played something else then."""
    until_ms = {1: 0, 2: 0}
    kept = []
    for one in sorted(some, key=lambda one: one.start_ms):
        if one.start_ms >= until_ms[one.tab]:
            kept.append(one)
            until_ms[one.tab] = one.start_ms + one.length_ms
    return kept


stretches = st.lists(
    st.builds(
        Stretch,
        tab=st.integers(1, 2),
        start_ms=st.integers(0, 12).map(lambda n: n * 500),
        length_ms=st.integers(1, 8).map(lambda n: n * 500),
        from_ms=st.integers(0, 20).map(lambda n: n * 500),
        rate=st.sampled_from([0.5, 1.0, 1.5, 2.0]),
    ),
    max_size=8,
).map(possible)


def earned_ms(some: list[Stretch]) -> int:
    """Return what the rule of credit gives for it."""
    spans = [
        Watching(
            HALL,
            one.start_ms,
            one.start_ms + one.length_ms,
            signed=True,
            rate=one.rate,
            content_from_ms=one.part.content.start,
            content_to_ms=one.part.content.end,
            on_air=False,
            play=one.tab,
        )
        for one in some
    ]
    return credit(spans, [(HALL, window) for window in WINDOWS], 10**9).watched_ms


def counted(some: list[Stretch]) -> int:
    return played([one.part for one in some], WINDOWS).ms


@given(stretches)
@example(
    [Stretch(1, 0, 2_000, 1_000, 2.0), Stretch(1, 2_000, 4_000, 1_000, 1.0)]
)  # fast, then again at leisure
@example([Stretch(1, 0, 4_000, 1_000, 1.0), Stretch(2, 0, 3_000, 6_000, 1.0)])  # two sessions at once
def test_whatever_earns_has_counted_and_nothing_counts_beyond_clock_and_content(some: list[Stretch]) -> None:
    assert earned_ms(some) <= counted(some)
    assert counted(some) <= length(one.part.wall for one in some)
    assert counted(some) <= sum(window.to_ms - window.from_ms for window in WINDOWS)


@given(stretches)
@example(
    [
        Stretch(1, 0, 4_000, 1_000, 1.0),
        Stretch(1, 4_000, 4_000, 1_000, 1.0),
        Stretch(1, 8_000, 1_500, 6_000, 2.0),
    ]
)
def test_no_stretch_counts_more_than_its_own_time(some: list[Stretch]) -> None:
    count, before_ms = Played(WINDOWS), 0
    for one in some:
        count.add(one.part)
        count.settle()
        assert count.ms <= before_ms + one.length_ms
        before_ms = count.ms
    assert earned_ms(some) <= before_ms


@given(stretches, stretches)
def test_of_what_nobody_knows_how_it_belongs_together_no_less_counts(
    some: list[Stretch], others: list[Stretch]
) -> None:
    count = played([one.part for one in some], WINDOWS)
    count.add_unpaired((one.part.wall for one in others), Growing(one.part.content for one in others))
    assert count.ms >= counted(possible([*some, *others]))


@given(stretches, st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(some: list[Stretch], source: object) -> None:
    again = [*some, *some]
    source.shuffle(again)  # type: ignore[attr-defined]
    assert counted(again) == counted(some)


def test_a_loop_counts_once_twice_the_speed_counts_the_clock_and_a_break_nothing() -> None:
    loop = [Stretch(1, n * 1_000, 1_000, 1_000, 1.0) for n in range(10)]
    assert counted(loop) == 1_000
    assert counted([Stretch(1, 0, 2_000, 1_000, 2.0)]) == 2_000
    assert counted([Stretch(1, 0, 1_000, 5_000, 1.0)]) == 0
    assert counted([Stretch(1, 0, 7_000, 0, 1.0)]) == 4_000 + 1_000


def test_after_a_loop_twice_the_speed_counts_the_clock_that_it_plays() -> None:
    loop = [Stretch(1, n * 1_000, 1_000, 1_000, 1.0) for n in range(3)]
    assert counted(loop) == 1_000
    assert counted([*loop, Stretch(1, 3_000, 1_000, 2_000, 2.0)]) == 2_000
    elsewhere = [Stretch(1, 3_000, 500, 2_000, 2.0), Stretch(1, 3_500, 500, 6_000, 2.0)]
    assert counted([*loop, *elsewhere]) == 2_000


def test_a_span_that_still_grows_makes_up_for_what_it_missed() -> None:
    count = Played([FIRST])
    for slow_ms, content_ms in ((1_000, 500), (2_000, 2_000)):
        count.add(Slice(Interval(0, slow_ms), Interval(1_000, 1_000 + content_ms)))
        assert (count.ms, count.at_most_ms) == (content_ms, slow_ms)
