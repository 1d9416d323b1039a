"""The second count: what stored rows prove, found apart from the program and as simply as can be (I11).

Time is cut at every moment at which anything begins or ends. Within such a piece nothing changes, so each question has
one answer for all of it, found by looking at every row; totals are sums of pieces. What fits the limits of late time is
found by trying every set of gaps and media that may be full, never by pushing a flow. Slow, and hard to get wrong.
Sessions of a recording's content are counted in `content`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, combinations, pairwise
from typing import Any

from tests.recount.standing import Standing, standing_of
from tests.recount.stored import Check, Session, Span, Stored

BEFORE_CHECK_MS = 30_000
GAP_MS = 15 * 60_000
LATE_PERCENT = 25
Piece = tuple[int, int]
PARTS = ("watched_ms", "recovered_ms", "unverified_ms", "voided_ms")


@dataclass(frozen=True)
class Figures:
    """What of one piece is watched, how much of that did not come live, what waits for a reviewer, what is void."""

    watched_ms: int = 0
    recovered_ms: int = 0
    unverified_ms: int = 0
    voided_ms: int = 0


def recount(stored: Stored, now_ms: int) -> dict[str, Any]:
    """Return the numbers of every row of the report, by user, as `told` takes them from the report."""
    return {row: _count(stored, ids, now_ms) for row, ids in people(stored).items()}


def _count(stored: Stored, ids: set[str], now_ms: int) -> dict[str, Any]:
    mine = [span for span in stored.spans if span.user_id in ids]
    signed = [span for span in mine if span.signed]
    standing = standing_of(stored, ids, now_ms)
    member = {media_no for user_id, media_no in stored.member if user_id in ids}
    outcomes = {check.code: _outcome(stored, mine, check, ids, member) for check in stored.checks}
    total = _figures(mine, stored.sessions, standing, now_ms)
    by_media = {
        media["no"]: _figures(
            mine, [s for s in stored.sessions if s.media_no == media["no"]], standing, now_ms
        )
        for media in stored.media
    }
    watched = _sum(total, "watched_ms")
    return {
        **{part: _sum(total, part) for part in PARTS},
        "watched_plain_ms": watched - _sum(_figures(signed, stored.sessions, standing, now_ms), "watched_ms"),
        **_listed(mine, stored.sessions, standing, now_ms),
        "sessions": {
            session.code: {
                **{part: _sum(by_media[session.media_no], part, session, now_ms) for part in PARTS},
                "checks_confirmed": _ended(stored, outcomes, session, "confirmed"),
                "checks_missed": _ended(stored, outcomes, session, "missed"),
            }
            for session in stored.sessions
            if session.media_no in member
        },
        "checks": {code: outcome for code, outcome in outcomes.items() if outcome is not None},
        "per_media": {
            media["code"]: _sum(by_media[media["no"]], "watched_ms")
            for media in stored.media
            if stored.is_event and media["no"] in member
        },
    }


def people(stored: Stored) -> dict[str, set[str]]:
    """Return the User IDs of each row of a report: those of a media never have several."""
    how = stored.event["join_users_by"] if stored.is_event else "none"
    rows: dict[str, set[str]] = {}
    for user_id in sorted({user_id for user_id, _ in stored.member}):
        rows.setdefault(_called(stored, user_id, how, rows), set()).add(user_id)
    return rows


def _called(stored: Stored, user_id: str, how: str, before: dict[str, set[str]]) -> str:
    """Return the name of a User ID's row; those `before` come first in the alphabet."""
    if how == "id_without_code":
        for media in stored.media:
            if user_id.endswith("|" + media["code"]) and user_id != "|" + media["code"]:
                return user_id[: -len(media["code"]) - 1]
    if how == "email" and user_id in stored.emails:
        for row, ids in before.items():
            if any(stored.emails.get(other, "").lower() == stored.emails[user_id].lower() for other in ids):
                return row
    return user_id


def _sum(figures: dict[Piece, Figures], part: str, session: Session | None = None, now_ms: int = 0) -> int:
    return sum(
        getattr(of_piece, part)
        for piece, of_piece in figures.items()
        if session is None or _in(session, piece, now_ms)
    )


def _figures(
    spans: list[Span], sessions: list[Session], standing: Standing, now_ms: int
) -> dict[Piece, Figures]:
    """Return what each piece inside these sessions is worth."""
    pieces = [
        piece
        for piece in _pieces(spans, sessions, standing, now_ms)
        if any(_in(session, piece, now_ms) for session in sessions)
    ]
    room = _Room(spans, sessions, standing, now_ms)
    recovered = room.recovered(pieces)
    return {piece: _worth(piece, room, recovered.get(piece, 0)) for piece in pieces}


