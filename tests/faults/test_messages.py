"""Messages repeated, shuffled, delayed, replayed or forged, over the whole way from bytes to spans (F9, F28, F29).

The bytes are decoded and applied as the server does it; only sockets and the disk are left out.
"""

import itertools
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollcall.domain.evidence.spans import Span
from rollcall.domain.evidence.tick import Tick, tick_mac
from rollcall.domain.ids import PlayId
from rollcall.live.plays import LivePlay, receive, receive_lost
from rollcall.wire import viewer_in
from tests.faults.held_play import CODE, KEY, KEYS, live_play

OPENED = 1_800_000_000_000
BEAT_MS = 10_000
WAY_MS = 40
INT4, INT8 = 2**31 - 1, 2**63 - 1


@dataclass
class Held:
    """A play as a server holds it, with every span as it stands now."""

    play: LivePlay
    spans: dict[int, Span] = field(default_factory=dict)

    def hear(self, message: dict[str, Any] | str, arrival_ms: int) -> int | None:
        """Apply a message as it came; return what is expected next where something is missing."""
        said = viewer_in.decode(message if isinstance(message, str) else json.dumps(message))
        if isinstance(said, viewer_in.Rows):
            received = receive(self.play, said, KEYS, arrival_ms, None)
        else:
            assert isinstance(said, viewer_in.Lost)
            received = receive_lost(self.play, said, arrival_ms)
        self.spans |= self.play.spans
        return received.expected

    def playing_ms(self) -> int:
        return sum(span.end_ms - span.start_ms for span in self.spans.values() if span.state == "playing")

    def record(self) -> tuple[Any, ...]:
        return self.play.state.applied, self.play.state.last, self.spans, self.play.marks


def opened(code: PlayId = CODE, at_ms: int = OPENED) -> Held:
    return Held(live_play(at_ms, code))


def proof(n: int, at_ms: int, play: str = CODE) -> dict[str, Any]:
    return {"n": n, "at_ms": at_ms, "mac": tick_mac(KEY, PlayId(play), Tick(n, at_ms))}


def envelope(seq: int, *, play: str = CODE, opened_ms: int = OPENED) -> dict[str, Any]:
    """The envelope that an honest player sends at tick `seq` (0: the first answer, without rows), 10 s a beat.

    Player and server clock agree but for their origin. Three beats play, one pauses: every change is a new span.
    """
    now = seq * BEAT_MS
    ticks = [proof(n, opened_ms + n * BEAT_MS, play) for n in (max(seq - 1, 0), seq)]
    beat = {
        "row": "beat", "seq": seq, "epoch": 0, "tick": max(seq - 1, 0), "from_ms": now - BEAT_MS, "to_ms": now,
        "media_from_ms": opened_ms + now - BEAT_MS, "media_to_ms": opened_ms + now,
        "state": "paused" if seq % 4 == 0 else "playing", "cause": "user", "visible": seq % 5 != 0, "muted": False,
        "rate": 1.0,
    }  # fmt: skip
    return {
        "type": "rows", "play": play, "sent_ms": now + 2 * WAY_MS, "epoch": 0,
        "echo": {"tick": seq, "received_ms": now + WAY_MS}, "ticks": ticks,
        "epochs": [{"epoch": 0, "from_ms": 0, "wall_ms": 5}], "rows": [beat] if seq else [],
    }  # fmt: skip


def arrival(seq: int) -> int:
    """When that envelope arrives on a good network."""
    return OPENED + seq * BEAT_MS + 3 * WAY_MS


def heard(count: int) -> Held:
    held = opened()
    for seq in range(count + 1):
        held.hear(envelope(seq), arrival(seq))
    return held


def rows_of(held: Held) -> list[tuple[Any, ...]]:
    """Every stored row: its sequence number and where it lies; a span is cut where its rows meet."""
    return sorted(
        (
            seq,
            span.state,
            span.visible,
            span.player_from_ms,
            span.player_to_ms,
            span.content_from_ms,
            span.start_ms,
        )
        for span in held.spans.values()
        for seq in range(span.first_seq, span.last_seq + 1)
    )


