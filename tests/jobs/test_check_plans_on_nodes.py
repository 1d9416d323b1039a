"""Check plans where two nodes serve one PostgreSQL: each control asks everybody once, on whichever node they are."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import pytest

from rollcall.domain.checks.draws import BEGUN
from rollcall.domain.checks.plan import Plan
from rollcall.domain.ids import UserId
from rollcall.jobs import check_plans as plan_job
from rollcall.jobs import prompts as prompt_job
from rollcall.live.arrivals import Arrivals
from rollcall.live.hub import Hub
from rollcall.store import check_plans
from rollcall.store.database import Database, open_database
from tests.hall import T0, Hall, open_hall
from tests.planned import PLAN, SECOND, Event

COMMON = replace(PLAN, per_participant=False)
PEOPLE = ("anna", "boris", "clara", "david", "elena", "fjodor")
WIDEST = 20  # half of the shortest gap
PARTS = replace(COMMON, per_session=3)
Asked = dict[str, list[tuple[str, int]]]


@pytest.fixture
def databases(postgres_url: str) -> Iterator[list[Database]]:
    """Open the same database twice, as two nodes do."""

    def fatal(error: BaseException) -> None:
        raise error

    with (
        closing(open_database(postgres_url, fatal)) as one,
        closing(open_database(postgres_url, fatal)) as two,
    ):
        yield [one, two]


class Node(Event):
    """One node: its own connections to the database, its own people and what it remembers of them."""

    def __init__(self, hall: Hall, db: Database, seed: int) -> None:
        super().__init__(replace(hall, db=db, hub=Hub(), arrivals=Arrivals()), seed)

    async def look(self) -> None:
        """Do what a node does each second."""
        hall = self.hall
        await plan_job.run_once(hall.db, hall.hub, self.playing, hall.clock, self.source.randint)
        await prompt_job.run_once(hall.db, hall.hub, hall.clock, hall.arrivals)

    def take(self, other: "Node") -> None:
        """Take the people of a node that has died."""
        self.arrive(*other.screens)


async def live(nodes: list[Node], seconds: int, asked: Asked) -> None:
    """Let seconds pass on all nodes at once; everybody plays on and answers what is new to them."""
    for _ in range(seconds):
        at_ms = nodes[0].hall.now_ms
        for node in nodes:
            for user_id in node.screens:
                node.playing.note(node.hall.media_no, UserId(user_id), at_ms, at_ms + SECOND, at_ms + SECOND)
        nodes[0].hall.wait(SECOND)
        await asyncio.gather(*(node.look() for node in nodes))
        for node in nodes:
            await answer(node, asked)


async def answer(node: Node, asked: Asked) -> None:
    for user_id, screen in node.screens.items():
        for message in screen.got:
            if message["type"] == "prompt":
                second = (node.hall.now_ms - T0) // SECOND
                asked.setdefault(user_id, []).append((message["check"], second))
                await node.hall.mark(user_id, message["check"], "shown", "answered")
        screen.got.clear()


async def open_nodes(databases: list[Database], plan: Plan, length_s: int | None, *people: str) -> list[Node]:
    """Two nodes under a plan; the first half of the people is connected to the first."""
    hall = await open_hall(databases[0], *people)
    nodes = [Node(hall, database, seed) for seed, database in enumerate(databases)]
    half = len(people) // 2
    nodes[0].arrive(*people[:half])
    nodes[1].arrive(*people[half:])
    await nodes[0].begin(length_s)
    await nodes[0].put(plan)
    return nodes


def assert_each_once(asked: Asked, people: tuple[str, ...]) -> set[str]:
    """Everybody had each control once, all within the widest delay; return the controls."""
    assert set(asked) == set(people)
    moments: dict[str, list[int]] = {}
    for user_id, prompts in asked.items():
        assert max(Counter(check for check, _ in prompts).values()) == 1, (user_id, prompts)
        for check, second in prompts:
            moments.setdefault(check, []).append(second)
    assert {len(seconds) for seconds in moments.values()} == {len(people)}
    assert all(max(seconds) - min(seconds) <= WIDEST + 1 for seconds in moments.values())
    return set(moments)


async def until_calm(nodes: list[Node], asked: Asked) -> None:
    """Go on until nobody has been asked for longer than the widest delay."""
    quiet = 0
    while quiet <= WIDEST:
        before = sum(map(len, asked.values()))
        await live(nodes, 1, asked)
        quiet = 0 if sum(map(len, asked.values())) > before else quiet + 1


async def test_a_common_moment_asks_the_people_of_every_node_once(databases: list[Database]) -> None:
    nodes = await open_nodes(databases, COMMON, None, *PEOPLE)
    asked: Asked = {}
    await live(nodes, 130, asked)
    await until_calm(nodes, asked)
    assert len(assert_each_once(asked, PEOPLE)) >= 2


async def test_a_common_moment_in_each_part_asks_the_people_of_every_node_once(
    databases: list[Database],
) -> None:
    nodes = await open_nodes(databases, PARTS, 240, *PEOPLE)
    asked: Asked = {}
    await live(nodes, 240, asked)
    assert len(assert_each_once(asked, PEOPLE)) == 3


async def test_a_node_without_people_advances_the_moment_for_the_other(databases: list[Database]) -> None:
    hall = await open_hall(databases[0], "boris")
    nodes = [Node(hall, database, seed) for seed, database in enumerate(databases)]
    nodes[1].arrive("boris")
    await nodes[0].begin()
    await nodes[0].put(COMMON)
    asked: Asked = {}
    await live(nodes, 130, asked)
    assert len(asked["boris"]) >= 2


@pytest.mark.parametrize("dies", [0, 1])
@pytest.mark.parametrize("after_s", [0, 1, 5, 10])
async def test_a_node_that_dies_during_a_control_leaves_it_to_the_other(
    databases: list[Database], dies: int, after_s: int
) -> None:
    people = ("anna", "boris", "clara", "david")
    nodes = await open_nodes(databases, COMMON, None, *people)
    asked: Asked = {}
    while not await begun(databases[0], nodes[0].hall):
        await live(nodes, 1, asked)
    await live(nodes, after_s, asked)
    rest = nodes[1 - dies]
    rest.take(nodes[dies])
    await live([rest], WIDEST + 1, asked)
    assert len(assert_each_once(asked, people)) == 1


async def begun(database: Database, hall: Hall) -> bool:
    draws = await database.read(lambda conn: check_plans.draws_of(conn, hall.media_no))
    return BEGUN in draws


async def test_a_node_that_advances_and_dies_at_once_leaves_the_moment_to_the_other(
    databases: list[Database],
) -> None:
    """The first node alone sees the moment come; its own people never hear of it there."""
    nodes = await open_nodes(databases, COMMON, None, "anna", "boris")
    asked: Asked = {}
    while not await begun(databases[0], nodes[0].hall):
        await live(nodes[:1], 1, asked)
    for screen in nodes[0].screens.values():
        screen.got.clear()
    nodes[1].take(nodes[0])
    await live(nodes[1:], WIDEST + 1, asked)
    assert len(assert_each_once(asked, ("anna", "boris"))) == 1


@pytest.mark.parametrize("plan", [COMMON, PLAN], ids=["common", "personal"])
async def test_who_is_on_both_nodes_is_drawn_by_one_of_them(databases: list[Database], plan: Plan) -> None:
    """A whole look of the first node falls between what the second reads and what it writes."""
    hall = await open_hall(databases[0], "anna")
    nodes = [Node(hall, database, seed) for seed, database in enumerate(databases)]
    for node in nodes:
        node.arrive("anna")
    await nodes[0].begin()
    await nodes[0].put(plan)
    overtaken = Overtaken(nodes[0], seed=3)
    asked: Asked = {}
    for _ in range(130):
        at_ms = hall.now_ms
        for node in nodes:
            node.playing.note(hall.media_no, UserId("anna"), at_ms, at_ms + SECOND, at_ms + SECOND)
        hall.wait(SECOND)
        await plan_job.run_once(
            databases[1], nodes[1].hall.hub, nodes[1].playing, hall.clock, overtaken.randint
        )
        for node in nodes:
            await answer(node, asked)
    assert overtaken.times >= 3
    checks = Counter(check for check, _ in asked["anna"])
    assert len(checks) >= 2
    assert max(checks.values()) == 1


class Overtaken:
    """A source of chance: while a node draws from it, another node looks and is done."""

    def __init__(self, other: Node, seed: int) -> None:
        self._other, self._source = other, random.Random(seed)
        self.times = 0

    def randint(self, low: int, high: int) -> int:
        """Return a number after the other node has looked."""
        self.times += 1
        with ThreadPoolExecutor(1) as beside:
            beside.submit(lambda: asyncio.run(self._other.look())).result()
        return self._source.randint(low, high)
