"""Sessions: the countable slices of a media, and which of them holds a moment. A break is simply no session.

Every window is half-open and whole milliseconds: of the server's clock (live and scheduled media) or of the content
(recordings). It knows nothing of evidence: what is counted inside a session is decided elsewhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from rollcall.domain.errors import Conflict, Malformed, Problem
from rollcall.domain.ids import SessionId, SessionNo


@dataclass(frozen=True, slots=True)
class WallWindow:
    """`[starts_ms, ends_ms)` of the server's clock; None = still open."""

    starts_ms: int
    ends_ms: int | None


@dataclass(frozen=True, slots=True)
class ContentWindow:
    """`[from_ms, to_ms)` of a recording's content."""

    from_ms: int
    to_ms: int


Window = WallWindow | ContentWindow


@dataclass(frozen=True, slots=True)
class Session:
    """One session in its current revision."""

    no: SessionNo
    id: SessionId
    title: str
    window: Window
    revision: int


FOREVER_MS = 2**53  # later than any moment of evidence


def is_by_content(kind: str, dvr_s: int) -> bool:
    """Tell whether viewers choose when they watch what: a recording, or a broadcast in which they may go back."""
    return kind == "recording" or dvr_s > 0


def as_content(window: Window, until_ms: int = FOREVER_MS) -> ContentWindow:
    """Return the content that was broadcast in a session; one that is open holds what comes up to `until_ms`."""
    if isinstance(window, ContentWindow):
        return window
    return ContentWindow(window.starts_ms, until_ms if window.ends_ms is None else window.ends_ms)


def check_window(window: Window) -> None:
    """Raise Malformed when the window ends before it starts, or at that moment."""
    match window:
        case WallWindow(starts_ms, ends_ms) if ends_ms is not None and ends_ms <= starts_ms:
            raise Malformed(Problem("$.ends_at", "A session ends after it starts."))
        case ContentWindow(from_ms, to_ms) if to_ms <= from_ms:
            raise Malformed(Problem("$.to_ms", "A session ends after it starts."))
        case _:
            return


def overlap(one: Window, other: Window) -> bool:
    """Tell whether two windows of one media share a millisecond; windows of different axes never do."""
    match one, other:
        case WallWindow(), WallWindow():
            return _before(one.starts_ms, other.ends_ms) and _before(other.starts_ms, one.ends_ms)
        case ContentWindow(), ContentWindow():
            return one.from_ms < other.to_ms and other.from_ms < one.to_ms
        case _:
            return False


def refuse_overlap(window: Window, others: Iterable[Session]) -> None:
    """Raise Conflict naming the session of `others` that `window` would overlap."""
    for other in others:
        if overlap(window, other.window):
            raise Conflict(
                f"It would overlap the session '{other.title}' ({other.id}).", code="sessions_overlap"
            )


def holds(window: Window, at_ms: int) -> bool:
    """Tell whether a wall window contains the moment `at_ms` of the server's clock."""
    return isinstance(window, WallWindow) and window.starts_ms <= at_ms and _before(at_ms, window.ends_ms)


def session_at(sessions: Iterable[Session], at_ms: int) -> Session | None:
    """Return the session that holds a moment of the server's clock; sessions of a media never overlap."""
    return next((session for session in sessions if holds(session.window, at_ms)), None)


def elapsed_ms(sessions: Iterable[Session], now_ms: int) -> int:
    """Return how much of all wall windows has passed at `now_ms`."""
    return sum(
        max(0, min(now_ms, now_ms if w.ends_ms is None else w.ends_ms) - w.starts_ms)
        for w in (session.window for session in sessions)
        if isinstance(w, WallWindow)
    )


def _before(at_ms: int, end_ms: int | None) -> bool:
    return end_ms is None or at_ms < end_ms
