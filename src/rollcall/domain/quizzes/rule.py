"""The rule of a quiz: when attempts begin and end, how many there may be, who passes, who sees what when.

All moments are Unix milliseconds of the server's clock: a participant's clock is never asked.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from rollcall.domain.quizzes.draw import Drawing

State = Literal["planned", "open", "closed"]
Show = Literal["never", "after_attempt", "after_close"]
EndedBy = Literal["finished", "time", "closed"]
GRACE_MS = 3_000  # an answer given in time may need so long to arrive


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What an organiser decides of a quiz; `attempts` None is any number, `time_limit_s` None any time."""

    drawing: Drawing
    time_limit_s: int | None
    attempts: int | None
    pass_percent: int
    show: Show


@dataclass(frozen=True, slots=True)
class Course:
    """One attempt's moments: `deadline_ms` by its time limit, `closes_ms` when the quiz closes or has closed."""

    started_ms: int
    deadline_ms: int | None
    finished_ms: int | None
    closes_ms: int | None

    def ends_ms(self) -> int | None:
        """Return when it ends by itself, None when never."""
        known = [at_ms for at_ms in (self.deadline_ms, self.closes_ms) if at_ms is not None]
        return max(self.started_ms, min(known)) if known else None

    def takes_answers(self, now_ms: int) -> bool:
        """Tell whether an answer that arrives now is saved: until it is finished, or end and grace are over."""
        ends_ms = self.ends_ms()
        return self.finished_ms is None and (ends_ms is None or now_ms <= ends_ms + GRACE_MS)

    def ended(self, now_ms: int) -> tuple[int, EndedBy] | None:
        """Return when and by what it has ended; None while it runs."""
        ends_ms = self.ends_ms()
        if self.finished_ms is not None:
            return self.finished_ms, "finished"
        if ends_ms is None or now_ms < ends_ms:
            return None
        return ends_ms, "time" if ends_ms == self.deadline_ms else "closed"


@dataclass(frozen=True, slots=True)
class Score:
    """What an attempt has earned of `of` points; `pending` of them wait for a reviewer."""

    points: Fraction
    of: int
    pending: int

    def passed(self, pass_percent: int) -> bool | None:
        """Tell whether the pass mark is reached; None while only a reviewer can say."""
        if self.points * 100 >= pass_percent * self.of:
            return True
        return None if (self.points + self.pending) * 100 >= pass_percent * self.of else False


def hundredths(value: Fraction) -> int:
    """Return a number in whole hundredths, rounded down: nobody is shown more than they have."""
    return value.numerator * 100 // value.denominator


def is_shown(show: Show, state: State, *, ended: bool) -> bool:
    """Tell whether a participant may see the result of an attempt."""
    match show:
        case "never":
            return False
        case "after_attempt":
            return ended
        case "after_close":
            return state == "closed"
