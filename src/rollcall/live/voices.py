"""Whom this process hears: per participant the last sign of life, and how the last connection ended.

What follows from it is decided in `domain/outages`. Mutable, owned by the event loop; it knows no plays.
"""

from collections import defaultdict
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
        self._voices: defaultdict[ProjectNo, dict[UserId, Voice]] = defaultdict(dict)
        self._lines: dict[Participant, int] = {}

    def joined(self, who: Participant, now_ms: int) -> None:
        """Note one more connection of a participant."""
        self._lines[who] = self._lines.get(who, 0) + 1
        voices = self._voices[who.project_no]
        known = voices.get(who.user_id)
        since_ms = now_ms if known is None or known.left_ms is not None else known.since_ms
        voices[who.user_id] = Voice(since_ms, now_ms)

    def heard(self, who: Participant, now_ms: int) -> None:
        """Note a sign of life over a connection that was noted as joined."""
        voices = self._voices[who.project_no]
        voices[who.user_id] = voices[who.user_id]._replace(heard_ms=now_ms)

    def parted(self, who: Participant, now_ms: int, *, goodbye: bool) -> None:
        """Note that a connection has ended; `goodbye` when the page, or we, said so."""
        self._lines[who] -= 1
        if self._lines[who]:
            return
        del self._lines[who]
        voices = self._voices[who.project_no]
        ended = {"left_ms": now_ms} if goodbye else {"lost": True}
        voices[who.user_id] = voices[who.user_id]._replace(**ended)

    def by_project(self, now_ms: int) -> Mapping[ProjectNo, Mapping[UserId, Voice]]:
        """Return everybody who matters at this moment; the others are forgotten."""
        for project_no, voices in list(self._voices.items()):
            past = [user_id for user_id, voice in voices.items() if _is_past(voice, now_ms)]
            for user_id in past:
                if Participant(project_no, user_id) not in self._lines:
                    del voices[user_id]
            if not voices:
                del self._voices[project_no]
        return self._voices


def _is_past(voice: Voice, now_ms: int) -> bool:
    """Tell whether somebody is remembered no more, unless there is a connection."""
    left_ms = voice.left_ms
    return (left_ms is not None and left_ms < now_ms - NOTICED_MS) or voice.heard_ms < now_ms - LONGEST_MS
