"""The step over generated histories: an honest player with its own clock, and whatever a cheat may send."""

import itertools
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollcall.cli.simulate.page.sample import judged_state
from rollcall.domain.evidence.clock_map import Exchange
from rollcall.domain.evidence.rows import Beat, Mark, MarkKind, Row
from rollcall.domain.evidence.step import (
    NODES_APART_MS,
    Effect,
    Envelope,
    EpochStart,
    Marked,
    Missing,
    Play,
    Rejected,
    Repeated,
    Stored,
    Unplaced,
    hear,
    hold_on,
    lose,
    step,
)
from rollcall.wire import play_state

OPENED = 1_800_000_000_000


def beat(seq: int, start: int, end: int, **other: object) -> Beat:
    values = {
        "epoch": 0,
        "tick_at_ms": OPENED,
        "content_from_ms": start,
        "content_to_ms": end,
        "state": "playing",
        "visible": True,
        "muted": False,
        "rate": 1.0,
    }
    return Beat(seq=seq, from_ms=start, to_ms=end, **{**values, **other})  # type: ignore[arg-type]


def envelope(arrival_ms: int, epoch: int = 0) -> Envelope:
    return Envelope(epoch, arrival_ms, {0: EpochStart(0, OPENED)})


def fed(play: Play, *rows: Row, arrival_ms: int) -> tuple[Play, list[Effect]]:
    effects = []
    for row in rows:
        play, effect = step(play, row, envelope(arrival_ms))
        effects.append(effect)
    return play, effects


def heard(offset_ms: int = OPENED, arrival_ms: int = OPENED) -> Play:
    """A play whose clock is known exactly: server = player + `offset_ms`."""
    at = arrival_ms - offset_ms
    return hear(Play(OPENED), 0, Exchange(arrival_ms, at, at, arrival_ms))


def test_contiguous_beats_are_one_span_that_grows() -> None:
    play, effects = fed(heard(), beat(1, 0, 4_000), beat(2, 4_000, 10_000), arrival_ms=OPENED + 10_020)
    spans = [effect.span for effect in effects if isinstance(effect, Stored)]
    assert [(s.ordinal, s.start_ms - OPENED, s.end_ms - OPENED, s.last_seq) for s in spans] == [
        (1, 0, 4_000, 1),
        (1, 0, 10_000, 2),
    ]
    assert play.applied == 2


def test_a_change_of_state_begins_a_new_span_where_the_old_one_ended() -> None:
    rows = (beat(1, 0, 4_000), beat(2, 4_000, 9_000, state="paused"), beat(3, 9_000, 12_000))
    _, effects = fed(heard(), *rows, arrival_ms=OPENED + 12_000)
    spans = [effect.span for effect in effects if isinstance(effect, Stored)]
    assert [(s.ordinal, s.state, s.start_ms - OPENED, s.end_ms - OPENED) for s in spans] == [
        (1, "playing", 0, 4_000),
        (2, "paused", 4_000, 9_000),
        (3, "playing", 9_000, 12_000),
    ]


def test_playing_whose_content_stands_still_is_stalled() -> None:
    still = beat(1, 0, 10_000, content_from_ms=500, content_to_ms=900)
    _, (effect,) = fed(heard(), still, arrival_ms=OPENED + 10_000)
    assert isinstance(effect, Stored)
    assert effect.span.state == "stalled"


def test_no_rate_excuses_content_that_stands_still() -> None:
    still = beat(1, 0, 10_000, content_from_ms=500, content_to_ms=500, rate=0.0)
    _, (effect,) = fed(heard(), still, arrival_ms=OPENED + 10_000)
    assert isinstance(effect, Stored)
    assert effect.span.state == "stalled"


def earned_ms(play: Play, rows: list[Beat]) -> tuple[Play, int]:
    """Return how much of these rows, sent as soon as they end, is playing."""
    total = 0
    for row in rows:
        play, effect = step(play, row, envelope(OPENED + row.to_ms))
        assert isinstance(effect, Stored)
        total += (row.to_ms - row.from_ms) * (effect.span.state == "playing")
    return play, total


def in_turn(parts: list[tuple[int, int]], times: int = 1, **other: object) -> list[Beat]:
    """Return rows of (length, advance), over and over, that follow on each other."""
    rows: list[Beat] = []
    at_ms, content_ms = 0, 10**6
    for length_ms, advance_ms in parts * times:
        content = {"content_from_ms": content_ms, "content_to_ms": content_ms + advance_ms}
        rows.append(beat(len(rows) + 1, at_ms, at_ms + length_ms, **content, **other))
        at_ms, content_ms = at_ms + length_ms, content_ms + advance_ms
    return rows


