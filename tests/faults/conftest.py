"""A server of its own for every fault test, so that it may be killed, with one event."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.running import RunningServer
from tests.server.conftest import Event, make_event


@pytest.fixture
async def event(server: RunningServer) -> AsyncIterator[Event]:
    """Return an event with an open session on a server that the test may kill."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as http:
        event = await make_event(server, http)
        await event.api.call("POST", f"/media/{event.media}/sessions", {"title": "Блок 1"})
        yield event
