"""Windows of sessions: half-open, never overlapping, and which of them holds a moment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.errors import Conflict, Malformed
from rollcall.domain.ids import SessionId, SessionNo
from rollcall.domain.sessions import (
    ContentWindow,
    Session,
    WallWindow,
    check_window,
    elapsed_ms,
    holds,
    overlap,
    refuse_overlap,
    session_at,
)

moments = st.integers(0, 40)
walls = st.builds(
    lambda start, length: WallWindow(start, None if length is None else start + length),
    moments,
    st.none() | st.integers(0, 20),
)
contents = st.builds(lambda start, length: ContentWindow(start, start + length), moments, st.integers(1, 20))


def session(no: int, window: WallWindow | ContentWindow) -> Session:
    return Session(SessionNo(no), SessionId(f"session{no}"), f"Block {no}", window, 1)


def milliseconds(window: WallWindow | ContentWindow) -> set[int]:
    if isinstance(window, ContentWindow):
        return set(range(window.from_ms, window.to_ms))
    return set(range(window.starts_ms, 200 if window.ends_ms is None else window.ends_ms))


@given(walls, walls)
def test_wall_windows_overlap_when_they_share_a_millisecond(one: WallWindow, other: WallWindow) -> None:
    shared = milliseconds(one) & milliseconds(other)
    if milliseconds(one) and milliseconds(other):
        assert overlap(one, other) == overlap(other, one) == bool(shared)


@given(contents, contents)
def test_content_windows_overlap_when_they_share_a_millisecond(
    one: ContentWindow, other: ContentWindow
) -> None:
    assert overlap(one, other) == overlap(other, one) == bool(milliseconds(one) & milliseconds(other))


@given(walls, contents)
def test_windows_of_different_axes_never_overlap(wall: WallWindow, content: ContentWindow) -> None:
    assert not overlap(wall, content)
    assert not holds(content, content.from_ms)


@given(walls, moments)
def test_a_window_holds_its_start_and_not_its_end(window: WallWindow, at_ms: int) -> None:
    assert holds(window, at_ms) == (at_ms in milliseconds(window))


def test_touching_sessions_are_allowed_and_a_moment_between_belongs_to_the_later_one() -> None:
    first, second = session(1, WallWindow(0, 100)), session(2, WallWindow(100, None))
    refuse_overlap(second.window, [first])
    assert [session_at([first, second], at_ms) for at_ms in (99, 100, 10**15)] == [first, second, second]
    assert session_at([first], 100) is None


def test_an_overlap_names_the_session_in_the_way() -> None:
    with pytest.raises(Conflict, match=r"Block 1.*session1") as refused:
        refuse_overlap(WallWindow(50, 60), [session(1, WallWindow(0, None))])
    assert refused.value.code == "sessions_overlap"


@pytest.mark.parametrize(
    ("window", "path"),
    [
        (WallWindow(10, 10), "$.ends_at"),
        (WallWindow(10, 9), "$.ends_at"),
        (ContentWindow(10, 10), "$.to_ms"),
        (ContentWindow(10, 0), "$.to_ms"),
    ],
)
def test_a_session_ends_after_it_starts(window: WallWindow | ContentWindow, path: str) -> None:
    with pytest.raises(Malformed) as refused:
        check_window(window)
    assert [problem.path for problem in refused.value.problems] == [path]


def test_an_open_session_has_any_length() -> None:
    check_window(WallWindow(10, None))


@given(st.lists(walls, max_size=4), moments)
def test_elapsed_time_is_what_has_passed_of_every_session(windows: list[WallWindow], now_ms: int) -> None:
    sessions = [session(no, window) for no, window in enumerate(windows)]
    passed = [len([at for at in milliseconds(window) if at < now_ms]) for window in windows]
    assert elapsed_ms(sessions, now_ms) == sum(passed)