@pytest.mark.parametrize(
    ("parts", "most_ms"),
    [
        ([(900, 0)], 0),
        ([(400, 0)], 400),
        ([(1, 0)], 500),
        ([(900, 0), (1, 1)], 1_000),
        ([(400, 0), (1, 1)], 2_500),  # twice what moved, and half a second
        ([(400, 0), (1, 400), (1, -400)], 2_500),  # there and back: no jump pays, only time does
        ([(400, 0), (1, 10**6)], 2_500),
        ([(300, 300), (300, -300)], 300 * 1_000 + 500),
    ],
)
def test_a_picture_that_stands_still_earns_nothing_in_short_stretches(
    parts: list[tuple[int, int]], most_ms: int
) -> None:
    """What is lent once is half a second, however finely the time is cut and whatever little moves between."""
    rows = in_turn(parts, 1_000)
    assert earned_ms(heard(), rows)[1] <= most_ms


def test_neither_a_pause_nor_a_new_epoch_lets_off_what_is_lent() -> None:
    play, believed_ms = earned_ms(heard(), [beat(1, 0, 400, content_to_ms=0)])
    assert believed_ms == 400
    paused = [beat(2, 400, 500, state="paused"), beat(3, 500, 600, state="seeking")]
    play, _ = earned_ms(play, paused)
    play = hear(play, 1, Exchange(OPENED + 600, 600, 600, OPENED + 600))
    _, effect = step(play, beat(4, 600, 900, epoch=1, content_to_ms=600), envelope(OPENED + 900, 1))
    assert isinstance(effect, Stored)
    assert effect.span.state == "stalled"


def test_what_is_lent_outlasts_a_crash_and_states_of_before_are_read() -> None:
    play, _ = earned_ms(heard(), [beat(1, 0, 400, content_to_ms=0)])
    kept = play_state.decode(play_state.encode(play))
    assert (kept, kept.ahead_ms) == (play, 400)
    of_before = msgspec.msgpack.decode(play_state.encode(play))
    del of_before["ahead_ms"]
    assert play_state.decode(msgspec.msgpack.encode(of_before)) == replace(play, ahead_ms=0)


bursts = st.lists(
    st.tuples(st.lists(st.integers(1, 900), max_size=4), st.integers(1_000, 9_000)), min_size=1, max_size=20
)


@settings(max_examples=200)
@given(bursts, st.integers(1, 250), st.integers(0, 249), st.sampled_from([0.5, 1.0, 1.25, 2.0]))
def test_a_real_picture_loses_nothing_to_coarse_positions(
    bursts: list[tuple[list[int], int]], coarse_ms: int, shift_ms: int, rate: float
) -> None:
    """A position that moves in steps of up to a quarter of a second, in rows cut anywhere as our page judges them.

    A page cuts some short rows as the viewer does this and that, and then one until the next tick.
    """

    def shows(at_ms: int) -> int:
        return int(at_ms * rate + shift_ms) // coarse_ms * coarse_ms

    rows: list[Beat] = []
    at_ms = 0
    for length in (length for short, long in bursts for length in (*short, long)):
        content = {"content_from_ms": shows(at_ms), "content_to_ms": shows(at_ms + length)}
        advance = content["content_to_ms"] - content["content_from_ms"]
        state = judged_state("playing", length, advance, rate)
        rows.append(beat(len(rows) + 1, at_ms, at_ms + length, **content, state=state, rate=rate))
        at_ms += length
    said_ms = sum(row.to_ms - row.from_ms for row in rows if row.state == "playing")
    assert earned_ms(heard(), rows)[1] >= said_ms


anyhow = st.lists(st.tuples(st.integers(1, 3_000), st.integers(-5_000, 5_000)), min_size=1, max_size=60)


