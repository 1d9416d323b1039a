"""Histories of an event with everything that decides about time: drawn, written as rows, and told to the rule.

All moments lie on a grid of half seconds over two minutes; the caps are small enough to bind there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st
from sqlalchemy import delete

from rollcall.domain.checks.policy import Miss, Policy, Stop, disbelieved, stops
from rollcall.domain.credit import Session, Standing, Watching
from rollcall.domain.evidence.tick import PERIOD_MS
from rollcall.domain.ids import MediaNo, UserId
from rollcall.domain.intervals import Interval
from rollcall.domain.review import promoted
from rollcall.domain.rules import Rules
from rollcall.domain.sessions import ContentWindow, WallWindow
from rollcall.store import tables
from tests.history import Records

T0 = 1_772_355_600_000
STEP_MS = 500
STEPS = 240
NOW_MS = T0 + STEPS * STEP_MS
USERS = ("ann", "bob", "cid")
RULES = Rules(gap_ms=15_000, late_percent=25, behind_ms=10_000, step_ms=500, step_percent=10)
LIFETIME_STEPS = 20


@dataclass(frozen=True)
class Spanned:
    """One span; `play` is one of two of the user at this hall, the first of which is signed."""

    user: str
    hall: int
    play: int
    start: int
    end: int
    state: str
    late: bool
    unverified: bool
    visible: bool
    muted: bool
    rate: float
    content: int  # where its content begins: in a recording from its start, in a broadcast so far behind
    stray: int  # how much further the content went than its rate says


@dataclass(frozen=True)
class Asked:
    """One check at a hall and how it stands for each user; None = not asked."""

    hall: int
    at: int
    states: tuple[str | None, ...]


@dataclass(frozen=True)
class History:
    recordings: tuple[bool, ...]  # by hall
    spans: list[Spanned]
    sessions: list[tuple[int, int, int | None]]
    checks: list[Asked]
    returns: list[tuple[str, int]]
    reviews: list[tuple[str, int, int, int, bool]]
    outages: list[tuple[int | None, int, int]]  # hall of an incident, None = our own
    policy: Policy
    hidden_counts: bool
    behind_counts: bool
    joined: bool  # the site gives a user another ID in each hall, and the event joins them

    def user_id(self, user: str, hall: int, name: str | None = None) -> UserId:
        """Return under which ID a user is at a hall, which is called `name` there."""
        return UserId(f"{user}|{name or hall}" if self.joined else user)


steps = st.integers(0, STEPS)
stretches = st.tuples(steps, steps).map(sorted)
rarely = st.sampled_from([False, False, False, True])


@st.composite
def spanned(draw: st.DrawFn, halls: int, *, live: bool) -> Spanned:
    start, end = draw(stretches)
    return Spanned(
        draw(st.sampled_from(USERS)), draw(st.integers(0, halls - 1)), draw(st.integers(0, 1)), start, end,
        draw(st.sampled_from(["playing", "playing", "playing", "paused", "stalled", "seeking"])),
        not live and draw(st.booleans()), not live and draw(rarely), not draw(rarely), draw(rarely),
        draw(st.sampled_from([1.0, 1.0, 2.0, 0.5])), draw(st.sampled_from([0, 10, 18, 22, 50])),
        draw(st.sampled_from([0, 0, 0, 1, 30])),
    )  # fmt: skip


@st.composite
def histories(draw: st.DrawFn, *, of_live: bool = False) -> History:
    """Draw a history; `of_live`: of joined IDs whose time came live and whose players displayed few prompts.

    Most of it can be counted fast.
    """
    halls = 2 if of_live else draw(st.integers(1, 2))
    sessions: list[tuple[int, int, int | None]] = []
    recordings = tuple(not of_live and draw(st.booleans()) for _ in range(halls))
    for hall in range(halls):
        cuts = sorted(draw(st.sets(steps, max_size=6)))
        cut: list[tuple[int, int, int | None]] = [
            (hall, a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False)
        ]
        still_open: bool = draw(st.booleans())
        if cut and still_open and not recordings[hall]:
            cut[-1] = (hall, cut[-1][1], None)
        sessions += cut
    hall_no = st.integers(0, halls - 1)
    states = ["confirmed", "missed", "unshown", "undelivered", None]
    state = st.sampled_from(["unshown", "unshown", "unshown", "confirmed"] if of_live else states)
    asked = st.lists(
        st.builds(Asked, hall_no, steps, st.tuples(*[state] * len(USERS))), min_size=2 * of_live, max_size=4
    )
    review = st.tuples(st.sampled_from(USERS), hall_no, stretches, st.booleans())
    outage = st.tuples(st.none() | hall_no, stretches)
    return History(
        recordings,
        apart(draw(st.lists(spanned(halls, live=of_live), min_size=4 * of_live, max_size=10))),
        sessions,
        draw(asked),
        draw(st.lists(st.tuples(st.sampled_from(USERS), steps), max_size=2)),
        [(user, hall, a, b, counts) for user, hall, (a, b), counts in draw(st.lists(review, max_size=3))],
        [(hall, a, b) for hall, (a, b) in draw(st.lists(outage, max_size=2))],
        draw(st.sampled_from(["record", "stop_until_confirmed", "void_since_last_confirmed"])),
        draw(st.booleans()),
        draw(st.booleans()),
        of_live or draw(st.booleans()),
    )


def apart(spans: list[Spanned]) -> list[Spanned]:
    """Return the spans without those that would overlap an earlier one of their own play."""
    kept: list[Spanned] = []
    reach: dict[tuple[str, int, int], int] = {}
    for span in sorted(spans, key=lambda span: span.start):
        key = span.user, span.hall, span.play
        if span.start >= reach.get(key, 0):
            kept.append(span)
            reach[key] = span.end
    return kept


def at(step: int) -> int:
    return T0 + step * STEP_MS


def content(history: History, span: Spanned) -> tuple[int, int]:
    first = span.content * STEP_MS if history.recordings[span.hall] else at(span.start - span.content)
    return first, first + round((span.end - span.start) * STEP_MS * span.rate) + span.stray * STEP_MS


def write(records: Records, history: History) -> list[int]:
    """Write the history as rows and return the numbers of its halls."""
    records.connection.execute(
        delete(tables.outages)
    )  # ours are everybody's: those of an earlier history too
    halls = [records.media(kind="recording" if is_one else "live") for is_one in history.recordings]
    records.judged(
        presence_policy=history.policy,
        hidden_counts=history.hidden_counts,
        behind_counts=history.behind_counts,
        join_users_by="id_without_code" if history.joined else "none",
    )
    plays = write_spans(records, history, halls)
    write_sessions(records, history, halls)
    codes = [
        records.check_code(write_check(records, history, halls[asked.hall], asked))
        for asked in history.checks
    ]
    for seq, (user, step) in enumerate(history.returns, 1):
        for (name, hall, _), play in plays.items():
            if name == user:
                named = first_missed(history, user, hall)
                code = "" if named is None else codes[named]
                user_id = history.user_id(user, hall, records.codes[halls[hall]])
                records.returned(halls[hall], play, user_id, at(step), seq=seq, check=code)
    for user, hall, a, b, counts in history.reviews:
        user_id = history.user_id(user, hall, records.codes[halls[hall]])
        records.review(halls[hall], user_id, at(a), at(b), counts=counts)
    for of_hall, a, b in history.outages:
        if of_hall is None:
            records.outage(at(a), at(b))
        else:
            records.outage(at(a), at(b), source="incident", media_no=halls[of_hall])
    return halls


def write_spans(records: Records, history: History, halls: list[int]) -> dict[tuple[str, int, int], int]:
    plays: dict[tuple[str, int, int], int] = {}
    for ordinal, span in enumerate(history.spans, 1):
        key, hall = (span.user, span.hall, span.play), halls[span.hall]
        if key not in plays:
            identity = "plain" if span.play else "signed"
            user_id = history.user_id(span.user, span.hall, records.codes[hall])
            plays[key] = records.play(hall, user_id, identity=identity, opened_ms=T0, last_arrival_ms=NOW_MS)
        first, last = content(history, span)
        records.span(
            hall, plays[key], ordinal, at(span.start), at(span.end), state=span.state, late=span.late,
            unverified=span.unverified, visible=span.visible, muted=span.muted, rate=span.rate,
            content_from_ms=first, content_to_ms=last,
        )  # fmt: skip
    return plays


def write_sessions(records: Records, history: History, halls: list[int]) -> None:
    for hall, a, b in history.sessions:
        if history.recordings[hall]:
            records.session(halls[hall], from_ms=a * STEP_MS, to_ms=(b or 0) * STEP_MS)
        else:
            records.session(halls[hall], at(a), None if b is None else at(b))


def first_missed(history: History, user: str, hall: int) -> int | None:
    """Return the position of the first check that the user missed: returns name it, of this hall's ID if it has any."""
    missed = [n for n, asked in enumerate(history.checks) if asked.states[USERS.index(user)] == "missed"]
    own = [n for n in missed if is_of(history, user, history.checks[n], history.user_id(user, hall))]
    return next(iter([*own, *missed]), None)


