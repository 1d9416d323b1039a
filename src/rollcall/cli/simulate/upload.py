"""Sends what a dead browser left in its journal, by the upload key of its play, as a reopened page does."""

import asyncio
from collections.abc import Callable

import aiohttp

from rollcall.cli.simulate.life import Leftover
from rollcall.cli.simulate.line import Address
from rollcall.cli.simulate.page.clock import Clocks
from rollcall.wire import viewer_out
from rollcall.wire.exchange import Upload

TURNS = 20
ENVELOPES_AT_ONCE = 20
AGAIN_S = 1.0


async def upload(to: Address, media: str, left: Leftover, clocks: Clocks, now_ms: Callable[[], int]) -> int:
    """Send all rows of a dead play; return how many could not be stored."""
    player, play = left.player, left.play
    player.revive(clocks, now_ms())
    for _ in range(TURNS):
        envelopes = player.unsent(play.id, now_ms()) or [player.answer(play.id, now_ms())]
        try:
            answer = await to.post(
                f"/embed/{media}/evidence", Upload(play, list(envelopes[:ENVELOPES_AT_ONCE]))
            )
        except (aiohttp.ClientError, OSError, TimeoutError):
            player.send_again(1)
            await asyncio.sleep(AGAIN_S)
            continue
        for message in answer.messages:
            match message:
                case viewer_out.TickOut():
                    player.tick(message, now_ms())
                case viewer_out.Ack():
                    player.acknowledged(message.durable)
                case viewer_out.Gap():
                    player.send_again(message.expected)
                case _:
                    await asyncio.sleep(AGAIN_S)
        if not player.waiting:
            return 0
    return player.waiting
