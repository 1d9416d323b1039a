"""Recordings watched live, straight from the tables: loops, speeds, tabs and seeks count as the second count says."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rollcall.store.database import Connection, Database
from tests.history import Records
from tests.recount.content import QUARTER_MS, paired_ms
from tests.recount.stored import Session, Span, read_stored
from tests.reports import read_report

T0 = 1_772_355_600_000
SPEEDS = (0.5, 1.0, 2.0, 4.0)
steps = st.integers(0, 20)


@dataclass(frozen=True)
class Watched:
    """A span of one of two tabs: when it began and how long it was, in seconds, where its content began, its speed."""

    tab: int
    start: int
    length: int
    content: int
    speed: float


watched = st.builds(
    Watched,
    st.integers(0, 1),
    steps,
    st.integers(1, 8),
    steps,
    st.sampled_from(SPEEDS),
)


@st.composite
def windows(draw: st.DrawFn) -> list[tuple[int, int]]:
    cuts = sorted(draw(st.sets(st.integers(0, 30), min_size=2, max_size=6)))
    apart = draw(st.sampled_from([1, 2]))  # touching sessions, or with breaks between them
    return list(pairwise(cuts))[::apart]


def write(conn: Connection, spans: list[Watched], sessions: list[tuple[int, int]]) -> str:
    records = Records(conn)
    hall = records.media(kind="recording")
    plays = [records.play(hall, "ann") for _ in range(2)]
    reach = [0, 0]
    for ordinal, span in enumerate(sorted(spans, key=lambda span: span.start), 1):
        if span.start < reach[span.tab]:
            continue  # a player never plays twice at once
        reach[span.tab] = span.start + span.length
        first, advance = span.content * 1_000, round(span.length * 1_000 * span.speed)
        start_ms = T0 + span.start * 1_000
        records.span(
            hall, plays[span.tab], ordinal, start_ms, start_ms + span.length * 1_000, rate=span.speed,
            content_from_ms=first, content_to_ms=first + advance,
        )  # fmt: skip
    for first, last in sessions:
        records.session(hall, from_ms=first * 1_000, to_ms=last * 1_000)
    return records.codes[hall]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(watched, max_size=6), windows())
def test_a_recording_counts_as_the_second_count(
    database: Database, spans: list[Watched], sessions: list[tuple[int, int]]
) -> None:
    code = database.write_now(lambda conn: write(conn, spans, sessions))
    stored = database.read_now(lambda conn: read_stored(conn, code))
    assert all(moment % QUARTER_MS == 0 for span in stored.spans for moment in span[11:15])
    report: Any = read_report(database, code, T0 + 3_600_000)
    (row,) = report["participants"]
    assert row["watched_ms"] == paired_ms(stored.spans, stored.sessions)
    assert {s["session_id"]: s["watched_ms"] for s in row["sessions"]} == {
        session.code: paired_ms(stored.spans, [session]) for session in stored.sessions
    }


def test_the_second_count_by_hand() -> None:
    def span(start: int, end: int, first: int, last: int, rate: float = 1.0) -> Span:
        walls = T0 + start * 1_000, T0 + end * 1_000
        where = first * 1_000, last * 1_000
        return Span(
            "ann", True, 1, 1, 1, "playing", True, False, False, False, rate, *where, *walls, walls[1]
        )

    def session(first: int, last: int) -> Session:
        return Session("block", 1, None, None, first * 1_000, last * 1_000)

    whole = [session(0, 60)]
    assert paired_ms([span(0, 10, 0, 10)], whole) == 10_000
    assert paired_ms([span(0, 10, 0, 20, 2.0)], whole) == 10_000
    assert paired_ms([span(0, 10, 0, 10), span(10, 20, 0, 10)], whole) == 10_000  # a loop earns nothing new
    assert paired_ms([span(0, 10, 0, 10), span(10, 20, 5, 15)], whole) == 15_000
    assert paired_ms([span(0, 10, 0, 10), span(0, 10, 20, 30)], whole) == 10_000  # two tabs at once
    assert paired_ms([span(0, 10, 0, 10)], [session(4, 6), session(8, 60)]) == 4_000
