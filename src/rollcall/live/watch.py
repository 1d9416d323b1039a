"""Watches the rows of one connected play for what looks implausible; a clean play costs a comparison a row.

Signs are taken with the rows that showed them and stored in the same commit, so each row counts once, whatever is
sent again. What it follows over minutes begins anew with each connection. The rules are in `domain/flags`.
"""

from collections.abc import Mapping
from dataclasses import replace

from rollcall.domain.evidence.clock_map import Exchange
from rollcall.domain.evidence.rows import Beat, Mark, State
from rollcall.domain.flags import position
from rollcall.domain.flags.clock import RateWatch
from rollcall.domain.flags.kinds import Kind, Sign, merged
from rollcall.domain.flags.recent import Recent


class Watch:
    """Collects signs of one play until they are taken. A key of "" stands for the play."""

    __slots__ = ("_before", "_frozen", "_jumps", "_rate", "_signs", "_unknown_ms")

    def __init__(self) -> None:
        self._rate = RateWatch()
        self._before: Beat | None = None
        self._frozen = Recent(position.WINDOW_MS)
        self._jumps = Recent(position.WINDOW_MS)
        self._unknown_ms = 0
        self._signs: dict[tuple[Kind, str], Sign] = {}

    def exchange(self, epoch: int, exchange: Exchange, steps: int) -> None:
        """Look at an answered tick that made the clock's bounds start anew `steps` times."""
        if steps:
            self._note("clock_stepped", exchange.arrival_ms, steps)
        ppm = self._rate.hear(epoch, exchange)
        if ppm is not None:
            self._note("clock_rate", exchange.arrival_ms, detail={"ppm": ppm})

    def beat(self, beat: Beat, at_ms: int, earned: State, *, begins: bool) -> None:
        """Look at an accepted beat that earned a state and ended at `at_ms`; `begins`: it is the first of its span."""
        odd = position.oddity(self._before, beat, earned)
        self._before = beat
        if odd == "frozen":
            frozen_ms = self._frozen.add(at_ms, beat.to_ms - beat.from_ms)
            if frozen_ms >= position.FROZEN_MS:
                self._note("position_frozen", at_ms, detail={"frozen_ms": frozen_ms})
        elif odd == "jump":
            jumps = self._jumps.add(at_ms, 1)
            if jumps >= position.JUMPS:
                self._note("position_random", at_ms, detail={"jumps": jumps})
        if position.is_unknown(beat):
            self._unknown(beat.to_ms - beat.from_ms, at_ms)
        if beat.rate >= position.FAST_RATE and beat.state == "playing":
            detail = {"rate_percent": round(beat.rate * 100)}
            self._note("playback_rate", at_ms, int(begins), detail)

    def _unknown(self, length_ms: int, at_ms: int) -> None:
        """Note each full minute; most that play so are recordings, whose signs are left out when they are stored."""
        before, self._unknown_ms = self._unknown_ms, self._unknown_ms + length_ms
        if self._unknown_ms // position.UNKNOWN_MS > before // position.UNKNOWN_MS:
            self._note("position_unknown", at_ms, detail={"unknown_ms": self._unknown_ms})

    def mark(self, mark: Mark, at_ms: int) -> None:
        """Look at a placed mark."""
        if mark.kind == "answered" and not mark.trusted:
            self._note("untrusted_answer", at_ms, key=mark.check)

    def rejected(self, reason: str, at_ms: int) -> None:
        """Count a row that could not be true."""
        self._note("rejected_rows", at_ms, detail={reason: 1})

    def lost(self, rows: int, at_ms: int) -> None:
        """Count rows that never come."""
        self._note("lost_rows", at_ms, rows)

    def take(self) -> tuple[Sign, ...]:
        """Return what was seen since it was last taken."""
        if not self._signs:
            return ()
        taken, self._signs = tuple(self._signs.values()), {}
        return taken

    def _note(
        self,
        kind: Kind,
        at_ms: int,
        count: int = 1,
        detail: Mapping[str, int] | None = None,
        *,
        key: str = "",
    ) -> None:
        sign = Sign(kind, key, count, at_ms, at_ms, detail or {})
        known = self._signs.get((kind, key))
        if known is not None:
            both = merged(kind, known.detail, sign.detail)
            sign = replace(known, count=known.count + count, last_ms=at_ms, detail=both)
        self._signs[kind, key] = sign
