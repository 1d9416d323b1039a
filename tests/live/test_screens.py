"""Who stays when a media allows one player: the same one, in whatever order connections come and go."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.concurrency import Concurrency, Elsewhere, Rank, refused_beside
from rollcall.domain.ids import MediaNo, PlayNo, UserId
from rollcall.live.screens import Screen, Screens

HALL, ANNA = MediaNo(1), UserId("anna")


class Tab:
    """One player that connects and notes how it was sent away."""

    def __init__(self, screens: Screens, no: int, *, signed: bool = True, media: int = 1) -> None:
        self.screens = screens
        self.told: list[str] = []
        self.screen = Screen(MediaNo(media), ANNA, Rank(signed, no, PlayNo(no)), self._away)

    def _away(self, why: Elsewhere) -> None:
        self.told.append(why)
        self.screens.leave(self.screen)

    def come(self, rule: Concurrency) -> Elsewhere | None:
        return self.screens.enter(rule, self.screen)


def numbers(screens: Screens) -> list[int]:
    return sorted(rank.no for rank in screens.ranks(HALL, ANNA))


@given(st.permutations(range(5)), st.lists(st.booleans(), min_size=5, max_size=5))
def test_of_several_the_newest_of_the_signed_stays_whatever_the_order(
    order: Sequence[int], signed: list[bool]
) -> None:
    screens = Screens()
    tabs = [Tab(screens, no, signed=signed[no]) for no in range(5)]
    for no in order:
        tabs[no].come("newest")
    best = max(range(5), key=lambda no: (signed[no], no))
    assert numbers(screens) == [best]
    for no in order:
        if no != best:
            assert tabs[no].come("newest") in {"watching_elsewhere", "watching_signed"}
    assert (numbers(screens), tabs[best].told) == ([best], [])


def test_all_may_stay_where_nothing_is_said() -> None:
    screens = Screens()
    tabs = [Tab(screens, no) for no in range(4)]
    assert [tab.come("union") for tab in tabs] == [None] * 4
    assert numbers(screens) == [0, 1, 2, 3]
    assert [tab.told for tab in tabs] == [[]] * 4


def test_another_connection_of_the_same_play_displaces_nobody() -> None:
    screens = Screens()
    first, again = Tab(screens, 1), Tab(screens, 1)
    first.come("newest")
    assert again.come("newest") is None
    assert (first.told, again.told) == ([], [])
    screens.leave(first.screen)
    assert numbers(screens) == [1]
    screens.leave(again.screen)
    screens.leave(again.screen)
    assert numbers(screens) == []


def test_another_media_is_another_matter() -> None:
    screens = Screens()
    here, there = Tab(screens, 1), Tab(screens, 2, media=2)
    here.come("newest")
    there.come("newest")
    assert (here.told, there.told) == ([], [])


@pytest.mark.parametrize(
    ("rule", "signed", "take_over", "others", "why"),
    [
        ("union", False, False, [True], None),
        ("newest", True, False, [True], None),
        ("newest", True, False, [False], None),
        ("newest", False, False, [False], None),
        ("newest", False, True, [True, False], "watching_signed"),
        ("ask", True, False, [], None),
        ("ask", True, False, [True], "already_watching"),
        ("ask", True, False, [False], "already_watching"),
        ("ask", True, True, [True], None),
        ("ask", False, True, [False], None),
        ("ask", False, True, [True], "watching_signed"),
        ("ask", False, False, [True], "watching_signed"),
    ],
)
def test_a_new_player_beside_others(
    rule: Concurrency, signed: bool, take_over: bool, others: list[bool], why: str | None
) -> None:
    ranks = [Rank(other, no, PlayNo(no)) for no, other in enumerate(others)]
    assert refused_beside(rule, ranks, signed=signed, take_over=take_over) == why
