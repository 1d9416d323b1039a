"""Compares what the statistics say with what simulated people really did. Pure: values in, values out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rollcall.cli.api_client import parse_time
from rollcall.cli.simulate.tally import Truth
from rollcall.domain.intervals import Interval, intersect, length, union


@dataclass(frozen=True, slots=True)
class Comparison:
    """Errors per person and session in milliseconds (never negative), and outcomes that cannot be."""

    errors_ms: tuple[int, ...]
    worst: str
    wrong_outcomes: tuple[str, ...]
    confirmed: int
    watched_ms: int

    def at_rank(self, percent: float) -> int:
        """Return the error that `percent` of all errors do not exceed."""
        ranked = sorted(self.errors_ms) or [0]
        return ranked[min(len(ranked) - 1, int(len(ranked) * percent / 100))]

    @property
    def mean_ms(self) -> float:
        """Return the mean error."""
        return sum(self.errors_ms) / max(1, len(self.errors_ms))


def compare(statistics: Mapping[str, Any], truths: Mapping[str, Truth]) -> Comparison:
    """Hold `statistics` (the JSON answer) against the truth of each simulated person."""
    sessions = {s["id"]: _interval(s, statistics["generated_at"]) for s in statistics["sessions"]}
    rows = {row["user_id"]: row for row in statistics["participants"]}
    errors = [
        (_error_ms(rows.get(user_id), session_id, sessions[session_id], truth), user_id, session_id)
        for user_id, truth in truths.items()
        for session_id in sessions
    ]
    worst_ms, user_id, session_id = max(errors, default=(0, "-", "-"))
    wrong = [sentence for user, truth in truths.items() for sentence in _wrong(user, rows.get(user), truth)]
    outcomes = [check["outcome"] for row in rows.values() for check in row["checks"]]
    return Comparison(
        tuple(error for error, _, _ in errors),
        f"{user_id} in session {session_id}: {worst_ms} ms",
        tuple(wrong),
        outcomes.count("confirmed"),
        sum(row["watched_ms"] for row in rows.values()),
    )


def _interval(session: Mapping[str, Any], now: str) -> Interval:
    return Interval(parse_time(session["starts_at"]), parse_time(session["ends_at"] or now))


def _error_ms(row: Mapping[str, Any] | None, session_id: str, session: Interval, truth: Truth) -> int:
    said_ms = 0
    if row is not None:
        said_ms = next((s["watched_ms"] for s in row["sessions"] if s["session_id"] == session_id), 0)
    return abs(said_ms - length(intersect(union(truth.played), [session])))


def _wrong(user_id: str, row: Mapping[str, Any] | None, truth: Truth) -> Sequence[str]:
    said = {check["check_id"]: check["outcome"] for check in (row or {"checks": []})["checks"]}
    wrong = []
    for check, asked in truth.asked.items():
        outcome = said.pop(check, "nothing")
        if (outcome == "confirmed") != (asked.answered_ms is not None):
            wrong.append(
                f"{user_id} {'answered' if asked.answered_ms else 'did not answer'} {check}: {outcome}"
            )
    impossible = {"confirmed", "missed"}
    return [*wrong, *(f"{user_id} was never asked {c}: {o}" for c, o in said.items() if o in impossible)]