COUNT = 12
DISTURBED = st.lists(st.tuples(st.integers(1, COUNT), st.integers(0, 600_000)), max_size=3 * COUNT)


@settings(max_examples=150, deadline=None)
@given(DISTURBED, st.randoms(use_true_random=False))
def test_f9_repeated_shuffled_and_delayed_messages_leave_the_rows_of_the_undisturbed_run(
    disturbed: list[tuple[int, int]], random: Any
) -> None:
    plain, held = heard(COUNT), opened()
    held.hear(envelope(0), arrival(0))
    thrice = [(seq, random.randint(0, 600_000)) for seq in range(1, COUNT + 1) for _ in range(3)]
    for at_ms, seq in sorted((arrival(seq) + late_ms, seq) for seq, late_ms in [*disturbed, *thrice]):
        held.hear(envelope(seq), at_ms)
    done_ms = arrival(COUNT) + 600_000
    for seq in range(1, COUNT + 1):  # what is missing is sent again, in order
        held.hear(envelope(seq), done_ms)
    assert [row[0] for row in rows_of(held)] == list(range(1, COUNT + 1))
    assert _joined(held) == _joined(plain)
    assert held.playing_ms() == plain.playing_ms()


def _joined(held: Held) -> list[tuple[Any, ...]]:
    """The spans with those joined that only lateness has parted."""
    joined: list[tuple[Any, ...]] = []
    for span in sorted(held.spans.values(), key=lambda span: span.ordinal):
        here = (span.state, span.visible, span.start_ms, span.end_ms, span.first_seq, span.last_seq)
        if joined and joined[-1][:2] == here[:2] and joined[-1][3] == here[2]:
            before = joined.pop()
            here = (*before[:3], here[3], before[4], here[5])
        joined.append(here)
    return joined


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, COUNT), st.integers(0, 86_400_000)), max_size=40))
def test_i2_what_is_stored_and_sent_again_changes_nothing(again: list[tuple[int, int]]) -> None:
    held = heard(COUNT)
    before = held.record()
    for seq, later_ms in again:
        held.hear(envelope(seq), arrival(COUNT) + later_ms)
    assert held.record() == before


@given(st.integers(1, COUNT), st.integers(0, 30_000), st.sampled_from(["playing", "paused", "ended"]))
@settings(max_examples=100, deadline=None)
def test_i3_the_first_write_of_a_number_wins(seq: int, length_ms: int, state: str) -> None:
    held = heard(COUNT)
    before = held.record()
    other = envelope(seq)
    other["rows"][0] |= {"state": state, "to_ms": other["rows"][0]["from_ms"] + length_ms}
    held.hear(other, arrival(COUNT) + 1)
    assert held.record() == before


def test_f29_a_captured_hour_adds_nothing_wherever_it_is_played_again() -> None:
    captured = [json.dumps(envelope(seq)) for seq in range(361)]
    held = heard(360)
    earned = held.playing_ms()
    assert earned > 2_600_000
    for day_ms in (0, 86_400_000):
        for seq, text in enumerate(captured):
            held.hear(text, arrival(360) + day_ms + seq)
    assert held.playing_ms() == earned
    for code, at_ms in (
        ("BBBBBBBBBBBB", OPENED),
        ("CCCCCCCCCCCC", OPENED + 86_400_000),
    ):  # another play, another user
        other = opened(PlayId(code), at_ms)
        for seq, text in enumerate(captured):
            other.hear(text.replace("AAAAAAAAAAAA", code), at_ms + arrival(360) - OPENED + seq)
        assert other.playing_ms() == 0
        assert other.spans == {}


