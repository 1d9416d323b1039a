"""Generated rows, written straight into the tables: the report equals the second count, for media and event."""

from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rollcall.store.database import Connection, Database
from tests.history import Records
from tests.recount.count import recount, told
from tests.recount.stored import read_stored
from tests.reports import read_report

T0 = 1_772_355_600_000
LENGTH_MS = 2 * 3_600_000
USERS = ("ann", "bob", "cid")
OUTCOMES = ("confirmed", "missed", "undelivered", "cancelled", "excused", "issued", None, None, None)
# Few different moments, so that things begin and end together, and any moment, so that they do not.
moments = st.sampled_from(range(0, LENGTH_MS, 600_000)) | st.integers(0, LENGTH_MS)


@dataclass(frozen=True)
class Play:
    user_id: str
    hall: int
    identity: str
    cuts: list[int]  # spans lie between successive moments
    states: list[str]
    grades: list[tuple[bool, bool]]  # late, unverified


@dataclass(frozen=True)
class Asked:
    hall: int
    at: int
    origin: str
    lifetime_s: int
    state: str
    outcomes: tuple[str | None, ...]  # by user; None = no prompt


@dataclass(frozen=True)
class History:
    halls: int
    plays: list[Play]
    sessions: list[tuple[int, int, int | None]]
    checks: list[Asked]
    listed: list[tuple[str, int]]


@st.composite
def plays(draw: st.DrawFn, halls: int) -> Play:
    cuts = sorted(draw(st.sets(moments, max_size=6)))
    spans = max(0, len(cuts) - 1)
    states = st.sampled_from(["playing", "playing", "playing", "paused", "stalled"])
    grades = st.sampled_from([(False, False), (False, False), (True, False), (True, True)])
    return Play(
        draw(st.sampled_from(USERS)),
        draw(st.integers(0, halls - 1)),
        draw(st.sampled_from(["signed", "plain"])),
        cuts,
        draw(st.lists(states, min_size=spans, max_size=spans)),
        draw(st.lists(grades, min_size=spans, max_size=spans)),
    )


@st.composite
def histories(draw: st.DrawFn) -> History:
    halls = draw(st.integers(1, 3))
    hall = st.integers(0, halls - 1)
    still_open: st.SearchStrategy[bool] = st.booleans()
    sessions: list[tuple[int, int, int | None]] = []
    for number in range(halls):
        cuts = sorted(draw(st.sets(moments, max_size=6)))
        ends: list[int | None] = [*cuts[1:], None] if draw(still_open) else [*cuts[1:]]
        apart = draw(st.sampled_from([1, 2]))  # touching sessions, or with breaks between them
        sessions += [(number, a, b) for a, b in list(zip(cuts, ends, strict=False))[::apart]]
    asked = st.builds(
        Asked, hall, moments, st.sampled_from(["manual", "plan"]), st.sampled_from([10, 60, 300]),
        st.sampled_from(["issued", "closed", "cancelled"]), st.tuples(*(st.sampled_from(OUTCOMES) for _ in USERS)),
    )  # fmt: skip
    return History(
        halls,
        draw(st.lists(plays(halls), max_size=6)),
        sessions,
        draw(st.lists(asked, max_size=3)),
        draw(st.lists(st.tuples(st.sampled_from(USERS), hall), max_size=4, unique=True)),
    )


def write(conn: Connection, history: History) -> Records:
    records = Records(conn)
    halls = [records.media() for _ in range(history.halls)]
    lists = [records.list_of(hall) for hall in halls]
    for user_id, hall in history.listed:
        records.participant(lists[hall], user_id)
    for play in history.plays:
        no = records.play(halls[play.hall], play.user_id, identity=play.identity)
        stretches = zip(play.cuts, play.cuts[1:], play.states, play.grades, strict=False)
        for ordinal, (start, end, state, (late, unverified)) in enumerate(stretches, 1):
            records.span(
                halls[play.hall], no, ordinal, T0 + start, T0 + end,
                state=state, late=late, unverified=unverified,
            )  # fmt: skip
    for hall, starts, ends in history.sessions:
        records.session(halls[hall], T0 + starts, None if ends is None else T0 + ends)
    for asked in history.checks:
        no = records.check(
            halls[asked.hall],
            T0 + asked.at,
            origin=asked.origin,
            lifetime_s=asked.lifetime_s,
            state=asked.state,
        )
        for user_id, outcome in zip(USERS, asked.outcomes, strict=True):
            if outcome is not None:
                records.prompt(halls[asked.hall], no, user_id, outcome, T0 + asked.at)
    return records


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories())
def test_the_report_equals_the_second_count(database: Database, history: History) -> None:
    records = database.write_now(lambda conn: write(conn, history))
    now_ms = T0 + LENGTH_MS
    for code in [records.event, *(records.codes[no] for no in records.codes if no > 0)]:
        stored = database.read_now(lambda conn, code=code: read_stored(conn, code))  # type: ignore[misc]
        report = read_report(database, code, now_ms)
        assert told(report) == recount(stored, now_ms)
        counted_by_check(report)


def counted_by_check(report: Any) -> None:
    for check in report["checks"]:
        ended = [
            c["outcome"]
            for row in report["participants"]
            for c in row["checks"]
            if c["check_id"] == check["id"]
        ]
        for name in ("confirmed", "missed", "undelivered", "not_present"):
            assert check[name] == ended.count(name)
