"""Work that comes round: named, jittered so that nothing aligns, logged when it fails, never ended by a failure."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable

JITTER = 0.1
log = logging.getLogger(__name__)


async def every(period_s: float, name: str, work: Callable[[], Awaitable[object]]) -> None:
    """Do `work` each `period_s` (± 10 %) until cancelled. One that fails is logged and tried again next time."""
    while True:
        await asyncio.sleep(period_s * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311 - no secret
        try:
            await work()
        except Exception:
            log.exception("%s failed; it is tried again", name)
