"""Generated rows, written straight into the tables: the report equals the second count, for media and event."""

from dataclasses import dataclass, replace
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
EMAILS = {"bob": "bob@example.org", "cid": "Bob@Example.org"}
# With "!": a player had the prompt in view and never displayed it.
OUTCOMES = (
    "confirmed",
    "missed",
    "undelivered",
    "undelivered!",
    "cancelled",
    "excused",
    "issued",
    None,
    None,
    None,
)
# Few different moments, so that things begin and end together, and any moment, so that they do not.
moments = st.sampled_from(range(0, LENGTH_MS, 600_000)) | st.integers(0, LENGTH_MS)


@dataclass(frozen=True)
class Play:
    user: str
    coded: bool  # under the ID that the user has in this hall alone
    hall: int
    identity: str
    cuts: list[int]  # spans lie between successive moments
    states: list[str]
    grades: list[tuple[bool, bool]]  # late, unverified
    looks: list[tuple[bool, bool, int, int]]  # visible, muted, how far behind, how far out of step


@dataclass(frozen=True)
class Asked:
    hall: int
    at: int
    origin: str
    lifetime_s: int
    state: str
    outcomes: tuple[str | None, ...]  # by user under the ID of every hall, then of this one; None = no prompt


@dataclass(frozen=True)
class History:
    halls: int
    plays: list[Play]
    sessions: list[tuple[int, int, int | None]]
    checks: list[Asked]
    listed: list[tuple[str, int]]
    outages: list[tuple[int, int, str, int]]
    reviews: list[tuple[str, int, int, int, bool]]
    returns: list[tuple[int, int]]  # by which play, when
    judged: dict[str, object]


@st.composite
def plays(draw: st.DrawFn, halls: int) -> Play:
    cuts = sorted(draw(st.sets(moments, max_size=6)))
    spans = max(0, len(cuts) - 1)
    states = st.sampled_from(["playing", "playing", "playing", "paused", "stalled"])
    grades = st.sampled_from([(False, False), (False, False), (True, False), (True, False), (True, True)])
    looks = st.tuples(
        st.sampled_from([True, True, False]),
        st.booleans(),
        st.sampled_from([6_000, 6_000, 60_000, 61_000]),
        st.sampled_from([0, 0, 0, 1_000, -900_000]),
    )
    return Play(
        draw(st.sampled_from(USERS)),
        draw(st.booleans()),
        draw(st.integers(0, halls - 1)),
        draw(st.sampled_from(["signed", "plain"])),
        cuts,
        draw(st.lists(states, min_size=spans, max_size=spans)),
        draw(st.lists(grades, min_size=spans, max_size=spans)),
        draw(st.lists(looks, min_size=spans, max_size=spans)),
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
        st.sampled_from(["issued", "closed", "cancelled"]), st.tuples(*[st.sampled_from(OUTCOMES)] * 2 * len(USERS)),
    )  # fmt: skip
    return History(
        halls,
        draw(st.lists(plays(halls), max_size=6)),
        sessions,
        draw(st.lists(asked, max_size=3)),
        draw(st.lists(st.tuples(st.sampled_from(USERS), hall), max_size=4, unique=True)),
        draw(st.lists(st.tuples(moments, moments, st.sampled_from(["down", "incident"]), hall), max_size=2)),
        draw(st.lists(st.tuples(st.sampled_from(USERS), hall, moments, moments, st.booleans()), max_size=3)),
        draw(st.lists(st.tuples(st.integers(0, 5), moments), max_size=2)),
        draw(judged),
    )


judged: st.SearchStrategy[dict[str, object]] = st.fixed_dictionaries(
    {
        "presence_policy": st.sampled_from(["record", "stop_until_confirmed", "void_since_last_confirmed"]),
        "hidden_counts": st.booleans(),
        "behind_counts": st.booleans(),
        "join_users_by": st.sampled_from(["none", "id_without_code", "id_without_code", "email"]),
    }
)