NUMBERS = st.one_of(
    st.integers(-(2**64), 2**65),
    st.integers(0, 2**53),
    st.integers(-BEAT_MS, 4 * BEAT_MS),
    st.sampled_from(
        [0, 1, 2**31 - 1, 2**31, 2**52, 2**52 + 1, 2**63, -(2**63), math.nan, math.inf, 1.5, "1", None]
    ),
)
TIMES = st.one_of(st.integers(0, 2**52), st.integers(0, 200_000), st.sampled_from([0, 2**52, OPENED]))
SHAPED = st.fixed_dictionaries(
    {},
    optional={
        "from_ms": TIMES, "to_ms": TIMES, "media_from_ms": TIMES, "media_to_ms": TIMES,
        "epoch": st.integers(0, 3), "tick": st.integers(0, 30), "rate": st.floats(0, 16),
        "state": st.sampled_from(["playing", "stalled", "paused"]),
    },
)  # fmt: skip
AROUND = st.fixed_dictionaries(
    {},
    optional={
        "sent_ms": TIMES, "epoch": st.integers(0, 3),
        "echo": st.fixed_dictionaries({"tick": st.integers(0, 30), "received_ms": TIMES}),
        "epochs": st.lists(
            st.fixed_dictionaries({"epoch": st.integers(0, 3), "from_ms": TIMES, "wall_ms": TIMES}), max_size=4
        ),
    },
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(SHAPED, AROUND, st.integers(0, 60_000)), min_size=1, max_size=30))
def test_f28_forged_times_never_earn_more_than_the_time_that_passed(
    forged: Sequence[tuple[dict[str, Any], dict[str, Any], int]],
) -> None:
    held, now_ms, cited = opened(), OPENED, dict[int, int]()
    for beat, around, wait_ms in forged:
        now_ms += wait_ms
        seq = held.play.state.applied + 1
        message = envelope(seq) | around
        message["rows"][0] |= beat
        shown = [
            n for n in range(31) if OPENED + n * BEAT_MS <= now_ms
        ]  # it has every tick that was ever sent
        message["ticks"] = [proof(n, OPENED + n * BEAT_MS) for n in shown]
        held.hear(message, now_ms)
        cited |= {seq: message["rows"][0]["tick"]}
        _is_possible(held, cited, now_ms)


def _is_possible(held: Held, cited: dict[int, int], now_ms: int) -> None:
    spans = sorted(held.spans.values(), key=lambda span: span.ordinal)
    for span in spans:
        tick_at_ms = OPENED + cited[span.first_seq] * BEAT_MS
        assert OPENED <= tick_at_ms <= span.start_ms <= span.end_ms <= span.last_arrival_ms <= now_ms  # I5
        assert all(abs(number) <= INT8 for number in (span.player_to_ms, span.content_to_ms))
        assert 0 <= span.bound_ms <= INT4
    assert all(a.end_ms <= b.start_ms for a, b in itertools.pairwise(spans))
    assert held.playing_ms() <= now_ms - OPENED  # I4


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["row", "around", "echo", "tick", "lost"]), st.integers(0, 20), NUMBERS),
        max_size=6,
    )
)
def test_f28_whatever_is_forged_is_refused_or_applied_and_nothing_else(
    forged: list[tuple[str, int, Any]],
) -> None:
    held = opened()
    held.hear(envelope(0), arrival(0))
    for where, which, value in forged:
        message: dict[str, Any] = envelope(held.play.state.applied + 1)
        part = {
            "row": message["rows"][0],
            "around": message,
            "echo": message["echo"],
            "tick": message["ticks"][0],
        }
        if where == "lost":
            message = part["lost"] = {"type": "lost", "play": message["play"], "first": 1, "last": 1}
        names = sorted(part[where])
        part[where][names[which % len(names)]] = value
        try:
            held.hear(json.dumps(message), arrival(9))
        except (msgspec.ValidationError, msgspec.DecodeError):
            continue
        assert held.play.state.applied <= INT4
        assert held.playing_ms() <= arrival(9) - OPENED


@pytest.mark.parametrize("text", ["\x00", "AAAA\x00AAA", "AAAA AAA", "ААААAAAA", "AAAAAAA"])
def test_f28_names_that_no_database_takes_are_refused(text: str) -> None:
    mark = {"row": "mark", "seq": 1, "epoch": 0, "tick": 0, "at_ms": 1, "mark": "answered"}
    for row in (mark | {"check": text}, mark | {"check": "AAAAAAAA", "answer": "\x00"}):
        with pytest.raises(msgspec.ValidationError):
            opened().hear(envelope(0) | {"rows": [row]}, arrival(0))