class _Room:
    """Which evidence there is for a piece, at the media in whose session it lies, and what late time fits."""

    def __init__(self, spans: list[Span], sessions: list[Session], standing: Standing, now_ms: int) -> None:
        self.spans = [span for span in spans if standing.may_count(span)]
        self.all, self.sessions, self.standing, self.now_ms = spans, sessions, standing, now_ms

    def of(self, piece: Piece) -> list[Span]:
        """Return the spans that play through the whole piece in a session of their media."""
        return [
            span
            for span in self.spans
            if span.start_ms <= piece[0]
            and piece[1] <= span.end_ms
            and any(s.media_no == span.media_no and _in(s, piece, self.now_ms) for s in self.sessions)
        ]

    def is_live(self, piece: Piece, user_id: str | None = None) -> bool:
        """Tell whether a user, or one ID of theirs, is believed to have played live."""
        return not self.standing.is_disbelieved(piece) and any(
            span.is_live and user_id in (None, span.user_id) for span in self.of(piece)
        )

    def is_sound(self, piece: Piece) -> bool:
        """Tell whether any ID that played live was not stopped."""
        return self.is_live(piece) and any(
            span.is_live and not self.standing.is_voided(piece, span.user_id) for span in self.of(piece)
        )

    def is_promoted(self, piece: Piece) -> bool:
        """Tell whether a reviewer lets count what would not: late, unverified or not believed."""
        disbelieved = self.standing.is_disbelieved(piece)
        return any(
            (disbelieved or not span.is_live) and self.standing.is_promoted(piece, span.media_no)
            for span in self.of(piece)
        )

    def late(self, piece: Piece) -> list[Span]:
        """Return the late spans that may be recovered in a piece, nothing where there is better evidence."""
        if self.is_sound(piece) or self.is_promoted(piece):
            return []
        if self.standing.is_disbelieved(piece):
            return []
        return [
            span
            for span in self.of(piece)
            if span.late
            and not span.unverified
            and span.in_step
            and not self.is_live(piece, span.user_id)
            and not self.standing.is_stopped(piece, span.user_id, self.heard_ms(span))
        ]

    def heard_ms(self, late: Span) -> int:
        """Return when the play of a late span had last been heard live before it."""
        live = [
            s for s in self.all if s.play_no == late.play_no and s.is_live and s.start_ms <= late.start_ms
        ]
        return max((s.end_ms for s in live), default=0)

    def gap(self, span: Span) -> tuple[int, int]:
        """Return which gap of its play a late span lies in: after how many live reports."""
        live = [
            s for s in self.all if s.play_no == span.play_no and s.is_live and s.start_ms <= span.start_ms
        ]
        return span.play_no, len(live)

    def recovered(self, pieces: list[Piece]) -> dict[Piece, int]:
        """Return how much of each piece is recovered: the most that fits, the earliest first."""
        found: dict[Piece, int] = {}
        capped: list[tuple[Piece, set[Any]]] = []
        for piece in pieces:
            late = self.late(piece)
            if any(self.standing.is_outage(piece, span.media_no) for span in late):
                found[piece] = piece[1] - piece[0]
            elif late:
                capped.append((piece, {(span.media_no, self.gap(span)) for span in late}))
        before = 0
        for number, (piece, _) in enumerate(capped, 1):
            most = self.most(capped[:number])
            found[piece], before = most - before, most
        return found

    def most(self, pieces: list[tuple[Piece, set[Any]]]) -> int:
        """Return how much of these pieces fits: the least of all that is left where some gaps and media are full."""
        gaps = set(chain.from_iterable(gaps for _, gaps in pieces))
        media = {media_no for media_no, _ in gaps}
        return min(
            GAP_MS * len(full)
            + sum(self.limit(media_no) for media_no in closed)
            + sum(
                piece[1] - piece[0]
                for piece, of_gaps in pieces
                if any(gap not in full and gap[0] not in closed for gap in of_gaps)
            )
            for full in map(set, _subsets(gaps))
            for closed in map(set, _subsets(media))
        )

    def limit(self, media_no: int) -> int:
        """Return how much late time a media takes: a share of all its sessions together."""
        lengths = [
            max(0, _end(session, self.now_ms) - session.starts_ms)
            for session in self.sessions
            if session.media_no == media_no and session.starts_ms is not None
        ]
        return sum(lengths) * LATE_PERCENT // 100


def _worth(piece: Piece, room: _Room, recovered_ms: int) -> Figures:
    length = piece[1] - piece[0]
    live = room.is_live(piece)
    if room.is_sound(piece):
        return Figures(watched_ms=length)
    counted = length if room.is_promoted(piece) else recovered_ms
    weak = any(not span.is_live for span in room.of(piece)) or (
        bool(room.of(piece)) and room.standing.is_disbelieved(piece)
    )
    return Figures(
        watched_ms=counted,
        recovered_ms=counted,
        unverified_ms=length - counted if weak else 0,
        voided_ms=length - counted if live else 0,
    )


