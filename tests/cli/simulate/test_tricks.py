"""Cheats forge rows and play envelopes back; what they make is well-formed enough for the server to judge."""

import itertools
from random import Random

from msgspec.structs import replace

from rollcall.cli.simulate.tricks import CLAIMED_ROW_MS, SHORT_ROW_MS, BackFill, Tape, forge_of, played_back
from rollcall.wire.viewer_in import Beat, Mark, Rows
from rollcall.wire.viewer_out import Prompt

HOUR_MS = 3_600_000
PLAY, OTHER = "abcdefghijkm", "abcdefghijkn"


def beat(seq: int, begin_ms: int, end_ms: int) -> Beat:
    return Beat(seq, 0, 0, begin_ms, end_ms, 50_000_000, 50_000_000, "paused")


def test_a_back_fill_claims_hours_before_its_first_row_and_moves_the_rest_up() -> None:
    claim = BackFill(HOUR_MS)
    first = claim([beat(1, 10 * HOUR_MS, 10 * HOUR_MS + 10_000)])
    later = claim([Mark(2, 0, 0, 10 * HOUR_MS + 10_000, "shown", "checkabc")])
    beats = [row for row in first if isinstance(row, Beat)]
    assert [row.seq for row in [*first, *later]] == list(range(1, len(first) + 2))
    assert (beats[0].from_ms, beats[-1].to_ms) == (9 * HOUR_MS, 10 * HOUR_MS + 10_000)
    assert all(a.to_ms == b.from_ms for a, b in itertools.pairwise(beats))
    assert {(row.state, row.to_ms - row.from_ms <= CLAIMED_ROW_MS) for row in beats} == {("playing", True)}
    assert all(row.media_to_ms - row.media_from_ms == row.to_ms - row.from_ms for row in beats)


def test_forged_rows_claim_to_play_and_keep_their_place() -> None:
    for trick in ("random-positions", "forged-times"):
        forge = forge_of(trick, Random(1))
        assert forge is not None
        forged = forge([beat(n, n * 10_000, n * 10_000 + 10_000) for n in range(1, 60)])
        assert [row.seq for row in forged] == list(range(1, 60))
        assert {row.state for row in forged if isinstance(row, Beat)} == {"playing"}
    assert forge_of(None, Random(1)) is None


def test_frozen_rows_are_long_and_short_and_cover_what_they_replace() -> None:
    forge = forge_of("frozen", Random(1))
    assert forge is not None
    real = [beat(n, n * 9_000, n * 9_000 + 9_000) for n in range(1, 20)]
    forged = [*forge([*real[:9], Mark(10, 0, 0, 90_000, "shown", "checkabc")])]
    forged += forge([replace(row, seq=row.seq + 1) for row in real[9:]])
    assert [row.seq for row in forged] == list(range(1, len(forged) + 1))
    beats = [row for row in forged if isinstance(row, Beat)]
    assert (beats[0].from_ms, beats[-1].to_ms) == (9_000, 180_000)
    assert all(a.to_ms == b.from_ms for a, b in itertools.pairwise(beats))
    assert {row.to_ms - row.from_ms for row in beats} == {SHORT_ROW_MS, 9_000}
    assert {(row.state, row.media_to_ms - row.media_from_ms) for row in beats} == {("playing", 0)}


def test_a_tape_is_played_back_as_it_was_or_under_another_name() -> None:
    own, friend = Tape(), Tape()
    captured = [Rows(PLAY, n, 0, None, [], [], [beat(n, n, n + 1)]) for n in range(1, 4)]
    for envelope in captured:
        own.record(envelope)
        friend.record(envelope)
    own.record(Rows(PLAY, 9, 0, None, [], [], []))
    assert sorted(e.sent_ms for e in played_back("replay", own, friend, OTHER, Random(1))) == [1, 2, 3]
    for trick in ("replay-play", "replay-user"):
        back = played_back(trick, own, friend, OTHER, Random(1))
        assert [(e.play, e.rows) for e in back] == [(OTHER, e.rows) for e in captured]
    assert played_back(None, own, friend, OTHER, Random(1)) == []


def test_each_issue_of_a_prompt_is_claimed_once_and_never_as_if_the_claimant_had_been_sent_it() -> None:
    tape, source = Tape(), Random(1)
    sent = [Prompt(f"check{n:03}", "code", None, False, 1, 1, n, "0417", mac=f"{n:016}") for n in range(200)]
    for prompt in sent:
        tape.overhear(prompt)
        tape.overhear(prompt)
    claims = tape.claims(source)
    assert [(claim.check, claim.answer) for claim in claims] == [(prompt.check, "0417") for prompt in sent]
    assert {claim.cited and claim.cited.mac == sent[n].mac for n, claim in enumerate(claims)} == {
        None, False, True,
    }  # fmt: skip
    assert tape.claims(source) == []
    tape.overhear(Prompt("check000", "click", None, False, 1, 1, 9))
    assert [claim.check for claim in tape.claims(source)] == ["check000"]
