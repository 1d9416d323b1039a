"""One simulation from beginning to end: prepare, let everybody attend, read the statistics, compare."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import aiohttp

from rollcall.cli.api_client import Api
from rollcall.cli.simulate import stage
from rollcall.cli.simulate.comparison import Comparison, compare
from rollcall.cli.simulate.line import Address
from rollcall.cli.simulate.proxy import FaultProxy, Faults
from rollcall.cli.simulate.script import write_scripts
from rollcall.cli.simulate.script.values import PersonScript
from rollcall.cli.simulate.tab import Tab, World
from rollcall.cli.simulate.tally import Tally, Truth
from rollcall.cli.simulate.tricks import Tape

SETTLE_S = 1.5


@dataclass(frozen=True, slots=True)
class Simulation:
    """What to simulate. Without `media` a fresh event is made, with two sessions in each hall and a check.

    With `faults` all players (not the calls of the API) go through a proxy that has them, from address `source`.
    """

    url: str
    key: str
    media: str | None
    people: int
    length_s: int
    seed: int
    behaviours: Sequence[str] = ("mixed",)
    faults: Faults | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened and how well the statistics know it. `faults` counts what the proxy did."""

    event: str
    tabs: int
    tally: Tally
    comparison: Comparison
    people: Mapping[str, int] = field(default_factory=dict)
    faults: Mapping[str, int] = field(default_factory=dict)


async def simulate_event(wanted: Simulation, started: asyncio.Event | None = None) -> Outcome:
    """Run the simulation; `started` is set when all is prepared and people come.

    Raises CallFailed when the server refuses a call of the API.
    """
    started = started or asyncio.Event()
    people = write_scripts(wanted.people, wanted.length_s * 1000, wanted.seed, wanted.behaviours)
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=30)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as http:
        api = Api(http, wanted.url.rstrip("/"), wanted.key)
        if wanted.faults is None:
            return await _attend(api, wanted, people, started, None)
        async with FaultProxy(api.base_url, wanted.faults, wanted.seed, wanted.source) as proxy:
            return await _attend(api, wanted, people, started, proxy)


async def _attend(
    api: Api, wanted: Simulation, people: list[PersonScript], started: asyncio.Event, proxy: FaultProxy | None
) -> Outcome:
    staged = await stage.prepare(api, wanted.media, people)
    tabs = [(person, tab) for person in people for tab in person.tabs]
    grants = await stage.grants(api, [(staged.hall(tab.hall), person.user_id) for person, tab in tabs])
    clock = await stage.read_server_clock(api, staged.halls[0])
    start_ms = clock.now_ms() + stage.START_DELAY_MS
    if wanted.media is None:
        await stage.schedule(api, staged, start_ms, wanted.length_s * 1000)
    tally, truths = Tally(), {person.user_id: Truth() for person in people}
    address = Address(api.http, api.base_url, proxy.url if proxy else None)
    world = World(address, staged.halls, start_ms, clock.now_ms, tally)
    tapes = {person.user_id: Tape() for person in people}
    running = [
        Tab(world, person, script, grant, truths[person.user_id], tapes[person.user_id]).run()
        for (person, script), grant in zip(tabs, grants, strict=True)
    ]
    started.set()
    await asyncio.gather(*running)
    await asyncio.sleep(SETTLE_S)
    statistics = await api.call("GET", f"/events/{staged.event}/statistics")
    return Outcome(
        staged.event,
        len(tabs),
        tally,
        compare(statistics, people, truths),
        Counter(person.behaviour for person in people),
        dict(proxy.counts) if proxy else {},
    )
