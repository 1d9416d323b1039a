"""A receiver of notices as an organiser would run one: a real HTTP server on the loopback that notes what it gets."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web


@dataclass(frozen=True)
class Received:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def form(self) -> dict[str, str]:
        return {
            name: value for name, (value,) in parse_qs(self.body.decode(), keep_blank_values=True).items()
        }


@dataclass
class Receiver:
    """What has come, and what is answered."""

    url: str = ""
    port: int = 0
    got: list[Received] = field(default_factory=list)
    answer: Callable[[], web.StreamResponse] = web.Response

    def fail(self, status: int = 500, **headers: str) -> None:
        """Answer so from now on."""
        self.answer = lambda: web.Response(status=status, headers=headers)

    def types(self) -> list[str]:
        """Return the types of what has come in v1."""
        return [received.json()["type"] for received in self.got]


@asynccontextmanager
async def receiving(host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Receiver]:
    """Run a receiver."""
    receiver = Receiver()

    async def take(request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        receiver.got.append(Received(request.path_qs, headers, await request.read()))
        return receiver.answer()

    app = web.Application(client_max_size=10**7)
    app.router.add_route("*", "/{tail:.*}", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    await site.start()
    receiver.port = runner.addresses[0][1]
    receiver.url = f"http://{host}:{receiver.port}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()
