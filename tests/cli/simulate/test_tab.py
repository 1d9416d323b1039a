"""A tab and its page: what the network does is not what the page does."""

import asyncio
from typing import Any, cast

import pytest

from rollcall.cli.simulate.line import Address
from rollcall.cli.simulate.script import write_scripts
from rollcall.cli.simulate.tab import Tab, World
from rollcall.cli.simulate.tally import Tally, Truth
from rollcall.cli.simulate.tricks import Tape


async def test_the_page_is_looked_at_while_a_connection_takes_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[int] = []
    enough = asyncio.Event()
    world = World(cast("Address", None), ("AAAAAAAA",), 0, lambda: len(looked) * 1_000, Tally())
    (person,) = write_scripts(1, 60_000, 1, ("plain",))
    tab = Tab(world, person, person.tabs[0], "grant", Truth(), Tape())

    def look(now_ms: int) -> None:
        looked.append(now_ms)
        if len(looked) == 40:
            enough.set()

    monkeypatch.setattr(tab._life, "do_due", look)
    monkeypatch.setattr(tab, "_wait_s", lambda: 0.0)

    async def connects() -> Any:
        await enough.wait()
        return "line"

    assert await tab._living_on(connects()) == "line"
    assert looked[:40] == [second * 1_000 for second in range(40)]
