"""What somebody has played of a recording, live: as the rule says, whatever comes when, and where they are now."""

from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.checks.played import played
from rollcall.domain.credit.spans import Slice, cut
from rollcall.domain.ids import MediaNo, UserId
from rollcall.domain.intervals import Interval, length
from rollcall.domain.sessions import FOREVER_MS, ContentWindow
from rollcall.live.playing import Playing
from rollcall.live.reel import MOST_SPANS, Proof, Reel

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


def reel() -> Reel:
    return Reel(lambda part: part)


class Tab:
    """One player whose stretches are spans by themselves, or one that grows."""

    def __init__(self, reel: Reel, no: int = 1) -> None:
        self.reel, self.no, self.ordinal = reel, no, 0

    def note(self, one: Slice, now_ms: int) -> None:
        """Begin a span."""
        self.ordinal += 1
        self.span = one
        self.reel.note(Proof(one, (self.no, self.ordinal), one), now_ms)

    def grow(self, one: Slice, now_ms: int) -> None:
        """Let the span go on."""
        self.span = part(self.span.wall.start, one.wall.end, self.span.content.start, one.content.end)
        self.reel.note(Proof(one, (self.no, self.ordinal), self.span), now_ms)


@given(parts, parts)
def test_what_was_stored_and_what_comes_count_in_whatever_windows(
    stored: list[Slice], come: list[Slice]
) -> None:
    of, late = reel(), 200_000  # nobody is expected to play on any more
    tab = Tab(of)
    for one in come[:2]:
        tab.note(one, one.wall.end)
    assert of.counted_ms([SECOND], late) == played(come[:2], [SECOND]).ms
    of.begin(stored)
    for one in come[2:]:
        tab.note(one, one.wall.end)
    whole = [*stored, *come]
    by_rule = {window: played(whole, [window]) for window in WINDOWS}
    for window, count in by_rule.items():
        assert of.covered_ms(WINDOWS, window, late) == count.covered_ms(window)
    inside = [found for one in whole for window in WINDOWS if (found := cut(one, window)) is not None]
    clock, content = length(one.wall for one in inside), length(one.content for one in inside)
    assert of.counted_ms(WINDOWS, late) <= min(clock, content)
    assert of.at_most_ms(WINDOWS, late) >= of.counted_ms(WINDOWS, late)
    for now_ms in (0, 5_000, 60_000, 90_000):
        assert of.counted_ms(WINDOWS, now_ms) <= of.at_most_ms(WINDOWS, now_ms)


@given(parts, parts)
def test_whether_sessions_or_proofs_come_first_changes_nothing(
    stored: list[Slice], come: list[Slice]
) -> None:
    sooner, later, now_ms = reel(), reel(), 0
    sooner.counted_ms(WINDOWS, 0)
    for of in (sooner, later):
        of.begin(stored)
        tab, now_ms = Tab(of), 0
        for one in sorted(come):
            now_ms = max(now_ms, one.wall.end)
            tab.note(one, now_ms)
    for window in WINDOWS:
        assert sooner.covered_ms(WINDOWS, window, now_ms) == later.covered_ms(WINDOWS, window, now_ms)
    assert sooner.place(WINDOWS, now_ms) == later.place(WINDOWS, now_ms)


@given(st.integers(1, 30), st.sampled_from([0.5, 1.0, 1.25, 2.0]), st.integers(0, 50_000))
def test_a_span_that_grows_counts_as_the_span_in_windows_drawn_before_or_later(
    beats: int, rate: float, at_ms: int
) -> None:
    sooner, later = reel(), reel()
    sooner.counted_ms(WINDOWS, 0)
    edges = [round(n * 1_000 * rate) + at_ms for n in range(beats + 1)]
    for of in (sooner, later):
        tab = Tab(of)
        for n in range(beats):
            note = tab.grow if n else tab.note
            note(part(n * 1_000, (n + 1) * 1_000, edges[n], edges[n + 1]), (n + 1) * 1_000)
    whole = part(0, beats * 1_000, edges[0], edges[-1])
    assert later.counted_ms(WINDOWS, 10**6) == played([whole], WINDOWS).ms
    assert 0 <= sooner.counted_ms(WINDOWS, 10**6) - later.counted_ms(WINDOWS, 10**6) <= 2


def test_after_a_loop_twice_the_speed_counts_the_clock_also_in_sessions_drawn_later() -> None:
    sooner, later = reel(), reel()
    sooner.counted_ms([FIRST], 0)
    for of in (sooner, later):
        tab = Tab(of)
        for n in range(3):
            tab.note(part(n * 5_000, n * 5_000 + 5_000, 10_000, 15_000), n * 5_000 + 5_000)
        for n in range(5):
            start_ms, at_ms = 15_000 + n * 1_000, 15_000 + n * 2_000
            note = tab.grow if n else tab.note
            note(part(start_ms, start_ms + 1_000, at_ms, at_ms + 2_000), start_ms + 1_000)
        assert of.counted_ms([FIRST], 10**6) == 10_000


