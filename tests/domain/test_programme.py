"""Sessions are the programme in the order of their windows, with whoever speaks in them."""

import pytest

from rollcall.domain.errors import Malformed
from rollcall.domain.ids import SessionId, SessionNo
from rollcall.domain.programme import Item, Speaker, check_programme, of_sessions
from rollcall.domain.sessions import ContentWindow, Session, WallWindow, Window

ANN = Speaker("Анна Иванова", "кардиолог", None)


def session(name: str, window: Window) -> Session:
    return Session(SessionNo(1), SessionId(name), f"Блок {name}", window, 1)


def test_sessions_are_in_the_order_of_their_windows() -> None:
    by_clock = [session("b", WallWindow(2_000, None)), session("a", WallWindow(1_000, 2_000))]
    assert of_sessions(by_clock, {SessionId("b"): ANN}) == [
        Item("Блок a", None, 1_000, 2_000),
        Item("Блок b", ANN, 2_000, None),
    ]
    by_place = [session("d", ContentWindow(500, 900)), session("c", ContentWindow(0, 500))]
    assert of_sessions(by_place, {}) == [
        Item("Блок c", from_ms=0, to_ms=500),
        Item("Блок d", from_ms=500, to_ms=900),
    ]


@pytest.mark.parametrize(
    ("item", "path"),
    [
        (Item("а", None, None, 5), "$.items[1].starts_at"),
        (Item("а", None, 5, 5), "$.items[1].ends_at"),
    ],
)
def test_an_item_ends_after_it_starts(item: Item, path: str) -> None:
    check_programme([Item("а"), Item("б", ANN, 5, 6), Item("в", None, 5)])
    with pytest.raises(Malformed) as refused:
        check_programme([Item("а"), item])
    assert [problem.path for problem in refused.value.problems] == [path]
