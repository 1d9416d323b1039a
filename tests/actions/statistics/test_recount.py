"""Generated histories: the report equals `domain/credit`, and a naive recount that knows neither (I11).

The recount is written on purpose without any of the program's arithmetic: sets of half seconds.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rollcall.actions.statistics import Ask, report_anything_now, watching
from rollcall.actions.statistics import rows as rows_made
from rollcall.domain.credit import Session, Watching, credit
from rollcall.domain.ids import MediaNo
from rollcall.domain.sessions import WallWindow
from rollcall.render.statistics_json import json_chunks
from rollcall.store.database import Database
from tests.history import Records

T0 = 1_772_355_600_000
STEP_MS = 500
STEPS = 240
NOW_MS = T0 + STEPS * STEP_MS
USERS = ("ann", "bob", "cid", "dan")
STATES = ("confirmed", "missed", "undelivered", "cancelled", "excused", "issued", None, None, None)


@dataclass(frozen=True)
class Spanned:
    """One span on the grid of half seconds; each is a play of its own."""

    user: str
    hall: int
    start: int
    end: int
    signed: bool
    earns: bool


@dataclass(frozen=True)
class Asked:
    hall: int
    at: int
    origin: str
    lifetime_s: int
    states: tuple[str | None, ...]  # by user; None = no prompt


@dataclass(frozen=True)
class History:
    halls: int
    spans: list[Spanned]
    sessions: list[tuple[int, int, int | None]]
    checks: list[Asked]
    listed: list[tuple[str, int]]


steps = st.integers(0, STEPS)


@st.composite
def spanned(draw: st.DrawFn, halls: int) -> Spanned:
    start, end = sorted((draw(steps), draw(steps)))
    hall = draw(st.integers(0, halls - 1))
    signed: bool = draw(st.booleans())
    return Spanned(
        draw(st.sampled_from(USERS)), hall, start, end, signed, draw(st.sampled_from([True, True, False]))
    )


@st.composite
def histories(draw: st.DrawFn) -> History:
    halls = draw(st.integers(1, 2))
    sessions: list[tuple[int, int, int | None]] = []
    for hall in range(halls):
        cuts = sorted(draw(st.sets(steps, max_size=6)))
        cut: list[tuple[int, int, int | None]] = [
            (hall, a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False)
        ]
        still_open: bool = draw(st.booleans())
        if cut and still_open:
            cut[-1] = (hall, cut[-1][1], None)
        sessions += cut
    check = st.builds(
        Asked,
        st.integers(0, halls - 1),
        steps,
        st.sampled_from(["manual", "plan"]),
        st.sampled_from([10, 20]),
        st.tuples(*(st.sampled_from(STATES) for _ in USERS)),
    )
    return History(
        halls,
        draw(st.lists(spanned(halls), max_size=10)),
        sessions,
        draw(st.lists(check, max_size=3)),
        draw(st.lists(st.tuples(st.sampled_from(USERS), st.integers(0, halls - 1)), max_size=5, unique=True)),
    )


def write(records: Records, history: History) -> list[int]:
    halls = [records.media() for _ in range(history.halls)]
    lists = [records.list_of(hall) for hall in halls]
    for user, hall in history.listed:
        records.participant(lists[hall], user)
    for s in history.spans:
        play = records.play(halls[s.hall], s.user, identity="signed" if s.signed else "plain")
        records.span(
            halls[s.hall],
            play,
            1,
            T0 + s.start * STEP_MS,
            T0 + s.end * STEP_MS,
            state="playing" if s.earns else "stalled",
        )
    for hall, start, end in history.sessions:
        records.session(halls[hall], T0 + start * STEP_MS, None if end is None else T0 + end * STEP_MS)
    for asked in history.checks:
        no = records.check(
            halls[asked.hall], T0 + asked.at * STEP_MS, origin=asked.origin, lifetime_s=asked.lifetime_s
        )
        for user, state in zip(USERS, asked.states, strict=True):
            if state is not None:
                records.prompt(halls[asked.hall], no, user, state, T0 + asked.at * STEP_MS)
    return halls


def read(database: Database, code: str) -> Any:
    return msgspec.json.decode(b"".join(json_chunks(report_anything_now(database, code, Ask(), NOW_MS))))


def held(history: History, user: str, hall: int, *, only_signed: bool = False) -> set[int]:
    return {
        step
        for s in history.spans
        if s.user == user and s.hall == hall and s.earns and (s.signed or not only_signed)
        for step in range(s.start, s.end)
    }


def recount(history: History, halls: set[int]) -> dict[str, Any]:
    """Count everything by hand; `halls` are those of the report."""
    slots = [
        (hall, set(range(a, STEPS if b is None else b))) for hall, a, b in history.sessions if hall in halls
    ]
    member = defaultdict(set)
    for user, hall in history.listed:
        member[user].add(hall)
    for s in history.spans:
        member[s.user].add(s.hall)
    rows = {}
    for user in sorted(user for user in member if member[user] & halls):
        proven = set().union(*(held(history, user, hall) & slot for hall, slot in slots))
        signed = set().union(*(held(history, user, hall, only_signed=True) & slot for hall, slot in slots))
        rows[user] = {
            "watched_ms": len(proven) * STEP_MS,
            "watched_plain_ms": len(proven - signed) * STEP_MS,
            "sessions": sorted(
                (hall, min(slot, default=0), len(held(history, user, hall) & slot) * STEP_MS)
                for hall, slot in slots
                if hall in member[user]
            ),
            "checks": sorted(
                (position, outcome)
                for position, asked in enumerate(history.checks)
                if asked.hall in halls
                if (outcome := judged(history, asked, user, asked.hall in member[user])) is not None
            ),
        }
    return rows


def judged(history: History, asked: Asked, user: str, is_member: bool) -> str | None:
    state = asked.states[USERS.index(user)]
    if state is not None:
        return "pending" if state == "issued" else state
    if not is_member:
        return None
    around = set(range(asked.at - 60, asked.at + asked.lifetime_s * 2))
    if not held(history, user, asked.hall) & around:
        return "not_present"
    return "undelivered" if asked.origin == "manual" else None


def told(report: Any, history: History, records: Records, halls: list[int]) -> dict[str, Any]:
    """Return what the report says in the recount's terms."""
    starts = {s["id"]: s["starts_at"] for s in report["sessions"]}
    hall_of = {records.codes[no]: position for position, no in enumerate(halls)}
    only = report.get("media", {}).get("code")
    media = {s["id"]: hall_of[s.get("media", only)] for s in report["sessions"]}
    check_ids = [records.codes[no] for no in sorted((n for n in records.codes if n < 0), reverse=True)]
    return {
        row["user_id"]: {
            "watched_ms": row["watched_ms"],
            "watched_plain_ms": row["watched_plain_ms"],
            "sessions": sorted(
                (media[s["session_id"]], step(starts[s["session_id"]]), s["watched_ms"])
                for s in row["sessions"]
            ),
            "checks": sorted((check_ids.index(c["check_id"]), c["outcome"]) for c in row["checks"]),
        }
        for row in report["participants"]
    }