def test_a_span_of_before_a_restart_may_still_make_up_for_what_it_missed() -> None:
    of = reel()
    of.begin([part(0, 10_000, 10_000, 15_000)])
    of.counted_ms([FIRST], 10_000)
    Tab(of, 2).note(part(10_000, 11_000, 10_000, 11_000), 11_000)
    again = Tab(of, 1)
    again.note(part(0, 20_000, 10_000, 30_000), 20_000)
    assert of.counted_ms([FIRST], 10**6) == 20_000


def test_who_scatters_stretches_is_kept_within_bounds_and_counts_no_less() -> None:
    of, now_ms = reel(), 0
    tab, window = Tab(of), ContentWindow(0, 10**9)
    of.counted_ms([window], 0)
    for n in range(2 * MOST_SPANS):
        now_ms = (n + 1) * 4
        at_ms = n * 7_919 % (2 * MOST_SPANS) * 1_000
        tab.note(part(now_ms - 4, now_ms, at_ms, at_ms + 4), now_ms)
    assert len(of._kept) == MOST_SPANS
    assert of.counted_ms([window], 10**9) == now_ms
    half = ContentWindow(0, MOST_SPANS * 1_000)
    assert now_ms >= of.counted_ms([half], 10**9) >= now_ms // 2


def test_who_plays_on_is_expected_to_until_now_and_no_further_than_the_session() -> None:
    of = reel()
    tab = Tab(of)
    tab.note(part(0, 10_000, 20_000, 30_000), 10_000)
    assert of.counted_ms(WINDOWS, 14_000) == 14_000
    assert of.covered_ms(WINDOWS, FIRST, 14_000) == 14_000
    assert of.counted_ms(WINDOWS, 24_000) == 20_000
    assert of.counted_ms(WINDOWS, 26_000) == 10_000  # silent for too long


def test_twice_the_speed_is_expected_to_go_on_at_twice_the_speed() -> None:
    of = reel()
    tab = Tab(of)
    tab.note(part(0, 5_000, 10_000, 20_000), 5_000)
    assert of.counted_ms(WINDOWS, 10_000) == 10_000
    assert of.covered_ms(WINDOWS, FIRST, 10_000) == 20_000


def test_the_place_is_where_somebody_is_now_else_where_they_were_a_moment_ago() -> None:
    of = reel()
    tab = Tab(of)
    assert of.place(WINDOWS, 0) is None
    tab.note(part(0, 5_000, 35_000, 40_000), 5_000)
    assert of.place(WINDOWS, 5_000) == FIRST
    tab.note(part(5_000, 6_000, 45_000, 46_000), 6_000)  # in the break, just before the report
    assert of.place(WINDOWS, 6_000) == FIRST
    tab.note(part(6_000, 7_000, 70_000, 71_000), 7_000)
    assert of.place(WINDOWS, 7_000) == SECOND
    for _ in range(500):  # nor does it help to say so again and again
        tab.note(part(7_000, 7_001, 45_000, 45_001), 7_001)
    assert of.place(WINDOWS, 7_001) == SECOND
    for second in range(7, 30):
        tab.note(part(second * 1_000, second * 1_000 + 1_000, 45_000, 46_000), second * 1_000 + 1_000)
    assert of.place(WINDOWS, 30_000) is None


def test_a_broadcast_has_no_place_and_counts_by_the_clock() -> None:
    playing = Playing()
    playing.set_windows(HALL, [(0, None)])
    playing.set_contents(HALL, [])
    playing.set_baseline(HALL, ANNA, [])
    programme_ms = 1_795_392_000_000
    playing.note(HALL, ANNA, 0, 5_000, 5_000, Interval(programme_ms, programme_ms + 5_000))
    assert playing.place(HALL, ANNA, 5_000) is None
    assert playing.expected_ms(HALL, ANNA, 5_000) == 5_000


def test_an_hour_of_a_broadcast_counts_whether_its_sessions_are_known_before_or_after() -> None:
    began_ms, hour_ms = 1_795_392_000_000, 3_600_000
    window = ContentWindow(began_ms, FOREVER_MS)
    clock = Interval(began_ms, began_ms + hour_ms)
    for at_ms in (7_000, began_ms):  # as players say it that know no programme time, and that do
        content = Interval(at_ms, at_ms + hour_ms)
        stored, come = Playing(), Playing()
        stored.set_baseline(HALL, ANNA, [clock], [Slice(clock, content)])
        come.set_baseline(HALL, ANNA, [])
        come.note(HALL, ANNA, *clock, clock.end, content)
        for playing in (stored, come):
            playing.set_contents(HALL, [window])
            playing.expected_ms(HALL, ANNA, clock.end)
            playing.set_reach(HALL, 3_600)  # what was placed before is placed anew
            assert playing.expected_ms(HALL, ANNA, clock.end) == hour_ms
        assert come.place(HALL, ANNA, clock.end) == window
