"""What a check plan is, and where in a session it may ask at all. When it asks is drawn in `draws`."""

from dataclasses import dataclass

from rollcall.domain.sessions import FOREVER_MS, ContentWindow, Session, WallWindow, Window

TAIL_MS = 30_000
JITTER_MS = 90_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What the organiser set, as written: exactly one of `every_min` and `every_s`, a range with both its ends."""

    every_min: tuple[int, int] | None
    every_s: tuple[int, int] | None
    lifetime_s: int
    sound: bool
    per_participant: bool
    per_session: int | None

    @property
    def gap_s(self) -> tuple[int, int]:
        """Return the shortest and the longest gap."""
        if self.every_s is not None:
            return self.every_s
        assert self.every_min is not None
        return self.every_min[0] * 60, self.every_min[1] * 60

    @property
    def tail_ms(self) -> int:
        """Return how long before a known end nobody is asked any more."""
        return self.lifetime_s * 1000 + TAIL_MS

    @property
    def jitter_ms(self) -> int:
        """Return the widest personal delay after a common moment; less than a gap, so that order is kept."""
        return 0 if self.per_participant else min(JITTER_MS, self.gap_s[0] * 1000 // 2)

    @property
    def draw_tail_ms(self) -> int:
        """Return how long before a known end no moment is drawn: its jitter must still fit."""
        return self.tail_ms + self.jitter_ms


def may_ask(session: Session, tail_ms: int, now_ms: int) -> bool:
    """Tell whether `now_ms` is inside the session and not in the tail before its known end.

    A session of a recording ends for nobody: who plays on has time to answer.
    """
    window = session.window
    if not isinstance(window, WallWindow):
        return True
    if now_ms < window.starts_ms:
        return False
    return window.ends_ms is None or now_ms <= window.ends_ms - tail_ms


def has_parts(plan: Plan, session: Session) -> bool:
    """Tell whether the controls of a session are one in each M-th part of its time: that needs a known end."""
    window = session.window
    return plan.per_session is not None and isinstance(window, WallWindow) and window.ends_ms is not None


def has_content_parts(plan: Plan, session: Session) -> bool:
    """Tell whether the controls of a session are one in each M-th part of its content: that needs a known end."""
    window = session.window
    return plan.per_session is not None and isinstance(window, ContentWindow) and window.to_ms < FOREVER_MS


def content_part(plan: Plan, session: Session, ordinal: int) -> tuple[int, int]:
    """Return after how much played content, least and most, control `ordinal` comes; none if least > most."""
    window = session.window
    assert plan.per_session is not None
    assert isinstance(window, ContentWindow)
    length_ms = window.to_ms - window.from_ms
    from_ms = length_ms * (ordinal - 1) // plan.per_session
    return from_ms, min(length_ms * ordinal // plan.per_session - 1, length_ms - plan.draw_tail_ms)


def part_window(plan: Plan, session: Session, ordinal: int) -> tuple[int, int]:
    """Return the first and last moment for control `ordinal` of a session that `has_parts`; none if first > last."""
    window = session.window
    assert plan.per_session is not None
    assert isinstance(window, WallWindow)
    assert window.ends_ms is not None
    length_ms = window.ends_ms - window.starts_ms
    from_ms = window.starts_ms + length_ms * (ordinal - 1) // plan.per_session
    to_ms = window.starts_ms + length_ms * ordinal // plan.per_session - 1
    return from_ms, min(to_ms, window.ends_ms - plan.draw_tail_ms)


def shortfall(plan: Plan, session: Session) -> str | None:
    """Return the arithmetic that shows why a session cannot hold its M controls, or None when it can."""
    length_ms = _length_ms(session.window)
    if plan.per_session is None or length_ms is None:
        return None
    length_s = length_ms // 1000
    part_s = length_s // plan.per_session
    gap_s, tail_s = plan.gap_s[0], plan.draw_tail_ms // 1000
    least_s = max(gap_s, tail_s + 1)
    if part_s >= least_s:
        return None
    return (
        f"The session '{session.title}' lasts {length_s} s, so a part is {length_s} s / {plan.per_session} ="
        f" {part_s} s; it must hold the shortest gap ({gap_s} s) and more than the {tail_s} s before an end"
        f" in which nobody is asked: at least {least_s} s."
    )


def _length_ms(window: Window) -> int | None:
    match window:
        case WallWindow(starts_ms, ends_ms):
            return None if ends_ms is None else ends_ms - starts_ms
        case ContentWindow(from_ms, to_ms):
            return to_ms - from_ms
