"""The simulated player cuts rows by the rules of the real one and keeps them until they are durable."""

from rollcall.cli.simulate.page.clock import Clocks
from rollcall.cli.simulate.page.player import Player
from rollcall.cli.simulate.page.video import BEHIND_LIVE_MS, View
from rollcall.domain.intervals import Interval
from rollcall.wire.viewer_in import Beat, Echo, Epoch, Mark, Rows, TickProof
from rollcall.wire.viewer_out import TickOut

START = 1_700_000_000_000
PLAY = "abcdefghijkm"
LIVE = START - BEHIND_LIVE_MS


def tick(n: int, at_ms: int) -> TickOut:
    return TickOut(n, START + at_ms, f"{n:016}")


def player(clocks: Clocks | None = None) -> Player:
    return Player(clocks or Clocks(START, 500), tick(0, 0), START)


def look(tab: Player, begin_s: int, end_s: int) -> None:
    for second in range(begin_s, end_s):
        tab.look(START + second * 1000)


def rows(tab: Player, at_ms: int) -> list[Beat | Mark]:
    return [row for envelope in tab.unsent(PLAY, START + at_ms) for row in envelope.rows]


def beats(tab: Player, at_ms: int) -> list[tuple[int, int, str]]:
    return [(row.from_ms, row.to_ms, row.state) for row in rows(tab, at_ms) if isinstance(row, Beat)]


def test_rows_are_dense_contiguous_and_cite_the_tick_before_their_start() -> None:
    tab = player()
    tab.tick(tick(1, 10), START + 10)
    tab.mark("shown", "checkabc", START + 2_000)
    tab.change(View("paused"), START + 3_000)
    look(tab, 4, 10)
    tab.tick(tick(2, 10_000), START + 10_000)
    (envelope,) = tab.unsent(PLAY, START + 10_001)
    assert envelope == Rows(
        PLAY, 10_501, 0, Echo(2, 10_500),
        [TickProof(n, START + at, f"{n:016}") for n, at in ((0, 0), (1, 10), (2, 10_000))],
        [Epoch(0, 500, START)],
        [
            Beat(1, 0, 0, 500, 510, LIVE, LIVE + 10, "playing"),
            Beat(2, 0, 1, 510, 2_500, LIVE + 10, LIVE + 2_000, "playing"),
            Mark(3, 0, 1, 2_500, "shown", "checkabc"),
            Beat(4, 0, 1, 2_500, 3_500, LIVE + 2_000, LIVE + 3_000, "playing"),
            Beat(5, 0, 1, 3_500, 10_500, LIVE + 3_000, LIVE + 3_000, "paused"),
        ],
    )  # fmt: skip
    assert tab.video.played == [Interval(START, START + 3_000)]


def test_rows_stay_until_durable_and_go_again_on_a_new_connection() -> None:
    tab = player()
    for n in range(1, 4):
        look(tab, n * 9 - 8, n * 9)
        tab.tick(tick(n, n * 9_000), START + n * 9_000)
    assert [row.seq for row in rows(tab, 27_000)] == [1, 2, 3]
    assert tab.unsent(PLAY, START + 30_000) == []
    tab.acknowledged(1)
    tab.send_again(2)
    (again,) = tab.unsent(PLAY, START + 31_000)
    assert [row.seq for row in again.rows] == [2, 3]
    assert [proof.n for proof in again.ticks] == [1, 2, 3]
    tab.acknowledged(3)
    assert tab.waiting == 0


def test_sleep_begins_a_new_epoch_on_either_kind_of_clock_and_earns_nothing() -> None:
    for stops in (True, False):
        tab = player(Clocks(START))
        look(tab, 1, 10)
        tab.sleep(START + 9_500, 30_000, clock_stops=stops)
        tab.wake(START + 40_600)
        look(tab, 41, 49)
        tab.leave(START + 49_000)
        before, end = [(0, 9_000, "playing")], (40_600, 49_000, "playing")
        if stops:  # the content proves what the next look came too late to see
            before, end = [*before, (9_000, 9_500, "playing")], (10_600, 19_000, "playing")
        assert beats(tab, 49_000) == [*before, end]
        answer = tab.answer(PLAY, START + 49_000)
        assert (answer.epoch, answer.echo) == (1, None)


def test_a_throttled_page_counts_what_the_content_proves() -> None:
    tab = player(Clocks(START))
    tab.tick(tick(1, 10_000), START + 10_000)
    tab.video.media_ms -= 3_000  # a stall that nobody saw: the content stands short
    tab.video.live = False
    tab.tick(tick(2, 20_000), START + 20_000)
    assert beats(tab, 20_000) == [
        (0, 10_000, "playing"),
        (10_000, 17_000, "playing"),
        (17_000, 20_000, "stalled"),
    ]


def test_a_wall_clock_that_is_set_begins_an_epoch_and_costs_nothing() -> None:
    tab = player(Clocks(START, jumps=((START + 5_500, 3_600_000),)))
    look(tab, 1, 10)
    tab.leave(START + 10_000)
    assert beats(tab, 10_000) == [
        (0, 5_000, "playing"),
        (5_000, 6_000, "playing"),
        (6_000, 10_000, "playing"),
    ]


def test_a_killed_browser_leaves_what_it_noted_and_a_reopened_one_sends_it_in_a_new_epoch() -> None:
    tab = player(Clocks(START))
    look(tab, 1, 8)
    tab.die(START + 7_700)
    tab.look(START + 9_000)
    assert tab.video.played == [Interval(START, START + 7_700)]
    tab.revive(Clocks(START + 20_000, 50), START + 20_000)
    (envelope,) = tab.unsent(PLAY, START + 20_100)
    assert (envelope.sent_ms, envelope.epoch, envelope.echo) == (150, 1, None)
    assert [(row.seq, row.epoch) for row in envelope.rows] == [(1, 0)]
    assert [epoch.epoch for epoch in envelope.epochs] == [0, 1]
    tab.tick(tick(9, 20_200), START + 20_200)
    assert tab.answer(PLAY, START + 20_300).echo == Echo(9, 250)


def test_its_clocks_drift_and_stand_still() -> None:
    assert Clocks(START, 7, 100).read(START + 3_600_000) == 3_600_000 + 360 + 7
    stood = Clocks(START, stood=(Interval(START + 10, START + 30),))
    assert [stood.read(START + at) for at in (5, 20, 40)] == [5, 10, 20]
    assert stood.wall(START + 40) == START + 40
