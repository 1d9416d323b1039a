"""Who may watch, over every combination of rows that matters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.access import AccessRow, Expired, NotOnList, NotYet, Open, Verdict, Withdrawn, access

NOW = 1_000
moments = st.none() | st.integers(0, 2_000)
rows = st.builds(AccessRow, st.none() | st.just("A"), moments, moments, st.none() | st.just(900))


def row(
    start: int | None = None, end: int | None = None, *, removed: bool = False, name: str | None = None
) -> AccessRow:
    return AccessRow(name, start, end, 900 if removed else None)


@pytest.mark.parametrize(
    ("given_rows", "verdict"),
    [
        ([], NotOnList()),
        ([row()], Open(None, None)),
        ([row(NOW, NOW + 1)], Open(None, NOW + 1)),
        ([row(NOW + 1)], NotYet(NOW + 1)),
        ([row(None, NOW)], Expired()),
        ([row(removed=True)], Withdrawn()),
        ([row(None, NOW, removed=True)], Withdrawn()),
        ([row(removed=True), row(None, 10)], Expired()),
        ([row(None, 10), row(NOW + 5), row(NOW + 3)], NotYet(NOW + 3)),
        ([row(NOW + 5), row(None, 10), row(0, NOW + 2, name="A"), row(removed=True)], Open("A", NOW + 2)),
        ([row(0, NOW + 2), row(0, NOW + 9, name="B")], Open("B", NOW + 9)),
        ([row(0, NOW + 2), row()], Open(None, None)),
    ],
)
def test_access(given_rows: list[AccessRow], verdict: Verdict) -> None:
    assert access(given_rows, NOW) == verdict


@given(st.lists(rows, max_size=5), rows)
def test_another_row_never_takes_access_away(some: list[AccessRow], more: AccessRow) -> None:
    if isinstance(access(some, NOW), Open):
        assert isinstance(access([*some, more], NOW), Open)


@given(st.lists(rows, max_size=5))
def test_access_lasts_until_the_moment_it_says(some: list[AccessRow]) -> None:
    verdict = access(some, NOW)
    if isinstance(verdict, Open) and verdict.until_ms is not None:
        assert not isinstance(access(some, verdict.until_ms), Open) or any(
            r.valid_from_ms is not None and NOW < r.valid_from_ms <= verdict.until_ms for r in some
        )
