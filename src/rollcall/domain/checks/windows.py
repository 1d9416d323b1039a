"""A prompt's lifetime in each play: from its own display, and longer where an outage of ours took time away.

Pure. A window begins where the play displayed the prompt, or received it in a hidden frame, and ends with the session
at the latest. Marks of an earlier issue of the prompt open none, nor do displays after it was given up or had ended.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from rollcall.domain.checks.answers import Click, Expected
from rollcall.domain.checks.marks import MarkRow
from rollcall.domain.ids import PlayNo
from rollcall.domain.intervals import Interval, Intervals, union
from rollcall.domain.judging import HiddenMiss

DELIVERY_MS = 120_000  # after the lifetime: how long a prompt that nobody displayed is offered
SILENCE_MS = 300_000  # after a play's window: how long a silent play may still send its answer
LONGEST_MS = 300_000  # no lifetime is longer: what is displayed at last is over before `LAST_MS`
LAST_MS = DELIVERY_MS + LONGEST_MS  # after the lifetime: the latest end of any prompt
GRACE_MS = 1_000  # an answer may be this much, and half the clock bound, after the window
DOUBT_MS = 15_000  # but no more than this for the bound: a player can forge how slow its network is
ASTRAY_MS = 2_000  # a clock 5 % wrong can place a mark so much beside its moment


@dataclass(frozen=True, slots=True)
class Arrival:
    """Proof that the prompt reached a play: the play answered a tick that was sent after it on the same connection.

    `ran`: the time that the play has reported since, in whatever state, as far as it is proven.
    """

    play_no: PlayNo
    at_ms: int
    ran: Intervals = ()


@dataclass(frozen=True, slots=True)
class Prompt:
    """A check as asked of one participant; `lifetime_ms` is what they were given once it is displayed.

    `session_ends_ms`: end of the session that the check belongs to, None while there is none. `hidden_miss`: what the
    event makes of a miss that was displayed in hidden frames only. `outages`: when we, not they, were away.
    `over_ms`: when it ended first; from then on it is sent to no player. `withdrawn`: what ended it was its session,
    so whoever had it was not given their whole lifetime.
    """

    issued_ms: int
    lifetime_ms: int
    session_ends_ms: int | None = None
    expected: Expected = field(default_factory=Click)
    arrivals: tuple[Arrival, ...] = ()  # at most one for each play
    hidden_miss: HiddenMiss = "missed"
    outages: Intervals = ()
    over_ms: int | None = None
    withdrawn: bool = False

    @property
    def offered_until_ms(self) -> int:
        """Return until when a player may display it for the first time."""
        given_up_ms = self.gives_up_ms
        return given_up_ms if self.over_ms is None else min(given_up_ms, self.over_ms + ASTRAY_MS)

    @property
    def known_by_ms(self) -> int:
        """Return by when we must know of a display to take it for a miss: an outage makes that no longer."""
        return self.issued_ms + self.lifetime_ms + DELIVERY_MS

    @property
    def gives_up_ms(self) -> int:
        """Return when delivery is given up."""
        return self.after(self.issued_ms, self.lifetime_ms + DELIVERY_MS)

    @property
    def last_ms(self) -> int:
        """Return when the prompt ends in any case."""
        return self.after(self.issued_ms, self.lifetime_ms + LAST_MS)

    def after(self, from_ms: int, length_ms: int) -> int:
        """Return when `length_ms` outside outages have passed since `from_ms`."""
        return after(from_ms, length_ms, self.outages)


@dataclass(frozen=True, slots=True)
class Window:
    """The lifetime in one play, from its row `seq` on; an answer counts until `accepts_until_ms`.

    `until_ms` is the end of the lifetime; where the session ends before it, answers count until then.
    `silent_until_ms`: how long the play may say nothing before that is taken for a miss. `hidden`: never in view.
    `interrupted`: an outage took time away.
    """

    play_no: PlayNo
    seq: int
    until_ms: int
    accepts_until_ms: int
    silent_until_ms: int
    hidden: bool
    interrupted: bool


def after(from_ms: int, length_ms: int, outages: Iterable[Interval]) -> int:
    """Return when `length_ms` outside `outages` have passed since `from_ms`."""
    end_ms = from_ms + length_ms
    for outage in union(outages):
        if outage.start >= end_ms:
            break
        end_ms += max(0, outage.end - max(outage.start, from_ms))
    return end_ms


def current(prompt: Prompt, marks: Sequence[MarkRow]) -> list[MarkRow]:
    """Return the marks of this issue of the prompt, in the order of each play; one issued anew forgets older ones.

    Each says which issue its play was sent, and none can have been before that, whatever the clock of its play says.
    """
    ordered = sorted(marks, key=lambda mark: (mark.play_no, mark.seq))
    return [
        replace(mark, at_ms=max(mark.at_ms, prompt.issued_ms))
        for mark in ordered
        if mark.issued_ms == prompt.issued_ms
    ]


def windows_of(prompt: Prompt, marks: Sequence[MarkRow]) -> dict[PlayNo, Window]:
    """Return the window of each play, given the `current` marks."""
    found: dict[PlayNo, Window] = {}
    for mark in marks:
        if mark.mark not in ("received", "shown") or mark.at_ms >= prompt.offered_until_ms:
            continue
        known = found.get(mark.play_no)
        if known is None:
            found[mark.play_no] = _window(prompt, mark)
        elif mark.mark == "shown" and known.hidden and mark.at_ms < known.accepts_until_ms:
            found[mark.play_no] = _window(prompt, _first_of(marks, known), hidden=False)
    return found


def _window(prompt: Prompt, mark: MarkRow, *, hidden: bool | None = None) -> Window:
    from_ms = mark.at_ms
    until_ms = prompt.after(from_ms, prompt.lifetime_ms)
    last_ms = until_ms if prompt.session_ends_ms is None else min(until_ms, prompt.session_ends_ms)
    return Window(
        play_no=mark.play_no,
        seq=mark.seq,
        until_ms=until_ms,
        accepts_until_ms=last_ms + GRACE_MS + min(mark.bound_ms // 2, DOUBT_MS),
        silent_until_ms=prompt.after(from_ms, prompt.lifetime_ms + SILENCE_MS),
        hidden=mark.mark == "received" if hidden is None else hidden,
        interrupted=until_ms > from_ms + prompt.lifetime_ms,
    )


def _first_of(marks: Sequence[MarkRow], window: Window) -> MarkRow:
    return next(mark for mark in marks if (mark.play_no, mark.seq) == (window.play_no, window.seq))
