"""What a play proves, and that nothing earns time of a recording that check plans have not counted."""

import itertools
from dataclasses import dataclass, replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from rollcall.domain.credit import Watching, credit
from rollcall.domain.credit.spans import Slice
from rollcall.domain.evidence.spans import Span
from rollcall.domain.evidence.tick import Tick, tick_mac
from rollcall.domain.ids import MediaNo, PlayId, PlayNo, UserId
from rollcall.domain.intervals import Interval, length
from rollcall.domain.sessions import ContentWindow
from rollcall.live.playing import Playing
from rollcall.live.plays import LivePlay, receive
from rollcall.wire import viewer_in
from tests.faults.held_play import KEY, KEYS, live_play

HALL, ANNA = MediaNo(1), UserId("anna")
WINDOWS = [ContentWindow(0, 9_000), ContentWindow(20_000, 60_000)]
LONG_AFTER_MS = 10**9


@dataclass(frozen=True)
class Said:
    """What the player of one of two tabs claims of the next stretch of the clock.

    `hop_ms`: how far its content begins from where the last has ended.
    """

    tab: int
    long_ms: int
    hop_ms: int
    content_ms: int
    rate: float = 1.0
    pause_ms: int = 0


class Viewer:
    """Two tabs of one participant whose clocks are the server's, and what is counted and kept of them."""

    def __init__(self) -> None:
        self.tabs = [replace_no(live_play(0, PlayId(f"AAAAAAAAAAA{no}")), no) for no in (1, 2)]
        self.seq, self.now_ms, self.at_ms = [0, 0], [0, 0], [0, 0]
        self.stored: dict[tuple[int, int], Span] = {}
        self.begin()

    def begin(self) -> None:
        """Begin to count at what is stored, as a server does that has just started."""
        self.playing = Playing()
        slices = [
            Slice(Interval(s.start_ms, s.end_ms), Interval(s.content_from_ms, s.content_to_ms))
            for s in self.stored.values()
            if s.state == "playing"
        ]
        self.playing.set_baseline(HALL, ANNA, [part.wall for part in slices], slices)
        self.playing.set_contents(HALL, WINDOWS)

    def say(self, said: Said) -> None:
        """Let a tab report a beat that ends now."""
        tab = said.tab
        play, from_ms = self.tabs[tab], self.now_ms[tab] + said.pause_ms
        to_ms, content_ms = from_ms + said.long_ms, max(0, self.at_ms[tab] + said.hop_ms)
        self.seq[tab] += 1
        self.now_ms[tab], self.at_ms[tab] = to_ms, max(0, content_ms + said.content_ms)
        beat = viewer_in.Beat(
            self.seq[tab], 0, 0, from_ms, to_ms, content_ms, self.at_ms[tab], "playing", rate=said.rate
        )
        ticks = [
            viewer_in.TickProof(n, at_ms, tick_mac(KEY, play.code, Tick(n, at_ms)))
            for n, at_ms in ((0, 0), (self.seq[tab], to_ms))
        ]
        echo = viewer_in.Echo(self.seq[tab], to_ms)
        epochs = [viewer_in.Epoch(0, 0, 0)]
        receive(play, viewer_in.Rows(play.code, to_ms, 0, echo, ticks, epochs, [beat]), KEYS, to_ms, None)
        self.commit(play, to_ms)

    def commit(self, play: LivePlay, now_ms: int) -> None:
        """Store what waits, and count it, as the writer of evidence does."""
        for proof in play.proven:
            start_ms, end_ms = proof.part.wall
            whole = proof.key, proof.span
            self.playing.note(HALL, ANNA, start_ms, end_ms, now_ms, proof.part.content, whole)
        self.stored |= {(play.no, span.ordinal): span for span in play.spans.values()}
        self.committed, play.proven, play.spans = play.proven, [], {}

    def credited_ms(self) -> int:
        """Return what the rule of credit gives for what is stored."""
        spans = [
            Watching(
                HALL,
                span.start_ms,
                span.end_ms,
                signed=True,
                state=span.state,
                rate=span.rate,
                content_from_ms=span.content_from_ms,
                content_to_ms=span.content_to_ms,
                on_air=False,
                play=no,
            )
            for (no, _), span in self.stored.items()
        ]
        return credit(spans, [(HALL, window) for window in WINDOWS], LONG_AFTER_MS).watched_ms

    def counted_ms(self) -> int:
        """Return what check plans count of what is proven."""
        return self.playing.expected_ms(HALL, ANNA, LONG_AFTER_MS)


