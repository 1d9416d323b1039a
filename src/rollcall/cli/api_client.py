"""A client of the HTTP API for commands that act as an organiser's site does: simulations, the demo, benchmarks."""

from datetime import datetime
from typing import Any

import aiohttp

from rollcall.domain.errors import RollcallError
from rollcall.wire.moments import to_ms

BATCH_ROWS = 10_000


class CallFailed(RollcallError):
    """Raised when the server refuses a call."""

    code = "call_failed"
    title = "The server refused a call"


class Api:
    """One server and one key."""

    def __init__(self, http: aiohttp.ClientSession, base_url: str, key: str) -> None:
        self.http = http
        self.base_url = base_url
        self._headers = {"Authorization": f"Bearer {key}"}

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """Return the decoded answer of `/api/v1{path}`. Raises CallFailed unless it is a success."""
        url = f"{self.base_url}/api/v1{path}"
        async with self.http.request(method, url, json=body, headers=self._headers) as answer:
            if answer.status >= 400:
                raise CallFailed(f"{method} {path}: {answer.status} {await answer.text()}")
            return None if answer.status == 204 else await answer.json()

    async def redeem(self, media: str, token: str) -> str:
        """Return the play grant that a page gets for its launch token."""
        url = f"{self.base_url}/embed/{media}/redeem"
        headers = {"Origin": self.base_url}
        async with self.http.post(url, json={"token": token}, headers=headers) as answer:
            if answer.status >= 400:
                raise CallFailed(f"redeem: {answer.status} {await answer.text()}")
            grant: str = (await answer.json())["grant"]
            return grant


def parse_time(text: str) -> int:
    """Return a time of an answer as Unix milliseconds."""
    return to_ms(datetime.fromisoformat(text))