def is_of(history: History, user: str, asked: Asked, user_id: UserId) -> bool:
    """Tell whether a check was asked of this ID of a user."""
    return history.user_id(user, asked.hall) == user_id


def write_check(records: Records, history: History, hall: int, asked: Asked) -> int:
    check = records.check(hall, at(asked.at))
    for user, state in zip(USERS, asked.states, strict=True):
        user_id = history.user_id(user, asked.hall, records.codes[hall])
        if state is not None:
            records.prompt(
                hall,
                check,
                user_id,
                "undelivered" if state == "unshown" else state,
                at(asked.at),
                confirmed_ms=at(asked.at + 5) if state == "confirmed" else None,
                expired_ms=at(asked.at + LIFETIME_STEPS) if state == "missed" else None,
                closed_ms=at(asked.at + LIFETIME_STEPS + 3),
                unshown=state == "unshown",
            )
    return check


def watchings(history: History, user: str) -> list[Watching]:
    return [
        Watching(
            MediaNo(span.hall), at(span.start), at(span.end), span.play == 0, span.state, span.unverified,
            span.late, span.visible, span.muted, span.rate, *content(history, span),
            on_air=not history.recordings[span.hall], play=span.hall * 2 + span.play,
            user_id=history.user_id(user, span.hall),
        )
        for span in history.spans
        if span.user == user
    ]  # fmt: skip


