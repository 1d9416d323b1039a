"""Runs what takes long in a thread that ends with the process, so that a server may end in the middle of it.

The threads of a pool are waited for at the end, whatever they are at.
"""

import asyncio
import contextlib
from collections.abc import Callable
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


async def apart(work: Callable[[], T]) -> T:
    """Return what `work` returns or raise what it raises; cancelled, it goes on and nobody hears of it."""
    loop = asyncio.get_running_loop()
    told: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        try:
            answer = work()
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits
            tell(told.set_exception, error)
        else:
            tell(told.set_result, answer)

    def tell(say: Callable[..., None], what: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(lambda: None if told.done() else say(what))

    Thread(target=run, name="rollcall-apart", daemon=True).start()
    return await told
