"""Webhooks in a hall: who asked for what, and a courier whose clock is set by the test."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Row, select

from rollcall.actions import webhooks as actions
from rollcall.actions.webhooks import NewWebhook
from rollcall.domain.webhooks.addresses import read_networks
from rollcall.domain.webhooks.kinds import Format
from rollcall.jobs.posting import Poster
from rollcall.jobs.webhooks import Courier
from rollcall.store import tables
from rollcall.store.database import Database
from rollcall.store.webhooks import Webhook
from rollcall.wire.notices import SHAPES, Notice
from tests.hall import Hall, SetClock
from tests.receiver import Received, Receiver, receiving

LOOPBACK = read_networks(["127.0.0.0/8"])


@dataclass
class Desk:
    """A hall, a receiver, and the courier between them."""

    hall: Hall
    receiver: Receiver
    courier: Courier
    webhook: Webhook
    secret: str

    async def send(self, ms: int = 0) -> list[str]:
        """Let time pass and everything due be sent; return the types that have come, in their order."""
        self.hall.wait(ms)
        known = len(self.receiver.got)
        await self.courier.run_once()
        await self.courier.idle()
        return [_type_of(received) for received in self.receiver.got[known:]]

    async def log(self) -> list[tuple[str, int, int | None, str | None]]:
        """Return state, attempts, status and error of every delivery."""
        return [(row.state, row.attempts, row.status, row.error) for row in await self.rows()]

    async def rows(self) -> Sequence[Row[Any]]:
        query = select(tables.deliveries).order_by(tables.deliveries.c.no)
        return await self.hall.db.read(lambda conn: conn.execute(query).all())


def _type_of(received: Received) -> str:
    """Return the type of a notice, which has exactly the shape that the description gives it."""
    type_: str = received.json()["type"]
    shape = Notice[SHAPES[type_]]  # type: ignore[valid-type]
    assert msgspec.to_builtins(msgspec.json.decode(received.body, type=shape)) == received.json()
    return type_


@asynccontextmanager
async def working(db: Database, clock: SetClock, node: str = "main") -> AsyncIterator[Courier]:
    """Run a courier that draws no jitter."""
    courier = Courier(db, clock, node, Poster(LOOPBACK, clock.now_ms), lambda: 0.0)
    await courier.begin()
    try:
        yield courier
    finally:
        await courier.close()


async def subscribe(
    hall: Hall, url: str, *types: str, format_: Format = "v1", active: bool = True
) -> tuple[Webhook, str]:
    """Make a webhook of the hall's project; without types for all of them."""
    new = NewWebhook(url=url, format=format_, types=types or None, title=None, active=active)
    return await actions.create_webhook(hall.db, hall.project_no, new, LOOPBACK, "test", hall.now_ms)


@asynccontextmanager
async def at_a_desk(hall: Hall, *types: str, format_: Format = "v1") -> AsyncIterator[Desk]:
    """Have a webhook of these types, and its receiver."""
    async with receiving() as receiver, working(hall.db, hall.clock) as courier:
        webhook, secret = await subscribe(hall, receiver.url, *types, format_=format_)
        yield Desk(hall, receiver, courier, webhook, secret)


async def count(hall: Hall, table: str) -> int:
    query = select(tables.metadata.tables[table].c.no)
    return len(await hall.db.read(lambda conn: conn.execute(query).all()))
