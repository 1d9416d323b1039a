"""Counts which plays fetched segments: the evidence that a play had the picture. No HTTP, no clock."""

from collections.abc import Iterator

from rollcall.wire.media_link import Fetched


class Fetches:
    """Segment requests since the last report."""

    def __init__(self) -> None:
        self._by_media: dict[str, dict[str, tuple[int, int]]] = {}

    def count(self, media: str, play: str, sequence: int) -> None:
        """Note that `play` fetched the segment with this number."""
        plays = self._by_media.setdefault(media, {})
        requests, last = plays.get(play, (0, 0))
        plays[play] = (requests + 1, max(last, sequence))

    def take(self) -> Iterator[Fetched]:
        """Yield one report per media and forget what it says."""
        counted, self._by_media = self._by_media, {}
        for media, plays in counted.items():
            yield Fetched(media=media, plays=plays)
