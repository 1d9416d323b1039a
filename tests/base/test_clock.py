"""Server time that follows the database's clock: forwards only, slowly, and never on the word of a slow answer."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from rollcall.base.clock import SLEW_PPM, Clock, Reading

SECOND = 1_000_000_000
MILLISECOND = 1_000_000
WALL = 1_795_392_000 * SECOND


@dataclass
class Machine:
    """A machine whose clocks are set by hand."""

    monotonic_ns: int = 5 * SECOND
    wall_ns: int = WALL

    def clock(self) -> Clock:
        return Clock("one", lambda: self.monotonic_ns, lambda: self.wall_ns)

    def wait(self, ns: int) -> None:
        self.monotonic_ns += ns

    def reading(self, wall_ns: int, *, took_ns: int = 0) -> Reading:
        """Return an answer that said `wall_ns` in the middle of its way."""
        return Reading(self.monotonic_ns - took_ns // 2, wall_ns, self.monotonic_ns + took_ns // 2)


def test_it_begins_at_what_the_quickest_answer_said() -> None:
    machine = Machine()
    clock = machine.clock()
    assert clock.now_ms() == WALL // 1_000_000
    slow, quick = machine.reading(WALL + SECOND, took_ns=SECOND), machine.reading(WALL + 3 * SECOND)
    clock.begin_at([slow, quick, slow])
    assert clock.now_ms() == (WALL + 3 * SECOND) // 1_000_000
    machine.wait(2 * SECOND)
    assert clock.now_ms() == (WALL + 5 * SECOND) // 1_000_000


def test_it_makes_up_for_a_difference_slowly_and_says_how_much_is_left() -> None:
    machine = Machine()
    clock = machine.clock()
    clock.begin_at([machine.reading(WALL)])
    clock.follow([machine.reading(WALL - 3 * SECOND)])
    assert clock.off_ms() == 3_000
    machine.wait(1_000 * SECOND)
    assert clock.now_ms() == (WALL + 1_000 * SECOND) // 1_000_000 - 500
    assert clock.off_ms() == 2_500
    machine.wait(10_000 * SECOND)
    assert clock.off_ms() == 0
    assert clock.now_ms() == (WALL + 10_997 * SECOND) // 1_000_000


def test_a_slow_answer_that_allows_for_what_is_shown_changes_nothing() -> None:
    machine = Machine()
    clock = machine.clock()
    clock.begin_at([machine.reading(WALL)])
    clock.follow([machine.reading(WALL + SECOND, took_ns=2 * SECOND)])
    machine.wait(10_000 * SECOND)
    assert (clock.now_ms(), clock.off_ms()) == ((WALL + 10_000 * SECOND) // 1_000_000, 0)


def test_an_answer_that_is_further_off_than_half_its_way_is_followed() -> None:
    machine = Machine()
    clock = machine.clock()
    clock.begin_at([machine.reading(WALL)])
    clock.follow([machine.reading(WALL + SECOND + 1, took_ns=2 * SECOND)])
    machine.wait(10_000 * SECOND)
    assert clock.now_ms() == (WALL + 10_001 * SECOND) // 1_000_000


@given(
    st.lists(
        st.tuples(st.integers(0, 60 * SECOND), st.integers(-3 * SECOND, 3 * SECOND), st.integers(0, SECOND)),
        max_size=20,
    )
)
def test_it_goes_forwards_whatever_it_reads_and_never_faster_than_a_player_may_drift(
    rounds: list[tuple[int, int, int]],
) -> None:
    machine = Machine()
    clock = machine.clock()
    clock.begin_at([machine.reading(WALL)])
    for wait_ns, off_ns, took_ns in rounds:
        before_ms = clock.now_ms()
        machine.wait(wait_ns)
        passed_ms = clock.now_ms() - before_ms
        most_ns = wait_ns * SLEW_PPM // 1_000_000 + MILLISECOND  # both moments are whole milliseconds
        assert abs(passed_ms * MILLISECOND - wait_ns) <= most_ns
        assert passed_ms >= 0
        shown_ms = clock.now_ms()
        clock.follow([machine.reading(WALL + machine.monotonic_ns - 5 * SECOND + off_ns, took_ns=took_ns)])
        assert clock.now_ms() == shown_ms
