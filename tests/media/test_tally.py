"""The count of publish sessions over restarts."""

from pathlib import Path

from rollcall.media.tally import Tally


def test_the_count_goes_on_in_the_next_process(tmp_path: Path) -> None:
    file = tmp_path / "publish-sessions"
    first = Tally(file)
    assert [first.next(), first.next()] == [0, 1]
    assert Tally(file).next() == 2


def test_damage_starts_anew_and_an_unwritable_place_is_borne(tmp_path: Path) -> None:
    (tmp_path / "publish-sessions").write_text("??")
    assert Tally(tmp_path / "publish-sessions").next() == 0
    assert [Tally(tmp_path / "none" / "x").next() for _ in range(2)] == [0, 0]
