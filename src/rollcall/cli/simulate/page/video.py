"""What is really on a simulated screen: it plays, pauses, seeks, sleeps; and what was played is kept as the truth."""

from dataclasses import dataclass, field

from rollcall.cli.simulate.page.clock import Clocks
from rollcall.cli.simulate.page.sample import Sample, State
from rollcall.domain.intervals import Interval

BEHIND_LIVE_MS = 6_000


@dataclass(frozen=True, slots=True)
class View:
    """How the viewer has it now."""

    state: State = "playing"
    visible: bool = True
    muted: bool = False
    rate: float = 1.0


@dataclass(slots=True)
class Video:
    """One video. Times are server time; content positions are programme time, or of the file where not `live`.

    `played` are the moments at which it really played, `content` what it showed in them, in the same order.
    """

    at_ms: int
    view: View
    live: bool = True
    media_ms: int = 0
    awake: bool = True
    played: list[Interval] = field(default_factory=list)
    content: list[Interval] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.live:
            self.media_ms = live_edge(self.at_ms)

    def sample(self, at_ms: int, clocks: Clocks) -> Sample:
        """Return what the page sees now."""
        self._move(at_ms)
        view, shown = self.view, (clocks.read(at_ms), clocks.wall(at_ms), self.media_ms)
        return Sample(*shown, view.state, "user", view.visible, view.muted, view.rate)

    def change(self, view: View, at_ms: int, seek_ms: int = 0) -> None:
        """Have it otherwise from now on. Who plays on after a pause goes to live; `seek_ms` moves the content."""
        self._move(at_ms)
        if self.live and view.state == "playing" and self.view.state == "paused":
            self.media_ms = live_edge(at_ms)
        moved_ms = max(0, self.media_ms + seek_ms)
        self.media_ms = min(moved_ms, live_edge(at_ms)) if self.live else moved_ms
        self.view = view

    def sleep(self, at_ms: int) -> None:
        """Fall asleep with the whole machine: nothing moves, and nobody notices."""
        self._move(at_ms)
        self.awake = False

    def wake(self, at_ms: int) -> None:
        """Go on where it was."""
        self._move(at_ms)
        self.awake = True

    def to_live(self, at_ms: int) -> None:
        """Jump to the live edge, as players do when they have fallen behind."""
        self._move(at_ms)
        if self.live:
            self.media_ms = live_edge(at_ms)

    def _move(self, at_ms: int) -> None:
        if self.awake and self.view.state == "playing" and at_ms > self.at_ms:
            before_ms = self.media_ms
            self.media_ms += round((at_ms - self.at_ms) * self.view.rate)
            if self.live:
                self.media_ms = min(self.media_ms, live_edge(at_ms))  # whoever plays faster arrives there
            self._remember(Interval(self.at_ms, at_ms), Interval(before_ms, self.media_ms))
        self.at_ms = max(self.at_ms, at_ms)

    def _remember(self, wall: Interval, content: Interval) -> None:
        if self.played and self.played[-1].end == wall.start and self.content[-1].end == content.start:
            self.played[-1] = Interval(self.played[-1].start, wall.end)
            self.content[-1] = Interval(self.content[-1].start, content.end)
        else:
            self.played.append(wall)
            self.content.append(content)


def live_edge(at_ms: int) -> int:
    """Return the programme time that live viewers see at a moment."""
    return at_ms - BEHIND_LIVE_MS
