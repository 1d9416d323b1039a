"""What must hold of prompts at every moment, told from stored marks, from who was sent what, and from the sessions as
they are (P5, I13-I15).

It does not decide prompts; it says of each whether it may stand as it does.
"""

from collections.abc import Mapping

from tests.recount.stored import Mark, Prompt, Stored

GRACE_MS = 1_000
DELIVERY_MS = 120_000
SILENCE_MS = 300_000
LAST_MS = 420_000
FOREVER = 2**62


def check_prompts(stored: Stored, speaks_of: Mapping[tuple[int, int], int], now_ms: int) -> None:
    """Raise unless every prompt of these rows may stand as it does; call it after the jobs have run at `now_ms`.

    `speaks_of` says which issue that its play was sent a mark is about, by play and row; other marks are about none.
    """
    codes = {check.no: check.code for check in stored.checks}
    seen = set()
    for prompt in stored.prompts:
        assert (prompt.check_no, prompt.user_id) not in seen  # I15
        seen.add((prompt.check_no, prompt.user_id))
        marks = [
            mark
            for mark in stored.marks
            if (mark.check_code, mark.user_id) == (codes[prompt.check_no], prompt.user_id)
            and speaks_of.get((mark.play_no, mark.seq)) == prompt.issued_ms
        ]
        _check(prompt, marks, now_ms, _session_end(stored, prompt))


def _session_end(stored: Stored, prompt: Prompt) -> int:
    """Return when the session ends that holds the first issue of a prompt's check."""
    (check,) = [check for check in stored.checks if check.no == prompt.check_no]
    ends = [
        FOREVER if session.ends_ms is None else session.ends_ms
        for session in stored.event_sessions
        if session.media_no == check.media_no and session.starts_ms is not None
        if session.starts_ms <= check.issued_ms < (FOREVER if session.ends_ms is None else session.ends_ms)
    ]
    return ends[0] if ends else FOREVER


def _check(prompt: Prompt, marks: list[Mark], now_ms: int, session_ends_ms: int) -> None:
    windows = _windows(prompt, marks, session_ends_ms)
    accepted = [
        (mark.arrival_ms, max(mark.at_ms, prompt.issued_ms))
        for mark in marks
        if mark.mark == "answered"
        and mark.play_no in windows
        and mark.seq > windows[mark.play_no][0]
        and mark.at_ms < windows[mark.play_no][1]
    ]
    if prompt.state == "confirmed":
        assert accepted
        assert prompt.confirmed_ms == min(accepted)[1]  # what came first stays
    elif prompt.state == "missed":
        assert windows
        assert not accepted
        assert prompt.expired_ms is not None
        assert prompt.expired_ms <= session_ends_ms
        assert prompt.closed_ms is not None
        assert min(until for _, until in windows.values()) <= prompt.closed_ms
    elif prompt.state == "undelivered":
        assert not accepted
        if windows:  # displayed so late that no window was over when time ran out
            assert prompt.closed_ms is not None
            assert all(until > prompt.issued_ms + prompt.lifetime_ms for _, until in windows.values())
    elif prompt.state == "issued":
        assert not accepted
        assert now_ms < prompt.issued_ms + prompt.lifetime_ms + LAST_MS  # I14
        if windows:
            assert now_ms < max(until for _, until in windows.values()) + SILENCE_MS


def _windows(prompt: Prompt, marks: list[Mark], session_ends_ms: int) -> dict[int, tuple[int, int]]:
    """Return for each play that displayed the prompt while it was offered: since which row, until when it counts."""
    offered_until = prompt.issued_ms + prompt.lifetime_ms + DELIVERY_MS
    windows: dict[int, tuple[int, int]] = {}
    for mark in sorted(marks, key=lambda mark: (mark.play_no, mark.seq)):
        displays = mark.mark in ("received", "shown") and mark.at_ms < offered_until
        if displays and mark.play_no not in windows:
            over_ms = min(max(mark.at_ms, prompt.issued_ms) + prompt.lifetime_ms, session_ends_ms)
            windows[mark.play_no] = mark.seq, over_ms + GRACE_MS + mark.bound_ms // 2
    return windows
