"""What credit reads: spans of one participant, the sessions they are cut to, and what is known beside them.

A session is a window of the server's clock or of a recording's content. A span is cut to either as if its content
advanced evenly, which a span does by its making. It knows no rule.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from rollcall.domain.checks.policy import Stop
from rollcall.domain.ids import MediaNo, UserId
from rollcall.domain.intervals import Interval, Intervals, intersect, union
from rollcall.domain.sessions import ContentWindow, WallWindow, Window

Session: TypeAlias = tuple[MediaNo, Window]
ONLY: Final = UserId("")  # whose a play is, where nobody asks
PROGRAMME_MS = 1_000_000_000_000  # a smaller content position is no Unix time


@dataclass(frozen=True, slots=True)
class Watching:
    """One span of one user's play, as far as credit asks.

    `content_*`: position in the file, or programme time (Unix ms) where `on_air`. Plays never overlap themselves.
    `user_id`: whose play it is, where a participant has several.
    """

    media_no: MediaNo
    start_ms: int
    end_ms: int
    signed: bool
    state: str = "playing"
    unverified: bool = False
    late: bool = False
    visible: bool = True
    muted: bool = False
    rate: float = 1.0
    content_from_ms: int = 0
    content_to_ms: int = 0
    on_air: bool = True
    play: int = 0
    user_id: UserId = ONLY

    @property
    def moments(self) -> Interval:
        """Return its stretch of the server's clock."""
        return Interval(self.start_ms, self.end_ms)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one participant's spans are judged beside the rules, all in stretches of the server's clock.

    `disbelieved` and, by User ID, `stops` come from presence checks; by media: `promoted` by reviewers, `outages` of
    ours.
    """

    hidden_counts: bool = True
    behind_counts: bool = False
    disbelieved: Intervals = ()
    promoted: Mapping[MediaNo, Intervals] = field(default_factory=dict)
    outages: Mapping[MediaNo, Intervals] = field(default_factory=dict)
    stops: Mapping[UserId, Sequence[Stop]] = field(default_factory=dict)

    def voided(self, user_id: UserId) -> Intervals:
        """Return when no live time of a User ID counts."""
        return union(stop.moments for stop in self.stops.get(user_id, ()))

    def shut(self, user_id: UserId, heard_ms: int) -> Intervals:
        """Return when no late time counts of a play of that User ID that was last heard live at `heard_ms`.

        A play that was told of a stop and went on without a connection is stopped like any other.
        """
        told = [stop.moments for stop in self.stops.get(user_id, ()) if stop.told_ms <= heard_ms]
        return union([*self.disbelieved, *told]) if told else self.disbelieved


class Slice(NamedTuple):
    """A stretch of the clock and the content that played in it."""

    wall: Interval
    content: Interval

    def within(self, moments: Iterable[Interval]) -> "list[Slice]":
        """Return the parts of it at these moments."""
        return [
            Slice(part, Interval(*map(self._position, part))) for part in intersect((self.wall,), moments)
        ]

    def _position(self, at_ms: int) -> int:
        return self.content.start + _even(at_ms - self.wall.start, self.wall, self.content)


def slice_of(span: Watching, window: ContentWindow) -> Slice | None:
    """Return the part of a span whose content lies in `window`; content that stands still plays nothing there."""
    return cut(Slice(span.moments, Interval(span.content_from_ms, span.content_to_ms)), window)


def cut(whole: Slice, window: ContentWindow) -> Slice | None:
    """Return the part of a slice whose content lies in `window`, as `slice_of` does."""
    wall, content = whole
    if content.start >= content.end:
        return whole if window.from_ms <= content.start < window.to_ms else None
    first, last = max(content.start, window.from_ms), min(content.end, window.to_ms)
    if first >= last:
        return None
    moments = (wall.start + _even(position - content.start, content, wall) for position in (first, last))
    return Slice(Interval(*moments), Interval(first, last))


def wall(window: WallWindow, now_ms: int) -> Interval:
    """Return the wall time of a session, which never reaches beyond `now_ms` while it is open."""
    return Interval(window.starts_ms, now_ms if window.ends_ms is None else window.ends_ms)


def inside(spans: Iterable[Watching], sessions: Sequence[Session], now_ms: int) -> Intervals:
    """Return the moments of these spans in their media's sessions, by the clock or by content."""
    by_media: dict[MediaNo, list[Watching]] = defaultdict(list)
    for span in spans:
        by_media[span.media_no].append(span)
    found: list[Interval] = []
    for no, here in by_media.items():
        walls = [wall(w, now_ms) for of, w in sessions if of == no and isinstance(w, WallWindow)]
        contents = [w for of, w in sessions if of == no and isinstance(w, ContentWindow)]
        found += intersect((span.moments for span in here), walls)
        parts = (slice_of(span, window) for span in here for window in contents)
        found += (part.wall for part in parts if part is not None)
    return union(found)


def _even(distance: int, of: Interval, to: Interval) -> int:
    return distance * (to.end - to.start) // (of.end - of.start)
