"""The promises of the count, as properties of the reference rule."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.credit import Credit, Session, Watching, credit, evidence, wall, watched
from rollcall.domain.ids import MediaNo
from rollcall.domain.intervals import Interval, length
from rollcall.domain.sessions import WallWindow

A, B = MediaNo(1), MediaNo(2)
NOW_MS = 1000
moments = st.integers(0, NOW_MS)


@st.composite
def watchings(draw: st.DrawFn) -> Watching:
    start, end = sorted((draw(moments), draw(moments)))
    return Watching(
        media_no=draw(st.sampled_from([A, B])),
        start_ms=start,
        end_ms=end,
        signed=draw(st.booleans()),
        state=draw(st.sampled_from(["playing", "playing", "playing", "paused", "stalled"])),
        unverified=draw(st.sampled_from([False, False, False, True])),
    )


@st.composite
def sessions(draw: st.DrawFn, media_no: MediaNo = A) -> list[Session]:
    """Draw disjoint sessions of one media; the last may still be open."""
    cuts = sorted(draw(st.sets(moments, max_size=8)))
    drawn = [(media_no, WallWindow(a, b)) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    still_open: bool = draw(st.booleans())
    if drawn and still_open:
        drawn[-1] = (media_no, WallWindow(drawn[-1][1].starts_ms, None))
    return drawn


histories = st.lists(watchings(), max_size=15)


@given(histories, moments, moments)
def test_no_window_earns_more_than_its_length_nor_time_before_the_first_evidence(
    spans: list[Watching], a: int, b: int
) -> None:
    """I4."""
    a, b = min(a, b), max(a, b)
    assert watched(evidence(spans, A), Interval(a, b)) <= b - a
    allowed = [Interval(s.start_ms, s.end_ms) for s in spans if s.media_no == A]
    assert length(evidence(spans, A)) <= length(allowed)


@given(histories, st.sets(moments, min_size=2, max_size=9))
def test_parts_add_up_to_the_whole(spans: list[Watching], cuts: set[int]) -> None:
    """I6: cutting one session into touching ones changes nothing."""
    edges = sorted(cuts)
    whole = credit(spans, [(A, WallWindow(edges[0], edges[-1]))], NOW_MS)
    parts = credit(spans, [(A, WallWindow(a, b)) for a, b in pairwise(edges)], NOW_MS)
    assert sum(parts.sessions_ms) == whole.sessions_ms[0]
    assert (parts.watched_ms, parts.watched_plain_ms) == (whole.watched_ms, whole.watched_plain_ms)


@given(histories, sessions())
def test_the_order_of_spans_and_sessions_changes_nothing(
    spans: list[Watching], windows: list[Session]
) -> None:
    """I6."""
    first = credit(spans, windows, NOW_MS)
    again = credit(spans[::-1] + spans, windows[::-1], NOW_MS)
    assert again == Credit(first.sessions_ms[::-1], first.media_ms, first.watched_ms, first.watched_plain_ms)


@given(histories, sessions())
def test_outside_sessions_nothing_is_earned(spans: list[Watching], windows: list[Session]) -> None:
    """I7."""
    outside = [
        s
        for s in spans
        if all(s.end_ms <= w.starts_ms or s.start_ms >= wall(w, NOW_MS).end for _, w in windows)
    ]
    assert credit(outside, windows, NOW_MS).watched_ms == 0
    assert credit(spans, [], NOW_MS) == Credit((), {}, 0, 0)


@given(histories, histories, sessions(), sessions(B))
def test_union_lies_between_the_larger_and_the_sum(
    one: list[Watching], other: list[Watching], halls: list[Session], more: list[Session]
) -> None:
    """I8 and I9: more evidence never lowers credit, and none of it counts twice."""
    windows = halls + more
    a, b, both = (credit(spans, windows, NOW_MS).watched_ms for spans in (one, other, one + other))
    assert max(a, b) <= both <= a + b


@given(histories, sessions(), sessions(B))
def test_parallel_halls_never_exceed_the_clock(
    spans: list[Watching], halls: list[Session], more: list[Session]
) -> None:
    result = credit(spans, halls + more, NOW_MS)
    assert result.watched_ms <= NOW_MS
    assert max(result.media_ms.values(), default=0) <= result.watched_ms <= sum(result.media_ms.values())
    assert 0 <= result.watched_plain_ms <= result.watched_ms


def test_plain_time_is_what_no_signed_play_proves() -> None:
    spans = [Watching(A, 0, 60, signed=False), Watching(A, 40, 100, signed=True)]
    assert credit(spans, [(A, WallWindow(10, 90))], NOW_MS) == Credit((80,), {A: 80}, 80, 30)


def test_an_open_session_reaches_to_now() -> None:
    spans = [Watching(A, 900, 1100, signed=True)]
    assert credit(spans, [(A, WallWindow(950, None))], NOW_MS).watched_ms == 50
