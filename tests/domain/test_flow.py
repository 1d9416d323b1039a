"""The most that fits, the earliest first, against every possible way of filling."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.flow import SINK, SOURCE, Edge, fill

Piece = tuple[int, set[int], set[int]]  # length, gaps, sessions

pieces = st.tuples(
    st.integers(1, 2), st.sets(st.integers(0, 1), min_size=1), st.sets(st.integers(0, 1), min_size=1)
)


@given(
    st.lists(pieces, max_size=4),
    st.tuples(st.integers(0, 3), st.integers(0, 3)),
    st.tuples(st.integers(0, 3), st.integers(0, 3)),
)
def test_it_is_the_best_of_all_ways(
    drawn: list[Piece], gaps: tuple[int, int], sessions: tuple[int, int]
) -> None:
    capacity: dict[Edge, int] = {}
    for number, (length, of_gaps, of_sessions) in enumerate(drawn):
        capacity[("in", number), ("out", number)] = length
        for gap in of_gaps:
            capacity[SOURCE, ("gap", gap)] = gaps[gap]
            capacity[("gap", gap), ("in", number)] = length
        for session in of_sessions:
            capacity[("out", number), ("session", session)] = length
            capacity[("session", session), SINK] = sessions[session]
    order: list[Edge] = [(("in", number), ("out", number)) for number in range(len(drawn))]
    assert fill(capacity, order) == best(drawn, gaps, sessions)


def best(drawn: list[Piece], gaps: tuple[int, int], sessions: tuple[int, int]) -> list[int]:
    """Try every amount of each piece over each pair of a gap and a session."""
    fitting = {(0,) * len(drawn)}
    ways: list[list[tuple[int, ...]]] = []
    for length, of_gaps, of_sessions in drawn:
        pairs = [(g, s) for g in of_gaps for s in of_sessions]
        ways.append(list(uses(pairs, length)))
    for chosen in product(*ways):
        if all(sum(use[g] for use in chosen) <= gaps[g] for g in (0, 1)) and all(
            sum(use[2 + s] for use in chosen) <= sessions[s] for s in (0, 1)
        ):
            fitting.add(tuple(use[0] + use[1] for use in chosen))
    return list(max(fitting, key=lambda amounts: (sum(amounts), amounts)))


def uses(pairs: list[tuple[int, int]], length: int) -> set[tuple[int, ...]]:
    """Return what at most `length` over these pairs may take of each gap and session."""
    found: set[tuple[int, ...]] = {(0, 0, 0, 0)}
    for _ in range(length):
        found |= {tuple(n + (i in (g, 2 + s)) for i, n in enumerate(use)) for use in found for g, s in pairs}
    return found


def test_a_moment_that_two_limits_share_is_left_to_whom_it_serves_most() -> None:
    """Taking the first moment first would use up both limits and leave one millisecond instead of two."""
    capacity: dict[Edge, int] = {
        (SOURCE, "gap 1"): 1,
        (SOURCE, "gap 2"): 1,
        ("gap 1", "a"): 1,
        ("gap 1", "b"): 1,
        ("gap 2", "c"): 1,
        ("a", "a'"): 1,
        ("b", "b'"): 1,
        ("c", "c'"): 1,
        ("a'", "session 1"): 1,
        ("b'", "session 2"): 1,
        ("c'", "session 1"): 1,
        ("session 1", SINK): 1,
        ("session 2", SINK): 1,
    }
    assert fill(capacity, [("a", "a'"), ("b", "b'"), ("c", "c'")]) == [0, 1, 1]
