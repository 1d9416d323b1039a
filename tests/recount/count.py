"""The second count: what stored rows prove, found apart from the program and as simply as can be (I11).

Time is cut at every moment at which anything begins or ends. Within such a piece nothing changes, so each question has
one answer for all of it, found by looking at every row; totals are sums of pieces. Slow, and hard to get wrong.
"""

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

from tests.recount.stored import Check, Session, Span, Stored

BEFORE_CHECK_MS = 30_000
Piece = tuple[int, int]


def recount(stored: Stored, now_ms: int) -> dict[str, Any]:
    """Return the numbers of every row of the report, by user, as `told` takes them from the report."""
    users = sorted({user_id for user_id, _ in stored.member})
    return {user_id: _count(stored, user_id, now_ms) for user_id in users}


def _count(stored: Stored, user_id: str, now_ms: int) -> dict[str, Any]:
    mine = [span for span in stored.spans if span.user_id == user_id]
    pieces = _pieces(stored, mine, now_ms)

    def total(holds: Callable[[Piece], bool]) -> int:
        return sum(end - start for start, end in pieces if holds((start, end)))

    def proven(piece: Piece, sessions: Iterable[Session], *, signed: bool = False) -> bool:
        """Tell whether the user is proven to watch, in one of these sessions, during the whole piece."""
        return any(
            _in(session, piece, now_ms) and _earning(mine, piece, session.media_no, signed=signed)
            for session in sessions
        )

    every = stored.sessions
    return {
        "watched_ms": total(lambda piece: proven(piece, every)),
        "watched_plain_ms": total(
            lambda piece: proven(piece, every) and not proven(piece, every, signed=True)
        ),
        "sessions": {
            session.code: {
                "watched_ms": total(lambda piece, s=session: proven(piece, [s])),  # type: ignore[misc]
                "checks_confirmed": _ended(stored, user_id, session, now_ms, "confirmed"),
                "checks_missed": _ended(stored, user_id, session, now_ms, "missed"),
            }
            for session in every
            if (user_id, session.media_no) in stored.member
        },
        "checks": {
            check.code: outcome
            for check in stored.checks
            if (outcome := _outcome(stored, mine, check, user_id)) is not None
        },
        "per_media": {
            media["code"]: total(
                lambda piece, no=media["no"]: proven(piece, [s for s in every if s.media_no == no])  # type: ignore[misc]
            )
            for media in stored.media
            if stored.is_event and (user_id, media["no"]) in stored.member
        },
    }


def live_ms(stored: Stored, user_id: str, now_ms: int) -> int:
    """Return how long a user was proven live in the sessions of one media: what is counted while it happens."""
    mine = [span for span in stored.spans if span.user_id == user_id]
    live = [span for span in mine if not span.late]
    return sum(
        piece[1] - piece[0]
        for piece in _pieces(stored, mine, now_ms)
        if any(_in(s, piece, now_ms) and _earning(live, piece, s.media_no) for s in stored.sessions)
    )


def _pieces(stored: Stored, mine: list[Span], now_ms: int) -> list[Piece]:
    moments = {now_ms}
    for span in mine:
        moments |= {span.start_ms, span.end_ms}
    for session in stored.sessions:
        if session.starts_ms is not None:
            moments |= {session.starts_ms, _end(session, now_ms)}
    ordered = sorted(moments)
    return list(pairwise(ordered))


def _end(session: Session, now_ms: int) -> int:
    return now_ms if session.ends_ms is None else session.ends_ms


def _in(session: Session, piece: Piece, now_ms: int) -> bool:
    if session.starts_ms is None:
        return False
    return session.starts_ms <= piece[0] and piece[1] <= _end(session, now_ms)


def _earning(mine: list[Span], piece: Piece, media_no: int, *, signed: bool = False) -> bool:
    return any(
        span.media_no == media_no
        and span.state == "playing"
        and not span.unverified
        and (span.signed or not signed)
        and span.start_ms <= piece[0]
        and piece[1] <= span.end_ms
        for span in mine
    )


def _outcome(stored: Stored, mine: list[Span], check: Check, user_id: str) -> str | None:
    """Return how a check ended for a user, None where it is none of theirs."""
    for prompt in stored.prompts:
        if (prompt.check_no, prompt.user_id) == (check.no, user_id):
            return "pending" if prompt.state == "issued" else prompt.state
    if (user_id, check.media_no) not in stored.member:
        return None
    if check.state == "cancelled":
        return "cancelled"
    begins = check.issued_ms - BEFORE_CHECK_MS
    ends = (check.last_issued_ms if check.origin == "plan" else check.issued_ms) + check.lifetime_s * 1000
    present = any(
        span.media_no == check.media_no
        and span.state == "playing"
        and not span.unverified
        and max(span.start_ms, begins) < min(span.end_ms, ends)
        for span in mine
    )
    if not present:
        return "not_present"
    return "undelivered" if check.origin == "manual" else None


def _ended(stored: Stored, user_id: str, session: Session, now_ms: int, outcome: str) -> int:
    """Return how many checks issued inside a session ended so for a user."""
    del now_ms
    return sum(
        prompt.user_id == user_id
        and prompt.state == outcome
        and prompt.check_no == check.no
        and check.media_no == session.media_no
        and session.starts_ms is not None
        and session.starts_ms <= check.issued_ms
        and (session.ends_ms is None or check.issued_ms < session.ends_ms)
        for check in stored.checks
        for prompt in stored.prompts
    )


def told(report: Any) -> dict[str, Any]:
    """Return what a report says, in the terms of `recount`."""
    return {
        row["user_id"]: {
            "watched_ms": row["watched_ms"],
            "watched_plain_ms": row["watched_plain_ms"],
            "sessions": {
                session["session_id"]: {
                    key: session[key] for key in ("watched_ms", "checks_confirmed", "checks_missed")
                }
                for session in row["sessions"]
            },
            "checks": {check["check_id"]: check["outcome"] for check in row["checks"]},
            "per_media": {media["code"]: media["watched_ms"] for media in row.get("per_media", ())},
        }
        for row in report["participants"]
    }