def replace_no(play: LivePlay, no: int) -> LivePlay:
    return replace(play, no=PlayNo(no))


beats = st.builds(
    Said,
    tab=st.integers(0, 1),
    long_ms=st.sampled_from([0, 2, 450, 1_000, 4_000, 10_000]),
    hop_ms=st.sampled_from([0, 0, 400, -400, -3_000, 11_000]),
    content_ms=st.sampled_from([0, 250, 500, 1_000, 4_000, 8_000, 20_000, -100]),
    rate=st.sampled_from([0.25, 1.0, 2.0]),
    pause_ms=st.sampled_from([0, 0, 0, 700, 100_000]),
)
HOPS = [Said(0, 450, 394, 56, 0.25)] * 20  # an eighth is claimed to be played, the rest is hopped over
HALVES = [Said(0, 450, 216, 234)] * 20
LEAP = [Said(0, 1_000, 0, 9_000), Said(0, 10_000, 0, 10_000)]  # through a session in a second, then the break
MADE_UP_FOR = [Said(0, 4_000, 0, 2_100), Said(0, 4_000, 0, 8_000)]  # one span, slow and then fast
BESIDE = [Said(1, 1_000, 0, 1_000), *MADE_UP_FOR[:1], Said(1, 1_000, -1_000, 1_000), *MADE_UP_FOR[1:]]


@settings(deadline=None)
@given(st.lists(beats, max_size=12), st.integers(0, 12))
@example(HOPS, 20)
@example(HOPS, 10)
@example(HALVES, 20)
@example(LEAP, 2)
@example(MADE_UP_FOR, 2)
@example(MADE_UP_FOR, 1)
@example(BESIDE, 4)
@example(BESIDE, 2)
def test_nothing_earns_that_has_not_counted_whatever_the_player_claims(
    said: list[Said], restart: int
) -> None:
    viewer = Viewer()
    for number, one in enumerate(said):
        if number == restart:
            viewer.begin()
        viewer.say(one)
        assert viewer.credited_ms() <= viewer.counted_ms()
    assert viewer.counted_ms() <= length(Interval(s.start_ms, s.end_ms) for s in viewer.stored.values())
    again = Viewer()
    again.stored = viewer.stored
    again.begin()
    assert viewer.credited_ms() <= again.counted_ms()


@given(
    st.lists(st.integers(1, 10), min_size=1, max_size=20),
    st.sampled_from([0.5, 1.0, 1.25, 2.0]),
    st.integers(0, 50_000),
)
def test_an_honest_player_counts_what_it_earns(seconds: list[int], rate: float, at_ms: int) -> None:
    viewer = Viewer()
    viewer.at_ms[0] = at_ms
    for long_s in seconds:
        viewer.say(Said(0, long_s * 1_000, 0, round(long_s * 1_000 * rate), rate))
    assert viewer.counted_ms() == viewer.credited_ms()


def test_each_row_proves_the_content_that_its_span_has_grown_over() -> None:
    viewer, proofs = Viewer(), []
    for one in (Said(0, 1_000, 0, 900), Said(0, 1_000, 300, 600), Said(0, 1_000, 11_000, 1_000)):
        viewer.say(one)
        proofs += viewer.committed
    assert [proof.key for proof in proofs] == [(1, 1), (1, 1), (1, 2)]
    assert [proof.part.content for proof in proofs] == [(0, 900), (900, 1_800), (12_800, 13_800)]
    assert [proof.span.content for proof in proofs] == [(0, 900), (0, 1_800), (12_800, 13_800)]
    assert all(a.part.wall.end == b.part.wall.start for a, b in itertools.pairwise(proofs))
