"""Whom this process hears: per participant the last sign of life, and how the last connection ended.

What follows from it is decided in `domain/outages`. Mutable, owned by the event loop; it knows no plays.
"""

from collections.abc import Mapping
from typing import NamedTuple

from rollcall.domain.ids import ProjectNo, UserId
from rollcall.domain.outages import LONGEST_MS, NOTICED_MS, Voice


class Participant(NamedTuple):
    """One participant of one project, over all media and players."""

    project_no: ProjectNo
    user_id: UserId


class Voices:
    """Everybody who is connected, or was until shortly."""

    def __init__(self) -> None:
        self._voices: dict[Participant, Voice] = {}
        self._lines: dict[Participant, int] = {}

    def joined(self, who: Participant, now_ms: int) -> None:
        """Note one more connection of a participant."""
        self._lines[who] = self._lines.get(who, 0) + 1
        known = self._voices.get(who)
        since_ms = now_ms if known is None or known.left_ms is not None else known.since_ms
        self._voices[who] = Voice(since_ms, now_ms)

    def heard(self, who: Participant, now_ms: int) -> None:
        """Note a sign of life over a connection that was noted as joined."""
        self._voices[who] = self._voices[who]._replace(heard_ms=now_ms)

    def parted(self, who: Participant, now_ms: int, *, goodbye: bool) -> None:
        """Note that a connection has ended; `goodbye` when the page, or we, said so."""
        self._lines[who] -= 1
        if self._lines[who]:
            return
        del self._lines[who]
        voice = self._voices[who]
        self._voices[who] = voice._replace(left_ms=now_ms) if goodbye else voice._replace(lost=True)

    def all(self, now_ms: int) -> Mapping[Participant, Voice]:
        """Return everybody who matters at this moment; the others are forgotten."""
        for who in [who for who, voice in self._voices.items() if who not in self._lines]:
            voice = self._voices[who]
            left_ms = voice.left_ms
            if (
                left_ms is not None and left_ms < now_ms - NOTICED_MS
            ) or voice.heard_ms < now_ms - LONGEST_MS:
                del self._voices[who]
        return self._voices
