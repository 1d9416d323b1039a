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
