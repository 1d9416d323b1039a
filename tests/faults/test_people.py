"""People of every kind attend one event at once: the record knows the honest to the second and pays no cheat.

Halls, tabs and devices (F12, F13), clocks (F11), rates and loops (F14), scripts without media, frozen and random
positions (F26, F27), replays (F29), claims of time before and after (F30) over real connections, and in another event
the worst network (F6, here by the proxy, whose loss is stalls; `make soak` drops real packets where it may). A second
server is killed under two hundred more and started again (F7). All at the same time, because it takes as long as it
takes.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from rollcall.cli.simulate import find_faults
from rollcall.cli.simulate.proxy import PROFILES
from rollcall.cli.simulate.run import Outcome, Simulation, simulate_event
from rollcall.cli.simulate.script import BEHAVIOURS, GROUPS
from tests.means import Means
from tests.running import RunningServer

BOUND_MS = 1_000
SECONDS = 25
KILLED_AFTER_S = 8
# As in the long form, but dark for five seconds of every twenty: twice while they watch.
BAD_NETWORK = replace(PROFILES["blackouts"], blackout_every_ms=20_000)
ON_BAD_NETWORK = ("mixed", "plain", "roaming", "pauses")
ON_BAD_NETWORK_PEOPLE = 10
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("people")]


@dataclass(frozen=True)
class Attended:
    everybody: Outcome
    badly_connected: Outcome
    restarted: Outcome


@pytest.fixture(scope="module")
def attended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attended]:
    servers = [RunningServer(tmp_path_factory.mktemp("people") / "data") for _ in range(2)]
    for server in servers:
        server.start()
    try:
        yield asyncio.run(_attend(*servers))
    finally:
        for server in servers:
            server.stop()


async def _attend(steady: RunningServer, killed: RunningServer) -> Attended:
    everybody = _event(steady, tuple(BEHAVIOURS), 3)
    badly = replace(_event(steady, ON_BAD_NETWORK, ON_BAD_NETWORK_PEOPLE), faults=BAD_NETWORK)
    started = asyncio.Event()
    async with asyncio.timeout(300):
        *outcomes, _ = await asyncio.gather(
            simulate_event(everybody),
            simulate_event(badly),
            simulate_event(_event(killed, ("mixed",), 200), started),
            _kill_and_start(killed, started),
        )
    return Attended(*outcomes)


def _event(server: RunningServer, behaviours: tuple[str, ...], people: int) -> Simulation:
    return Simulation(server.url, server.key, None, people * len(behaviours), SECONDS, 11, behaviours)


async def _kill_and_start(server: RunningServer, started: asyncio.Event) -> None:
    await started.wait()
    await asyncio.sleep(KILLED_AFTER_S)
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)


def errors(outcome: Outcome, *behaviours: str) -> dict[str, int]:
    return {name: outcome.comparison.of(name).at_rank(100) for name in behaviours}


def test_everybody_gets_what_is_theirs_and_every_row_reaches_the_disk(attended: Attended) -> None:
    assert find_faults(attended.everybody, BOUND_MS) == []
    assert attended.everybody.comparison.confirmed > 30


def test_the_honest_are_known_to_the_second(attended: Attended) -> None:
    exact = [name for name in GROUPS["honest"] if not BEHAVIOURS[name].slack_ms]
    assert {"tabs", "halls", "drifting", "rates", "looping", "hidden", "offline"} <= set(exact)
    worst = errors(attended.everybody, *exact)
    assert max(worst.values()) <= BOUND_MS, worst
    assert errors(attended.everybody, "wrong-rate")["wrong-rate"] <= 5_000


def test_no_cheat_is_paid_more_than_it_watched_or_than_it_was_there(attended: Attended) -> None:
    worst = errors(attended.everybody, *GROUPS["cheating"])
    assert max(worst.values()) <= BOUND_MS, worst


def test_a_network_that_loses_a_fifth_and_goes_dark_costs_nobody_a_second(
    attended: Attended, means: Means
) -> None:
    outcome = attended.badly_connected
    means("F6 packet loss", "stalls of the fault proxy", stands_in_for="dropped packets: see `make soak`")
    assert outcome.faults
    assert find_faults(outcome, BOUND_MS) == []
    assert outcome.comparison.at_rank(100) <= BOUND_MS


def test_a_server_killed_under_two_hundred_people_loses_nothing_and_all_are_back(attended: Attended) -> None:
    outcome = attended.restarted
    assert find_faults(outcome, BOUND_MS) == []
    assert len(outcome.tally.back_ms) >= 150
    assert outcome.tally.acks > 200
    assert outcome.comparison.confirmed > 100
    assert outcome.comparison.watched_ms > 200 * 10_000
