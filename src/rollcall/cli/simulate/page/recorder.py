"""Turns samples, ticks and marks of one play into its rows: `frontend/embed/evidence/recorder.ts` in Python.

It holds the one open stretch and cuts it at each tick, at each change of what the viewer does, at each mark and at
the latest after nine seconds.
"""

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from rollcall.cli.simulate.page.sample import (
    SPARSE_MS,
    Sample,
    State,
    breaks_epoch,
    continues,
    judged_state,
    jumps,
    position_before_ms,
    proven_playing_ms,
)
from rollcall.wire.viewer_in import Beat, Echo, Epoch, Mark

LONGEST_BEAT_MS = 9_000
MarkKind = Literal["received", "shown", "answered", "sound_blocked", "resume"]
Row = Beat | Mark


class Cited(NamedTuple):
    """What a mark cites of the prompt that it speaks of, as the server sent it to this play."""

    issued_at_ms: int
    mac: str


@dataclass(frozen=True, slots=True)
class _Start:
    at_ms: int
    media_ms: int
    tick: int


@dataclass(frozen=True, slots=True)
class _Ticked:
    tick: int
    received_ms: int
    epoch: int


class Recorder:
    """The open stretch of one play. Every method returns the rows that it closed."""

    def __init__(self, first: Sample) -> None:
        self._seq = 0
        self._last = first
        self._start = _Start(first.at_ms, first.media_ms, 0)
        self._cited = _Ticked(0, 0, -1)
        self._rows: list[Row] = []
        self.epoch = Epoch(0, first.at_ms, first.wall_ms)

    @property
    def echo(self) -> Echo | None:
        """The tick to answer, None while none has come in this epoch of the clock."""
        return (
            Echo(self._cited.tick, self._cited.received_ms) if self._cited.epoch == self.epoch.epoch else None
        )

    @property
    def oldest_tick(self) -> int:
        """The oldest tick that what is still open may cite."""
        return min(self._start.tick, self._cited.tick)

    @property
    def open_from_ms(self) -> int:
        """When, on the monotonic clock, the open stretch began."""
        return self._start.at_ms

    def sample(self, sample: Sample) -> list[Row]:
        """Take a regular look at the player, or one made because something changed."""
        self._advance(sample)
        if sample.at_ms - self._start.at_ms >= LONGEST_BEAT_MS:
            self._cut(sample.at_ms, sample.media_ms)
        return self._take()

    def tick(self, tick: int, sample: Sample) -> list[Row]:
        """Take tick `tick`: what was open cites its predecessor, what follows cites this one."""
        self._advance(sample)
        self._cut(sample.at_ms, sample.media_ms)
        self._cited = _Ticked(tick, sample.at_ms, self.epoch.epoch)
        self._start = replace(self._start, tick=tick)
        return self._take()

    def mark(
        self,
        kind: MarkKind,
        check: str,
        sample: Sample,
        prompt: Cited | None = None,
        answer: str | None = None,
    ) -> list[Row]:
        """Note that something happened to a check's prompt just now."""
        self._advance(sample)
        self._cut(sample.at_ms, sample.media_ms)
        place = (self._next_seq(), self.epoch.epoch, self._cited.tick, sample.at_ms)
        moved = kind == "answered"  # whoever answers has a hand at the mouse
        issued_at_ms, mac = prompt or (None, None)
        self._rows.append(
            Mark(
                *place,
                kind,
                check,
                visible=sample.visible,
                answer=answer,
                pointer=moved,
                issued_at_ms=issued_at_ms,
                mac=mac,
            )
        )
        return self._take()

    def close(self, sample: Sample) -> list[Row]:
        """Close what is open, for a flush that must carry everything known."""
        self._advance(sample)
        self._cut(sample.at_ms, sample.media_ms)
        return self._take()

    def _advance(self, sample: Sample) -> None:
        last = self._last
        if breaks_epoch(last, sample):
            self._begin_epoch(last, sample)
        elif sample.at_ms - last.at_ms > SPARSE_MS:
            self._cross_sparse(last, sample)
        else:
            self._step(last, sample)
        self._last = sample

    def _step(self, last: Sample, sample: Sample) -> None:
        if jumps(last, sample):
            self._cut(last.at_ms, last.media_ms, sample.media_ms)
        if not continues(last, sample):
            self._cut(sample.at_ms, position_before_ms(last, sample), sample.media_ms)

    def _begin_epoch(self, last: Sample, sample: Sample) -> None:
        """Count what the content proves up to a moment ago, and nothing else, as played before the clocks parted."""
        self._cut(last.at_ms, last.media_ms)
        if last.state == "playing" and 0 < sample.at_ms - last.at_ms <= SPARSE_MS:
            proven_ms = proven_playing_ms(last, sample)
            self._cut(last.at_ms + proven_ms, last.media_ms + int(proven_ms * last.rate + 0.5))
        self.epoch = Epoch(self.epoch.epoch + 1, sample.at_ms, sample.wall_ms)
        self._open(sample.at_ms, sample.media_ms)

    def _cross_sparse(self, last: Sample, sample: Sample) -> None:
        """Nobody looked for a while: count what the content proves, and the rest as a stall."""
        self._cut(last.at_ms, last.media_ms)
        proven_ms = proven_playing_ms(last, sample)
        if last.state == "playing" and proven_ms < sample.at_ms - last.at_ms:
            self._cut(last.at_ms + proven_ms, last.media_ms + int(proven_ms * last.rate + 0.5))
            self._cut(sample.at_ms, self._start.media_ms, sample.media_ms, "stalled")
            return
        self._cut(sample.at_ms, position_before_ms(last, sample), sample.media_ms)

    def _cut(
        self, to_ms: int, media_to_ms: int, next_media_ms: int | None = None, state: State | None = None
    ) -> None:
        start, last = self._start, self._last
        if to_ms > start.at_ms:
            judged = judged_state(
                state or last.state, to_ms - start.at_ms, media_to_ms - start.media_ms, last.rate
            )
            place = (self._next_seq(), self.epoch.epoch, start.tick)
            moments = (start.at_ms, to_ms, start.media_ms, media_to_ms)
            self._rows.append(Beat(*place, *moments, judged, last.cause, last.visible, last.muted, last.rate))
        self._open(to_ms, media_to_ms if next_media_ms is None else next_media_ms)

    def _open(self, at_ms: int, media_ms: int) -> None:
        self._start = _Start(at_ms, media_ms, self._cited.tick)

    def _next_seq(self) -> int:
        self._seq += 1
        return self._seq

    def _take(self) -> list[Row]:
        rows, self._rows = self._rows, []
        return rows
