"""Rates of 0.5 to 4, catching up at 1.1, loops and seeks, by the rows of the simulated page and the rule of the count.

A broadcast earns the time of the clock at any rate; a recording the shorter of clock and content, each once (F14). The
clocks of the page are ideal, so that every figure is known to the millisecond. Clocks that are not (F11) earn no less
than the time that was played, and no more than their bound allows.
"""

import pytest

from rollcall.cli.simulate.page.clock import Clocks
from rollcall.cli.simulate.page.player import Player
from rollcall.cli.simulate.page.video import View
from rollcall.domain.credit import Standing, Watching, credit
from rollcall.domain.evidence.spans import Span
from rollcall.domain.evidence.tick import Tick, tick_mac
from rollcall.domain.ids import MediaNo
from rollcall.domain.sessions import ContentWindow, WallWindow, Window
from rollcall.live.plays import receive
from rollcall.wire.viewer_in import Rows
from rollcall.wire.viewer_out import TickOut
from tests.faults.held_play import CODE, KEY, KEYS, live_play

T0 = 1_795_392_000_000
SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
YEAR = 31_557_600_000
MEDIA = MediaNo(1)
SEEK_MS = 200


class Watched:
    """One viewer on a network without delay: looks each second, a tick each ten, everything sent at once."""

    def __init__(self, clocks: Clocks | None = None, *, live: bool) -> None:
        self.live = live
        self.at_ms = T0
        self.player = Player(clocks or Clocks(T0), self._tick(0), T0, live=live)
        self.play = live_play(T0)
        self._send()

    def watch(self, for_ms: int) -> None:
        end_ms = self.at_ms + for_ms
        while self.at_ms < end_ms:
            self.at_ms = min(end_ms, self.at_ms + SECOND - (self.at_ms - T0) % SECOND)
            if (self.at_ms - T0) % (10 * SECOND) == 0:
                self.player.tick(self._tick((self.at_ms - T0) // (10 * SECOND)), self.at_ms)
            else:
                self.player.look(self.at_ms)
            self._send()

    def view(self, rate: float) -> None:
        self.player.change(View(rate=rate), self.at_ms)

    def seek(self, by_ms: int, rate: float = 1.0) -> None:
        self.player.change(View("seeking", rate=rate), self.at_ms, by_ms)
        self.watch(SEEK_MS)
        self.player.change(View(rate=rate), self.at_ms)

    def leaves(self) -> "Watched":
        self.player.leave(self.at_ms)
        self._send()
        return self

    def credited_ms(self, *windows: Window, behind_counts: bool = False) -> list[int]:
        spans = [_watching(span, self.live) for span in self.play.spans.values()]
        standing = Standing(behind_counts=behind_counts)
        told = credit(spans, [(MEDIA, window) for window in windows], self.at_ms, standing)
        return [share.watched_ms for share in told.sessions]

    def _tick(self, n: int) -> TickOut:
        return TickOut(n, self.at_ms, tick_mac(KEY, CODE, Tick(n, self.at_ms)))

    def _send(self) -> None:
        for envelope in self.player.unsent(CODE, self.at_ms) or [self.player.answer(CODE, self.at_ms)]:
            self._receive(envelope)

    def _receive(self, message: Rows) -> None:
        received = receive(self.play, message, KEYS, self.at_ms, None)
        self.player.acknowledged(self.play.state.applied)
        if received.expected is not None:
            self.player.send_again(received.expected)


def _watching(span: Span, live: bool) -> Watching:
    return Watching(
        MEDIA,
        span.start_ms,
        span.end_ms,
        signed=True,
        state=span.state,
        unverified=span.unverified,
        late=span.late,
        rate=span.rate,
        on_air=live,
        content_from_ms=span.content_from_ms,
        content_to_ms=span.content_to_ms,
    )


def whole(viewer: Watched) -> Window:
    return WallWindow(T0, T0 + HOUR) if viewer.live else ContentWindow(0, 10 * HOUR)


@pytest.mark.parametrize("rate", [0.5, 1.0, 1.1, 1.5, 2.0, 4.0])
def test_a_broadcast_earns_the_clock_and_a_recording_the_shorter_of_both(rate: float) -> None:
    """At half speed a broadcast is more than a minute behind after two, which the event decides about."""
    live, recording = Watched(live=True), Watched(live=False)
    for viewer in (live, recording):
        viewer.view(rate)
        viewer.watch(100 * SECOND)
        viewer.leaves()
    assert live.credited_ms(whole(live)) == [100 * SECOND]
    assert recording.credited_ms(whole(recording)) == [round(100 * SECOND * min(rate, 1.0))]


def test_a_loop_earns_a_broadcast_the_clock_and_a_recording_its_content_once() -> None:
    live, recording = Watched(live=True), Watched(live=False)
    for viewer in (live, recording):
        viewer.watch(30 * SECOND)
        for _ in range(4):
            viewer.seek(-30 * SECOND)
            viewer.watch(30 * SECOND)
        viewer.leaves()
    assert recording.credited_ms(whole(recording)) == [30 * SECOND]
    assert live.credited_ms(whole(live), behind_counts=True) == [150 * SECOND]
    assert live.credited_ms(whole(live)) == [60 * SECOND]  # then more than a minute behind


def test_what_is_skipped_earns_nothing_and_a_break_of_content_is_none_of_any_session() -> None:
    viewer = Watched(live=False)
    viewer.watch(MINUTE)
    viewer.seek(10 * MINUTE, rate=2.0)
    viewer.watch(MINUTE)
    sessions = (ContentWindow(0, 30 * SECOND), ContentWindow(11 * MINUTE, 12 * MINUTE))
    assert viewer.leaves().credited_ms(*sessions) == [30 * SECOND, 30 * SECOND]


@pytest.mark.parametrize("drift_ppm", [-50_000, -500, 500, 50_000])
def test_a_wrong_clock_earns_what_was_played(drift_ppm: int) -> None:
    viewer = Watched(Clocks(T0, 7_000_000, drift_ppm), live=True)
    viewer.watch(30 * MINUTE)
    (credited_ms,) = viewer.leaves().credited_ms(whole(viewer))
    assert abs(credited_ms - 30 * MINUTE) <= (300 if abs(drift_ppm) <= 500 else 5_000)


def test_a_wall_clock_that_is_set_by_years_changes_nothing() -> None:
    jumps = ((T0 + 65_500, 10 * YEAR), (T0 + 125_500, -20 * YEAR))
    viewer = Watched(Clocks(T0, wall_offset_ms=-10 * YEAR, jumps=jumps), live=True)
    viewer.watch(5 * MINUTE)
    assert viewer.leaves().credited_ms(whole(viewer)) == [5 * MINUTE]


@pytest.mark.parametrize("stops", [True, False])
def test_sleep_of_twenty_minutes_earns_nothing(stops: bool) -> None:
    viewer = Watched(live=True)
    viewer.watch(5 * MINUTE)
    viewer.player.sleep(viewer.at_ms, 20 * MINUTE, clock_stops=stops)
    viewer.at_ms += 20 * MINUTE
    viewer.player.wake(viewer.at_ms)
    viewer.player.go_live(viewer.at_ms)
    viewer.watch(5 * MINUTE)
    assert viewer.leaves().credited_ms(whole(viewer)) == [10 * MINUTE]
