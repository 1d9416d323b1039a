"""Turns: how many work at once, whose turn comes next, and what becomes of a turn that is given up."""

import asyncio
from functools import partial

import pytest

from rollcall.base.turns import Turns


class Place:
    """Work that goes on until it is let go; `at` names what is done at this moment."""

    def __init__(self, at_once: int) -> None:
        self.turns = Turns(at_once)
        self.at: list[str] = []
        self._ends: dict[str, asyncio.Event] = {}
        self.asked: dict[str, asyncio.Task[str]] = {}

    async def ask(self, *names: str) -> None:
        """Ask for a turn for each; the first letter is the owner."""
        for name in names:
            self._ends[name] = asyncio.Event()
            self.asked[name] = asyncio.create_task(self.turns.take(name[0], partial(self._work, name)))
            await settle()

    async def end(self, name: str) -> None:
        self._ends[name].set()
        await settle()

    async def _work(self, name: str) -> str:
        self.at.append(name)
        await self._ends[name].wait()
        self.at.remove(name)
        return name


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_few_are_at_work_and_no_owner_twice() -> None:
    place = Place(2)
    await place.ask("a1", "a2", "a3", "b1", "c1")
    assert place.at == ["a1", "b1"]
    await place.end("a1")
    assert place.at == ["b1", "c1"]  # a2 asked for its turn when a1 was done
    await place.end("c1")
    assert place.at == ["b1", "a2"]
    assert [await place.asked[name] for name in ("a1", "c1")] == ["a1", "c1"]


async def test_who_gives_up_while_waiting_never_begins() -> None:
    place = Place(1)
    await place.ask("a1", "b1", "c1")
    place.asked["b1"].cancel()
    await place.end("a1")
    assert place.at == ["c1"]
    with pytest.raises(asyncio.CancelledError):
        await place.asked["b1"]


async def test_who_gives_up_at_work_keeps_the_turn_until_it_is_done() -> None:
    place = Place(1)
    await place.ask("a1", "b1", "a2")
    place.asked["a1"].cancel()
    await settle()
    assert place.asked["a1"].cancelled()
    assert place.at == ["a1"]
    await place.end("a1")
    assert place.at == ["b1"]
    await place.end("b1")
    assert place.at == ["a2"]


async def test_a_failure_comes_back_and_ends_the_turn() -> None:
    turns = Turns(1)

    async def fail() -> None:
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            await turns.take("a", fail)
    async with turns.of("b"):
        pass
