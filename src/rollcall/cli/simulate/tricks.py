"""What cheating players do to rows and envelopes. Pure but for the seeded source and the tape they are given."""

from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from msgspec.structs import replace

from rollcall.cli.simulate.page.player import Forge
from rollcall.cli.simulate.page.recorder import Cited, Row
from rollcall.cli.simulate.script.values import Trick
from rollcall.wire.viewer_in import Beat, Rows
from rollcall.wire.viewer_out import Prompt

CLAIMED_ROW_MS = 39_000
CLAIMED_MS = 8 * 3_600_000
LONGEST_TIME = 2**52
SHORT_ROW_MS = 900
TAPE = 500
PLAYED_BACK_AT_ONCE = 3


def forge_of(trick: Trick | None, source: Random) -> Forge | None:
    """Return what this trick does to rows as they are made."""
    forges: dict[str, Callable[[Beat], Beat]] = {
        "forged-times": lambda beat: _forged_times(beat, source),
        "random-positions": lambda beat: _random_positions(beat, source),
    }
    if trick == "back-fill":
        return BackFill()
    if trick == "frozen":
        return Frozen(source)
    forge = forges.get(trick or "")
    return None if forge is None else lambda rows: _all(rows, forge)


def _all(rows: Sequence[Row], forge: Callable[[Beat], Beat]) -> list[Row]:
    return [forge(row) if isinstance(row, Beat) else row for row in rows]


def _length(beat: Beat) -> int:
    return beat.to_ms - beat.from_ms


def _forged_times(beat: Beat, source: Random) -> Beat:
    """Move, stretch or turn round the beat's times; the content goes with what is claimed."""
    match source.randrange(6):
        case 0:
            times = max(0, beat.from_ms - 30_000), beat.to_ms  # overlaps what was before
        case 1:
            times = beat.from_ms, beat.to_ms + 25_000  # reaches into the future
        case 2:
            times = beat.from_ms + 3_600_000, beat.to_ms + 3_600_000
        case 3:
            times = max(0, beat.from_ms - 3_600_000), max(0, beat.to_ms - 3_600_000)
        case 4:
            times = beat.to_ms, beat.from_ms  # backwards
        case _:
            times = 0, LONGEST_TIME
    content = beat.media_from_ms, min(LONGEST_TIME, beat.media_from_ms + abs(times[1] - times[0]))
    return replace(
        beat,
        from_ms=times[0],
        to_ms=times[1],
        media_from_ms=content[0],
        media_to_ms=content[1],
        state="playing",
    )


