"""Many who ask at the same time share a call that began after each of them asked."""

import asyncio
from collections.abc import Sequence

import pytest

from rollcall.base.together import Together


async def test_what_is_asked_while_an_answer_is_under_way_shares_the_next_one() -> None:
    calls: list[list[int]] = []
    go_on = asyncio.Event()

    async def double(numbers: Sequence[int]) -> list[int]:
        calls.append(list(numbers))
        await go_on.wait()
        return [2 * number for number in numbers]

    together = Together(double, at_once=3)
    first = asyncio.create_task(together.ask(1))
    while not calls:
        await asyncio.sleep(0)
    later = [asyncio.create_task(together.ask(number)) for number in (2, 3, 4, 5)]
    await asyncio.sleep(0)
    go_on.set()
    assert await asyncio.gather(first, *later) == [2, 4, 6, 8, 10]
    assert calls == [[1], [2, 3, 4], [5]]


async def test_a_failed_call_is_told_to_those_who_asked_and_not_to_the_next() -> None:
    async def invert(numbers: Sequence[float]) -> list[float]:
        return [1 / number for number in numbers]

    together = Together(invert, at_once=2)
    told = await asyncio.gather(*map(together.ask, (2, 0, 4)), return_exceptions=True)
    assert [type(one) for one in told] == [ZeroDivisionError, ZeroDivisionError, float]
    assert await together.ask(8) == 0.125


async def test_who_went_away_takes_nothing_from_the_others() -> None:
    async def same(texts: Sequence[str]) -> Sequence[str]:
        await asyncio.sleep(0)
        return texts

    together = Together(same, at_once=10)
    gone, stays = asyncio.create_task(together.ask("gone")), asyncio.create_task(together.ask("stays"))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays == "stays"
    with pytest.raises(asyncio.CancelledError):
        await gone
