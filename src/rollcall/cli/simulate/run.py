"""One simulation from beginning to end: prepare, let everybody attend, read the statistics, compare."""

import asyncio
from dataclasses import dataclass

import aiohttp

from rollcall.cli.api_client import Api
from rollcall.cli.simulate import stage
from rollcall.cli.simulate.comparison import Comparison, compare
from rollcall.cli.simulate.script import PersonScript, write_scripts
from rollcall.cli.simulate.tab import Tab, World
from rollcall.cli.simulate.tally import Tally, Truth

SETTLE_S = 1.5


@dataclass(frozen=True, slots=True)
class Simulation:
    """What to simulate. Without `media` a fresh one is made, with two sessions and a check."""

    url: str
    key: str
    media: str | None
    people: int
    length_s: int
    seed: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened and how well the statistics know it."""

    media: str
    tabs: int
    tally: Tally
    comparison: Comparison


async def simulate_event(wanted: Simulation) -> Outcome:
    """Run the simulation. Raises CallFailed when the server refuses a call of the API."""
    people = write_scripts(wanted.people, wanted.length_s * 1000, wanted.seed)
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=30)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as http:
        api = Api(http, wanted.url.rstrip("/"), wanted.key)
        return await _attend(api, wanted, people)


async def _attend(api: Api, wanted: Simulation, people: list[PersonScript]) -> Outcome:
    media = wanted.media or await stage.make_media(api)
    await stage.register(api, media, people)
    tabs = [(person, tab) for person in people for tab in person.tabs]
    grants = await stage.grants(api, media, (person.user_id for person, _ in tabs))
    clock = await stage.read_server_clock(api, media)
    start_ms = clock.now_ms() + stage.START_DELAY_MS
    if wanted.media is None:
        await stage.schedule(api, media, start_ms, wanted.length_s * 1000)
    tally, truths = Tally(), {person.user_id: Truth() for person in people}
    world = World(api.http, api.base_url, media, start_ms, clock.now_ms, tally)
    running = [
        Tab(world, person, script, grant, truths[person.user_id]).run()
        for (person, script), grant in zip(tabs, grants, strict=True)
    ]
    await asyncio.gather(*running)
    await asyncio.sleep(SETTLE_S)
    statistics = await api.call("GET", f"/media/{media}/statistics")
    return Outcome(media, len(tabs), tally, compare(statistics, truths))