def sessions_of(history: History, halls: Sequence[int]) -> list[Session]:
    """Return the sessions of these halls as the report orders them: by their beginning."""
    ordered = sorted(
        enumerate(history.sessions),
        key=lambda pair: (pair[1][1] if history.recordings[pair[1][0]] else at(pair[1][1]), pair[0]),
    )
    return [
        (
            MediaNo(hall),
            ContentWindow(a * STEP_MS, (b or 0) * STEP_MS)
            if history.recordings[hall]
            else WallWindow(at(a), None if b is None else at(b)),
        )
        for _, (hall, a, b) in ordered
        if hall in halls
    ]


def standing(history: History, user: str, halls: Sequence[int]) -> Standing:
    """Return how a user stands in the report of these halls, by all of the IDs that it joins."""
    everywhere = range(len(history.recordings))
    attended = {span.hall for span in history.spans if span.user == user}
    ids = {history.user_id(user, hall) for hall in attended if not history.joined or hall in halls}
    prompts = [
        (asked, state)
        for asked in history.checks
        if (state := asked.states[USERS.index(user)]) is not None and history.user_id(user, asked.hall) in ids
    ]
    unshown = [at(asked.at + LIFETIME_STEPS + 3) for asked, state in prompts if state == "unshown"]
    return Standing(
        history.hidden_counts,
        history.behind_counts,
        disbelieved(unshown, confirmations(prompts), RULES.unshown_prompts),
        {
            MediaNo(hall): promoted(
                (Interval(at(a), at(b)), counts)
                for name, of_hall, a, b, counts in history.reviews
                if (name, of_hall) == (user, hall)
            )
            for hall in everywhere
        },
        {
            MediaNo(hall): tuple(
                Interval(at(a), at(b)) for of_hall, a, b in history.outages if of_hall in (None, hall)
            )
            for hall in everywhere
        },
        {user_id: stops_of(history, user, user_id) for user_id in ids},
    )


def confirmations(prompts: Sequence[tuple[Asked, str]]) -> list[int]:
    return [at(asked.at + 5) for asked, state in prompts if state == "confirmed"]


def stops_of(history: History, user: str, user_id: UserId) -> tuple[Stop, ...]:
    """Return what the misses of one ID stop: it is back by its own answers and words alone."""
    prompts = [
        (asked, state)
        for asked in history.checks
        if (state := asked.states[USERS.index(user)]) is not None and is_of(history, user, asked, user_id)
    ]
    misses = [
        Miss(
            at(asked.at + LIFETIME_STEPS),
            first_playing(history, user, user_id, asked),
            at(asked.at + LIFETIME_STEPS + 3) + PERIOD_MS,
        )
        for asked, state in prompts
        if state == "missed"
    ]
    return stops(history.policy, misses, confirmations(prompts), returned(history, user, user_id))


def returned(history: History, user: str, user_id: UserId) -> list[int]:
    """Return when an ID came back from a check that it missed: not before that was known."""
    played = {span.hall for span in history.spans if history.user_id(span.user, span.hall) == user_id}
    named = {
        history.checks[first]
        for hall in played
        if (first := first_missed(history, user, hall)) is not None
        and is_of(history, user, history.checks[first], user_id)
    }
    return [
        max(at(step), at(asked.at + LIFETIME_STEPS + 3))
        for name, step in history.returns
        for asked in named
        if name == user
    ]


def first_playing(history: History, user: str, user_id: UserId, asked: Asked) -> int | None:
    """Return an ID's first playing moment in the session that holds a check, looked for step by step."""
    for hall, a, b in history.sessions:
        last = STEPS + 1 if b is None else b
        if hall != asked.hall or history.recordings[hall] or not a <= asked.at < last:
            continue
        for step in range(a, last):
            if any(
                (s.user, s.hall, s.state) == (user, hall, "playing")
                and history.user_id(user, hall) == user_id
                and s.start <= step < s.end
                for s in history.spans
            ):
                return at(step)
    return None