def write(conn: Connection, history: History) -> Records:
    records = Records(conn)
    halls = [records.media() for _ in range(history.halls)]
    lists = [records.list_of(hall) for hall in halls]
    for user, hall in history.listed:
        records.participant(lists[hall], user, email=EMAILS.get(user))
    nos: list[int] = []
    for play in history.plays:
        nos.append(no := records.play(halls[play.hall], named(records, halls, play), identity=play.identity))
        stretches = zip(play.cuts, play.cuts[1:], play.states, play.grades, play.looks, strict=False)
        for ordinal, (start, end, state, grade, look) in enumerate(stretches, 1):
            (late, unverified), (visible, muted, behind, astray) = grade, look
            records.span(
                halls[play.hall], no, ordinal, T0 + start, T0 + end,
                state=state, late=late, unverified=unverified, visible=visible, muted=muted,
                content_from_ms=T0 + start - behind, content_to_ms=T0 + end - behind + astray,
            )  # fmt: skip
    for hall, starts, ends in history.sessions:
        records.session(halls[hall], T0 + starts, None if ends is None else T0 + ends)
    codes: list[str] = []
    for asked in history.checks:
        no = records.check(
            halls[asked.hall],
            T0 + asked.at,
            origin=asked.origin,
            lifetime_s=asked.lifetime_s,
            state=asked.state,
        )
        codes.append(records.check_code(no))
        ids = [*USERS, *(f"{user}|{records.codes[halls[asked.hall]]}" for user in USERS)]
        for user_id, outcome in zip(ids, asked.outcomes, strict=True):
            if outcome is not None:
                records.prompt(
                    halls[asked.hall], no, user_id, outcome.removesuffix("!"), T0 + asked.at,
                    confirmed_ms=T0 + asked.at + 4_000 if outcome == "confirmed" else None,
                    expired_ms=T0 + asked.at + asked.lifetime_s * 1000 if outcome == "missed" else None,
                    closed_ms=T0 + asked.at + 400_000 if outcome.startswith("undelivered") else None,
                    unshown=outcome.endswith("!"),
                )  # fmt: skip
    judge(records, history, halls, nos, codes)
    return records


def named(records: Records, halls: list[int], play: Play) -> str:
    """Return under which User ID a play runs."""
    return f"{play.user}|{records.codes[halls[play.hall]]}" if play.coded else play.user


def judge(records: Records, history: History, halls: list[int], plays: list[int], codes: list[str]) -> None:
    """Write what decides how the evidence is judged."""
    records.judged(**history.judged)
    for start, end, source, hall in history.outages:
        media = None if source == "down" else halls[hall]
        if start < end:
            records.outage(T0 + start, T0 + end, source=source, media_no=media)
    for user_id, hall, start, end, counts in history.reviews:
        if start < end:
            records.review(halls[hall], user_id, T0 + start, T0 + end, counts=counts)
    for seq, (number, at) in enumerate(history.returns, 1):
        if number < len(plays):
            play = history.plays[number]
            code = codes[seq % len(codes)] if codes else "none"
            user_id = named(records, halls, play)
            records.returned(halls[play.hall], plays[number], user_id, T0 + at, seq=seq, check=code)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories())
def test_the_report_equals_the_second_count(database: Database, history: History) -> None:
    compare(database, history)


def of_one_doctor(history: History) -> History:
    """Return the history with all plays under joined IDs of one participant, who misses more and has no breaks."""
    plays = [replace(play, user=USERS[0]) for play in history.plays]
    checks = [
        replace(asked, outcomes=tuple(outcome or "missed" for outcome in asked.outcomes))
        for asked in history.checks
    ]
    return replace(
        history,
        plays=plays,
        checks=checks,
        sessions=[(hall, 0, LENGTH_MS) for hall in range(history.halls)],
        judged={**history.judged, "join_users_by": "id_without_code"},
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories().map(of_one_doctor))
def test_the_ids_of_one_participant_are_counted_twice_alike(database: Database, history: History) -> None:
    compare(database, history)


def compare(database: Database, history: History) -> None:
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
