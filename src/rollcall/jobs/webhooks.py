"""Each second: notes what has changed, makes deliveries of what waits, and sends what is due.

A webhook is served by one task at a time, oldest first, so a healthy receiver gets notices in their order, and one that
is slow holds up only itself. After a bad attempt it rests until the next look. What is claimed when the process dies is
sent again after its next start, under the same id.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from rollcall.actions import spreading, telling
from rollcall.base import metrics
from rollcall.base.clock import Clock
from rollcall.base.together import Together
from rollcall.domain.webhooks.retries import GIVE_UP_MS, is_accepted, wait_ms
from rollcall.domain.webhooks.signature import headers
from rollcall.jobs.posting import ANSWER_WITHIN_S, Answer, Poster
from rollcall.render.notices import encode
from rollcall.store import deliveries, delivery_log
from rollcall.store.database import Connection, Database
from rollcall.store.deliveries import Outcome, Parcel

PERIOD_S: Final = 1.0
TIDY_PERIOD_S: Final = 600.0
LEAVE_WITHIN_S: Final = 2.0
MOST_AT_ONCE: Final = 64  # webhooks served at the same time
BATCH: Final = 10
CLAIM_MS: Final = BATCH * ANSWER_WITHIN_S * 1000 + 30_000
KEPT_MS: Final = 7 * 24 * 3600 * 1000
MOST_KEPT: Final = 10_000  # finished deliveries of a webhook
log = logging.getLogger(__name__)


class Courier:
    """The deliveries of one node: `begin` before `run_once` each second, `close` at the end."""

    def __init__(
        self, db: Database, clock: Clock, node: str, poster: Poster, jitter: Callable[[], float]
    ) -> None:
        self._db = db
        self._clock = clock
        self._node = node
        self._poster = poster
        self._jitter = jitter
        self._served: dict[int, asyncio.Task[None]] = {}
        self._leaving = False
        self._outcomes: Together[Outcome, None] = Together(self._store, MOST_AT_ONCE)

    async def begin(self) -> None:
        """Give back what this node had claimed when it last ended."""
        await self._db.write(lambda conn: deliveries.release(conn, self._node))

    async def run_once(self) -> None:
        """Bring everything one step further; sending goes on in tasks."""
        now_ms = self._clock.now_ms()
        if await self._db.read(lambda conn: telling.has_changes(conn, now_ms)):
            await self._db.write(lambda conn: telling.note_changes(conn, now_ms))
        if await self._db.read(spreading.has_waiting):
            await self._db.write(lambda conn: spreading.spread(conn, now_ms))
        free = MOST_AT_ONCE - len(self._served)
        busy = tuple(self._served)
        for webhook_no in await self._db.read(
            lambda conn: deliveries.due_webhooks(conn, now_ms, busy, free) if free else []
        ):
            self._serve(webhook_no)

    async def tidy(self) -> None:
        """Give up what has waited too long, and delete what the log need not keep. Run it every `TIDY_PERIOD_S`."""
        now_ms = self._clock.now_ms()
        await self._db.write(lambda conn: delivery_log.give_up(conn, now_ms - GIVE_UP_MS, "given_up"))
        while await self._db.write(lambda conn: delivery_log.forget(conn, now_ms - KEPT_MS, MOST_KEPT)):
            pass

    async def idle(self) -> None:
        """Return when nothing is being sent."""
        while self._served:
            await asyncio.wait(list(self._served.values()))

    async def close(self) -> None:
        """Let requests end that are under way; what takes too long is broken off, to be sent again after a start."""
        self._leaving = True
        tasks = list(self._served.values())
        if tasks:
            await asyncio.wait(tasks, timeout=LEAVE_WITHIN_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._poster.close()

    def _serve(self, webhook_no: int) -> None:
        task = asyncio.create_task(self._send_due(webhook_no))
        self._served[webhook_no] = task
        task.add_done_callback(partial(self._done, webhook_no))

    def _done(self, webhook_no: int, task: asyncio.Task[None]) -> None:
        del self._served[webhook_no]
        if not task.cancelled() and task.exception() is not None:
            log.error("Deliveries failed; they are tried again", exc_info=task.exception())

    async def _send_due(self, webhook_no: int) -> None:
        """Send batch after batch while all goes well."""
        while numbers := await self._db.write(partial(self._claim, webhook_no)):
            for done, number in enumerate(numbers, start=1):
                went_well = await self._send(number)
                if self._leaving or not went_well:
                    await self._db.write(partial(self._release, numbers[done:]))
                    return

    def _claim(self, webhook_no: int, conn: Connection) -> list[int]:
        now_ms = self._clock.now_ms()
        return deliveries.claim(conn, webhook_no, self._node, now_ms, now_ms + CLAIM_MS, BATCH)

    def _release(self, numbers: Sequence[int], conn: Connection) -> None:
        deliveries.release(conn, self._node, numbers)

    async def _send(self, number: int) -> bool:
        """Make one attempt; tell whether the receiver took it."""
        now_ms = self._clock.now_ms()
        parcel = await self._db.read(lambda conn: deliveries.find_parcel(conn, number, now_ms))
        if parcel is None:
            await self._db.write(partial(self._release, [number]))
            return False
        kind, body = encode(parcel.format, parcel.code, parcel.kind, parcel.at_ms, parcel.data)
        signed = headers(parcel.secrets, parcel.code, self._clock.now_s(), body)
        answer = await self._poster.post(parcel.url, body, {**signed, "Content-Type": kind})
        outcome = self._outcome(parcel, answer)
        metrics.webhook_attempt(outcome.error or "delivered")
        await self._outcomes.ask(outcome)
        return outcome.state == "delivered"

    def _outcome(self, parcel: Parcel, answer: Answer) -> Outcome:
        now_ms, attempts = self._clock.now_ms(), parcel.attempts + 1
        state: deliveries.State = "delivered"
        due_ms = error = None
        if answer.status is None or not is_accepted(parcel.format, answer.status):
            wait = wait_ms(parcel.format, attempts, self._jitter())
            state, due_ms = ("failed", None) if wait is None else ("pending", now_ms + wait)
            error = answer.error or "not_accepted"
        return Outcome(parcel.no, state, attempts, due_ms, now_ms, answer.status, error, answer.took_ms)

    async def _store(self, outcomes: Sequence[Outcome]) -> Sequence[None]:
        await self._db.write(lambda conn: deliveries.finish(conn, outcomes))
        return [None] * len(outcomes)
