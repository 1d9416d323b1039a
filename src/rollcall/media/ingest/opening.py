"""The first moments of a publish session: hold tags until the decoder headers of picture and sound are there.

Started too early, ffmpeg would settle without the stream that comes late. It knows no process and no clock.
"""

from dataclasses import dataclass

from rollcall.media import flv
from rollcall.media.flv import AUDIO, SCRIPT, VIDEO, Tag
from rollcall.media.ingest.protocol_error import ProtocolError

PATIENCE_MS = 2_000
MAX_HELD_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Start:
    """What a publish session consists of: its streams, the held tags, and when the first frame arrived."""

    kinds: frozenset[int]
    tags: tuple[Tag, ...]
    base_ms: int
    arrived_ms: int


class Opening:
    """Collects tags; `take` returns a `Start` once picture and sound, or one of them alone, can begin."""

    def __init__(self) -> None:
        self._held: list[Tag] = []
        self._held_bytes = 0
        self._ready: set[int] = set()
        self._first_ms: int | None = None
        self._base: tuple[int, int] | None = None

    def take(self, tag: Tag, now_ms: int) -> Start | None:
        """Hold a tag that arrived at `now_ms`. Raises ProtocolError when it is too much to hold."""
        self._first_ms = now_ms if self._first_ms is None else self._first_ms
        self._hold(tag, now_ms)
        waited_ms = now_ms - self._first_ms
        complete = self._ready == {AUDIO, VIDEO} or (bool(self._ready) and waited_ms >= PATIENCE_MS)
        if self._base is None or not complete:
            return None
        return Start(frozenset(self._ready | {SCRIPT}), tuple(self._held), *self._base)

    def _hold(self, tag: Tag, now_ms: int) -> None:
        header = flv.is_sequence_header(tag)
        if tag.kind != SCRIPT and (header or not flv.needs_sequence_header(tag)):
            self._ready.add(tag.kind)
        if tag.kind != SCRIPT and tag.kind not in self._ready:
            return
        self._held.append(tag)
        self._held_bytes += len(tag.payload)
        if self._held_bytes > MAX_HELD_BYTES:
            raise ProtocolError("too much before the first decoder header")
        if tag.kind != SCRIPT and not header and self._base is None:
            self._base = (tag.timestamp_ms, now_ms)