@settings(max_examples=300)
@given(anyhow, st.integers(1, 30))
def test_what_earns_has_moved_for_half_of_its_time(parts: list[tuple[int, int]], cut: int) -> None:
    """Whatever a program cuts and claims: what earns is at most half a second longer than twice what moved in time."""
    rows = in_turn(parts)
    play, spans = heard(), []
    for row in rows:
        play, effect = step(play, row, envelope(OPENED + row.to_ms))
        again, repeat = step(play, replace(row, to_ms=row.to_ms + cut), envelope(OPENED + row.to_ms))
        assert (again, repeat) == (play, Repeated())
        assert isinstance(effect, Stored)
        if effect.span.state == "playing":
            spans.append(row)
    for first in range(len(spans)):
        lengths = [row.to_ms - row.from_ms for row in spans[first:]]
        moved = [row.content_to_ms - row.content_from_ms for row in spans[first:]]
        assert sum(lengths) - 2 * sum(map(min, moved, lengths)) <= 500


@pytest.mark.parametrize(
    ("connected_ms", "late"), [(None, False), (OPENED + 10_000, False), (OPENED + 9_999, True)]
)
def test_who_only_uploads_is_not_live_for_long(connected_ms: int | None, late: bool) -> None:
    """A play without a connection cannot be asked whether anybody is there."""
    sent = replace(envelope(OPENED + 40_000), connected_ms=connected_ms)
    _, effect = step(heard(), beat(1, 5_000, 40_000), sent)
    assert isinstance(effect, Stored)
    assert effect.span.late is late


@pytest.mark.parametrize(("crossed_ms", "steps"), [(0, 0), (2, 0), (3, 1)])
def test_whole_milliseconds_are_no_step_of_a_clock(crossed_ms: int, steps: int) -> None:
    first = hear(Play(OPENED), 0, Exchange(OPENED, 0, 0, OPENED))
    again = hear(first, 0, Exchange(OPENED + 10, 10 - crossed_ms, 10 - crossed_ms, OPENED + 10))
    assert (first.clock_steps, again.clock_steps) == (0, steps)


def test_the_first_write_of_a_sequence_number_wins() -> None:
    play, _ = fed(heard(), beat(1, 0, 4_000), arrival_ms=OPENED + 4_000)
    again, (effect,) = fed(play, beat(1, 0, 9_000), arrival_ms=OPENED + 9_000)
    assert (again, effect) == (play, Repeated())


def test_a_gap_names_what_is_missing() -> None:
    play = heard()
    assert step(play, beat(3, 0, 10), envelope(OPENED + 10)) == (play, Missing(1))


def test_rows_wait_for_the_first_answered_tick() -> None:
    play = Play(OPENED)
    assert step(play, beat(1, 0, 10), envelope(OPENED + 10)) == (play, Unplaced())


def test_unacceptable_rows_advance_the_sequence_and_earn_nothing() -> None:
    rows = (beat(1, 10, 5), beat(2, 0, 40_001), beat(3, 0, 10, tick_at_ms=None))
    play, effects = fed(heard(), *rows, arrival_ms=OPENED + 50_000)
    assert effects == [Rejected(1, "backwards"), Rejected(2, "too_long"), Rejected(3, "unknown_tick")]
    assert (play.applied, play.span) == (3, None)


@pytest.mark.parametrize("kind", ["received", "shown", "answered", "sound_blocked", "resume"])
def test_what_decides_a_prompt_has_to_prove_that_the_play_was_sent_it(kind: MarkKind) -> None:
    decides = kind in ("received", "shown", "answered")
    mark = Mark(1, 0, OPENED, 4_000, kind, "CHECK234", True, True, None)
    play, (effect,) = fed(heard(), mark, arrival_ms=OPENED + 8_000)
    assert play.applied == 1
    assert (effect == Rejected(1, "unknown_prompt")) is decides
    _, (proven,) = fed(heard(), replace(mark, issued_ms=OPENED), arrival_ms=OPENED + 8_000)
    assert isinstance(proven, Marked)


def test_a_mark_keeps_its_place_between_the_beats_around_it() -> None:
    mark = Mark(2, 0, OPENED, 4_000, "answered", "CHECK234", True, True, None, issued_ms=OPENED)
    rows: tuple[Row, ...] = (beat(1, 0, 4_000), mark, beat(3, 4_000, 8_000))
    _, effects = fed(heard(), *rows, arrival_ms=OPENED + 8_000)
    assert isinstance(effects[1], Marked)
    assert effects[1].at_ms == OPENED + 4_000
    assert isinstance(effects[2], Stored)
    assert (effects[2].span.ordinal, effects[2].span.end_ms) == (1, OPENED + 8_000)


