"""F32 and I16: nobody foresees when they are asked, from the draws of others.

First by the rule and a seeded source, then by the job and the source that the server uses. Gaps are uniform without
`per_session`, exactly M moments with it, and the draws of two participants share no information. That no byte tells it
either is shown on a real server, in `test_passing_time`.
"""

import inspect
import math
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from secrets import SystemRandom

from rollcall.domain.checks.draws import Present, advance
from rollcall.domain.checks.plan import Plan
from rollcall.domain.ids import SessionId, SessionNo, UserId
from rollcall.domain.sessions import Session, WallWindow
from rollcall.jobs import check_plans as plan_job
from rollcall.store import check_plans
from rollcall.store.database import Database
from tests.domain.checks.test_draws import asked_seconds, kolmogorov_p
from tests.hall import open_hall
from tests.planned import Event

PLANS = 10_000
MINUTE = 60_000
LOW, HIGH = 30 * MINUTE, 45 * MINUTE
GAPS = Plan((30, 45), None, lifetime_s=60, sound=True, per_participant=True, per_session=None)
SESSION = Session(SessionNo(1), SessionId("session1"), "Block", WallWindow(0, 9 * 60 * MINUTE), 1)
BINS = 8
PEOPLE = 600
RARE = 140  # eight standard deviations above what is usual: never by chance


def drawn(plan: Plan, count: int, seed: int, played_ms: int = 0) -> list[int]:
    """Return the first moments of so many participants who begin together."""
    source = random.Random(seed)
    present = Present(played_ms, 0)
    steps = (advance(plan, SESSION, None, present, 0, source.randint) for _ in range(count))
    return [(step.drawn.due_played_ms or 0) or (step.drawn.due_ms or 0) for step in steps]


def entropy(values: Iterable[object]) -> float:
    """Return the entropy of a sample, in bits."""
    counts = Counter(values)
    total = counts.total()
    return -sum(many / total * math.log2(many / total) for many in counts.values())


def permutation_p(one: list[int], other: list[int], times: int = 100) -> float:
    """Return how often shuffled moments share as much information as these: small = they know of each other.

    Two binned moments share the more information the less entropy they have together.
    """
    source = random.Random(1)
    seen = entropy(zip(one, other, strict=True))
    shuffled = list(other)
    as_much = 0
    for _ in range(times):
        source.shuffle(shuffled)
        as_much += entropy(zip(one, shuffled, strict=True)) <= seen
    return (as_much + 1) / (times + 1)


def test_gaps_of_ten_thousand_plans_are_uniform() -> None:
    gaps = drawn(GAPS, PLANS, seed=32)
    assert min(gaps) >= LOW
    assert max(gaps) <= HIGH
    assert kolmogorov_p([(gap - LOW + 0.5) / (HIGH - LOW + 1) for gap in gaps]) > 0.01


def test_with_per_session_everybody_has_exactly_that_many() -> None:
    plan = replace(GAPS, every_min=None, every_s=(40, 60), lifetime_s=20, per_session=3)
    whole = replace(SESSION, window=WallWindow(0, 400_000))
    for seed in range(200):
        ordinals = [ordinal for _, _, ordinal in asked_seconds(plan, [whole], seed, until_s=410)]
        assert ordinals == [1, 2, 3]


def test_participants_and_successive_moments_share_no_information() -> None:
    moments = drawn(GAPS, PLANS, seed=7)
    binned = [(moment - LOW) * BINS // (HIGH - LOW + 1) for moment in moments]
    assert permutation_p(binned[::2], binned[1::2]) > 0.01
    again = [(moment - LOW) * BINS // (HIGH - LOW + 1) for moment in drawn(GAPS, PLANS, seed=8)]
    assert permutation_p(binned, again) > 0.01


async def test_the_job_draws_for_everybody_from_a_source_that_nobody_can_repeat(
    sqlite_database: Database,
) -> None:
    """The same people in two events at the same moment: neither each other's draws nor their own tell anything."""
    users = [UserId(f"doctor-{number:04d}") for number in range(PEOPLE)]
    events = [await drawn_by_the_job(sqlite_database, users) for _ in range(2)]
    for gaps in events:
        assert kolmogorov_p([(gap - LOW + 0.5) / (HIGH - LOW + 1) for gap in gaps]) > 1e-6
    (one, other) = ([(gap - LOW) * BINS // (HIGH - LOW + 1) for gap in gaps] for gaps in events)
    assert chi_square(one, other) < RARE
    assert chi_square(one[::2], one[1::2]) < RARE
    assert chi_square(one, one) > RARE
    source = inspect.signature(plan_job.run_once).parameters["random"].default
    assert isinstance(source.__self__, SystemRandom)


async def drawn_by_the_job(database: Database, users: list[UserId]) -> list[int]:
    """Return the playing time to everybody's first moment in an event of its own."""
    event = Event(await open_hall(database, *users))
    hall, no = event.hall, event.hall.media_no
    event.arrive(*users)
    await event.begin()
    await event.put(GAPS)
    for user_id in users:
        event.playing.note(no, user_id, hall.now_ms, hall.now_ms + 1_000, hall.now_ms + 1_000)
    hall.wait(1_000)
    await plan_job.run_once(hall.db, hall.hub, event.playing, hall.clock)
    draws = await database.read(lambda conn: check_plans.draws_of(conn, no))
    return [(draws[user_id].due_played_ms or 0) - 1_000 for user_id in users]


def chi_square(one: list[int], other: list[int]) -> float:
    """Return how far pairs of binned moments are from independent; with 49 degrees of freedom, some 49 is usual."""
    together, first, second = Counter(zip(one, other, strict=True)), Counter(one), Counter(other)
    return sum(
        (together[a, b] - first[a] * second[b] / len(one)) ** 2 / (first[a] * second[b] / len(one))
        for a in first
        for b in second
    )


def test_the_measure_sees_what_it_looks_for() -> None:
    moments = [moment * BINS // (HIGH + 1) for moment in drawn(GAPS, 1_000, seed=9)]
    leaked = [moment if at % 5 else 0 for at, moment in enumerate(moments)]
    assert permutation_p(moments, leaked) < 0.01