def _listed(spans: list[Span], sessions: list[Session], standing: Standing, now_ms: int) -> dict[str, int]:
    """Return what is listed beside: of whatever grade, inside sessions, each moment once."""
    found = dict.fromkeys(("hidden_ms", "muted_ms", "paused_ms", "stalled_ms", "behind_ms", "overlap_ms"), 0)
    for piece in _pieces(spans, sessions, standing, now_ms):
        here = [
            span
            for span in spans
            if span.start_ms <= piece[0]
            and piece[1] <= span.end_ms
            and any(s.media_no == span.media_no and _in(s, piece, now_ms) for s in sessions)
        ]
        playing = [span for span in here if span.state == "playing"]
        holds = {
            "hidden_ms": any(not span.visible for span in playing),
            "muted_ms": any(span.muted for span in playing),
            "paused_ms": any(span.state == "paused" for span in here),
            "stalled_ms": any(span.state == "stalled" for span in here),
            "behind_ms": any(standing.is_behind(span) for span in playing),
            "overlap_ms": len({span.play_no for span in playing}) > 1,
        }
        for name, is_so in holds.items():
            found[name] += (piece[1] - piece[0]) * is_so
    return found


def live_ms(stored: Stored, user_id: str, now_ms: int) -> int:
    """Return how long a user was proven live in the sessions of one media: what is counted while it happens."""
    live = [
        span for span in stored.spans if span.user_id == user_id and span.is_live and span.state == "playing"
    ]
    return sum(
        piece[1] - piece[0]
        for piece in _pieces(live, stored.sessions, None, now_ms)
        if any(_in(session, piece, now_ms) for session in stored.sessions)
        and any(span.start_ms <= piece[0] and piece[1] <= span.end_ms for span in live)
    )


def _pieces(
    spans: list[Span], sessions: list[Session], standing: Standing | None, now_ms: int
) -> list[Piece]:
    moments = {now_ms} | (standing.moments() if standing is not None else set())
    for span in spans:
        moments |= {span.start_ms, span.end_ms}
    for session in sessions:
        if session.starts_ms is not None:
            moments |= {session.starts_ms, _end(session, now_ms)}
    return list(pairwise(sorted(moments)))


def _subsets(of: set[Any]) -> Iterable[tuple[Any, ...]]:
    return chain.from_iterable(combinations(of, count) for count in range(len(of) + 1))


def _end(session: Session, now_ms: int) -> int:
    return now_ms if session.ends_ms is None else session.ends_ms


def _in(session: Session, piece: Piece, now_ms: int) -> bool:
    if session.starts_ms is None:
        return False
    return session.starts_ms <= piece[0] and piece[1] <= _end(session, now_ms)


def _outcome(stored: Stored, mine: list[Span], check: Check, ids: set[str], member: set[int]) -> str | None:
    """Return how a check ended for a user, None where it is none of theirs.

    Where several of their IDs were asked one answer is enough, and what may still be answered comes next.
    """
    states = {p.state for p in stored.prompts if p.check_no == check.no and p.user_id in ids}
    for state in ("confirmed", "issued", "excused", "missed", "undelivered", "not_present", "cancelled"):
        if state in states:
            return "pending" if state == "issued" else state
    if check.media_no not in member:
        return None
    if check.state == "cancelled":
        return "cancelled"
    begins = check.issued_ms - BEFORE_CHECK_MS
    ends = (check.last_issued_ms if check.origin == "plan" else check.issued_ms) + check.lifetime_s * 1000
    present = any(
        span.media_no == check.media_no
        and span.state == "playing"
        and not span.unverified
        and (span.in_step or not span.late)
        and max(span.start_ms, begins) < min(span.end_ms, ends)
        for span in mine
    )
    if not present:
        return "not_present"
    return "undelivered" if check.origin == "manual" else None


def _ended(stored: Stored, outcomes: dict[str, str | None], session: Session, outcome: str) -> int:
    """Return how many checks issued inside a session ended so for a user."""
    return sum(
        outcomes[check.code] == outcome
        and check.media_no == session.media_no
        and session.starts_ms is not None
        and session.starts_ms <= check.issued_ms
        and (session.ends_ms is None or check.issued_ms < session.ends_ms)
        for check in stored.checks
    )


def told(report: Any) -> dict[str, Any]:
    """Return what a report says, in the terms of `recount`."""
    amounts = (
        *PARTS, "watched_plain_ms", "hidden_ms", "muted_ms", "paused_ms", "stalled_ms", "behind_ms", "overlap_ms",
    )  # fmt: skip
    return {
        row["user_id"]: {
            **{name: row[name] for name in amounts},
            "sessions": {
                session["session_id"]: {
                    name: session[name] for name in (*PARTS, "checks_confirmed", "checks_missed")
                }
                for session in row["sessions"]
            },
            "checks": {check["check_id"]: check["outcome"] for check in row["checks"]},
            "per_media": {media["code"]: media["watched_ms"] for media in row.get("per_media", ())},
        }
        for row in report["participants"]
    }