def test_an_epoch_without_a_tick_is_placed_by_wall_clocks_and_unverified() -> None:
    at = 100_000
    play = hear(Play(OPENED), 1, Exchange(OPENED + at, 50, 50, OPENED + at))
    epochs = {0: EpochStart(0, 5_000_000), 1: EpochStart(0, 5_000_000 + at - 50)}
    _, effect = step(play, beat(1, 0, 10_000), Envelope(1, OPENED + at, epochs))
    assert isinstance(effect, Stored)
    span = effect.span
    assert (span.start_ms - OPENED, span.end_ms - OPENED, span.unverified) == (0, 10_000, True)


clocks: st.SearchStrategy[dict[str, int]] = st.builds(
    dict,
    offset_ms=st.integers(-(10**12), 10**9),
    drift_ppm=st.integers(-500, 500),
    up_ms=st.integers(0, 400),
    down_ms=st.integers(0, 400),
)
lengths = st.lists(st.integers(1, 10_000), min_size=1, max_size=60)


@settings(max_examples=150)
@given(clocks, lengths)
def test_an_honest_player_is_credited_what_it_watched(clock: dict[str, int], beats: list[int]) -> None:
    """I10 without losses: |credit − truth| ≤ 2 × one-way delay + drift, whatever its clock shows."""

    def player(server_ms: int) -> int:
        return 2**40 + clock["offset_ms"] + round((server_ms - OPENED) * (1 + clock["drift_ppm"] / 1e6))

    play, now = Play(OPENED), OPENED
    start = now + clock["down_ms"]
    for seq, length in enumerate(beats, 1):
        begin, end = (start if seq == 1 else now), 0
        end = begin + length
        arrival = end + clock["up_ms"]
        play = hear(play, 0, Exchange(end - clock["down_ms"], player(end), player(end), arrival))
        row = beat(seq, player(begin), player(end), tick_at_ms=OPENED)
        play, effect = step(play, row, Envelope(0, arrival, {}))
        assert isinstance(effect, Stored)
        now = end
    assert play.span is not None
    truth = now - start
    allowed = 2 * max(clock["up_ms"], clock["down_ms"]) + truth * 0.0005 + 2
    assert abs((play.span.end_ms - play.span.start_ms) - truth) <= allowed


moments = st.integers(-5_000, 200_000)
anything = st.builds(
    lambda seq, epoch, tick, start, length, content, state: Beat(
        seq, epoch, tick, start, start + length, content, content + length, state, True, False, 1.0
    ),
    st.integers(1, 12),
    st.integers(0, 2),
    st.one_of(st.none(), st.integers(OPENED, OPENED + 100_000)),
    st.integers(0, 2**52),
    st.integers(-10, 45_000),
    st.integers(0, 2**52),
    st.sampled_from(["playing", "paused"]),
)
deliveries = st.lists(st.tuples(anything, st.integers(0, 60_000), moments), max_size=40)


def run(
    given_rows: list[tuple[Beat, int, int]],
) -> tuple[Play, dict[int, tuple[int, int]], list[tuple[int, int, int]]]:
    """Deliver forged rows in order; return the spans as stored and, per applied row, start, end and arrival."""
    play, now, spans, applied = Play(OPENED), OPENED, {}, []
    for row, later, skew in given_rows:
        now += later
        arrival = max(now, row.tick_at_ms or now)
        now = arrival
        at = max(0, skew)
        play = hear(play, row.epoch, Exchange(arrival, at, at, arrival))
        play, effect = step(play, row, Envelope(row.epoch, arrival, {}))
        if isinstance(effect, Stored):
            span = effect.span
            spans[span.ordinal] = (span.start_ms, span.end_ms)
            applied.append((max(OPENED, row.tick_at_ms or 0), span.end_ms, arrival))
    return play, spans, applied


@settings(max_examples=300)
@given(deliveries)
def test_no_forgery_earns_more_than_real_time(rows: list[tuple[Beat, int, int]]) -> None:
    """I4 and I5: spans of a play are disjoint, within [opened, last arrival], each row within [tick, arrival]."""
    _, spans, applied = run(rows)
    ordered = [spans[ordinal] for ordinal in sorted(spans)]
    assert all(start <= end for start, end in ordered)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(ordered))
    assert all(start >= OPENED for start, _ in ordered)
    assert all(end <= arrival for _, end, arrival in applied)


