"""What content positions give away; seeks, stalls, catching up and single jumps do not."""

from typing import Any

import pytest

from rollcall.domain.evidence.rows import Beat
from rollcall.domain.evidence.spans import earned
from rollcall.domain.flags.position import is_unknown, oddity


def beat(from_ms: int, to_ms: int, content: int, content_to: int, **other: Any) -> Beat:
    values: dict[str, Any] = {"state": "playing", "rate": 1.0, "epoch": 0} | other
    return Beat(
        1,
        values["epoch"],
        0,
        from_ms,
        to_ms,
        content,
        content_to,
        values["state"],
        True,
        False,
        values["rate"],
    )


BEFORE = beat(0, 10_000, 0, 10_000)


@pytest.mark.parametrize(
    ("this", "odd"),
    [
        (beat(10_000, 20_000, 10_000, 20_000), None),
        (beat(10_000, 20_000, 10_000, 21_000, rate=1.1), None),
        (beat(10_000, 20_000, 10_000, 30_000, rate=2.0), None),
        (beat(10_000, 20_000, 11_500, 21_500), None),
        (beat(10_000, 20_000, 10_000, 10_000, state="stalled"), None),
        (beat(10_000, 20_000, 10_000, 10_000, state="paused"), None),
        (beat(10_000, 20_000, 10_000, 11_000), "frozen"),
        (beat(10_000, 20_000, 400_000, 410_000), "jump"),
        (beat(10_000, 20_000, 3_000, 13_000), "jump"),
        (beat(10_000, 20_000, 10_000, 40_000), "jump"),
        (beat(10_000, 20_000, 10_000, 4_000), "jump"),
        (beat(60_000, 70_000, 400_000, 410_000), None),
        (beat(10_000, 20_000, 400_000, 410_000, epoch=1), None),
    ],
)
def test_one_beat_beside_the_one_before(this: Beat, odd: str | None) -> None:
    assert oddity(BEFORE, this, earned(this, 0)[0]) == odd


def test_a_seek_between_two_beats_explains_a_jump() -> None:
    seek = beat(10_000, 10_200, 10_000, 10_000, state="seeking")
    assert oddity(seek, beat(10_200, 20_000, 400_000, 409_800), "playing") is None


def test_what_is_still_believed_is_not_odd() -> None:
    short = beat(10_000, 10_400, 10_000, 10_000)
    assert [oddity(BEFORE, short, earned(short, ahead_ms)[0]) for ahead_ms in (0, 400)] == [None, "frozen"]


def test_a_position_that_was_never_on_air_is_unknown_while_it_plays() -> None:
    on_air = 1_800_000_000_000
    assert is_unknown(beat(0, 1_000, 5_000, 6_000))
    assert not is_unknown(beat(0, 1_000, 5_000, 5_000, state="paused"))
    assert not is_unknown(beat(0, 1_000, on_air, on_air + 1_000))
