"""Outages of our own: gaps of the beat, and silence of many, found in simulated crowds and in no other."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollcall.domain.intervals import Interval
from rollcall.domain.outages import LEAST, ONE_IN, Silence, Voice, gap, listen

S = 1000
TICK = 10 * S
CUT = 200 * S


@pytest.mark.parametrize(
    ("last_ms", "now_ms", "found"),
    [
        (None, 50_000, None),
        (1_000, 4_000, None),
        (1_000, 4_001, Interval(1_000, 4_001)),
        (9_000, 1_000, None),
    ],
)
def test_a_gap_is_longer_than_what_is_allowed(
    last_ms: int | None, now_ms: int, found: Interval | None
) -> None:
    assert gap(last_ms, now_ms, 3_000) == found


@dataclass(frozen=True)
class Person:
    """Answers each tick from `phase` on; cut off in `[cut, back)`; `breaks` = the connection breaks at once."""

    phase: int
    cut: int | None = None
    back: int | None = None
    breaks: bool = False
    leaves: int | None = None

    def voice(self, now: int) -> Voice | None:
        if now < self.phase:
            return None
        end = now if self.leaves is None else min(now, self.leaves)
        if self.cut is not None and now >= self.cut and (self.back is None or now < self.back):
            return Voice(self.phase, self._heard(self.cut), lost=self.breaks)
        heard = self._heard(end + 1)
        if self.back is not None and now >= self.back:
            heard = max(heard, self.back)
        return Voice(self.phase, heard, left_ms=self.leaves if end < now or end == self.leaves else None)

    def _heard(self, before: int) -> int:
        return self.phase + (before - 1 - self.phase) // TICK * TICK


def silences(crowd: Sequence[Person], until: int = CUT + 320 * S) -> list[Interval]:
    """Listen once a second, and return what would be in the log at the end."""
    silence: Silence[int] | None = None
    log: dict[int, Interval] = {}
    for now in range(CUT - 60 * S, until, S):
        voices = {who: voice for who, person in enumerate(crowd) if (voice := person.voice(now)) is not None}
        silence = listen(silence, voices, now)
        if silence is not None and silence.proven is not None:
            log[silence.from_ms] = silence.proven
    return list(log.values())


def needed(crowd: int) -> int:
    return max(LEAST, -(-crowd // ONE_IN))


phases = st.integers(0, TICK - 1)
CROWDS = settings(deadline=None, max_examples=50)


@st.composite
def cut_crowds(draw: st.DrawFn) -> tuple[list[Person], int, int]:
    """Return a crowd, how many of it are cut off at `CUT`, and for how long."""
    size = draw(st.integers(LEAST, 80))
    cut = draw(st.integers(0, size))
    for_ms, breaks = draw(st.integers(31 * S, 300 * S)), draw(st.booleans())
    people = [
        Person(draw(phases), CUT, CUT + for_ms + draw(st.integers(0, 5 * S)), breaks) for _ in range(cut)
    ]
    return people + [Person(draw(phases)) for _ in range(size - cut)], cut, for_ms


@CROWDS
@given(cut_crowds())
def test_many_who_are_cut_off_and_come_back_are_an_outage_and_few_are_not(
    drawn: tuple[list[Person], int, int],
) -> None:
    crowd, cut, for_ms = drawn
    found = silences(crowd)
    if cut < needed(len(crowd)):
        assert found == []
        return
    (outage,) = found
    assert CUT - TICK <= outage.start <= CUT
    assert CUT + for_ms <= outage.end <= CUT + for_ms + 6 * S


@CROWDS
@given(st.lists(st.tuples(phases, st.integers(0, 60 * S)), min_size=30, max_size=80), st.integers(0, 9))
def test_a_crowd_that_says_goodbye_is_no_outage_even_if_a_few_do_not(
    leaving: list[tuple[int, int]], vanish: int
) -> None:
    crowd = [Person(phase, leaves=CUT + after) for phase, after in leaving]
    crowd[:vanish] = [Person(person.phase, CUT, None, breaks=True) for person in crowd[:vanish]]
    assert silences(crowd) == []


@CROWDS
@given(st.lists(st.tuples(phases, st.booleans()), min_size=10, max_size=60), st.integers(0, 40))
def test_a_crowd_that_vanishes_and_never_comes_back_is_no_outage(
    gone: list[tuple[int, bool]], staying: int
) -> None:
    crowd = [Person(phase, CUT, None, breaks) for phase, breaks in gone]
    assert silences([*crowd, *[Person(n % TICK) for n in range(staying)]]) == []


def test_twelve_of_fifty_nine_and_goodbyes_beside_them() -> None:
    """Twelve of 60 who were there are enough, also when most others leave in the same half minute; of 61 not."""

    def crowd(leaving: int) -> list[Person]:
        cut = [Person(n * 700, CUT, CUT + 60 * S) for n in range(12)]
        return cut + [Person(n * 100, leaves=CUT + 5 * S) for n in range(leaving)]

    assert len(silences(crowd(48))) == 1
    assert silences(crowd(49)) == []


@CROWDS
@given(
    st.lists(st.tuples(phases, st.integers(11 * S, 25 * S)), min_size=1, max_size=LEAST - 1),
    st.lists(phases, min_size=2 * LEAST, max_size=60),
    st.booleans(),
)
def test_a_few_who_vanish_before_the_cut_do_not_make_it_longer(
    vanished: list[tuple[int, int]], cut: list[int], breaks: bool
) -> None:
    """They went for reasons of their own, up to half a minute before; so no minute before the cut is an outage."""
    before = [Person(phase, CUT - TICK - earlier, None, breaks=True) for phase, earlier in vanished]
    crowd = before + [Person(phase, CUT, CUT + 60 * S, breaks) for phase in cut]
    (outage,) = silences(crowd)
    assert CUT - TICK <= outage.start <= CUT
    assert CUT + 60 * S <= outage.end <= CUT + 66 * S


def test_only_whoever_comes_back_proves_it_and_most_of_them_end_it() -> None:
    """Of forty silent, ten are back after a minute: on record. At the twenty-first it ends."""
    back = [60] * 10 + [120] * 10 + [180] * 10 + [None] * 10
    crowd = [
        Person(n * 200, CUT, None if after is None else CUT + after * S, breaks=True)
        for n, after in enumerate(back)
    ]
    (first,) = silences(crowd, CUT + 100 * S)
    assert first.end == CUT + 60 * S
    (last,) = silences(crowd)
    assert (last.start, last.end) == (first.start, CUT + 180 * S)


def test_a_second_silence_after_the_first_is_another_outage() -> None:
    def twice(person: Person, now: int) -> Voice | None:
        again = CUT + 120 * S
        later = Person(person.phase, again, again + 60 * S, breaks=True)
        return later.voice(now) if now >= again else person.voice(now)

    people = [Person(n * 500, CUT, CUT + 60 * S, breaks=True) for n in range(15)]
    silence: Silence[int] | None = None
    log: dict[int, Interval] = {}
    for now in range(0, CUT + 400 * S, S):
        voices = {who: voice for who, p in enumerate(people) if (voice := twice(p, now)) is not None}
        silence = listen(silence, voices, now)
        if silence is not None and silence.proven is not None:
            log[silence.from_ms] = silence.proven
    first, second = log.values()
    assert first.end == CUT + 60 * S
    assert CUT + 110 * S <= second.start < second.end == CUT + 180 * S


def test_nobody_makes_an_outage_alone() -> None:
    assert silences([Person(0, CUT, CUT + 60 * S, breaks=True)]) == []
    assert silences([Person(n, CUT, CUT + 60 * S, breaks=True) for n in range(LEAST - 1)]) == []
