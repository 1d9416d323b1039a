"""Compares what the statistics say with what simulated people really did. Pure: values in, values out.

Honest people have to be credited what they watched, within the bound and what their mishaps may cost. Cheats must
not be credited more than they watched, or, where they claim to play, more than the time that they were there; and
nothing where what they claim shows no picture.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rollcall.cli.api_client import parse_time
from rollcall.cli.simulate.script import BEHAVIOURS
from rollcall.cli.simulate.script.values import PersonScript
from rollcall.cli.simulate.tally import Asked, Truth
from rollcall.domain.intervals import Interval, intersect, length, union

# Listed beside the watched time: proven, but late without a cap, or not counted by the event's own rules.
BESIDE = ("unverified_ms", "voided_ms")


@dataclass(frozen=True, slots=True)
class Deviation:
    """How far one figure of one person is off; `beyond_ms` is by how much more than their mishaps explain."""

    user_id: str
    behaviour: str
    where: str
    error_ms: int
    beyond_ms: int

    def __str__(self) -> str:
        return f"{self.user_id} ({self.behaviour}) in {self.where}: {self.error_ms} ms"


@dataclass(frozen=True, slots=True)
class Comparison:
    """All deviations, and outcomes that cannot be."""

    deviations: tuple[Deviation, ...]
    wrong_outcomes: tuple[str, ...]
    confirmed: int
    watched_ms: int

    @property
    def worst(self) -> Deviation | None:
        """Return the deviation that is explained least."""
        return max(self.deviations, key=lambda d: (d.beyond_ms, d.error_ms), default=None)

    def of(self, behaviour: str) -> "Comparison":
        """Return the deviations of one behaviour alone."""
        mine = tuple(d for d in self.deviations if d.behaviour == behaviour)
        return Comparison(mine, (), 0, 0)

    def at_rank(self, percent: float) -> int:
        """Return the error that `percent` of all errors do not exceed."""
        ranked = sorted(d.error_ms for d in self.deviations) or [0]
        return ranked[min(len(ranked) - 1, int(len(ranked) * percent / 100))]

    @property
    def mean_ms(self) -> float:
        """Return the mean error."""
        return sum(d.error_ms for d in self.deviations) / max(1, len(self.deviations))


def compare(
    statistics: Mapping[str, Any], people: Sequence[PersonScript], truths: Mapping[str, Truth]
) -> Comparison:
    """Hold `statistics` (the JSON answer of an event) against the truth of each simulated person."""
    sessions = [_Session.of(s, statistics["generated_at"]) for s in statistics["sessions"]]
    rows = {row["user_id"]: row for row in statistics["participants"]}
    nobody: Mapping[str, Any] = {"watched_ms": 0, "sessions": [], "checks": []}
    mine = [(person, rows.get(person.user_id, nobody), truths[person.user_id]) for person in people]
    return Comparison(
        tuple(d for person, row, truth in mine for d in _deviations(person, row, truth, sessions)),
        tuple(s for person, row, truth in mine for s in _wrong(person.user_id, row, truth, sessions)),
        sum(check["outcome"] == "confirmed" for _, row, _ in mine for check in row["checks"]),
        sum(row["watched_ms"] for _, row, _ in mine),
    )


@dataclass(frozen=True, slots=True)
class _Session:
    id: str
    media: str
    wall: Interval

    @staticmethod
    def of(session: Mapping[str, Any], now: str) -> "_Session":
        wall = Interval(parse_time(session["starts_at"]), parse_time(session["ends_at"] or now))
        return _Session(session["id"], session["media"], wall)


def _deviations(
    person: PersonScript, row: Mapping[str, Any], truth: Truth, sessions: Sequence[_Session]
) -> list[Deviation]:
    behaviour = BEHAVIOURS[person.behaviour]
    source = {"truth": truth.played, "connected": truth.connected, "nothing": {}}[behaviour.limit]
    said = {part["session_id"]: part for part in row["sessions"]}
    real = {s.id: intersect(source.get(s.media, ()), (s.wall,)) for s in sessions}
    everywhere = union(moment for moments in real.values() for moment in moments)
    figures = [(f"session {s.id}", said.get(s.id, {"watched_ms": 0}), length(real[s.id])) for s in sessions]
    figures.append(("all sessions", row, length(everywhere)))
    return [_deviation(person, where, part, real_ms) for where, part, real_ms in figures]


def _deviation(person: PersonScript, where: str, said: Mapping[str, Any], real_ms: int) -> Deviation:
    behaviour, watched_ms = BEHAVIOURS[person.behaviour], said["watched_ms"]
    over_ms = watched_ms - real_ms
    if not behaviour.honest:
        error_ms = max(0, over_ms)
        return Deviation(person.user_id, person.behaviour, where, error_ms, error_ms)
    under_ms = real_ms - watched_ms - sum(said.get(name, 0) for name in BESIDE)
    error_ms = max(over_ms, under_ms, 0)
    beyond_ms = max(over_ms, under_ms - behaviour.slack_ms, 0)
    return Deviation(person.user_id, person.behaviour, where, error_ms, beyond_ms)


def _wrong(user_id: str, row: Mapping[str, Any], truth: Truth, sessions: Sequence[_Session]) -> Iterable[str]:
    ends = {session.id: session.wall.end for session in sessions}
    until = {check["check_id"]: ends.get(check["session_id"]) for check in row["checks"]}
    said = {check["check_id"]: check["outcome"] for check in row["checks"]}
    for check, asked in truth.asked.items():
        outcome = said.pop(check, "nothing")
        if not _may_be(outcome, asked, until.get(check)):
            did = "answered" if asked.answered_ms else "did not answer"
            yield f"{user_id} {did} {check}: {outcome}"
    for check, outcome in said.items():
        if outcome in {"confirmed", "missed"}:
            yield f"{user_id} was never asked {check}: {outcome}"


def _may_be(outcome: str, asked: Asked, session_ends_ms: int | None) -> bool:
    """Tell whether a prompt may have become this. Who clicks as the session ends is cancelled or just in time."""
    if asked.answered_ms is None:
        return outcome != "confirmed"
    too_late = session_ends_ms is not None and asked.answered_ms >= session_ends_ms
    return outcome == "confirmed" or (too_late and outcome == "cancelled")