@settings(max_examples=200)
@given(deliveries, st.data())
def test_sending_again_in_any_order_changes_nothing(
    rows: list[tuple[Beat, int, int]], data: st.DataObject
) -> None:
    """I2 and I3: once applied, every repeat of any row with any content leaves state and spans as they are."""
    play, _, _ = run(rows)
    again = data.draw(st.permutations([row for row, _, _ in rows if row.seq <= play.applied]))
    for row in again:
        forged = replace(row, to_ms=row.to_ms + 7)
        assert step(play, forged, envelope(OPENED + 10**9)) == (play, Repeated())


def test_a_clock_that_seems_to_stand_still_does_not_stretch_a_row_over_absence() -> None:
    """Offline for an hour, then answers to ticks as if the player's clock had run on for ten seconds."""
    hour = 3_600_000
    play, _ = fed(heard(), beat(1, 0, 10_000), arrival_ms=OPENED + 10_000)
    for answered_by in (
        Exchange(OPENED + hour, 20_000, 20_000, OPENED + hour),
        Exchange(OPENED, 20_000, 20_000, OPENED + hour),
    ):
        claimed = hear(hear(play, 0, answered_by), 0, Exchange(OPENED + hour, 20_000, 20_000, OPENED + hour))
        _, (effect,) = fed(claimed, beat(2, 10_000, 20_000), arrival_ms=OPENED + hour)
        assert isinstance(effect, Stored)
        assert (effect.span.start_ms - OPENED, effect.span.end_ms - OPENED) == (hour - 10_000, hour)


def test_a_clock_that_lagged_while_offline_still_telescopes() -> None:
    """Eight hours offline at 500 ppm are 14 s: nothing of what was really played is lost."""
    night = 8 * 3_600_000
    slow = night - night * 500 // 1_000_000
    play, _ = fed(heard(), beat(1, 0, 10_000), arrival_ms=OPENED + 10_000)
    back = hear(play, 0, Exchange(OPENED + night, slow, slow, OPENED + night))
    _, (effect,) = fed(back, beat(2, 10_000, 20_000), arrival_ms=OPENED + night)
    assert isinstance(effect, Stored)
    assert effect.span.start_ms - OPENED == 10_000
    assert effect.span.end_ms - OPENED == 20_000 + night * 500 // 1_000_000


def test_a_row_never_begins_before_the_tick_it_cites() -> None:
    """I5: what cites a tick was made after it, whatever its own clock says."""
    cited = beat(1, 0, 10_000, tick_at_ms=OPENED + 4_000)
    _, (effect,) = fed(heard(), cited, arrival_ms=OPENED + 10_000)
    assert isinstance(effect, Stored)
    assert (effect.span.start_ms - OPENED, effect.span.end_ms - OPENED) == (4_000, 10_000)
    mark = Mark(1, 0, OPENED + 4_000, 1_000, "answered", "CHECK234", True, True, None, issued_ms=OPENED)
    _, (marked,) = fed(heard(), mark, arrival_ms=OPENED + 10_000)
    assert isinstance(marked, Marked)
    assert marked.at_ms == OPENED + 4_000


def test_lost_rows_are_passed_over_once_and_never_leave_a_gap() -> None:
    play, _ = fed(heard(), beat(1, 0, 4_000), arrival_ms=OPENED + 5_000)
    assert lose(play, 3, 5) == (play, Missing(2))
    after, effect = lose(play, 2, 5)
    assert (after, effect) == (replace(play, applied=5), Rejected(5, "lost"))
    assert lose(after, 2, 5) == (after, Repeated())
    _, (stored,) = fed(after, beat(6, 9_000, 12_000), arrival_ms=OPENED + 13_000)
    assert isinstance(stored, Stored)
    assert (stored.span.start_ms - OPENED, stored.span.end_ms - OPENED) == (9_000, 12_000)


def test_another_node_s_clock_widens_the_bounds_and_maps_as_before() -> None:
    play = hold_on(hear(Play(OPENED), 0, Exchange(OPENED, 0, 0, OPENED + 40)), "one")
    assert hold_on(play, "one") == play
    ((_, known),), ((_, wider),) = play.clocks, hold_on(play, "two").clocks
    assert (wider.low_ms, wider.high_ms) == (known.low_ms - NODES_APART_MS, known.high_ms + NODES_APART_MS)
    assert wider.to_server(5_000) == known.to_server(5_000)
    back = hear(hold_on(play, "two"), 0, Exchange(OPENED - 150, 0, 0, OPENED - 110))
    assert (back.clock_steps, play.clock_steps) == (0, 0)
    assert hear(play, 0, Exchange(OPENED - 150, 0, 0, OPENED - 110)).clock_steps == 1
