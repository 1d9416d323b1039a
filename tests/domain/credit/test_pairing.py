"""The worth of content against a matching of single milliseconds, made the slow way."""

from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.credit import Watching, credit
from rollcall.domain.credit.spans import slice_of
from rollcall.domain.ids import MediaNo
from rollcall.domain.sessions import ContentWindow

FILM = MediaNo(1)
positions = st.integers(0, 12)


@st.composite
def played(draw: st.DrawFn) -> Watching:
    start, end = sorted((draw(positions), draw(positions)))
    since, to = sorted((draw(positions), draw(positions)))
    return Watching(FILM, start, end, True, content_from_ms=since, content_to_ms=to, on_air=False)


@given(st.lists(played(), max_size=5), st.sets(positions, max_size=4))
def test_it_is_the_most_milliseconds_that_can_be_paired(spans: list[Watching], cuts: set[int]) -> None:
    edges = sorted(cuts)
    windows = [ContentWindow(a, b) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    near: dict[int, set[int]] = {}
    for span in spans:
        for window in windows:
            part = slice_of(span, window)
            for at in range(*part.wall) if part is not None else ():
                near.setdefault(at, set()).update(range(*part.content) if part is not None else ())
    found = credit(spans, [(FILM, window) for window in windows], 100)
    assert found.watched_ms == matching(near)


@given(st.lists(played(), max_size=5), positions, positions, positions)
def test_splitting_a_session_of_content_never_raises_the_total(
    spans: list[Watching], first: int, second: int, third: int
) -> None:
    since, at, to = sorted((first, second, third))
    whole = credit(spans, [(FILM, ContentWindow(since, to))], 100)
    halves = credit(spans, [(FILM, ContentWindow(since, at)), (FILM, ContentWindow(at, to))], 100)
    assert halves.watched_ms <= whole.watched_ms


def test_where_a_session_of_content_is_split_matters_only_to_who_plays_faster_and_again() -> None:
    minute, halves = (
        60_000,
        [(FILM, ContentWindow(0, 50 * 60_000)), (FILM, ContentWindow(50 * 60_000, 100 * 60_000))],
    )
    whole = [(FILM, ContentWindow(0, 100 * minute))]
    fast = Watching(FILM, 0, 50 * minute, True, content_to_ms=100 * minute, rate=2.0, on_air=False)
    again = Watching(
        FILM,
        50 * minute,
        100 * minute,
        True,
        content_from_ms=50 * minute,
        content_to_ms=100 * minute,
        on_air=False,
    )
    assert credit([fast, again], whole, 10**9).watched_ms == 100 * minute
    split = credit([fast, again], halves, 10**9)
    assert (split.watched_ms, [s.watched_ms for s in split.sessions]) == (
        75 * minute,
        [25 * minute, 50 * minute],
    )
    once = Watching(FILM, 0, 100 * minute, True, content_to_ms=100 * minute, on_air=False)
    assert credit([once], whole, 10**9).watched_ms == credit([once], halves, 10**9).watched_ms == 100 * minute


def test_two_sessions_at_once_in_two_tabs_each_tell_their_own_and_the_total_counts_the_clock_once() -> None:
    first = Watching(FILM, 0, 15_000, True, content_to_ms=15_000, on_air=False)
    second = Watching(
        FILM, 0, 15_000, True, content_from_ms=60_000, content_to_ms=75_000, on_air=False, play=1
    )
    windows = [(FILM, ContentWindow(0, 30_000)), (FILM, ContentWindow(60_000, 90_000))]
    found = credit([first, second], windows, 10**9)
    assert [session.watched_ms for session in found.sessions] == [15_000, 15_000]
    assert (found.watched_ms, found.listed.overlap_ms) == (15_000, 15_000)


def matching(near: dict[int, set[int]]) -> int:
    """Return the size of the largest matching, by augmenting paths of single milliseconds."""
    taken: dict[int, int] = {}

    def place(at: int, tried: set[int]) -> bool:
        for position in near[at] - tried:
            tried.add(position)
            if position not in taken or place(taken[position], tried):
                taken[position] = at
                return True
        return False

    return sum(place(at, set()) for at in near)