def step(starts_at: str) -> int:
    minute, second = starts_at[14:16], starts_at[17:23]
    return int((int(minute) * 60 + float(second)) * 1000) // STEP_MS


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories())
def test_report_equals_rule_and_recount(database: Database, history: History) -> None:
    records, halls = database.write_now(lambda c: (r := Records(c), write(r, history)))
    report = read(database, records.event)
    assert told(report, history, records, halls) == recount(history, set(range(history.halls)))
    for check in report["checks"]:
        outcomes = [
            c["outcome"] for r in report["participants"] for c in r["checks"] if c["check_id"] == check["id"]
        ]
        for name in ("confirmed", "missed", "undelivered", "not_present"):
            assert check[name] == outcomes.count(name)
    for position, hall in enumerate(halls):
        alone = read(database, records.codes[hall])
        assert told(alone, history, records, halls) == recount(history, {position})
    by_rule = {row["user_id"]: ruled(history, row["user_id"]) for row in report["participants"]}
    assert by_rule == {
        row["user_id"]: (row["watched_ms"], row["watched_plain_ms"]) for row in report["participants"]
    }


def ruled(history: History, user: str) -> tuple[int, int]:
    spans = [
        Watching(
            MediaNo(s.hall),
            T0 + s.start * STEP_MS,
            T0 + s.end * STEP_MS,
            s.signed,
            "playing" if s.earns else "stalled",
            play=play,
        )
        for play, s in enumerate(history.spans)
        if s.user == user
    ]
    windows: list[Session] = [
        (MediaNo(hall), WallWindow(T0 + a * STEP_MS, None if b is None else T0 + b * STEP_MS))
        for hall, a, b in history.sessions
    ]
    found = credit(spans, windows, NOW_MS)
    return found.watched_ms, found.watched_plain_ms


def test_reading_in_portions_changes_nothing(sqlite_database: Database, monkeypatch: Any) -> None:
    def rows(r: Records) -> str:
        hall = r.media()
        r.session(hall, T0, NOW_MS)
        check = r.check(hall, T0 + 500)
        for number in range(7):
            r.prompt(hall, check, f"user-{number}", ("confirmed", "missed")[number % 2], T0 + 500)
            for tab in range(number % 3 + 1):
                play = r.play(hall, f"user-{number}")
                r.span(hall, play, 1, T0 + tab * 1000, T0 + 5000 + number * 100)
        return r.codes[hall]

    code = sqlite_database.write_now(lambda c: rows(Records(c)))
    whole = read(sqlite_database, code)
    assert [row["watched_ms"] for row in whole["participants"]] == [5000 + n * 100 for n in range(7)]
    for size in (1, 2, 3, 5):
        monkeypatch.setattr(watching, "PORTION_PLAYS", size)
        monkeypatch.setattr(rows_made, "BATCH_ROWS", size)
        assert read(sqlite_database, code) == whole
