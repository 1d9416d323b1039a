"""The simulated player cuts rows by the rules of the real one and keeps them until they are durable."""

from rollcall.cli.simulate.player import BEHIND_LIVE_MS, Player, PlayerClock
from rollcall.domain.intervals import Interval
from rollcall.wire.viewer_in import Beat, Echo, Mark, TickProof
from rollcall.wire.viewer_out import TickOut

START = 1_700_000_000_000
PLAY = "abcdefghijkm"


def tick(n: int, at_ms: int) -> TickOut:
    return TickOut(n, START + at_ms, f"{n:016}")


def player(drift_ppm: float = 0.0) -> Player:
    return Player(PlayerClock(START, 500, drift_ppm), tick(0, 0), START, "playing", visible=True)


def test_rows_are_dense_contiguous_and_cite_the_tick_before_their_start() -> None:
    tab = player()
    tab.tick(tick(1, 10), START + 10)
    tab.mark("shown", "checkabc", START + 2_000)
    tab.change("paused", visible=True, at_ms=START + 3_000)
    tab.tick(tick(2, 10_000), START + 10_000)
    (envelope,) = tab.unsent(PLAY, START + 10_001)
    live = START - BEHIND_LIVE_MS
    assert envelope.rows == [
        Beat(1, 0, 0, 500, 510, live, live + 10, "playing"),
        Beat(2, 0, 1, 510, 2_500, live + 10, live + 2_000, "playing"),
        Mark(3, 0, 1, 2_500, "shown", "checkabc"),
        Beat(4, 0, 1, 2_500, 3_500, live + 2_000, live + 3_000, "playing"),
        Beat(5, 0, 1, 3_500, 10_500, live + 3_000, live + 3_000, "paused"),
    ]
    assert envelope.echo == Echo(2, 10_500)
    assert envelope.ticks == [
        TickProof(n, START + at, f"{n:016}") for n, at in ((0, 0), (1, 10), (2, 10_000))
    ]
    assert envelope.sent_ms == 10_501
    assert tab.played == [
        Interval(START, START + 10),
        Interval(START + 10, START + 2_000),
        Interval(START + 2_000, START + 3_000),
    ]


def test_rows_stay_until_durable_and_go_again_on_a_new_connection() -> None:
    tab = player()
    for n in range(1, 4):
        tab.tick(tick(n, n * 10_000), START + n * 10_000)
    assert [row.seq for row in tab.unsent(PLAY, START + 30_000)[0].rows] == [1, 2, 3]
    assert tab.unsent(PLAY, START + 30_000) == []
    tab.acknowledged(1)
    tab.send_again(2)
    (again,) = tab.unsent(PLAY, START + 31_000)
    assert [row.seq for row in again.rows] == [2, 3]
    assert [proof.n for proof in again.ticks] == [1, 2, 3]
    tab.acknowledged(3)
    assert tab.waiting == 0


def test_its_clock_drifts() -> None:
    assert PlayerClock(START, 7, 100).read(START + 3_600_000) == 3_600_000 + 360 + 7