def _random_positions(beat: Beat, source: Random) -> Beat:
    begin = source.randint(0, LONGEST_TIME // 2)
    return replace(beat, state="playing", media_from_ms=begin, media_to_ms=begin + source.randint(0, 60_000))


class Frozen:
    """Claims to play while the position stands still, now and then in rows so short that a position tells little."""

    def __init__(self, source: Random) -> None:
        self._source = source
        self._inserted = 0

    def __call__(self, rows: list[Row]) -> list[Row]:
        """Return what is claimed instead of these rows."""
        claims: list[Row] = []
        for row in rows:
            first = row.seq + self._inserted
            if isinstance(row, Beat):
                parts = self._claimed(row)
                claims += [replace(part, seq=first + n) for n, part in enumerate(parts)]
                self._inserted += len(parts) - 1
            else:
                claims.append(replace(row, seq=first))
        return claims

    def _claimed(self, beat: Beat) -> list[Beat]:
        longest_ms = self._source.choice((CLAIMED_ROW_MS, SHORT_ROW_MS))
        starts = range(beat.from_ms, beat.to_ms, longest_ms)
        still = replace(beat, state="playing", media_to_ms=beat.media_from_ms)
        return [replace(still, from_ms=at, to_ms=min(at + longest_ms, beat.to_ms)) for at in starts]


class BackFill:
    """Claims everything was played, and `claimed_ms` before the first row as well: the rows after those move up."""

    def __init__(self, claimed_ms: int = CLAIMED_MS) -> None:
        self._claimed_ms = claimed_ms
        self._inserted: int | None = None

    def __call__(self, rows: list[Row]) -> list[Row]:
        """Return what is claimed instead of these rows."""
        claims: list[Row] = []
        for row in rows:
            if self._inserted is None and isinstance(row, Beat):
                before = claim_before(row, self._claimed_ms)
                claims, self._inserted = [*claims, *before], len(before)
            claims.append(self._claimed(row, row.seq + (self._inserted or 0)))
        return claims

    @staticmethod
    def _claimed(row: Row, seq: int) -> Row:
        if not isinstance(row, Beat):
            return replace(row, seq=seq)
        return replace(row, seq=seq, state="playing", media_to_ms=row.media_from_ms + _length(row))


def claim_before(beat: Beat, claimed_ms: int) -> list[Row]:
    """Return rows that claim `claimed_ms` of playing before this beat, in its place."""
    end, content = beat.from_ms, beat.media_from_ms
    starts = range(max(0, end - claimed_ms), end, CLAIMED_ROW_MS)
    return [
        replace(
            beat,
            seq=beat.seq + n,
            state="playing",
            from_ms=at,
            to_ms=min(at + CLAIMED_ROW_MS, end),
            media_from_ms=max(0, content - (end - at)),
            media_to_ms=max(0, content - (end - min(at + CLAIMED_ROW_MS, end))),
        )
        for n, at in enumerate(starts)
    ]


class Claim(NamedTuple):
    """A prompt that a play was never sent and says it has displayed and answered, with what it cites for it."""

    check: str
    cited: Cited | None
    answer: str | None


class Tape:
    """Captured envelopes of one play, and prompts that it was sent, for whoever plays or claims them."""

    def __init__(self) -> None:
        self._envelopes: list[Rows] = []
        self._prompts: dict[str, Prompt] = {}
        self._claimed: set[tuple[str, int]] = set()

    def overhear(self, prompt: Prompt) -> None:
        """Keep a prompt, as it was issued last."""
        self._prompts[prompt.check] = prompt

    def claims(self, source: Random) -> list[Claim]:
        """Return a claim of each prompt, once an issue: citing nothing, a guess, or what the other play was sent."""
        fresh = [p for p in self._prompts.values() if (p.check, p.issued_at_ms) not in self._claimed]
        self._claimed |= {(prompt.check, prompt.issued_at_ms) for prompt in fresh}
        return [
            Claim(prompt.check, source.choice(_citations(prompt, source)), prompt.code) for prompt in fresh
        ]

    def is_of(self, play: str) -> bool:
        """Tell whether this is, or may become, the tape of that play."""
        return not self._envelopes or self._envelopes[0].play == play

    def record(self, envelope: Rows) -> None:
        """Keep an envelope with rows."""
        if envelope.rows and len(self._envelopes) < TAPE:
            self._envelopes.append(envelope)

    def some(self, source: Random, number: int) -> list[Rows]:
        """Return some captured envelopes as they were."""
        return source.sample(self._envelopes, min(number, len(self._envelopes)))

    def whole(self, play: str) -> list[Rows]:
        """Return everything in order, addressed to another play."""
        return [replace(envelope, play=play) for envelope in self._envelopes]


def _citations(prompt: Prompt, source: Random) -> tuple[Cited | None, ...]:
    guessed = Cited(prompt.issued_at_ms, f"{source.getrandbits(64):016x}")
    return None, guessed, Cited(prompt.issued_at_ms, prompt.mac)


def played_back(trick: Trick | None, own: Tape, friend: Tape, play: str, source: Random) -> list[Rows]:
    """Return the captured envelopes that this trick sends at a tick of `play`."""
    match trick:
        case "replay":
            return own.some(source, PLAYED_BACK_AT_ONCE)
        case "replay-play":
            return own.whole(play)
        case "replay-user":
            return friend.whole(play)
        case _:
            return []
