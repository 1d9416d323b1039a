"""How long each participant has been proven playing inside sessions, live: what check plans count on.

It follows the evidence as it is applied; the statistics do not use it. After a restart a participant begins at the
baseline that the store proves. In memory only.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rollcall.domain.ids import MediaNo, UserId

PRESENT_WITHIN_MS = 15_000


@dataclass(slots=True)
class _Participant:
    played_ms: int
    until_ms: int = 0


class Playing:
    """Playing time by media and user. `windows` are a media's sessions, half-open; an end of None is open."""

    def __init__(self) -> None:
        self._windows: dict[MediaNo, Sequence[tuple[int, int | None]]] = {}
        self._participants: dict[MediaNo, dict[UserId, _Participant]] = {}

    def set_windows(self, media: MediaNo, windows: Sequence[tuple[int, int | None]]) -> None:
        """Count from now on what falls into these sessions of `media`."""
        self._windows[media] = windows

    def knows(self, media: MediaNo, user_id: UserId) -> bool:
        """Return whether the participant has a baseline in this process."""
        return user_id in self._participants.get(media, {})

    def set_baseline(self, media: MediaNo, user_id: UserId, played_ms: int) -> None:
        """Begin to count a participant at what the store proves; ignored when already counting."""
        self._participants.setdefault(media, {}).setdefault(user_id, _Participant(played_ms))

    def note(self, media: MediaNo, user_id: UserId, start_ms: int, end_ms: int) -> None:
        """Count a proven stretch of playing; what other tabs have proven already counts once."""
        participant = self._participants.setdefault(media, {}).setdefault(user_id, _Participant(0))
        start_ms = max(start_ms, participant.until_ms)
        if end_ms > start_ms:
            participant.until_ms = end_ms
            participant.played_ms += self._inside(media, start_ms, end_ms)

    def played_ms(self, media: MediaNo, user_id: UserId) -> int:
        """Return the playing time inside sessions so far."""
        participant = self._participants.get(media, {}).get(user_id)
        return participant.played_ms if participant is not None else 0

    def expected_ms(self, media: MediaNo, user_id: UserId, now_ms: int) -> int:
        """Return the playing time inside sessions as it will be proven if a participant plays on until now."""
        participant = self._participants.get(media, {}).get(user_id)
        if participant is None or participant.until_ms < now_ms - PRESENT_WITHIN_MS:
            return self.played_ms(media, user_id)
        return participant.played_ms + self._inside(media, participant.until_ms, now_ms)

    def present(self, media: MediaNo, now_ms: int) -> list[UserId]:
        """Return everybody whose latest proof of playing ended at most 15 s ago."""
        since_ms = now_ms - PRESENT_WITHIN_MS
        of_media = self._participants.get(media, {})
        return [user_id for user_id, participant in of_media.items() if participant.until_ms >= since_ms]

    def _inside(self, media: MediaNo, start_ms: int, end_ms: int) -> int:
        return sum(
            max(0, min(end_ms, end if end is not None else end_ms) - max(start_ms, begin))
            for begin, end in self._windows.get(media, ())
        )
